package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"valkyrie/functions/cloud"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/functions/valkyrie/report"
	"valkyrie/infra/evidence"
	"valkyrie/probes/journey"
)

func runCommand(p *program) cli.Command {
	return cli.Command{
		Name: "run", Args: "[JOURNEY...] [flags]", Summary: "run each journey once: the checklist after a deploy",
		Examples: []string{
			"valkyrie run                                     # every journey, against the practice shop",
			"valkyrie run print-card --site https://staging.example.com",
			"valkyrie run --format json > runs.json           # a Run object a line",
			"valkyrie run --also junit=junit.xml --also markdown=summary.md",
			"valkyrie run print-card --lambda --region eu-west-1   # by the deployed probe, as a dry run",
		},
		Notes: []string{
			"Each secret that a journey declares, such as shop-password, comes from the environment, as VALKYRIE_SECRET_SHOP_PASSWORD, or " +
				"from .valkyrie-secrets (VALKYRIE_SECRETS_FILE names another); the practice shop's public account is known.",
			"exit code: 0 all passed (or were slow), 1 a journey failed, 2 wrong usage or configuration, 3 our own environment is broken",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			site := fs.String("site", practiceSite, "`URL` of the site to probe")
			region := fs.String("region", laptop, "`NAME` of where the runs are made from; with --lambda the AWS region of the probe")
			var deployed deployedProbe
			fs.BoolVar(&deployed.use, "lambda", false, "have the deployed probe make the runs, from its region against its site; they are neither stored nor judged")
			fs.StringVar(&deployed.function, "function", "valkyrie-probe", "`NAME` of the deployed probe, for --lambda: that of the deployment with -probe")
			form := cli.NewChoice(report.RunForms...)
			fs.Var(form, "format", "`FORM` of the result: "+strings.Join(report.RunForms, ", "))
			also := report.Files{}
			fs.Var(also, "also", "`FORMAT=FILE` writes the result there too, such as junit=report.xml; may be given several times")
			dir := fs.String("evidence", "evidence", "`DIR` for the evidence of failing runs")
			options := runnerFlags(fs)
			retry := retryFlag(fs, false)
			given := cli.Pairs{}
			fs.Var(given, "input", "`NAME=VALUE` for journeys that ask for it, such as teachers=4000; may be given several times")
			return func(ctx context.Context, args []string) error {
				journeys, err := p.findJourneys(args)
				if err != nil {
					return err
				}
				var runs []journey.Run
				if deployed.use {
					runs, err = deployed.run(ctx, p, fs, journeys, *region, *dir)
				} else {
					runs, err = p.runHere(ctx, journeys, *site, *region, *dir, func(r *journey.Runner) {
						options.apply(r)
						r.Tries, r.Stage.Inputs = tries(*retry), given
					})
				}
				if err != nil {
					return err
				}
				err = errors.Join(report.WriteRuns(p.stdout, form.Value, runs), also.Write(runs))
				if err != nil && !cli.IsClosedOutput(err) { // a full disk says nothing about the site
					fmt.Fprintf(p.stderr, "valkyrie: write the result: it is incomplete: %v\n", err)
				}
				if err := verdict(runs); err != nil || ctx.Err() == nil {
					return err
				}
				return cli.Broken("interrupted after %d of %d journeys", len(runs), len(journeys)) // never passed, to a deploy gate
			}
		},
	}
}

// laptop is the region of runs that this machine makes.
const laptop = "laptop"

// runHere runs the journeys one after the other, from this machine. Those that did not begin before ctx ended have no run.
func (p *program) runHere(ctx context.Context, journeys []func() journey.Journey, site, region, dir string, set func(*journey.Runner)) (runs []journey.Run, err error) {
	r, err := p.runner(ctx, journeys, site, region, dir)
	if err != nil {
		return nil, err
	}
	set(&r)
	for _, make := range journeys {
		if ctx.Err() != nil {
			break
		}
		fmt.Fprintf(p.stderr, "%s\n", make().Name)
		runs = append(runs, p.probe(ctx, r, make, time.Now().Truncate(time.Millisecond)))
	}
	return runs, nil
}

// A deployedProbe is the probe function of a deployment.
type deployedProbe struct {
	use      bool
	function string
}

// run has the probe make dry runs, one after the other, and saves their evidence.
func (d deployedProbe) run(ctx context.Context, p *program, fs *flag.FlagSet, journeys []func() journey.Journey, region, dir string) ([]journey.Run, error) {
	if name := cli.FirstGiven(fs, "site", "retry", "input", "evidence-always", "no-trace", "no-agent"); name != "" {
		return nil, cli.Usage("--%s does not apply to --lambda: the probe runs as it was deployed", name)
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, cli.Usage("AWS cannot be asked: %w\nset AWS_PROFILE, or sign in (aws sso login)", err)
	}
	if region != laptop {
		cfg.Region = region
	}
	client := lambda.NewFromConfig(cfg, func(o *lambda.Options) { o.RetryMaxAttempts = 1 }) // a second try would run the journey twice
	var runs []journey.Run
	for _, make := range journeys {
		if ctx.Err() != nil {
			break
		}
		name := make().Name
		fmt.Fprintf(p.stderr, "%s\n", name)
		dry, err := d.invoke(ctx, client, name)
		if err != nil {
			return nil, cli.Broken("%s in %s: %w", d.function, cfg.Region, err)
		}
		if err := saveEvidence(&dry, evidence.Folder(dir)); err != nil {
			return nil, cli.Broken("%w", err)
		}
		for _, step := range dry.Run.Steps {
			report.WriteStep(p.stderr, step)
		}
		runs = append(runs, dry.Run)
	}
	return runs, nil
}

