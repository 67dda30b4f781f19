package alerts

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A Spell is one time that a journey was down, of an incident that may have several.
type Spell struct {
	Since   time.Time `json:"since"` // slot of the first bad run
	Until   time.Time `json:"until"` // slot of the good run that ended it; zero while it lasts
	Step    string    `json:"step"`
	Error   string    `json:"error"`
	Regions []string  `json:"regions"`
}

// mostSpells are remembered: the first, and the latest.
const mostSpells = 40

// short is the beginning of an error, which is enough to tell spells apart: there may be many of them in a state.
func short(s string) string {
	const most = 160 // bytes
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// startSpell adds a spell. The incident has just seen its latest bad run.
func (j *judging) startSpell(inc *Incident, since time.Time) {
	inc.Spells = append(slices.Clone(inc.Spells), Spell{Since: since, Step: inc.Step, Error: short(inc.Error), Regions: inc.Regions})
	if len(inc.Spells) > mostSpells {
		inc.Spells = slices.Delete(inc.Spells, 1, 2)
	}
}

func (i Incident) inSpell() bool {
	return len(i.Spells) > 0 && i.Spells[len(i.Spells)-1].Until.IsZero()
}

// noteSpell keeps the latest failure in the spell that lasts, if one does.
func (i *Incident) noteSpell(region string) {
	if !i.inSpell() {
		return
	}
	i.Spells = slices.Clone(i.Spells)
	s := &i.Spells[len(i.Spells)-1]
	s.Step, s.Error, s.Regions = i.Step, short(i.Error), with(s.Regions, region)
}

// endSpell ends the spell that lasts, and reports whether there was one.
func (i *Incident) endSpell(slot time.Time) bool {
	if !i.inSpell() {
		return false
	}
	i.Spells = slices.Clone(i.Spells)
	i.Spells[len(i.Spells)-1].Until = slot
	return true
}

// recentSpells counts the spells that began within d of a time.
func (i Incident) recentSpells(at time.Time, d time.Duration) int {
	n := 0
	for _, s := range i.Spells {
		if at.Sub(s.Since) <= d {
			n++
		}
	}
	return n
}

// story tells of several spells in one sentence: how often, since when, how long each, and what they have in common. clock
// words a moment.
func story(spells []Spell, clock func(time.Time) string) string {
	if len(spells) == 0 {
		return ""
	}
	said := fmt.Sprintf("it was down %s since %s", times(len(spells)), clock(spells[0].Since))
	if each := lengths(spells); each != "" {
		said += ", " + each
	}
	if c := common(spells); c != "" && len(spells) > 1 {
		said += ", each time " + c
	}
	return said
}

// story is that of the incident's spells, as reasons tell it.
func (i Incident) story() string {
	return story(i.Spells, func(t time.Time) string { return moment(t, i.Spells[len(i.Spells)-1].Since) })
}

// moment is a time as people say it, with its date when the other one is not within half a day.
func moment(t, other time.Time) string {
	if d := other.Sub(t); d > 12*time.Hour || d < -12*time.Hour {
		return t.UTC().Format("2 January ") + clock(t)
	}
	return clock(t)
}

// lengths says how long the spells that are over lasted: "5 to 10 min each".
func lengths(spells []Spell) string {
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
	case spell(shortest) == spell(longest):
		return "for " + spell(longest)
	}
	return fmt.Sprintf("for %s to %s", spell(shortest), spell(longest))
}

var digits = regexp.MustCompile(`\d+`)

// common is what all spells have in common: the step, and the error when it differs in nothing but numbers.
func common(spells []Spell) string {
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
