package aftermath

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"valkyrie/alerts"
)

// pageEntries are what became of a page: planned, taken by the carrier, answered with a key, ended.
func pageEntries(r alerts.Record, p alerts.Page) []Entry {
	var all []Entry
	add := func(at time.Time, what What, format string, args ...any) {
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
	case alerts.Ended:
		add(p.EndedAt, Page, "%s: %s", name, outcome(p))
	case alerts.Cancelled:
		add(p.EndedAt, Page, "%s: cancelled, as nobody needed it any more", name)
	case alerts.Unknown:
		add(p.ClaimedAt, Page, "%s: whether the carrier took it is not known: %s", name, p.Why)
	}
	return all
}

// waits says until when a page has to wait for somebody's morning.
func waits(p alerts.Page) string {
	if !p.NotBefore.After(p.PlannedAt) {
		return ""
	}
	return " for " + p.NotBefore.UTC().Format("2006-01-02 15:04:05 UTC")
}

// onceMore says that the same was told before, and did not arrive.
func onceMore(r alerts.Record, p alerts.Page) string {
	before := func(o alerts.Page) bool {
		missed := o.Result == alerts.FailedCall || o.Result == alerts.Undelivered
		return missed && o.Purpose == p.Purpose && o.Channel == p.Channel && o.Person == p.Person && !o.EndedAt.IsZero() && !o.EndedAt.After(p.PlannedAt)
	}
	switch {
	case p.Purpose != alerts.AllClear || !slices.ContainsFunc(r.Pages, before):
		return ""
	case p.Via == alerts.Second:
		return " once more, by the second channel, as it did not arrive,"
	}
	return " once more, as it did not arrive,"
}

// effort says what it took to hand it over.
func effort(p alerts.Page) string {
	switch {
	case p.Resent:
		return ", sent once more after the first one was lost"
	case p.Tries > 1:
		return fmt.Sprintf(", on try %d", p.Tries)
	}
	return ""
}

func outcome(p alerts.Page) string {
	said := map[string]string{
		alerts.Human: "a person listened", alerts.Machine: "voicemail: nobody was told", alerts.Busy: "the line was engaged",
		alerts.NoAnswer: "nobody answered", alerts.FailedCall: "it failed", alerts.Undelivered: "it did not arrive", alerts.Delivered: "it arrived",
	}[p.Result]
	if said == "" {
		said = "ended" + after(", ", p.Result)
	}
	return said + after(": ", p.Why)
}

// meaning is what a key does.
func meaning(key string) string {
	switch key {
	case alerts.AckKey:
		return "acknowledged"
	case alerts.MuteKey:
		return "muted for an hour"
	case alerts.PassKey:
		return "passed to the next person"
	case alerts.RepeatKey:
		return "heard again"
	}
	return "a key that does nothing"
}

// after is s behind a separator, or nothing.
func after(separator, s string) string {
	if s == "" {
		return ""
	}
	return separator + s
}
