package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"valkyrie/alerts/compare"
	"valkyrie/alerts/judge"
	"valkyrie/functions/outages"
	"valkyrie/functions/valkyrie/cli"
)

func outagesCommand(p *program) cli.Command {
	return cli.Command{
		Name: "outages", Args: "[NAME...] [flags]", Summary: "replay real outages and harmless events, and show when people were notified",
		Examples: []string{"valkyrie outages", "valkyrie outages intermittent creep", "valkyrie outages --months 0", "valkyrie outages --compare 21"},
		Notes: []string{
			"Outages of the browser run in Chrome; those that take weeks run on a simulated clock. It takes a few minutes.",
			"--compare plays made-up partial outages and healthy months instead, and judges them by the default policy and by four rules that monitoring services " +
				"offer: what each finds, how soon, with how many messages, and how often it calls about nothing. --months sets the months of each " +
				"climate, a tenth of the outages unless given; 0: none.",
			"exit code: 0 every outage notified and nothing else did, 1 otherwise, 2 wrong usage, 3 our own environment is broken",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			months := fs.Uint64("months", 100, "`N` healthy months to judge, in which no notification is right")
			seeds := fs.Int("compare", 0, "`N` made-up outages of each kind, and a tenth as many months, to compare simple rules on")
			seed := fs.Uint64("seed", 1, "`N` of the first made-up outage")
			return func(ctx context.Context, args []string) error {
				if *seeds > 0 {
					rules := compare.All(judge.DefaultPolicy().JourneyPolicy)
					each := max(1, *seeds/10)
					if cli.FirstGiven(fs, "months") != "" {
						each = int(min(*months, 10_000)) //nolint:gosec // it fits
					}
					return compare.Write(ctx, p.stdout, rules, *seed, *seeds, each)
				}
				chosen, err := scenarios(args)
				if err != nil {
					return err
				}
				if len(args) > 0 {
					*months = 0
				}
				return p.replayOutages(ctx, chosen, *months)
			}
		},
	}
}

// scenarios returns the named scenarios, or all of them.
func scenarios(names []string) ([]outages.Scenario, error) {
	if len(names) == 0 {
		return outages.All(), nil
	}
	var chosen []outages.Scenario
	for _, name := range names {
		s, ok := outages.Find(name)
		if !ok {
			return nil, cli.Unknown("outage", name, outageNames())
		}
		chosen = append(chosen, s)
	}
	return chosen, nil
}

func outageNames() []string {
	var all []string
	for _, s := range outages.All() {
		all = append(all, s.Name)
	}
	return all
}

// replayOutages plays the scenarios, judges the healthy months, and prints the results.
func (p *program) replayOutages(ctx context.Context, chosen []outages.Scenario, months uint64) error {
	dir, err := os.MkdirTemp("", "valkyrie-outages-")
	if err != nil {
		return cli.Broken("no folder for the outages: %w", err)
	}
	defer os.RemoveAll(dir)
	stage := outages.Stage{Dir: dir, Log: slog.New(slog.DiscardHandler)}
	for _, s := range chosen {
		if s.Live && stage.Chrome.Path == "" {
			if stage.Chrome, err = p.findChrome(ctx); err != nil {
				return err
			}
		}
	}
	results, err := p.playAll(ctx, chosen, stage)
	if err != nil {
		return cli.Broken("%w", err)
	}
	fmt.Fprintln(p.stdout)
	wrong, missed := outages.Table(p.stdout, results)
	alarms, err := p.healthy(ctx, months)
	if err != nil {
		return err
	}
	if wrong+missed+alarms > 0 {
		return cli.Silent(cli.ExitFailed)
	}
	return nil
}

