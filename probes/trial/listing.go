package trial

import (
	"fmt"
	"slices"
	"strings"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// The most lines that a trial prints; valkyrie look prints all.
const (
	maxNear   = 5
	maxListed = 40
)

// Listing prints offers as code, those to act on first. It shows at most so many, 0 for all; more: the page has more than were listed.
func Listing(offers []browser.Offer, most int, more bool) string {
	var lines []string
	for _, acts := range []bool{true, false} {
		for _, o := range offers {
			if o.Acts() == acts {
				lines = append(lines, line(o))
			}
		}
	}
	s := list(lines, most)
	if more {
		s += "\n  … and more: the page is larger than what is listed"
	}
	return s
}

// line is an offer as code, with why a step cannot act on it as its comment.
func line(o browser.Offer) string {
	if o.Note != "" {
		return o.Code() + " // " + o.Note
	}
	return o.Code()
}

func codes(near []Match) (all []string) {
	for _, m := range near {
		all = append(all, line(m.Offer))
	}
	return all
}

// list indents lines, and says how many it leaves out.
func list(lines []string, most int) string {
	left := 0
	if most > 0 && len(lines) > most {
		left, lines = len(lines)-most, lines[:most]
	}
	s := "  " + strings.Join(lines, "\n  ")
	if len(lines) == 0 {
		s = "  nothing that has a name"
	}
	if left > 0 {
		s += fmt.Sprintf("\n  … and %d more", left)
	}
	return s
}

// without leaves out the matches that are printed as near.
func without(offers []browser.Offer, near []Match) []browser.Offer {
	near = near[:min(len(near), maxNear)]
	return slices.DeleteFunc(slices.Clone(offers), func(o browser.Offer) bool {
		return slices.ContainsFunc(near, func(m Match) bool { return m.Code() == o.Code() })
	})
}

// marks are the signs before a step, by its outcome.
var marks = map[journey.Outcome]string{journey.Passed: "✓", journey.Slow: "~", journey.Failed: "✗", journey.Broken: "!", journey.NotRun: "-"}

// stepLine is the result of a step on one line.
func stepLine(res journey.StepResult) string {
	s := fmt.Sprintf("  %s %-30s %6d ms", marks[res.Outcome], res.Name, res.DurationMS)
	if res.Error != "" {
		s += "  " + res.Error
	}
	return s
}
