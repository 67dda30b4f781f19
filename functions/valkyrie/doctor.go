package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"

	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/doctor"
	"valkyrie/probes/journey"
)

func doctorCommand(p *program) cli.Command {
	return cli.Command{
		Name: "doctor", Args: "[flags]", Summary: "examine this machine, or a deployment, before trusting it to wake you",
		Examples: []string{
			"valkyrie doctor",
			"valkyrie doctor --site https://shop.example.com",
			"valkyrie doctor --deployment eu-west-1           # its home region; signed in to the account",
		},
		Notes: []string{
			"It changes nothing, but has the pager make one of its usual rounds. The webhook gets a request that it must refuse, and a signed key press " +
				"for a call that does not exist.",
			"exit code: 0 all is well, notes aside; 2 wrong usage; 3 a fault was found: you might not be woken",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			var e examination
			fs.StringVar(&e.home, "deployment", "", "home `REGION` of a deployment to examine, instead of this machine")
			fs.StringVar(&e.stack, "stack", "valkyrie", "`NAME` of the stacks of the deployment")
			fs.StringVar(&e.alerts, "alerts", defaultAlerts, "`FILE` of policy and on-call people")
			fs.StringVar(&e.site, "site", "", "`URL` of the site to probe: is it there, and do the clocks agree")
			return func(ctx context.Context, args []string) error {
				if err := cli.NoArguments(args); err != nil {
					return err
				}
				e.program, e.client = p, &http.Client{Timeout: 10 * time.Second}
				return e.run(ctx)
			}
		},
	}
}

// An examination collects the findings about this machine or a deployment.
type examination struct {
	home, stack, alerts, site string
	program                   *program
	client                    *http.Client
	found                     []doctor.Finding
}

// run examines, and returns ExitBroken when a finding is ill.
func (e *examination) run(ctx context.Context) error {
	examine := e.machine
	if e.home != "" {
		examine = e.deployment
	}
	if err := examine(ctx); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return cli.Broken("interrupted after %d findings", len(e.found))
	}
	if doctor.HasProblem(e.found) {
		return cli.Silent(cli.ExitBroken)
	}
	return nil
}

// report prints a finding.
func (e *examination) report(f doctor.Finding) {
	e.found = append(e.found, f)
	sign := map[doctor.Verdict]string{doctor.OK: "✓", doctor.Warning: "!", doctor.Problem: "✗"}[f.Verdict]
	fmt.Fprintf(e.program.stdout, "%s %s: %s\n", sign, f.What, strings.ReplaceAll(f.Says, "\n", "\n    "))
	if f.Cure != "" {
		fmt.Fprintf(e.program.stdout, "    → %s\n", f.Cure)
	}
}

// deployment examines a deployment on AWS, with the credentials of this machine.
func (e *examination) deployment(ctx context.Context) error {
	people, _, err := e.program.readAlerts(e.alerts)
	if err != nil {
		return err
	}
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion(e.home))
	if err != nil {
		return cli.Usage("AWS cannot be asked: %w\nset AWS_PROFILE, or sign in (aws sso login)", err)
	}
	e.clock(ctx, "https://sts."+e.home+".amazonaws.com")
	doctor.Target{
		AWS: cfg, Home: e.home, Stack: e.stack, Journeys: e.program.suite.Names(), Secrets: journey.Secrets(e.program.suite.Scheduled()), Alerts: people,
		PhoneAPI: e.program.getenv("TWILIO_API_URL"), Client: e.client,
	}.Examine(ctx, e.report)
	return nil
}

// clock compares the clock of this machine with that of the site, or, without --site, of another server.
func (e *examination) clock(ctx context.Context, otherwise string) {
	address := otherwise
	if e.site != "" {
		address = e.site
	}
	if other := e.program.getenv("AWS_ENDPOINT_URL"); other != "" && e.site == "" {
		address = other
	}
	e.report(doctor.Clock(ctx, e.client, address, time.Now))
}