// playAll plays the live scenarios one by one, because their times are real, and the simulated ones two at a time.
func (p *program) playAll(ctx context.Context, chosen []outages.Scenario, stage outages.Stage) ([]outages.Result, error) {
	results, errs := make([]outages.Result, len(chosen)), make([]error, len(chosen))
	play := func(i int) {
		began := time.Now()
		results[i], errs[i] = outages.Play(ctx, chosen[i], stage)
		fmt.Fprintf(p.stderr, "%-22s %6d runs, %4.0f s\n", chosen[i].Name, results[i].Runs, time.Since(began).Seconds())
	}
	var simulated sync.WaitGroup
	free := make(chan struct{}, 2)
	for i, s := range chosen {
		if s.Live {
			play(i)
			continue
		}
		free <- struct{}{}
		simulated.Go(func() {
			play(i)
			<-free
		})
	}
	simulated.Wait()
	return results, cmp.Or(errs...)
}

// healthy judges months without any fault, and counts their notifications, which are false alarms.
func (p *program) healthy(ctx context.Context, months uint64) (alarms int, err error) {
	runs := 0
	for seed := range months {
		if ctx.Err() != nil {
			return alarms, cli.Broken("interrupted after %d healthy months", seed)
		}
		verdicts, judged, err := outages.Healthy(seed)
		if err != nil {
			return alarms, cli.Broken("%w", err)
		}
		runs += judged
		for _, v := range verdicts {
			calls, texts := v.Calls()
			alarms += calls + texts
			if calls+texts > 0 {
				fmt.Fprintf(p.stdout, "FALSE ALARM   healthy month %d: %s\n", seed, v.Reason)
			}
		}
	}
	if months > 0 {
		fmt.Fprintf(p.stdout, "%d healthy months of 30 days, %d runs: %d false alarms\n", months, runs, alarms)
	}
	return alarms, nil
}

// playOutage plays one scenario, and prints its events as they happen.
func (p *program) playOutage(ctx context.Context, s outages.Scenario) error {
	dir, err := os.MkdirTemp("", "valkyrie-demo-")
	if err != nil {
		return cli.Broken("no folder for the demo: %w", err)
	}
	defer os.RemoveAll(dir)
	how := "in Chrome, from slot to slot without the minute between"
	stage := outages.Stage{
		Dir: dir, Screen: p.stdout, Log: slog.New(slog.DiscardHandler),
		Report: func(at time.Time, format string, args ...any) {
			fmt.Fprintf(p.stdout, "%s  %s\n", at.Format("Mon 2 Jan 15:04"), fmt.Sprintf(format, args...))
		},
	}
	if !s.Live {
		how = "on a simulated clock, by the probes that need no browser, from " + strings.Join(outages.Regions, ", ")
	} else if stage.Chrome, err = p.findChrome(ctx); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%s  %s\nIt takes %s; here it is played %s.\n\n", strings.ToUpper(s.Name), s.Line, roughDuration(s.Lasts), how)
	r, err := outages.Play(ctx, s, stage)
	if err != nil {
		return cli.Broken("%w", err)
	}
	fmt.Fprintf(p.stdout, "\n%d runs.%s\n\n", r.Runs, silenceNote(r))
	if wrong, missed := outages.Table(p.stdout, []outages.Result{r}); wrong+missed > 0 {
		return cli.Silent(cli.ExitFailed)
	}
	return nil
}

// silenceNote explains a harmless scenario without notifications, because a reader expects a call.
func silenceNote(r outages.Result) string {
	if !r.Decoy || r.Calls+r.Texts > 0 {
		return ""
	}
	return " Nobody was called, and nobody got a text: nothing that customers need is broken."
}

// roughDuration formats a duration in whole minutes, hours or days.
func roughDuration(d time.Duration) string {
	if d >= 48*time.Hour {
		return fmt.Sprintf("%.0f days", d.Hours()/24)
	}
	if d >= 2*time.Hour {
		return fmt.Sprintf("%.0f hours", d.Hours())
	}
	return fmt.Sprintf("%.0f minutes", d.Minutes())
}

// listOutages prints the outages of --fault, a line each.
func listOutages(w io.Writer) {
	for _, s := range outages.All() {
		how := "simulated"
		if s.Live {
			how = "in Chrome"
		}
		if s.Decoy {
			how = "harmless"
		}
		fmt.Fprintf(w, "%s  %-20s %-10s %s\n", s.Row, s.Name, how, s.Line)
	}
}
