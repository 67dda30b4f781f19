package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/twilio/standin"
	"valkyrie/functions/outages"
	"valkyrie/functions/suite"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/functions/valkyrie/report"
	"valkyrie/infra/evidence"
	"valkyrie/probes/demoshop"
	"valkyrie/probes/journey"
	"valkyrie/probes/practice"
)

func demoCommand(p *program) cli.Command {
	return cli.Command{
		Name: "demo", Args: "[flags]", Summary: "watch an outage from its first hung step to the phone call and the all-clear, in a minute",
		Examples: []string{"valkyrie demo", "valkyrie demo --fault ids-exhausted", "valkyrie demo --answer \"press 4\"", "valkyrie demo --dir my-demo"},
		Flags: func(fs *flag.FlagSet) cli.Run {
			fault := fs.String("fault", "workers-down", "`NAME` of the outage; see --list")
			list := fs.Bool("list", false, "list all outages, a line each")
			answer := fs.String("answer", "no-answer, voicemail, press 4", "how the three phones answer, one after the other: `WORDS` such as \"busy, press 4\"")
			dir := fs.String("dir", "", "`DIR` for database and evidence; a new temporary one unless given")
			return func(ctx context.Context, args []string) error {
				if err := cli.NoArguments(args); err != nil {
					return err
				}
				if *list {
					listOutages(p.stdout)
					return nil
				}
				s, ok := outages.Find(*fault)
				if !ok {
					return cli.Usage("--fault %q%s: expected one of %s", *fault, cli.Suggest(*fault, outageNames()), strings.Join(outageNames(), ", "))
				}
				if !s.Live || s.Decoy {
					return p.playOutage(ctx, s)
				}
				answers, err := standin.ParseBehaviours(*answer)
				if err != nil {
					return cli.Usage("--answer: %w", err)
				}
				i := slices.IndexFunc(demoshop.Faults(), func(f demoshop.Fault) bool { return f.Name == s.Name })
				return p.demo(ctx, demoshop.Faults()[i], *dir, answers)
			}
		},
	}
}

// A demo plays an outage of the practice shop. Chrome, the shop, the store, the judge, the pager and the phone's protocol are
// real; only the phone rings in the terminal.
type demo struct {
	*program
	shop     *demoshop.Shop
	site     string
	exchange *standin.Exchange
	services *services
	runner   journey.Runner
	texts    int // alarms sent as texts
	opened   []incident.Incident
	resolved []incident.Incident
}

// demo plays a fault with its database and evidence in dir, or in a new temporary folder.
func (p *program) demo(ctx context.Context, fault demoshop.Fault, dir string, answers []standin.Behaviour) (err error) {
	if dir == "" {
		if dir, err = os.MkdirTemp("", "valkyrie-demo-"); err != nil {
			return cli.Broken("no folder for the demo: %w", err)
		}
	} else if err := os.MkdirAll(dir, 0o700); err != nil {
		return cli.Usage("--dir: %w", err)
	}
	d := &demo{program: p}
	down, err := d.setUp(ctx, dir, answers)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, down()) }()
	if err := d.play(ctx, fault); err != nil {
		return err
	}
	db := filepath.Join(dir, "valkyrie.db")
	d.print("\nLook closer:\n  history    %s history --db %s\n  incidents  %[1]s incidents --db %[2]s\n  evidence   %s\n", p.self, db, d.runner.Evidence)
	return nil
}

// setUp starts the shop and the phone, and opens the services between them. The caller calls down at the end.
func (d *demo) setUp(ctx context.Context, dir string, answers []standin.Behaviour) (down func() error, err error) {
	cfg, err := outages.Policy()
	if err != nil {
		return nil, cli.Exit(cli.ExitUsage, err)
	}
	cfg.OnCall = withThirdPerson(cfg.OnCall.AtAnyHour())
	browser, err := d.findChrome(ctx)
	if err != nil {
		return nil, err
	}
	shop, web, err := startShop("127.0.0.1:0", demoshop.Config{})
	if err != nil {
		return nil, err
	}
	ph, err := startPhone("127.0.0.1:0", answers, standin.Options{Screen: d.stdout, SpeakTime: demoSpeech})
	if err != nil {
		return nil, errors.Join(err, web.close(), shop.Close())
	}
	d.shop, d.site, d.exchange = shop, web.url, ph.exchange
	if d.services, err = openServices(ctx, filepath.Join(dir, "valkyrie.db"), suite.Suite{Journeys: practice.All, Alerts: practice.Alerts}, cfg, provider{
		account: standin.DemoAccountSID, token: standin.DemoAuthToken, api: ph.url, listen: "127.0.0.1:0", incoming: ph.exchange.Incoming,
	}, d.logger(slog.LevelWarn)); err != nil {
		ph.close()
		return nil, errors.Join(err, web.close(), shop.Close())
	}
	site, err := parseSite(d.site)
	d.runner = journey.Runner{
		Stage: journey.Stage{Site: site, Chrome: browser, Secrets: d.secretsFor(site), Agent: journey.Agent(), Trace: true}, Region: "laptop", Evidence: evidence.Folder(filepath.Join(dir, "evidence")),
		OnStep: func(_ journey.Run, s journey.StepResult) { report.WriteStep(d.stdout, s) },
	}
	return func() error {
		ph.close()
		return errors.Join(d.services.close(), web.close(), shop.Close())
	}, err
}

