package incident

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"valkyrie/alerts/phrase"
)

// An Outage is one continuous failure of a journey; an incident may have several.
type Outage struct {
	Since   time.Time `json:"since"`         // slot of the first bad run
	Until   time.Time `json:"until"`         // slot of the good run that ended it; zero while it lasts
	Last    time.Time `json:"last,omitzero"` // slot of the latest bad run
	Step    string    `json:"step"`
	Error   string    `json:"error"`
	Regions []string  `json:"regions"`
}

// MaxOutages is how many outages an incident keeps: the first and the latest ones.
const MaxOutages = 40

// IsDownNow reports whether the latest outage lasts.
func (i Incident) IsDownNow() bool {
	return len(i.Outages) > 0 && i.Outages[len(i.Outages)-1].Until.IsZero()
}

// WasDownAt reports whether a time lies within an outage that is over.
func (i Incident) WasDownAt(at time.Time) bool {
	return slices.ContainsFunc(i.Outages, func(o Outage) bool { return !at.Before(o.Since) && at.Before(o.Until) })
}

// AddToOutage records the latest failure in the current outage, if there is one, which has been seen from these regions, too.
func (i *Incident) AddToOutage(regions []string) {
	if !i.IsDownNow() {
		return
	}
	i.Outages = slices.Clone(i.Outages)
	s := &i.Outages[len(i.Outages)-1]
	s.Last, s.Step, s.Error = i.Last, i.Step, phrase.Shorten(i.Error)
	for _, name := range regions {
		s.Regions = AddName(s.Regions, name)
	}
}

// EndOutage ends the current outage, and reports whether there was one.
func (i *Incident) EndOutage(slot time.Time) bool {
	if !i.IsDownNow() {
		return false
	}
	i.Outages = slices.Clone(i.Outages)
	i.Outages[len(i.Outages)-1].Until = slot
	return true
}

// CountOutages counts the outages that began within d before a time.
func (i Incident) CountOutages(at time.Time, d time.Duration) int {
	n := 0
	for _, s := range i.Outages {
		if at.Sub(s.Since) <= d {
			n++
		}
	}
	return n
}

// SummarizeOutages describes outages in one sentence: their number, first start, durations and shared cause. clock formats a
// time.
func SummarizeOutages(outages []Outage, clock func(time.Time) string) string {
	if len(outages) == 0 {
		return ""
	}
	text := fmt.Sprintf("it was down %s since %s", phrase.Times(len(outages)), clock(outages[0].Since))
	if each := durations(outages); each != "" {
		text += ", " + each
	}
	if c := sharedCause(outages); c != "" && len(outages) > 1 {
		text += ", each time " + c
	}
	return text
}

// OutageSummary describes the incident's outages, for its reason.
func (i Incident) OutageSummary() string {
	return SummarizeOutages(i.Outages, func(t time.Time) string { return phrase.ClockWithDate(t, i.Outages[len(i.Outages)-1].Since) })
}

// durations returns how long the finished outages lasted, such as "for 5 min to 10 min"; "" if none has finished.
func durations(outages []Outage) string {
	var shortest, longest time.Duration
	n := 0
	for _, s := range outages {
		if s.Until.IsZero() {
			continue
		}
		d := s.Until.Sub(s.Since)
		if n == 0 || d < shortest {
			shortest = d
		}
		longest = max(longest, d)
		n++
	}
	switch {
	case n == 0:
		return ""
	case phrase.Duration(shortest) == phrase.Duration(longest):
		return "for " + phrase.Duration(longest)
	}
	return fmt.Sprintf("for %s to %s", phrase.Duration(shortest), phrase.Duration(longest))
}

var digits = regexp.MustCompile(`\d+`)

// sharedCause returns the step and error that all outages share; errors are compared without their numbers.
func sharedCause(outages []Outage) string {
	first := outages[0]
	for _, s := range outages[1:] {
		if s.Step != first.Step {
			return ""
		}
		if digits.ReplaceAllString(s.Error, "#") != digits.ReplaceAllString(first.Error, "#") {
			first.Error = ""
		}
	}
	cause := fmt.Sprintf("at the step %q", first.Step)
	if first.Step == "" {
		cause = ""
	}
	if first.Error != "" {
		cause += ": " + outages[len(outages)-1].Error
	}
	return cause
}
