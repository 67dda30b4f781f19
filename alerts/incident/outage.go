package incident

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"valkyrie/alerts/phrase"
)

// An Outage is one time that a journey was down, of an incident that may have several.
type Outage struct {
	Since   time.Time `json:"since"` // slot of the first bad run
	Until   time.Time `json:"until"` // slot of the good run that ended it; zero while it lasts
	Step    string    `json:"step"`
	Error   string    `json:"error"`
	Regions []string  `json:"regions"`
}

// MaxOutages are remembered: the first, and the latest.
const MaxOutages = 40

func (i Incident) IsDownNow() bool {
	return len(i.Outages) > 0 && i.Outages[len(i.Outages)-1].Until.IsZero()
}

// AddToOutage keeps the latest failure in the spell that lasts, if one does.
func (i *Incident) AddToOutage(region string) {
	if !i.IsDownNow() {
		return
	}
	i.Outages = slices.Clone(i.Outages)
	s := &i.Outages[len(i.Outages)-1]
	s.Step, s.Error, s.Regions = i.Step, phrase.Shorten(i.Error), AddName(s.Regions, region)
}

// EndOutage ends the spell that lasts, and reports whether there was one.
func (i *Incident) EndOutage(slot time.Time) bool {
	if !i.IsDownNow() {
		return false
	}
	i.Outages = slices.Clone(i.Outages)
	i.Outages[len(i.Outages)-1].Until = slot
	return true
}

// CountOutages counts the spells that began within d of a time.
func (i Incident) CountOutages(at time.Time, d time.Duration) int {
	n := 0
	for _, s := range i.Outages {
		if at.Sub(s.Since) <= d {
			n++
		}
	}
	return n
}

// SummarizeOutages tells of several spells in one sentence: how often, since when, how long each, and what they have in common. clock
// words a moment.
func SummarizeOutages(spells []Outage, clock func(time.Time) string) string {
	if len(spells) == 0 {
		return ""
	}
	said := fmt.Sprintf("it was down %s since %s", phrase.Times(len(spells)), clock(spells[0].Since))
	if each := lengths(spells); each != "" {
		said += ", " + each
	}
	if c := common(spells); c != "" && len(spells) > 1 {
		said += ", each time " + c
	}
	return said
}

// OutageSummary is that of the incident's spells, as reasons tell it.
func (i Incident) OutageSummary() string {
	return SummarizeOutages(i.Outages, func(t time.Time) string { return phrase.ClockWithDate(t, i.Outages[len(i.Outages)-1].Since) })
}

// lengths says how long the spells that are over lasted: "5 to 10 min each".
func lengths(spells []Outage) string {
	var shortest, longest time.Duration
	n := 0
	for _, s := range spells {
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

// common is what all spells have in common: the step, and the error when it differs in nothing but numbers.
func common(spells []Outage) string {
	first := spells[0]
	for _, s := range spells[1:] {
		if s.Step != first.Step {
			return ""
		}
		if digits.ReplaceAllString(s.Error, "#") != digits.ReplaceAllString(first.Error, "#") {
			first.Error = ""
		}
	}
	said := fmt.Sprintf("at the step %q", first.Step)
	if first.Step == "" {
		said = ""
	}
	if first.Error != "" {
		said += ": " + spells[len(spells)-1].Error
	}
	return said
}