// maxSlots is within how many slots an outage, and its end, must be detected.
const maxSlots = 8

// play runs the slots of the story, before, during and after the outage. An outage that is not detected is an error.
func (d *demo) play(ctx context.Context, fault demoshop.Fault) error {
	d.print("The practice shop is open at %s. Real Chrome goes through it as its customers do.\n", d.site)
	if err := d.runSlot(ctx); err != nil {
		return err
	}
	d.print("\n%s  %s\n", strings.ToUpper(fault.Name), fault.Summary)
	if err := d.shop.SetFault(fault.Name, true); err != nil {
		return cli.Broken("the outage cannot be played: %w", err)
	}
	d.print("An uptime check of GET /healthz gets %s, so it alerts no one.\n", d.uptimeCheck(ctx))
	if err := d.runUntil(ctx, "the outage was not detected", func() bool { return len(d.opened) > 0 }); err != nil {
		return err
	}
	d.print("\nREPAIRED  %s is over; the probes go on\n", fault.Name)
	if err := d.shop.SetFault(fault.Name, false); err != nil {
		return cli.Broken("the outage cannot be ended: %w", err)
	}
	if err := d.runUntil(ctx, "the repair was not detected", func() bool { return len(d.resolved) >= len(d.opened) }); err != nil {
		return err
	}
	return d.awaitAllClear(ctx)
}

// runUntil runs slots until done; fault is the error after maxSlots.
func (d *demo) runUntil(ctx context.Context, fault string, done func() bool) error {
	for range maxSlots {
		if err := d.runSlot(ctx); err != nil || done() {
			return err
		}
	}
	return cli.Broken("%s in %d slots", fault, maxSlots)
}

// runSlot runs and judges every journey once, and sends the pages that follow.
func (d *demo) runSlot(ctx context.Context) error {
	slot := time.Now().UTC().Truncate(time.Millisecond)
	for _, make := range journey.Scheduled(practice.All) {
		j := make()
		if j.Every > 0 {
			continue // its cadence is too long for a story of a minute
		}
		d.print("\n%s  %s\n", slot.Format("15:04:05"), j.Name)
		run := d.runner.Probe(ctx, make, slot)
		if ctx.Err() != nil {
			return cli.Broken("the demo was interrupted")
		}
		decisions, err := d.services.recorder.Record(ctx, run)
		if err != nil {
			return err
		}
		if err := d.handleDecisions(ctx, run, decisions); err != nil {
			return err
		}
	}
	return nil
}

// handleDecisions prints the decisions about a run, sends their pages, and waits for the acknowledgement of a new incident.
func (d *demo) handleDecisions(ctx context.Context, run journey.Run, decisions []judge.Decision) error {
	d.print("  = %s in %s\n", run.Outcome, cli.Milliseconds(run.DurationMS))
	opened, resolved := len(d.opened), len(d.resolved)
	for _, c := range decisions {
		switch c.Verb {
		case judge.Opens:
			d.opened = append(d.opened, c.Incident)
		case judge.Resolves:
			d.resolved = append(d.resolved, c.Incident)
		case judge.NoChange:
			continue
		}
		d.print("  %s: %s\n", c.Verb, c.Reason)
	}
	if len(d.opened) > opened || len(d.resolved) > resolved {
		d.print("\n") // the phone is next
	}
	if err := d.services.pager.Tick(ctx); err != nil {
		return err
	}
	if len(d.opened) > opened {
		return d.awaitAcknowledgement(ctx, d.opened[opened:])
	}
	return nil
}

// uptimeCheck returns the status of the health endpoint, which is all that a conventional uptime check requests.
func (d *demo) uptimeCheck(ctx context.Context) string {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.site+"/healthz", nil)
	if err != nil {
		return err.Error()
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err.Error()
	}
	return errors.Join(res.Body.Close(), errors.New(res.Status)).Error()
}

func (d *demo) print(format string, args ...any) { fmt.Fprintf(d.stdout, format, args...) }
