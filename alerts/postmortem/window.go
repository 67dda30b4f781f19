package postmortem

import (
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

// A Window is a period in which customers of a region may have been affected, bounded by good runs. The runs in between
// were bad; between runs the state is unknown.
type Window struct {
	Region    string    `json:"region"`
	LastGood  time.Time `json:"last_good,omitzero"`  // when the last good run before began; absent: none is stored
	FirstBad  time.Time `json:"first_bad,omitzero"`  // slot
	LastBad   time.Time `json:"last_bad,omitzero"`   // slot
	FirstGood time.Time `json:"first_good,omitzero"` // when the first good run after had ended; absent: not over
	BadRuns   int       `json:"bad_runs"`            // of a silence: 0, because none came
}

// Lasted returns the window's maximum length; false when a bound is unknown.
func (w Window) Lasted() (time.Duration, bool) {
	return w.FirstGood.Sub(w.LastGood), !w.LastGood.IsZero() && !w.FirstGood.IsZero()
}

// windows returns the incident's windows, by region and time.
func windows(c Case) []Window {
	all := []Window{}
	for _, region := range regions(c.Runs) {
		runs := slices.DeleteFunc(slices.Clone(c.Runs), func(r journey.Run) bool { return r.Region != region })
		named := slices.Contains(c.Record.Regions, region)
		switch c.Record.Kind {
		case incident.Silent:
			if named {
				all = append(all, c.gap(region, runs)...)
			}
		case incident.LatencyTrend, incident.Slower, incident.Counts, incident.Heartbeat, incident.Cleanup, incident.Certificate:
			if named {
				all = append(all, c.around(region, runs))
			}
		default:
			all = append(all, c.stretches(region, runs)...)
		}
	}
	return all
}

func regions(runs []journey.Run) []string {
	var all []string
	for _, r := range runs {
		all = append(all, r.Region)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// stretches returns the sequences of bad runs that belong to the incident.
func (c Case) stretches(region string, runs []journey.Run) []Window {
	var all []Window
	var now *Window
	var good time.Time
	for _, r := range runs {
		switch {
		case bad(c.Record.Kind, r.Outcome):
			if now == nil {
				now = &Window{Region: region, LastGood: good, FirstBad: r.Slot}
			}
			now.LastBad, now.BadRuns = r.Slot, now.BadRuns+1
		case conclusive(c.Record.Kind, r.Outcome):
			good = began(r)
			if now != nil {
				now.FirstGood = ended(r)
				all = append(all, *now)
			}
			now = nil
		}
	}
	if now != nil {
		all = append(all, *now)
	}
	return slices.DeleteFunc(all, func(w Window) bool { return w.LastBad.Before(c.Record.Since) || w.FirstBad.After(c.end()) })
}

// bad reports whether incidents of the kind consist of runs with that outcome.
func bad(k incident.Kind, o journey.Outcome) bool {
	switch k {
	case incident.ProbeFault:
		return o == journey.Broken
	case incident.Degraded:
		return o == journey.Slow || o == journey.Failed
	}
	return o == journey.Failed
}

// conclusive reports whether a run that is not bad proves a good state.
func conclusive(k incident.Kind, o journey.Outcome) bool {
	return k == incident.ProbeFault || o != journey.Broken
}

// gap returns the times without a run in which the region counted as silent; of an incident that was stored without them, the longest
// that overlaps it.
func (c Case) gap(region string, runs []journey.Run) []Window {
	var longest Window
	var most time.Duration
	var all []Window
	for i, r := range runs {
		next, until := Window{Region: region, LastGood: began(r), FirstBad: c.Record.Since}, c.Now
		if i+1 < len(runs) {
			until = runs[i+1].Slot
			next.FirstGood = ended(runs[i+1])
		}
		within := func(bout time.Time) bool { return bout.After(r.Slot) && !bout.After(until) }
		if slices.ContainsFunc(c.Record.Bouts, within) {
			if next.FirstBad.After(until) { // Since is that of the latest one
				next.FirstBad = r.Slot.Add(time.Duration(r.EveryMS) * time.Millisecond)
			}
			all = append(all, next)
		}
		if d := until.Sub(r.Slot); d > most && r.Slot.Before(c.end()) && until.After(c.Record.Since) {
			longest, most = next, d
		}
	}
	switch {
	case len(all) > 0:
		return all
	case most == 0:
		return nil
	}
	return []Window{longest}
}

// around returns the window from the last good run before the incident to the first after.
func (c Case) around(region string, runs []journey.Run) Window {
	w := Window{Region: region, FirstBad: c.Record.Since, LastBad: c.Record.Last}
	for _, r := range runs {
		switch {
		case r.Outcome.Good() && r.Slot.Before(c.Record.Since):
			w.LastGood = began(r)
		case !r.Slot.Before(c.Record.Since) && !r.Slot.After(c.Record.Last):
			w.BadRuns++
		case r.Outcome.Good() && c.Record.State == incident.Resolved && !r.Slot.Before(c.Record.ResolvedAt) && w.FirstGood.IsZero():
			w.FirstGood = ended(r)
		}
	}
	return w
}

// end returns the incident's end, or now.
func (c Case) end() time.Time {
	if c.Record.State == incident.Resolved {
		return c.Record.ResolvedAt
	}
	return c.Now
}

// began returns a run's start: its slot, if it records none.
func began(r journey.Run) time.Time {
	if r.Started.IsZero() {
		return r.Slot.UTC()
	}
	return r.Started.UTC()
}

// ended returns the earliest possible end of a run, from its recorded waits.
func ended(r journey.Run) time.Time {
	return began(r).Add(time.Duration(r.DurationMS) * time.Millisecond)
}

// impactLabel describes the windows of a kind.
func impactLabel(k incident.Kind) string {
	switch k {
	case incident.ProbeFault, incident.Silent:
		return "nobody knows how it was for customers"
	case incident.Degraded, incident.LatencyTrend:
		return "customers may have waited"
	case incident.Cleanup:
		return "customers were not affected; test data stayed on the site"
	case incident.Certificate:
		return "customers were not affected before the certificate expired"
	case incident.Counts, incident.Heartbeat:
		return "the numbers may have been wrong"
	}
	return "customers may have been hit"
}

// headline describes the incident in a few words.
func headline(r incident.Record) string {
	title := r.Title
	if title == "" {
		title = strings.ReplaceAll(r.Journey, "-", " ")
	}
	return title
}
