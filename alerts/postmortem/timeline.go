package postmortem

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/probes/journey"
)

// An EntryKind is the kind of a timeline's entry.
type EntryKind string

// The kinds of entries.
const (
	Run          EntryKind = "run"
	Decision     EntryKind = "decision"
	Page         EntryKind = "page"
	Key          EntryKind = "key"
	Acknowledged EntryKind = "acknowledged"
	Mute         EntryKind = "mute"
)

// An Entry is an event of a timeline.
type Entry struct {
	At       time.Time          `json:"at"` // of a run and its consequences: its slot
	What     EntryKind          `json:"what"`
	Text     string             `json:"text"` // a description
	Region   string             `json:"region,omitempty"`
	Run      string             `json:"run,omitempty"` // id
	Outcome  journey.Outcome    `json:"outcome,omitempty"`
	Evidence []journey.Evidence `json:"evidence,omitempty"` // of a bad run
	Verb     judge.Verb         `json:"verb,omitempty"`     // of a decision
	Page     string             `json:"page,omitempty"`     // id
	Person   string             `json:"person,omitempty"`
}

// timeline returns all events in order; at equal times a run precedes its decisions, and a decision its pages.
func timeline(c Case, ws []Window) []Entry {
	from, until := c.span(ws)
	all := []Entry{}
	for _, r := range c.Runs {
		if !r.Slot.Before(from) && !r.Slot.After(until) {
			all = append(all, runEntry(r))
		}
	}
	all = append(all, c.decisions(from, until)...)
	for _, p := range c.Record.Pages {
		all = append(all, pageEntries(c.Record, p)...)
	}
	if r := c.Record; !r.AckedAt.IsZero() && !slices.ContainsFunc(r.Pages, func(p incident.Page) bool { return timesOf(r, p).KeyAt.Equal(r.AckedAt) }) {
		all = append(all, Entry{At: r.AckedAt, What: Acknowledged, Person: r.AckedBy, Text: "acknowledged by " + r.AckedBy})
	}
	for _, m := range c.Mutes {
		if m.Journey == "" || m.Journey == c.Record.Journey {
			all = append(all, Entry{At: c.Now.UTC(), What: Mute, Person: m.By, Text: muteText(m)})
		}
	}
	order := map[EntryKind]int{Run: 0, Decision: 1, Page: 2, Key: 3, Acknowledged: 4, Mute: 5}
	slices.SortStableFunc(all, func(a, b Entry) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(order[a.What], order[b.What]))
	})
	return all
}

// span returns the period of the timeline: from the last good run to the first good one after, of any region, and at
// least the incident itself.
func (c Case) span(ws []Window) (from, until time.Time) {
	from, until = c.Record.Since, c.end()
	for _, w := range ws {
		if !w.LastGood.IsZero() && w.LastGood.Before(from) {
			from = w.LastGood
		}
		if w.FirstGood.After(until) {
			until = w.FirstGood
		}
	}
	for _, r := range c.Runs { // a run begins shortly after its slot
		if began(r).Equal(from) {
			return r.Slot, until
		}
	}
	return from, until
}

func runEntry(r journey.Run) Entry {
	text := fmt.Sprintf("%s in %s", r.Outcome, formatSeconds(r.DurationMS)) + r.TriesNote()
	switch s, ok := r.Culprit(); {
	case r.Error != "":
		text += ": " + r.Error
	case ok && s.Error != "":
		text += fmt.Sprintf(": step %q: %s", s.Name, s.Error)
	case ok:
		text += fmt.Sprintf(": step %q took %s; the budget is %s", s.Name, formatSeconds(s.DurationMS), formatSeconds(s.SlowMS))
	}
	return Entry{At: r.Slot.UTC(), What: Run, Region: r.Region, Run: r.ID, Outcome: r.Outcome, Text: text, Evidence: r.Evidence}
}

// decisions returns those about the incident, and the preceding ones to wait. If none opens or closes it, the stored
// incident's reasons are used.
func (c Case) decisions(from, until time.Time) []Entry {
	var all []Entry
	opened, closed := false, c.Record.State != incident.Resolved
	for _, d := range c.Judged.Decisions {
		about := d.Incident.ID == c.Record.ID
		if d.At.Before(from) || d.At.After(until) || !about && (d.Verb != judge.Waits || d.Incident.ID != "") {
			continue
		}
		opened = opened || d.Verb == judge.Opens
		closed = closed || d.Verb == judge.Resolves && d.At.Equal(c.Record.ResolvedAt)
		all = append(all, Entry{At: d.At.UTC(), What: Decision, Region: d.Region, Verb: d.Verb, Text: d.Reason})
	}
	if !opened {
		all = append(all, Entry{At: c.Record.Opened, What: Decision, Verb: judge.Opens, Text: c.Record.Reason})
	}
	if !closed {
		all = append(all, Entry{At: c.Record.ResolvedAt, What: Decision, Verb: judge.Resolves, Text: c.Record.Closing})
	}
	return all
}

func muteText(m incident.Mute) string {
	what := m.Journey
	if what == "" {
		what = "everything"
	}
	by := ""
	if m.By != "" {
		by = " by " + m.By
	}
	return fmt.Sprintf("%s is muted%s until %s", what, by, m.Until.UTC().Format("2006-01-02 15:04:05 UTC"))
}
