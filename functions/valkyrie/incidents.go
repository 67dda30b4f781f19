package main

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/config"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/postmortem"
	"valkyrie/alerts/replay"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/functions/valkyrie/report"
	"valkyrie/probes/journey"
)

func incidentsCommand(p *program) cli.Command {
	return cli.Command{
		Name: "incidents", Args: "[ID] [flags]", Summary: "list the incidents and who was told; or write the post-mortem of one",
		Examples: []string{
			"valkyrie incidents", "valkyrie incidents --since 30d --format json",
			"valkyrie incidents c9c0                        # one whole: customers hit, people told, every run",
			"valkyrie incidents c9c0 --format markdown > post-mortem.md",
		},
		Notes: []string{
			"ID is the handle at the end of an alert, or an incident's id, or enough of either to mean one. --since and --until are for the list.",
			"Decisions are not stored. They are judged again from the stored runs under the policy of --alerts, and the post-mortem " +
				"notes where the result differs from the incident.",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			q := p.queryFlags(fs, "7d", "text", "json", "markdown")
			file := fs.String("alerts", defaultAlerts, "`FILE` of policy and on-call people, to judge again by")
			return func(ctx context.Context, args []string) error {
				if len(args) > 1 {
					return cli.Usage("unexpected argument %q: expected at most one incident", args[1])
				}
				if len(args) == 0 && q.form.Value == "markdown" {
					return cli.Usage("--format markdown: expected the incident to write about; \"valkyrie incidents\" lists them")
				}
				store, err := q.open(ctx)
				if err != nil {
					return err
				}
				defer store.Close()
				if len(args) == 1 {
					return p.writePostmortem(ctx, store, args[0], *file, q.form.Value)
				}
				return p.listIncidents(ctx, store, q)
			}
		},
	}
}

// listIncidents writes the incidents of a query, the oldest first.
func (p *program) listIncidents(ctx context.Context, store incident.Store, q *query) error {
	records, err := loadIncidents(ctx, store, q.since.At)
	if err != nil {
		return err
	}
	if !q.until.At.IsZero() {
		records = slices.DeleteFunc(records, func(r incident.Record) bool { return r.Opened.After(q.until.At) })
	}
	route, err := paging.LoadState(ctx, store)
	if err != nil {
		return err
	}
	if len(records) == 0 {
		fmt.Fprintf(p.stderr, "no incidents %s\n", q.period())
	}
	for _, r := range records {
		if q.form.Value != "json" {
			report.WriteIncident(p.stdout, r, route.Releases)
		} else if err := cli.WriteJSON(p.stdout, withRelease(r, route.Releases)); err != nil {
			return err
		}
	}
	return nil
}

// loadIncidents returns the stored incidents that were open at or after a time, and for those that the pager still holds their
// current state, which may be newer.
func loadIncidents(ctx context.Context, store incident.Store, since time.Time) ([]incident.Record, error) {
	records, err := store.Incidents(ctx, since)
	if err != nil {
		return nil, err
	}
	route, err := paging.LoadState(ctx, store)
	if err != nil {
		return nil, err
	}
	for _, i := range route.Incidents {
		at := slices.IndexFunc(records, func(r incident.Record) bool { return r.ID == i.ID })
		if at < 0 {
			records = append(records, route.Record(i))
		} else {
			records[at] = route.Record(i)
		}
	}
	return slices.DeleteFunc(records, func(r incident.Record) bool {
		return r.State == incident.Resolved && r.Opened.Before(since) && r.ResolvedAt.Before(since)
	}), nil
}

// recordWithRelease is the JSON form of an incident, with the release that it began soon after.
type recordWithRelease struct {
	incident.Record
	Release *incident.Release `json:"release,omitempty"`
}

func withRelease(r incident.Record, marks []incident.Release) recordWithRelease {
	if m, ok := r.SuspectRelease(marks); ok {
		return recordWithRelease{r, &m}
	}
	return recordWithRelease{Record: r}
}

// writePostmortem writes the full account of one incident.
func (p *program) writePostmortem(ctx context.Context, store incident.Store, name, file, form string) error {
	all, err := loadIncidents(ctx, store, time.Time{})
	if err != nil {
		return err
	}
	record, err := findIncident(all, name)
	if err != nil {
		return err
	}
	c, err := p.postmortemCase(ctx, store, record, file)
	if err != nil {
		return err
	}
	switch account := postmortem.New(c); form {
	case "json":
		return cli.WriteJSON(p.stdout, account)
	case "markdown":
		return account.Markdown(p.stdout)
	default:
		return account.Text(p.stdout)
	}
}

// findIncident resolves a handle, an id, or the beginning of either.
func findIncident(all []incident.Record, name string) (incident.Record, error) {
	prefix := strings.ToLower(strings.TrimPrefix(name, "#"))
	var matches []incident.Record
	for _, r := range all {
		id := strings.ToLower(r.ID)
		if id == prefix {
			return r, nil
		}
		if prefix != "" && (strings.HasPrefix(id, prefix) || strings.HasPrefix(r.Short(), prefix)) {
			matches = append(matches, r)
		}
	}
	switch {
	case len(matches) == 1:
		return matches[0], nil
	case len(matches) > 1:
		return incident.Record{}, cli.Usage("%q may be any of %d incidents; say more of an id:\n%s", name, len(matches), newest(matches))
	case len(all) == 0:
		return incident.Record{}, cli.Usage("there is no incident %q; there was never any here", name)
	}
	return incident.Record{}, cli.Usage("there is no incident %q; the latest are\n%s", name, newest(all))
}

