package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/cloudwatch"
	"valkyrie/infra/cost"
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// costRuns is the number of each journey's latest runs that "cost --from-history" uses.
const costRuns = 500

func costCommand(p *program) cli.Command {
	return cli.Command{
		Name: "cost", Args: "[flags]", Summary: "estimate the monthly bill of a deployment on AWS",
		Examples: []string{
			"valkyrie cost",
			"valkyrie cost --regions 1 --every 5m --journeys print-card,create-order",
			"valkyrie cost --memory 2048 --takes 12s --detail steps",
			"valkyrie cost --from-history",
		},
		Notes: []string{
			"It counts the journeys and steps of this program. A run takes as long as one of the practice shop did, measured with that much " +
				"memory by \"make measure\"; your site mostly takes longer. With --from-history it takes as long as the median of your own latest runs; " +
				"--takes and --takes-api replace either.",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			var d cost.Plan
			fs.IntVar(&d.Regions, "regions", 3, "`N` regions that probe, home and standby among them; 1 to 10")
			alone := fs.Bool("no-standby", false, "no second region pages when home is silent")
			d.Every = time.Minute
			fs.Var((*cli.Duration)(&d.Every), "every", "`DURATION` from slot to slot, 1m to 15m")
			fs.IntVar(&d.MemoryMB, "memory", 1769, "`MB` of the probe; 1769 is one whole virtual CPU")
			names := fs.String("journeys", "", "`NAMES` of the journeys, separated by commas; all of them unless given")
			var t takes
			fs.Var((*cli.Duration)(&t.browser), "takes", "`DURATION` that a run in the browser is billed for; as measured unless given")
			fs.Var((*cli.Duration)(&t.api), "takes-api", "`DURATION` that a run without a browser is billed for; as measured unless given")
			past := fs.Bool("from-history", false, "use the times of the runs in the store")
			from := p.storeFlags(fs)
			detail := fs.String("detail", string(cloudwatch.Journeys), "what has custom metrics: `journeys`, or steps too")
			fs.BoolVar(&d.SecretsManager, "secrets-manager", false, "the secrets are in Secrets Manager, not in Systems Manager")
			fs.BoolVar(&d.Key, "key", false, "a key of your own encrypts tables, evidence, logs and secrets")
			fs.BoolVar(&d.Traces, "traces", false, "each run is reported to X-Ray")
			fs.IntVar(&d.Subnets, "subnets", 0, "`N` subnets of each region that the probes are in, for a private site; 0 for no VPC")
			fs.Float64Var(&d.Failing, "failing", 0.001, "`PART` of the runs that fails, and leaves evidence")
			fs.IntVar(&d.Calls, "calls", 10, "`N` calls a month, of a minute each")
			fs.IntVar(&d.Texts, "texts", 50, "`N` texts a month")
			return func(ctx context.Context, args []string) error {
				if err := cli.NoArguments(args); err != nil {
					return err
				}
				d.Standby, d.Detail = !*alone && d.Regions > 1, cloudwatch.Detail(*detail)
				t.memoryMB = d.MemoryMB
				journeys, err := p.chosen(*names)
				if err != nil {
					return err
				}
				if *past {
					if err := t.readHistory(ctx, from, journeys); err != nil {
						return err
					}
				}
				for _, j := range journeys {
					d.Journeys = append(d.Journeys, cost.JourneyCost{Journey: j, Takes: t.of(j)})
				}
				return writeBill(p.stdout, d)
			}
		},
	}
}

// chosen returns the scheduled journeys of a list of names; all of them for an empty one.
func (p *program) chosen(names string) ([]journey.Journey, error) {
	var all, some []journey.Journey
	var known []string
	for _, make := range p.suite.Scheduled() {
		j := make()
		all, known = append(all, j), append(known, j.Name)
	}
	if names == "" {
		return all, nil
	}
	for name := range strings.SplitSeq(names, ",") {
		i := slices.Index(known, strings.TrimSpace(name))
		if i < 0 {
			return nil, cli.UnknownJourney(strings.TrimSpace(name), known)
		}
		if !slices.ContainsFunc(some, func(j journey.Journey) bool { return j.Name == all[i].Name }) {
			some = append(some, all[i])
		}
	}
	return some, nil
}

// takes are the billed times of runs.
type takes struct {
	browser, api time.Duration // as the user says; 0: as measured
	memoryMB     int
	past         map[string]time.Duration // medians of the history, by journey
}

// of returns the billed time of a run of the journey.
func (t takes) of(j journey.Journey) time.Duration {
	kind, said := cost.API, t.api
	if _, browses := j.Uses.(*browser.Tab); browses {
		kind, said = cost.Browser, t.browser
	}
	return cmp.Or(said, t.past[j.Name], cost.LastMeasured().Takes(kind, t.memoryMB))
}

// readHistory reads the medians of the journeys' stored runs.
func (t *takes) readHistory(ctx context.Context, from *storeOptions, journeys []journey.Journey) error {
	store, err := from.openExisting(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	measured := cost.LastMeasured()
	t.past = map[string]time.Duration{}
	for _, j := range journeys {
		runs, err := store.Runs(ctx, incident.RunQuery{Journey: j.Name, Limit: costRuns})
		if err != nil {
			return err
		}
		if len(runs) == 0 {
			continue
		}
		var took []time.Duration
		for _, r := range runs {
			took = append(took, measured.Billed(r))
		}
		slices.Sort(took)
		t.past[j.Name] = took[len(took)/2]
	}
	if len(t.past) == 0 {
		return cli.Exit(cli.ExitUsage, errors.New("--from-history: the store has no runs of these journeys; leave it out, or give --takes"))
	}
	return nil
}

// writeBill writes the bill of a deployment, and the totals of alternatives.
func writeBill(w io.Writer, d cost.Plan) error {
	bill, err := cost.Of(d)
	if err != nil {
		return cli.Exit(cli.ExitUsage, err)
	}
	arm := d
	arm.ARM = true
	other, err := cost.Of(arm)
	if err != nil {
		return cli.Exit(cli.ExitUsage, err)
	}
	fmt.Fprintf(w, "journeys: %d with %d steps, every %s; regions: %d%s\na month of 30 days, at the list prices of us-east-1, %s\n\n",
		len(d.Journeys), d.Steps(), cli.FormatDuration(d.Every), d.Regions, cli.Prefixed(", one of them ", map[bool]string{true: "the standby"}[d.Standby]), cost.PricesOf)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(what, of string, usd float64) { fmt.Fprintf(t, "%s\t%8.2f USD\t%s\n", what, usd, of) }
	for _, l := range bill.Lines {
		row(l.What, l.Of, l.USD)
	}
	row("total", "a month", bill.Total())
	row("of that free", "if nothing else in the account uses its free tier up", bill.Free())
	row("with arm64", "the total, with the probe as a container: infra/README.md", other.Total())
	row("CloudWatch Synthetics", "the same runs as canaries, without their Lambda, S3, logs and alarms", bill.Synthetics)
	if err := t.Flush(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "\nload: %v\n", cost.LoadOf(d))
	return err
}
