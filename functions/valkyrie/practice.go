package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"valkyrie/alerts"
	"valkyrie/alerts/practice"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/functions/valkyrie/report"
	"valkyrie/probes"
	"valkyrie/probes/journey"
)

// onPractice judges a made-up month, whose troubles are known.
func (r *replay) onPractice() error {
	if r.baseline == nil {
		cfg, err := alerts.Parse("the built-in alerts.yaml", alerts.Shipped(), nil)
		if err != nil {
			return err
		}
		r.baseline = newNamedPolicy("built-in", cfg)
	}
	journeys, names, err := practised(r.journey)
	if err != nil {
		return err
	}
	began := time.Now()
	for run := range practice.Month(journeys) {
		r.judge(run)
	}
	fmt.Fprintf(r.stderr, "judged %d runs twice in %v\n", r.would.Runs, time.Since(began).Round(time.Millisecond))
	fmt.Fprintf(r.stdout, "a month of practice, %s: %d runs of %s from %s; besides the troubles, one run in %.0f fails by itself\n\n",
		practice.Begins().Format("January 2006"), r.would.Runs, strings.Join(names, " and "), strings.Join(practice.Regions(), ", "), 1/practice.FailsByChance)
	would, was := r.would.Verdicts(time.Time{}), r.baseline.Verdicts(time.Time{})
	if err := r.score(practice.Troubles(names), would, was); err != nil {
		return err
	}
	fmt.Fprintln(r.stdout)
	return r.compare(would, was)
}

// practised are the journeys of the practice: the one that is named, else the first two, which is enough for its troubles.
func practised(name string) (journeys []journey.Journey, names []string, err error) {
	all := journey.Names(probes.All)
	switch {
	case name == "":
		all = all[:min(2, len(all))]
	case slices.Contains(all, name):
		all = []string{name}
	default:
		return nil, nil, cli.Unknown("journey", name, all)
	}
	found, err := journey.Find(probes.All, all...)
	for _, make := range found {
		journeys = append(journeys, make())
	}
	return journeys, all, err
}

// compare tells how the incidents of the two policies differ.
func (r *replay) compare(would, was []alerts.Verdict) error {
	var records []alerts.Record
	planned := map[string]*report.Notifications{}
	for _, v := range was {
		records = append(records, alerts.Record{Incident: v.Incident})
		planned[v.ID] = report.Planned(&v)
	}
	var all []report.Difference
	for _, d := range alerts.Compare(would, records) {
		x := report.Difference{Difference: d, Would: report.Planned(d.Would)}
		if d.Was != nil {
			x.Did = planned[d.Was.ID]
		}
		all = append(all, x)
	}
	return r.print(all, r.would.name, r.baseline.name)
}

// score tells, for each trouble, when people would have been told, and how often they would have been of nothing.
func (r *replay) score(troubles []practice.Trouble, would, was []alerts.Verdict) error {
	w := tabwriter.NewWriter(r.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "TROUBLE\tJOURNEY\tBEGAN (UTC)\tLASTED\t%s\t%s\n", r.would.name, r.baseline.name)
	for _, t := range troubles {
		name := t.Journey
		if name == "" {
			name = "all"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", t.What, name, t.From.Format("2006-01-02 15:04"), cli.FormatDuration(t.Until.Sub(t.From)), noticed(t, would), noticed(t, was))
	}
	fmt.Fprintf(w, "nothing at all\t\t\t\t%s\t%s\n", forNothing(troubles, would), forNothing(troubles, was))
	return w.Flush()
}

// noticed says when a trouble first made people's phones ring, or at least sent them a text.
func noticed(t practice.Trouble, verdicts []alerts.Verdict) string {
	first := map[bool]time.Duration{}
	for _, v := range verdicts {
		for _, a := range v.Alarms {
			if after, is := first[a.Rings]; causes(t, v, a) && (!is || a.At.Sub(t.From) < after) {
				first[a.Rings] = a.At.Sub(t.From)
			}
		}
	}
	said := "nobody is told"
	text, texts := first[false]
	call, rings := first[true]
	switch {
	case rings && texts && text < call:
		said = "texts after " + roughly(text) + ", rings after " + roughly(call)
	case rings:
		said = "rings after " + roughly(call)
	case texts:
		said = "texts after " + roughly(text)
	}
	switch told := rings || texts; {
	case t.Nothing && told:
		said += "  (wrong)"
	case !t.Nothing && !told && !t.Mild:
		said += "  (missed)"
	}
	return said
}

// causes reports whether an alarm is about a trouble: about its journey, and in its time, or so soon after that its last
// runs may have led to it. A slow trouble causes only alarms about slowness.
func causes(t practice.Trouble, v alerts.Verdict, a alerts.Told) bool {
	const soon = 30 * time.Minute
	slowness := v.Kind == alerts.Creeping || v.Kind == alerts.Degraded
	return t.About(v.Journey) && !a.At.Before(t.From) && a.At.Before(t.Until.Add(soon)) && t.Slow == slowness
}

// forNothing counts the alarms that no trouble causes.
func forNothing(troubles []practice.Trouble, verdicts []alerts.Verdict) string {
	calls, texts := 0, 0
	for _, v := range verdicts {
		for _, a := range v.Alarms {
			caused := false
			for _, t := range troubles {
				caused = caused || causes(t, v, a)
			}
			switch {
			case caused:
			case a.Rings:
				calls++
			default:
				texts++
			}
		}
	}
	if calls+texts == 0 {
		return "nobody is told"
	}
	return fmt.Sprintf("rings %d times, texts %d times  (wrong)", calls, texts)
}

// roughly is a duration in minutes, hours or days.
func roughly(d time.Duration) string {
	switch {
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 2*cli.Day:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d/cli.Day))
}
