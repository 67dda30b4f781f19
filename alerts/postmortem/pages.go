package postmortem

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// pageEntries returns the events of a page: planned, accepted by the provider, answered with a key, ended.
func pageEntries(r incident.Record, p incident.Page) []Entry {
	var all []Entry
	add := func(at time.Time, what EntryKind, format string, args ...any) {
		if !at.IsZero() {
			all = append(all, Entry{At: at.UTC(), What: what, Page: p.ID, Person: p.Person, Text: fmt.Sprintf(format, args...)})
		}
	}
	name := fmt.Sprintf("%s %s to %s", p.Purpose, p.Channel, p.Person)
	add(p.PlannedAt, Page, "%s: planned%s", name, strings.TrimSuffix(onceMore(r, p)+waits(p), ","))
	add(p.AcceptedAt, Page, "%s: the carrier has it%s", name, effort(p))
	if p.Key != "" {
		add(timesOf(r, p).KeyAt, Key, "%s presses %s: %s", p.Person, p.Key, meaning(p.Key))
	}
	switch p.State {
	case incident.Ended:
		add(p.EndedAt, Page, "%s: %s", name, outcome(p))
	case incident.Cancelled:
		add(p.EndedAt, Page, "%s: cancelled, as nobody needed it any more", name)
	case incident.Unknown:
		add(p.ClaimedAt, Page, "%s: whether the carrier took it is not known: %s", name, p.Why)
	}
	return all
}

// waits says until when a page is deferred to waking hours.
func waits(p incident.Page) string {
	if !p.NotBefore.After(p.PlannedAt) {
		return ""
	}
	return " for " + p.NotBefore.UTC().Format("2006-01-02 15:04:05 UTC")
}

// onceMore says that a page resends an undelivered one.
func onceMore(r incident.Record, p incident.Page) string {
	before := func(o incident.Page) bool {
		missed := o.Result == incident.FailedCall || o.Result == incident.Undelivered
		return missed && o.Purpose == p.Purpose && o.Channel == p.Channel && o.Person == p.Person && !o.EndedAt.IsZero() && !o.EndedAt.After(p.PlannedAt)
	}
	switch {
	case p.Purpose != incident.AllClear || !slices.ContainsFunc(r.Pages, before):
		return ""
	case p.Via == incident.Failover:
		return " once more, by the second channel, as it did not arrive,"
	}
	return " once more, as it did not arrive,"
}

// effort counts the attempts to send it.
func effort(p incident.Page) string {
	switch {
	case p.Resent:
		return ", sent once more after the first one was lost"
	case p.Tries > 1:
		return fmt.Sprintf(", on try %d", p.Tries)
	}
	return ""
}

func outcome(p incident.Page) string {
	said := map[string]string{
		incident.Human: "a person listened", incident.Machine: "voicemail: nobody was told", incident.Busy: "the line was engaged",
		incident.NoAnswer: "nobody answered", incident.FailedCall: "it failed", incident.Undelivered: "it did not arrive", incident.Delivered: "it arrived",
	}[p.Result]
	if said == "" {
		said = "ended" + after(", ", p.Result)
	}
	return said + after(": ", p.Why)
}

// meaning describes a key.
func meaning(key string) string {
	switch key {
	case paging.AckKey:
		return "acknowledged"
	case paging.MuteKey:
		return "muted for an hour"
	case paging.PassKey:
		return "passed to the next person"
	case paging.RepeatKey:
		return "heard again"
	}
	return "a key that does nothing"
}

// after returns s behind a separator, or nothing.
func after(separator, s string) string {
	if s == "" {
		return ""
	}
	return separator + s
}
