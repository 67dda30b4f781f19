package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"valkyrie/alerts"
	"valkyrie/alerts/aftermath"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/probes/journey"
)

// tellOne tells one incident whole.
func (p *program) tellOne(ctx context.Context, store alerts.Store, name, file, format string) error {
	all, err := incidents(ctx, store, time.Time{})
	if err != nil {
		return err
	}
	record, err := choose(all, name)
	if err != nil {
		return err
	}
	c, err := p.caseOf(ctx, store, record, file)
	if err != nil {
		return err
	}
	switch a := aftermath.Of(c); format {
	case "json":
		return cli.WriteJSON(p.stdout, a)
	case "markdown":
		return a.Markdown(p.stdout)
	default:
		return a.Text(p.stdout)
	}
}

// choose is the incident that is meant: by its handle, its id, or the beginning of either.
func choose(all []alerts.Record, name string) (alerts.Record, error) {
	typed := strings.ToLower(strings.TrimPrefix(name, "#"))
	var meant []alerts.Record
	for _, r := range all {
		id := strings.ToLower(r.ID)
		if id == typed {
			return r, nil
		}
		if typed != "" && (strings.HasPrefix(id, typed) || strings.HasPrefix(r.Short(), typed)) {
			meant = append(meant, r)
		}
	}
	switch {
	case len(meant) == 1:
		return meant[0], nil
	case len(meant) > 1:
		return alerts.Record{}, cli.Usage("%q may be any of %d incidents; say more of an id:\n%s", name, len(meant), latest(meant))
	case len(all) == 0:
		return alerts.Record{}, cli.Usage("there is no incident %q; there was never any here", name)
	}
	return alerts.Record{}, cli.Usage("there is no incident %q; the latest are\n%s", name, latest(all))
}

// latest lists the newest few incidents.
func latest(all []alerts.Record) string {
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

// caseOf collects what is known of an incident.
func (p *program) caseOf(ctx context.Context, store alerts.Store, r alerts.Record, file string) (aftermath.Case, error) {
	c := aftermath.Case{Record: r, Now: p.now().UTC()}
	route, err := alerts.LoadRoute(ctx, store)
	if err != nil {
		return c, err
	}
	c.Mutes = route.Mutes
	if c.Runs, err = runsAround(ctx, store, r, c.Now); err != nil {
		return c, err
	}
	cfg, path, err := readAlerts(file)
	if err != nil {
		fmt.Fprintf(p.stderr, "the decisions cannot be judged again: %v\n", err)
		return c, nil
	}
	c.EvidenceURL = cfg.OnCall.EvidenceURL
	c.Judged.Policy = path
	c.Judged.Decisions, err = judgedAgain(ctx, store, cfg, r, c.Now)
	return c, err
}

// runsAround are the runs of the incident's journey, until a day after it, and from so far back that each region has had a
// good one before it went bad, if any is kept.
func runsAround(ctx context.Context, store alerts.RunLog, r alerts.Record, now time.Time) ([]journey.Run, error) {
	until := now.Add(cli.Day)
	if r.State == alerts.Resolved {
		until = r.ResolvedAt.Add(cli.Day)
	}
	for back := cli.Day; ; back *= 8 {
		runs, err := store.Runs(ctx, alerts.RunQuery{Journey: r.Journey, Since: r.Since.Add(-back), Until: until})
		if err != nil || back > kept {
			return runs, err
		}
		windows := aftermath.Of(aftermath.Case{Record: r, Runs: runs, Now: now}).Windows
		if !slices.ContainsFunc(windows, func(w aftermath.Window) bool { return w.LastGood.IsZero() }) {
			return runs, nil
		}
	}
}

// judgedAgain judges the incident's journey again, from long enough before it that judging knows what it knew then.
func judgedAgain(ctx context.Context, store alerts.RunLog, cfg alerts.Config, r alerts.Record, now time.Time) ([]aftermath.Decided, error) {
	back := max(2*cli.Day, cfg.Judge.For(r.Journey).ReturnWithin+cli.Day)
	if r.Kind == alerts.Creeping || r.Kind == alerts.Counts {
		back = 50 * cli.Day // trends and usual levels need weeks
	}
	until := now
	if r.State == alerts.Resolved {
		until = r.ResolvedAt.Add(time.Hour)
	}
	var all []aftermath.Decided
	replay := alerts.NewReplay(cfg.Judge, cfg.OnCall, titles())
	replay.Decided = func(name, region string, at time.Time, d alerts.Decision) {
		if name == r.Journey && d.Verb != alerts.Rests {
			all = append(all, aftermath.Decided{At: at, Region: region, Decision: d})
		}
	}
	name := r.Journey
	if r.Kind == alerts.Silent {
		name = "" // that others ran meanwhile tells it from a night in which nobody was watching
	}
	err := feed(ctx, store, alerts.RunQuery{Journey: name, Since: r.Since.Add(-back), Until: until}, replay.Judge)
	return all, err
}
