package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/functions/valkyrie/report"
	"valkyrie/probes/journey"
)

func historyCommand(p *program) cli.Command {
	return cli.Command{
		Name: "history", Args: "[JOURNEY] [flags]", Summary: "list the runs that were made, and how each journey has fared",
		Examples: []string{
			"valkyrie history", "valkyrie history print-card --since 2h", "valkyrie history --since yesterday --until today",
			"valkyrie history --format json --since 7d | jq .outcome",
			"valkyrie history --store \"dynamodb://valkyrie?region=eu-central-1\"",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			q := p.queryFlags(fs, "24h", "text", "json")
			return func(ctx context.Context, args []string) error {
				if len(args) > 1 {
					return cli.Usage("unexpected argument %q: expected at most one journey", args[1])
				}
				store, err := q.open(ctx)
				if err != nil {
					return err
				}
				defer store.Close()
				name := strings.Join(args, "")
				runs, err := store.Runs(ctx, incident.RunQuery{Journey: name, Since: q.since.At, Until: q.until.At})
				if err != nil {
					return err
				}
				if len(runs) == 0 {
					if err := p.explainNoRuns(ctx, store, name, q); err != nil {
						return err
					}
				}
				if q.form.Value == "json" {
					return report.WriteRuns(p.stdout, "json", runs)
				}
				route, err := paging.LoadState(ctx, store)
				if err != nil {
					return err
				}
				return p.printHistory(runs, releasesFor(name, route.Releases, q.since.At))
			}
		},
	}
}

// explainNoRuns prints when the last run was. The name of a journey that is unknown and has no runs is an error.
func (p *program) explainNoRuns(ctx context.Context, store incident.RunLog, name string, q *query) error {
	newest, err := store.Runs(ctx, incident.RunQuery{Journey: name, Limit: 1})
	if err != nil {
		return err
	}
	of := cli.Prefixed(" of ", name)
	if len(newest) > 0 {
		fmt.Fprintf(p.stderr, "no runs%s %s; the latest is of %s\n", of, q.period(), newest[0].Slot.UTC().Format("2006-01-02 15:04:05 UTC"))
		return nil
	}
	if known := p.suite.Names(); name != "" && !slices.Contains(known, name) {
		return cli.UnknownJourney(name, known)
	}
	fmt.Fprintf(p.stderr, "no runs%s were ever made here\n", of)
	return nil
}

// releasesFor returns the releases since a time that may affect a journey; "" is any journey.
func releasesFor(journey string, marks []incident.Release, since time.Time) []incident.Release {
	return slices.DeleteFunc(slices.Clone(marks), func(m incident.Release) bool {
		return m.At.Before(since) || journey != "" && len(m.Journeys) > 0 && !slices.Contains(m.Journeys, journey)
	})
}

// printHistory writes the runs with the releases between them, then a summary of each journey.
func (p *program) printHistory(runs []journey.Run, marks []incident.Release) error {
	if len(runs) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SLOT (UTC)\tJOURNEY\tREGION\tOUTCOME\tTIME\tWHAT")
	printReleases := func(until func(incident.Release) bool) {
		for ; len(marks) > 0 && until(marks[0]); marks = marks[1:] {
			writeRelease(w, marks[0], "\t", "\treleased\t\t\n")
		}
	}
	for _, r := range runs {
		printReleases(func(m incident.Release) bool { return !m.At.After(r.Slot) })
		fmt.Fprintf(w, "%s\t%s\t%s\t%s %s\t%s\t%s\n", r.Slot.UTC().Format("2006-01-02 15:04:05"), r.Journey, r.Region, report.Symbol(r.Outcome), r.Outcome, cli.Milliseconds(r.DurationMS), remark(r)+cli.Prefixed("  on try "+strconv.Itoa(r.Tries)+"; at first: ", r.FirstError))
	}
	printReleases(func(incident.Release) bool { return true })
	fmt.Fprintln(w)
	fmt.Fprintln(w, "JOURNEY\tRUNS\tGOOD\tFLAKY\tMEDIAN\t95 %\tSLOWEST STEP (MEDIAN)")
	for _, name := range journeysOf(runs) {
		printJourney(w, name, runs)
	}
	return w.Flush()
}

// remark returns the error of a run, or the step that made it slow.
func remark(r journey.Run) string {
	if s, ok := r.Culprit(); ok && r.Outcome == journey.Slow {
		if s.Error != "" { // made slow by the journey's policy
			return fmt.Sprintf("step %q: %s", s.Name, s.Error)
		}
		return fmt.Sprintf("step %q took %s, budget %s%s", s.Name, cli.Milliseconds(s.DurationMS), cli.Milliseconds(s.SlowMS), cli.Prefixed(": ", s.Why))
	}
	return r.Error
}

func journeysOf(runs []journey.Run) []string {
	var all []string
	for _, r := range runs {
		all = append(all, r.Journey)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// printJourney writes the summary row of a journey.
func printJourney(w *tabwriter.Writer, name string, runs []journey.Run) {
	var totals []int64
	steps := map[string][]int64{}
	all, flaky := 0, 0
	for _, r := range runs {
		if r.Journey != name {
			continue
		}
		all++
		if !r.Outcome.Good() {
			continue // a failed run lasts as long as its limit, not as long as the site took
		}
		if r.Flaky() {
			flaky++
		}
		totals = append(totals, r.DurationMS)
		for _, s := range r.Steps {
			if !s.Cleanup {
				steps[s.Name] = append(steps[s.Name], s.DurationMS)
			}
		}
	}
	slowest := ""
	for step, ms := range steps {
		if slowest == "" || cmp.Or(cmp.Compare(quantile(ms, 0.5), quantile(steps[slowest], 0.5)), cmp.Compare(step, slowest)) > 0 {
			slowest = step
		}
	}
	fmt.Fprintf(w, "%s\t%d\t%.1f %%\t%d (%.1f %%)\t%s\t%s\t%s\n", name, all, 100*float64(len(totals))/float64(all), flaky, 100*float64(flaky)/float64(all),
		quantileText(totals, 0.5), quantileText(totals, 0.95), slowest+cli.Prefixed(" ", quantileText(steps[slowest], 0.5)))
}

// quantile returns the nearest-rank quantile of values that are not empty.
func quantile(values []int64, q float64) int64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

func quantileText(values []int64, q float64) string {
	if len(values) == 0 {
		return ""
	}
	return cli.Milliseconds(quantile(values, q))
}
