package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"time"

	"valkyrie/infra/evidence"
	"valkyrie/probes"
	"valkyrie/probes/journey"
)

var runCommand = command{
	name: "run", args: "[JOURNEY...] [flags]", summary: "run each journey once: the checklist after a deploy",
	examples: []string{
		"valkyrie run                                     # every journey, against the practice shop",
		"valkyrie run print-card --site https://staging.example.com",
		"valkyrie run --format json > runs.json           # a Run object a line",
		"valkyrie run --also junit=junit.xml --also markdown=summary.md",
	},
	notes: []string{
		"The secrets shop-email and shop-password come from VALKYRIE_SECRET_SHOP_EMAIL and VALKYRIE_SECRET_SHOP_PASSWORD, or\n" +
			"from .valkyrie-secrets (VALKYRIE_SECRETS_FILE names another); the practice shop's public account is known.",
		"exit code: 0 all passed (or were slow), 1 a journey failed, 2 wrong usage or configuration, 3 our own environment is broken",
	},
	flags: func(p *program, fs *flag.FlagSet) func(context.Context, []string) error {
		site := fs.String("site", practiceSite, "`URL` of the site to probe")
		region := fs.String("region", "laptop", "`NAME` of where the runs are made from")
		format := fs.String("format", "text", "of the result: `text`, json, junit or markdown")
		also := reports{}
		fs.Var(also, "also", "`FORMAT=FILE` writes the result there too, such as junit=report.xml; may be given several times")
		dir := fs.String("evidence", "evidence", "`DIR` that keeps what a failing run has left to look at")
		how := mannerFlags(fs)
		retry := retryFlag(fs)
		given := inputs{}
		fs.Var(given, "input", "`NAME=VALUE` for journeys that ask for it, such as teachers=4000; may be given several times")
		return func(ctx context.Context, args []string) error {
			if err := oneOf("format", *format, runFormats...); err != nil {
				return err
			}
			journeys, err := probes.Find(args...)
			if err != nil {
				return exitError{exitUsage, err}
			}
			r, err := p.runner(ctx, *site, *region, *dir)
			if err != nil {
				return err
			}
			how.apply(&r)
			r.Tries, r.Stage.Inputs = tries(*retry), given
			var runs []journey.Run
			for _, make := range journeys {
				if ctx.Err() != nil {
					break // what was not begun has no verdict
				}
				fmt.Fprintf(p.stderr, "%s\n", make().Name)
				runs = append(runs, r.Probe(ctx, make, time.Now().Truncate(time.Millisecond)))
			}
			if err := writeRuns(p.stdout, *format, runs); err != nil {
				return err
			}
			if err := also.write(runs); err != nil {
				return err
			}
			if err := verdict(runs); err != nil || len(runs) == len(journeys) {
				return err
			}
			return brokenError("interrupted after %d of %d journeys", len(runs), len(journeys))
		}
	},
}

func retryFlag(fs *flag.FlagSet) *bool {
	return fs.Bool("retry", false, "give a run that is not good a second try in a fresh Chrome; it says so when that passes")
}

// tries is how many tries a run has.
func tries(retry bool) int {
	if retry {
		return 2
	}
	return 1
}

// runner is a runner against site that tells its steps on stderr.
func (p *program) runner(ctx context.Context, site, region, dir string) (journey.Runner, error) {
	u, err := p.siteFor(ctx, site)
	if err != nil {
		return journey.Runner{}, err
	}
	browser, err := p.findChrome(ctx)
	if err != nil {
		return journey.Runner{}, err
	}
	return journey.Runner{
		Stage: journey.Stage{Site: u, Chrome: browser, Secrets: p.secretsFor(u)}, Region: region, Evidence: evidence.Folder(dir),
		OnStep: func(_ journey.Run, s journey.StepResult) { tellStep(p.stderr, s) },
	}, nil
}

// tellStep is a step as it ends: a line of progress.
func tellStep(w io.Writer, s journey.StepResult) {
	fmt.Fprintf(w, "  %s %-28s %8s%s\n", mark(s.Outcome), s.Name, milliseconds(s.DurationMS), after("  ", s.Error)+after("  ", s.Why))
}

// verdict is the exit code of the runs. A site that fails its customers comes before an environment that is broken.
func verdict(runs []journey.Run) error {
	worst := exitOK
	for _, r := range runs {
		switch {
		case r.Outcome == journey.Failed:
			return exitError{exitFailed, errQuiet}
		case r.Outcome == journey.Broken:
			worst = exitBroken
		}
	}
	if worst != exitOK {
		return exitError{worst, errQuiet}
	}
	return nil
}
