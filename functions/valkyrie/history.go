package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/functions/valkyrie/report"
	"valkyrie/infra/days"
	"valkyrie/probes/journey"
)

func historyCommand(p *program) cli.Command {
	return cli.Command{
		Name: "history", Args: "[JOURNEY] [flags]", Summary: "list the runs that were made, and how each journey has fared",
		Examples: []string{
			"valkyrie history", "valkyrie history print-card --since 2h", "valkyrie history --since yesterday --until today",
			"valkyrie history --format json --since 7d | jq .outcome",
			"valkyrie history --summary --since 52w",
			"valkyrie history --store \"dynamodb://valkyrie?region=eu-central-1\"",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			q := p.queryFlags(fs, "24h", "text", "json")
			summary := fs.Bool("summary", false, "only how each journey has fared; its times are exact to 1 %")
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
				write := p.listRuns
				if *summary {
					write = p.summarizeRuns
				}
				found, err := write(ctx, store, incident.RunQuery{Journey: name, Since: q.since.At, Until: q.until.At}, q.form.Value)
				if err == nil && !found {
					err = p.explainNoRuns(ctx, store, name, q)
				}
				return err
			}
		},
	}
}

// listRuns writes the runs of a query, and reports whether there are any. It holds few of them at a time.
func (p *program) listRuns(ctx context.Context, store incident.Store, q incident.RunQuery, form string) (found bool, err error) {
	progress := p.progressOfList()
	defer progress.End()
	if form == "json" {
		for run, err := range readRuns(ctx, store, q, progress) {
			if err == nil {
				found, err = true, cli.WriteJSON(p.stdout, run)
			}
			if err != nil {
				return found, err
			}
		}
		return found, nil
	}
	route, err := paging.LoadState(ctx, store)
	if err != nil {
		return false, err
	}
	q.Lean = true
	return p.printHistory(readRuns(ctx, store, q, progress), releasesFor(q.Journey, route.Releases, q.Since))
}

// progressRuns is the number of runs between two looks at the clock. A command that reads fewer never shows its progress.
const progressRuns = 100

// readRuns reads runs page by page, and shows the progress.
func readRuns(ctx context.Context, store incident.RunLog, q incident.RunQuery, progress *cli.Progress) iter.Seq2[journey.Run, error] {
	return func(yield func(journey.Run, error) bool) {
		read := 0
		for run, err := range incident.StreamRuns(ctx, store, q) {
			if !yield(run, err) {
				return
			}
			if read++; read%progressRuns == 0 {
				progress.Update("read %d runs, until %s", read, cli.FormatMinute(run.Slot))
			}
		}
	}
}

// progressOfList returns the progress of a command that writes results meanwhile. These are its progress where stderr is a terminal,
// unless they go to a file: a line that is replaced would be in their way.
func (p *program) progressOfList() *cli.Progress {
	if cli.IsTerminal(p.stderr) && !cli.IsFile(p.stdout) {
		return nil
	}
	return cli.NewProgress(p.stderr)
}

// summarizeRuns writes how each journey has fared, and reports whether there are any runs.
func (p *program) summarizeRuns(ctx context.Context, store incident.Store, q incident.RunQuery, form string) (found bool, err error) {
	progress := cli.NewProgress(p.stderr)
	all, err := days.Summarize(ctx, store, q, func(runs int64) { progress.Update("added up %d runs", runs) })
	progress.End()
	if err != nil || len(all) == 0 {
		return false, err
	}
	if form == "text" {
		return true, printSummaries(p.stdout, all)
	}
	for _, s := range all.InOrder() {
		if err := cli.WriteJSON(p.stdout, summaryOf(s)); err != nil {
			return true, err
		}
	}
	return true, nil
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

// printHistory writes the runs with the releases between them, then a summary of each journey, and reports whether there are runs.
func (p *program) printHistory(runs iter.Seq2[journey.Run, error], marks []incident.Release) (found bool, err error) {
	table := report.NewTable(p.stdout, "SLOT (UTC)", "JOURNEY", "REGION", "OUTCOME", "TIME", "WHAT")
	printReleases := func(until func(incident.Release) bool) (err error) {
		for ; err == nil && len(marks) > 0 && until(marks[0]); marks = marks[1:] {
			err = table.Row(append(releaseCells(marks[0]), "released", "", "")...)
		}
		return err
	}
	all := days.Summaries{}
	for r, err := range runs {
		if err == nil {
			err = printReleases(func(m incident.Release) bool { return !m.At.After(r.Slot) })
		}
		if err == nil {
			err = table.Row(r.Slot.UTC().Format("2006-01-02 15:04:05"), r.Journey, r.Region, report.Symbol(r.Outcome)+" "+string(r.Outcome), cli.Milliseconds(r.DurationMS),
				remark(r)+cli.Prefixed("  on try "+strconv.Itoa(r.Tries)+"; at first: ", r.FirstError))
		}
		if err != nil {
			return true, errors.Join(table.Flush(), err)
		}
		all.Add(r)
	}
	if len(all) == 0 {
		return false, nil
	}
	if err := errors.Join(printReleases(func(incident.Release) bool { return true }), table.Flush()); err != nil {
		return true, err
	}
	fmt.Fprintln(p.stdout)
	return true, printSummaries(p.stdout, all)
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

// printSummaries writes a row for each journey.
func printSummaries(out io.Writer, all days.Summaries) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "JOURNEY\tRUNS\tGOOD\tFLAKY\tMEDIAN\t95 %\tSLOWEST STEP (MEDIAN)")
	for _, s := range all.InOrder() {
		slowest, ms, ok := s.SlowestStep()
		if ok {
			slowest += " " + cli.Milliseconds(ms)
		}
		share := func(n int64) float64 { return 100 * float64(n) / float64(s.Runs) }
		fmt.Fprintf(w, "%s\t%d\t%.1f %%\t%d (%.1f %%)\t%s\t%s\t%s\n", s.Journey, s.Runs, share(s.Good), s.Flaky, share(s.Flaky),
			quantileText(s, 0.5), quantileText(s, 0.95), slowest)
	}
	return w.Flush()
}

func quantileText(s *days.Summary, q float64) string {
	ms, ok := s.Quantile(q)
	if !ok {
		return ""
	}
	return cli.Milliseconds(ms)
}

// A summaryLine is the JSON form of a summary. The times are of good runs, in milliseconds; null: there are none.
type summaryLine struct {
	Journey     string `json:"journey"`
	Runs        int64  `json:"runs"`
	Good        int64  `json:"good"`
	Flaky       int64  `json:"flaky"`
	MedianMS    *int64 `json:"median_ms"`
	P95MS       *int64 `json:"p95_ms"`
	SlowestStep string `json:"slowest_step"`
	SlowestMS   *int64 `json:"slowest_step_median_ms"`
}

func summaryOf(s *days.Summary) summaryLine {
	known := func(ms int64, ok bool) *int64 {
		if !ok {
			return nil
		}
		return &ms
	}
	line := summaryLine{Journey: s.Journey, Runs: s.Runs, Good: s.Good, Flaky: s.Flaky, MedianMS: known(s.Quantile(0.5)), P95MS: known(s.Quantile(0.95))}
	name, ms, ok := s.SlowestStep()
	line.SlowestStep, line.SlowestMS = name, known(ms, ok)
	return line
}
