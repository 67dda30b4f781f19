package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"valkyrie/alerts"
	"valkyrie/functions/valkyrie/cli"
)

// A telling is when people were told of an incident, or would have been: each time that it opened, or came back.
type telling struct{ calls, texts []time.Time }

// wouldTell is what a policy would have done.
func wouldTell(v *alerts.Verdict) *telling {
	if v == nil {
		return nil
	}
	var t telling
	for _, a := range v.Alarms {
		if a.Rings {
			t.calls = append(t.calls, a.At)
		} else {
			t.texts = append(t.texts, a.At)
		}
	}
	return &t
}

// didTell is what was done: the first call of each spell, and the first text, unless that came with the call. How many
// people it took is another matter.
func didTell(r *alerts.Record) *telling {
	if r == nil {
		return nil
	}
	begins := []time.Time{r.Since}
	for i, s := range r.Spells {
		if i > 0 {
			begins = append(begins, s.Since)
		}
	}
	var t telling
	for i, from := range begins {
		var until time.Time // zero: to date
		if i+1 < len(begins) {
			until = begins[i+1]
		}
		call, text := firstAlarm(r, alerts.Call, from, until), firstAlarm(r, alerts.Text, from, until)
		if !call.IsZero() {
			t.calls = append(t.calls, call)
		}
		if !text.IsZero() && (call.IsZero() || call.Sub(text) > time.Minute) {
			t.texts = append(t.texts, text)
		}
	}
	return &t
}

func firstAlarm(r *alerts.Record, c alerts.Channel, from, until time.Time) time.Time {
	for _, p := range r.Pages {
		if p.Purpose == alerts.Alarm && p.Channel == c && p.State != alerts.Cancelled && !p.PlannedAt.Before(from) && (until.IsZero() || p.PlannedAt.Before(until)) {
			return p.PlannedAt
		}
	}
	return time.Time{}
}

// String says it in a cell of a table: "rung 2 times, 03:02"; "-" without an incident.
func (t *telling) String() string {
	switch {
	case t == nil:
		return "-"
	case len(t.calls)+len(t.texts) == 0:
		return "kept"
	}
	var said []string
	for _, x := range []struct {
		at   []time.Time
		word string
	}{{t.texts, "texted"}, {t.calls, "rung"}} {
		switch len(x.at) {
		case 0:
		case 1:
			said = append(said, x.word+" "+x.at[0].UTC().Format("15:04"))
		default:
			said = append(said, fmt.Sprintf("%s %d times, %s", x.word, len(x.at), x.at[0].UTC().Format("15:04")))
		}
	}
	return strings.Join(said, ", ")
}

// A difference is an incident with who was told of it, under two policies, or under one and in truth.
type difference struct {
	alerts.Difference
	would, was *telling
}

// tellDifferences writes them as a table: would and was head the columns.
func (p *program) tellDifferences(all []difference, would, was string) error {
	if len(all) == 0 {
		fmt.Fprintln(p.stderr, "no incidents, neither way")
		return nil
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\tOPENED (UTC)\tJOURNEY\tKIND\tLASTED\t%s\t%s\tWHY\n", would, was)
	var sum tally
	for _, d := range all {
		i := d.Incident()
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%v\t%v\t%s\n", sum.mark(d), i.Opened.UTC().Format("2006-01-02 15:04"), i.Journey, i.Kind, lasted(i), d.would, d.was, i.Reason)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.stdout, "\n%d added (+), %d gone (-), %d told otherwise (~), %d the same (=)\nrings: %s %d, %s %d; texts: %s %d, %s %d\n",
		sum.added, sum.gone, sum.otherwise, sum.same, would, sum.calls, was, sum.called, would, sum.texts, was, sum.texted)
	return err
}

// A tally sums up the differences.
type tally struct {
	added, gone, otherwise, same int
	calls, texts, called, texted int
}

// mark counts a difference, and returns its sign.
func (t *tally) mark(d difference) string {
	none := &telling{}
	would, was := d.would, d.was
	if would == nil {
		would = none
	}
	if was == nil {
		was = none
	}
	t.calls, t.texts = t.calls+len(would.calls), t.texts+len(would.texts)
	t.called, t.texted = t.called+len(was.calls), t.texted+len(was.texts)
	switch {
	case d.Was == nil:
		t.added++
		return "+"
	case d.Would == nil:
		t.gone++
		return "-"
	case !alike(would.calls, was.calls) || !alike(would.texts, was.texts):
		t.otherwise++
		return "~"
	}
	t.same++
	return "="
}

// alike reports whether people are told as often, and at about the same times: what was done was done when a run had ended,
// what would have been is dated by its slot.
func alike(a, b []time.Time) bool {
	const about = 2 * time.Minute
	return slices.EqualFunc(a, b, func(a, b time.Time) bool { return a.Sub(b).Abs() < about })
}

func lasted(i alerts.Incident) string {
	if i.State != alerts.Resolved {
		return "is open"
	}
	return cli.FormatDuration(i.ResolvedAt.Sub(i.Since).Round(time.Second))
}