func (d deployedProbe) invoke(ctx context.Context, client *lambda.Client, name string) (cloud.DryRun, error) {
	payload, err := json.Marshal(map[string]any{"journey": name, "dry": true})
	if err != nil {
		return cloud.DryRun{}, err
	}
	out, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &d.function, Payload: payload})
	if err != nil {
		return cloud.DryRun{}, err
	}
	var answer struct {
		ErrorMessage string        `json:"errorMessage"`
		DryRun       *cloud.DryRun `json:"dry_run"`
	}
	switch err := json.Unmarshal(out.Payload, &answer); {
	case out.FunctionError != nil:
		return cloud.DryRun{}, fmt.Errorf("it fails: %s", answer.ErrorMessage)
	case err != nil:
		return cloud.DryRun{}, fmt.Errorf("it returns no run: %w", err)
	case answer.DryRun == nil:
		return cloud.DryRun{}, errors.New("it returns no run; expected the probe of this version: make deploy")
	}
	return *answer.DryRun, nil
}

// saveEvidence writes the files of a dry run into the folder, and enters their paths in the run.
func saveEvidence(dry *cloud.DryRun, into evidence.Folder) error {
	for i, e := range dry.Run.Evidence {
		data, ok := dry.Files[e.Path]
		if !ok {
			continue // it is missing
		}
		path, err := into.Save(dry.Run, e.Path, data)
		if err != nil {
			return err
		}
		dry.Run.Evidence[i].Path = path
	}
	return nil
}

// findJourneys returns the makers of the named journeys; every scheduled journey when no name is given.
func (p *program) findJourneys(names []string) ([]func() journey.Journey, error) {
	var known []string
	for _, make := range p.suite.Journeys {
		known = append(known, make().Name)
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, cli.UnknownJourney(name, known)
		}
	}
	return journey.Find(p.suite.Journeys, names...)
}

// runnerOptions are the flags for how runs are made, which run and watch share.
type runnerOptions struct {
	always, noTrace, noAgent *bool
}

func runnerFlags(fs *flag.FlagSet) runnerOptions {
	return runnerOptions{
		always:  fs.Bool("evidence-always", false, "keep evidence of good runs too"),
		noTrace: fs.Bool("no-trace", false, "send no traceparent header to the site"),
		noAgent: fs.Bool("no-agent", false, "do not add "+journey.Agent()+" to the user agent"),
	}
}

func (o runnerOptions) apply(r *journey.Runner) {
	r.Always, r.Stage.Trace = *o.always, !*o.noTrace
	if !*o.noAgent {
		r.Stage.Agent = journey.Agent()
	}
}

func retryFlag(fs *flag.FlagSet, always bool) *bool {
	return fs.Bool("retry", always, "retry a run that is not good once in a fresh Chrome; the result shows when only that passed")
}

// tries returns how many tries a run has.
func tries(retry bool) int {
	if retry {
		return 2
	}
	return 1
}

// runner returns a runner of journeys against site that prints its steps on stderr. It looks for Chrome if one of them needs it.
func (p *program) runner(ctx context.Context, journeys []func() journey.Journey, site, region, dir string) (journey.Runner, error) {
	u, err := p.siteFor(ctx, site)
	if err != nil {
		return journey.Runner{}, err
	}
	var browser journey.Program
	if slices.ContainsFunc(journeys, func(create func() journey.Journey) bool { return create().NeedsChrome() }) {
		if browser, err = p.findChrome(ctx); err != nil {
			return journey.Runner{}, err
		}
	}
	return journey.Runner{
		Stage: journey.Stage{Site: u, Chrome: browser, Secrets: p.secretsFor(u)}, Region: region, Evidence: evidence.Folder(dir),
		OnStep: func(_ journey.Run, s journey.StepResult) { report.WriteStep(p.stderr, s) },
	}, nil
}

// verdict returns the exit code of runs as an error. A failure of the site outranks a fault of our environment.
func verdict(runs []journey.Run) error {
	worst := cli.ExitOK
	for _, r := range runs {
		switch {
		case r.Outcome == journey.Failed:
			return cli.Silent(cli.ExitFailed)
		case r.Outcome == journey.Broken:
			worst = cli.ExitBroken
		}
	}
	if worst != cli.ExitOK {
		return cli.Silent(worst)
	}
	return nil
}
