package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"valkyrie/infra/cloudwatch"
	"valkyrie/infra/cost"
	"valkyrie/probes"
	"valkyrie/probes/browser"
)

var costCommand = command{
	name: "cost", args: "[flags]", summary: "the monthly bill to expect of a deployment on AWS, before there is one",
	examples: []string{
		"valkyrie cost",
		"valkyrie cost --regions 1 --every 5m",
		"valkyrie cost --memory 2048 --takes 12s --detail steps",
	},
	notes: []string{
		"It counts the journeys and steps of this program. How long a run takes, start of Chrome and evidence included, is what\n" +
			"the dashboard shows as billed_ms; until there is one, --takes is a guess.",
	},
	flags: func(p *program, fs *flag.FlagSet) func(context.Context, []string) error {
		var d cost.Deployment
		fs.IntVar(&d.Regions, "regions", 3, "`N` regions that probe, home and standby among them; 1 to 5")
		alone := fs.Bool("no-standby", false, "no second region pages when home is silent")
		fs.DurationVar(&d.Every, "every", time.Minute, "`DURATION` from slot to slot, 1m to 15m")
		fs.IntVar(&d.MemoryMB, "memory", 1769, "`MB` of the probe; 1769 is one whole virtual CPU")
		takes := fs.Duration("takes", 8*time.Second, "`DURATION` that a run in the browser is billed for")
		quick := fs.Duration("takes-api", time.Second, "`DURATION` that a run without a browser is billed for")
		detail := fs.String("detail", string(cloudwatch.Journeys), "what has custom metrics: `journeys`, or steps too")
		fs.Float64Var(&d.Failing, "failing", 0.001, "`PART` of the runs that fails, and leaves evidence")
		fs.IntVar(&d.Calls, "calls", 10, "`N` calls a month, of a minute each")
		fs.IntVar(&d.Texts, "texts", 50, "`N` texts a month")
		return func(_ context.Context, args []string) error {
			if err := noArguments(args); err != nil {
				return err
			}
			d.Standby, d.Detail = !*alone && d.Regions > 1, cloudwatch.Detail(*detail)
			for _, make := range probes.All {
				j := cost.Journey{Journey: make(), Takes: *quick}
				if _, browses := j.Uses.(*browser.Tab); browses {
					j.Takes = *takes
				}
				d.Journeys = append(d.Journeys, j)
			}
			return writeBill(p.stdout, d)
		}
	},
}

// writeBill writes the bill of a deployment, and what the same would cost otherwise.
func writeBill(w io.Writer, d cost.Deployment) error {
	bill, err := cost.Of(d)
	if err != nil {
		return exitError{exitUsage, err}
	}
	arm := d
	arm.ARM = true
	other, err := cost.Of(arm)
	if err != nil {
		return exitError{exitUsage, err}
	}
	fmt.Fprintf(w, "journeys: %d with %d steps, every %s; regions: %d%s\na month of 30 days, at the list prices of us-east-1, %s\n\n",
		len(d.Journeys), d.Steps(), brief(d.Every), d.Regions, after(", one of them ", map[bool]string{true: "the standby"}[d.Standby]), cost.PricesOf)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(what, of string, usd float64) { fmt.Fprintf(t, "%s\t%8.2f USD\t%s\n", what, usd, of) }
	for _, l := range bill.Lines {
		row(l.What, l.Of, l.USD)
	}
	row("total", "a month", bill.Total())
	row("of that free", "if nothing else in the account uses its free tier up", bill.Free())
	row("with arm64", "the total, with the probe as a container: infra/README.md", other.Total())
	row("CloudWatch Synthetics", "the same runs as canaries, without their Lambda, S3, logs and alarms", bill.Synthetics)
	return t.Flush()
}
