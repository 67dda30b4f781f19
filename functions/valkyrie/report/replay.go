package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/replay"
	"valkyrie/functions/valkyrie/cli"
)

// Notifications are the times at which an incident notified people: when it opened, and each time it came back.
type Notifications struct{ Calls, Texts []time.Time }

// Planned returns the notifications that a replayed policy would send; nil for no incident.
func Planned(v *replay.Verdict) *Notifications {
	if v == nil {
		return nil
	}
	var n Notifications
	for _, a := range v.Alarms {
		if a.Rings {
			n.Calls = append(n.Calls, a.At)
		} else {
			n.Texts = append(n.Texts, a.At)
		}
	}
	return &n
}

// Unreplayed returns what a replay of the stored incidents leaves open, one sentence each, because the store does not have it:
// the reports of batches, and mutes.
func Unreplayed(all []Difference, was []incident.Record) []string {
	batches, silent := 0, 0
	for _, i := range was {
		if i.Kind == incident.Heartbeat {
			batches++
		}
	}
	for _, d := range all {
		if d.Did != nil && len(d.Did.Calls)+len(d.Did.Texts) == 0 && d.Would != nil && len(d.Would.Calls)+len(d.Would.Texts) > 0 {
			silent++
		}
	}
	var said []string
	if batches > 0 {
		said = append(said, fmt.Sprintf("batches are not replayed, as their reports are not stored; incidents of theirs in this time: %d", batches))
	}
	if silent > 0 {
		said = append(said, fmt.Sprintf("mutes are not stored, and not replayed; incidents that would have notified people and did not: %d", silent))
	}
	return said
}

// Sent returns the notifications that a stored incident sent: for each outage in it the first call, and the first text
// unless it accompanied that call. Pages to further people are not counted, because a replay plans none.
func Sent(r *incident.Record) *Notifications {
	if r == nil {
		return nil
	}
	begins := []time.Time{r.Since}
	for i, s := range r.Outages {
		if i > 0 {
			begins = append(begins, s.Since)
		}
	}
	var n Notifications
	for i, from := range begins {
		var until time.Time // zero: to date
		if i+1 < len(begins) {
			until = begins[i+1]
		}
		call, text := firstAlarm(r, incident.Call, from, until), firstAlarm(r, incident.Text, from, until)
		if !call.IsZero() {
			n.Calls = append(n.Calls, call)
		}
		if !text.IsZero() && (call.IsZero() || call.Sub(text) > time.Minute) {
			n.Texts = append(n.Texts, text)
		}
	}
	return &n
}

func firstAlarm(r *incident.Record, c incident.Channel, from, until time.Time) time.Time {
	for _, p := range r.Pages {
		if p.Purpose == incident.Alarm && p.Channel == c && p.State != incident.Cancelled && !p.PlannedAt.Before(from) && (until.IsZero() || p.PlannedAt.Before(until)) {
			return p.PlannedAt
		}
	}
	return time.Time{}
}

// String formats the notifications for a table cell: "rung 2 times, 03:02"; "kept" for an incident that sent none, "-" for
// no incident.
func (n *Notifications) String() string {
	switch {
	case n == nil:
		return "-"
	case len(n.Calls)+len(n.Texts) == 0:
		return "kept"
	}
	var parts []string
	for _, x := range []struct {
		at   []time.Time
		verb string
	}{{n.Texts, "texted"}, {n.Calls, "rung"}} {
		switch len(x.at) {
		case 0:
		case 1:
			parts = append(parts, x.verb+" "+x.at[0].UTC().Format("15:04"))
		default:
			parts = append(parts, fmt.Sprintf("%s %d times, %s", x.verb, len(x.at), x.at[0].UTC().Format("15:04")))
		}
	}
	return strings.Join(parts, ", ")
}

// equal reports whether both notify as often and at about the same times. A sent notification is dated by the end of the
// run, a planned one by its slot.
func (n Notifications) equal(other Notifications) bool {
	const tolerance = 2 * time.Minute
	near := func(a, b time.Time) bool { return a.Sub(b).Abs() < tolerance }
	return slices.EqualFunc(n.Calls, other.Calls, near) && slices.EqualFunc(n.Texts, other.Texts, near)
}

// A Difference is an incident with its notifications under the tried policy and under the baseline: another policy, or the
// history as it was.
type Difference struct {
	replay.Difference
	Would, Did *Notifications

	Unknown bool // runs of the incident's time are missing, so that nothing is known of the tried policy
}

// WriteDifferences writes a table of differences with their totals; would and did head its columns.
func WriteDifferences(w io.Writer, all []Difference, would, did string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\tOPENED (UTC)\tJOURNEY\tKIND\tLASTED\t%s\t%s\tWHY\n", would, did)
	var sum totals
	for _, d := range all {
		i, said := d.Incident(), d.Would.String()
		if d.Unknown {
			said = "runs missing"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%v\t%v\t%s\n", sum.add(d), i.Opened.UTC().Format("2006-01-02 15:04"), i.Journey, i.Kind, lasted(i), said, d.Did, i.Reason)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if sum.unknown > 0 {
		fmt.Fprintf(w, "\n%d unknown (?): the runs of that time are not stored any more, so that replay cannot tell\n", sum.unknown)
	}
	_, err := fmt.Fprintf(w, "\n%d added (+), %d gone (-), %d told otherwise (~), %d the same (=)\nrings: %s %d, %s %d; texts: %s %d, %s %d\n",
		sum.added, sum.gone, sum.changed, sum.same, would, sum.would.calls, did, sum.did.calls, would, sum.would.texts, did, sum.did.texts)
	return err
}

// totals counts differences by sign, and the notifications of each side.
type totals struct {
	added, gone, changed, same, unknown int
	would, did                          struct{ calls, texts int }
}

// add counts a difference and returns its sign.
func (t *totals) add(d Difference) string {
	var would, did Notifications
	if d.Would != nil {
		would = *d.Would
	}
	if d.Did != nil {
		did = *d.Did
	}
	t.would.calls, t.would.texts = t.would.calls+len(would.Calls), t.would.texts+len(would.Texts)
	t.did.calls, t.did.texts = t.did.calls+len(did.Calls), t.did.texts+len(did.Texts)
	switch {
	case d.Difference.Was == nil:
		t.added++
		return "+"
	case d.Unknown:
		t.unknown++
		return "?"
	case d.Difference.Would == nil:
		t.gone++
		return "-"
	case !would.equal(did):
		t.changed++
		return "~"
	}
	t.same++
	return "="
}

func lasted(i incident.Incident) string {
	if i.State != incident.Resolved {
		return "is open"
	}
	return cli.FormatDuration(i.ResolvedAt.Sub(i.Since).Round(time.Second))
}