// newest lists the newest few incidents, for an error.
func newest(all []incident.Record) string {
	const few = 5
	var lines []string
	for _, r := range slices.Backward(all) {
		if len(lines) == few {
			lines = append(lines, "  and older ones: valkyrie incidents --since 52w")
			break
		}
		lines = append(lines, fmt.Sprintf("  #%s  %s", r.Short(), r.ID))
	}
	return strings.Join(lines, "\n")
}

// postmortemCase loads the facts about an incident. A faulty on-call file leaves out the decisions, which need its policy.
func (p *program) postmortemCase(ctx context.Context, store incident.Store, r incident.Record, file string) (postmortem.Case, error) {
	c := postmortem.Case{Record: r, Now: p.now().UTC()}
	route, err := paging.LoadState(ctx, store)
	if err != nil {
		return c, err
	}
	c.Mutes = route.Mutes
	progress := cli.NewProgress(p.stderr)
	defer progress.End()
	if c.Runs, err = runsAround(ctx, store, r, c.Now, progress); err != nil {
		return c, err
	}
	cfg, path, err := p.readAlerts(file)
	if err != nil {
		fmt.Fprintf(p.stderr, "the decisions cannot be judged again: %v\n", err)
		return c, nil
	}
	c.EvidenceURL = cfg.OnCall.EvidenceURL
	c.Judged.Policy = path
	c.Judged.Decisions, err = p.judgeAgain(ctx, store, cfg, r, c.Now, progress)
	return c, err
}

// runsAround returns the runs of the incident's journey until a day after its end. It goes back until every region has a
// good run before its first bad one, as far as runs are kept.
func runsAround(ctx context.Context, store incident.RunLog, r incident.Record, now time.Time, progress *cli.Progress) ([]journey.Run, error) {
	until := now.Add(cli.Day)
	if r.State == incident.Resolved {
		until = r.ResolvedAt.Add(cli.Day)
	}
	var runs []journey.Run
	for back := cli.Day; ; back *= 8 {
		since := r.Since.Add(-back)
		earlier, err := shownRuns(ctx, store, incident.RunQuery{Journey: r.Journey, Since: since, Until: until}, progress)
		runs, until = append(earlier, runs...), since
		if err != nil || back > incident.RetainRunsLocal {
			return runs, err
		}
		windows := postmortem.New(postmortem.Case{Record: r, Runs: runs, Now: now}).Windows
		if !slices.ContainsFunc(windows, func(w postmortem.Window) bool { return w.LastGood.IsZero() }) {
			return runs, nil
		}
	}
}

// shownRuns returns runs with the fields that a post-mortem shows, which are a small part of a run.
func shownRuns(ctx context.Context, store incident.RunLog, q incident.RunQuery, progress *cli.Progress) (runs []journey.Run, err error) {
	for r, err := range readRuns(ctx, store, q, progress) {
		if err != nil {
			return nil, err
		}
		shown := journey.Run{
			ID: r.ID, Journey: r.Journey, Region: r.Region, Slot: r.Slot, EveryMS: r.EveryMS, Started: r.Started, Outcome: r.Outcome,
			DurationMS: r.DurationMS, Error: r.Error, Tries: r.Tries, Evidence: r.Evidence,
		}
		if step, ok := r.Culprit(); ok {
			shown.Steps = []journey.StepResult{step}
		}
		runs = append(runs, shown)
	}
	return runs, nil
}

// judgeAgain replays the incident's journey and returns its decisions. It begins early enough for the judge to have the
// state that it had at the time: trends and usual counts need weeks.
func (p *program) judgeAgain(ctx context.Context, store incident.RunLog, cfg config.Config, r incident.Record, now time.Time, progress *cli.Progress) ([]postmortem.Decided, error) {
	back := max(2*cli.Day, cfg.Judge.For(r.Journey).ReturnWithin+cli.Day)
	if r.Kind == incident.LatencyTrend || r.Kind == incident.Counts {
		back = 50 * cli.Day
	}
	until := now
	if r.State == incident.Resolved {
		until = r.ResolvedAt.Add(time.Hour)
	}
	var all []postmortem.Decided
	replay := replay.New(cfg.Judge, cfg.OnCall, p.suite.Titles())
	replay.OnDecision = func(name, region string, at time.Time, d judge.Decision) {
		if name == r.Journey && d.Verb != judge.NoChange {
			all = append(all, postmortem.Decided{At: at, Region: region, Decision: d})
		}
	}
	name := r.Journey
	if r.Kind == incident.Silent {
		name = "" // the runs of other journeys show that the probes were running
	}
	err := eachRun(ctx, store, incident.RunQuery{Journey: name, Since: r.Since.Add(-back), Until: until}, progress, replay.Judge)
	replay.Finish()
	return all, err
}
