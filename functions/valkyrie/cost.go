package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/cloudwatch"
	"valkyrie/infra/cost"
	"valkyrie/probes/browser"
)

func costCommand(p *program) cli.Command {
	return cli.Command{
		Name: "cost", Args: "[flags]", Summary: "estimate the monthly bill of a deployment on AWS",
		Examples: []string{
			"valkyrie cost",
			"valkyrie cost --regions 1 --every 5m",
			"valkyrie cost --memory 2048 --takes 12s --detail steps",
		},
		Notes: []string{
			"It counts the journeys and steps of this program. How long a run takes, start of Chrome and evidence included, is what " +
				"the dashboard shows as billed_ms; until there is one, --takes is a guess.",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			var d cost.Plan
			fs.IntVar(&d.Regions, "regions", 3, "`N` regions that probe, home and standby among them; 1 to 5")
			alone := fs.Bool("no-standby", false, "no second region pages when home is silent")
			d.Every = time.Minute
			fs.Var((*cli.Duration)(&d.Every), "every", "`DURATION` from slot to slot, 1m to 15m")
			fs.IntVar(&d.MemoryMB, "memory", 1769, "`MB` of the probe; 1769 is one whole virtual CPU")
			takes, quick := 8*time.Second, time.Second
			fs.Var((*cli.Duration)(&takes), "takes", "`DURATION` that a run in the browser is billed for")
			fs.Var((*cli.Duration)(&quick), "takes-api", "`DURATION` that a run without a browser is billed for")
			detail := fs.String("detail", string(cloudwatch.Journeys), "what has custom metrics: `journeys`, or steps too")
			fs.Float64Var(&d.Failing, "failing", 0.001, "`PART` of the runs that fails, and leaves evidence")
			fs.IntVar(&d.Calls, "calls", 10, "`N` calls a month, of a minute each")
			fs.IntVar(&d.Texts, "texts", 50, "`N` texts a month")
			return func(_ context.Context, args []string) error {
				if err := cli.NoArguments(args); err != nil {
					return err
				}
				d.Standby, d.Detail = !*alone && d.Regions > 1, cloudwatch.Detail(*detail)
				for _, make := range p.suite.Scheduled() {
					j := cost.JourneyCost{Journey: make(), Takes: quick}
					if _, browses := j.Uses.(*browser.Tab); browses {
						j.Takes = takes
					}
					d.Journeys = append(d.Journeys, j)
				}
				return writeBill(p.stdout, d)
			}
		},
	}
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
	return t.Flush()
}
