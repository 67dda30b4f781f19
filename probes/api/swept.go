package api

import (
	"fmt"
	"strings"
)

// A SweepResult is the result of a sweep.
type SweepResult struct {
	Visited    int
	NotVisited int // pages and resources that were found and not requested: beyond Max or the step's time, or in Traps
	Bad        []BadLink
	Traps      []string       // forms of addresses without end, such as "/calendar?month=#"
	Spellings  []string       // other spellings of the site's address in its links, such as "http://www.shop.example"
	Skipped    map[string]int // how many links were left out on purpose, by reason
	Resumed    bool           // it began where the last sweep stopped
}

// A BadLink is an address that did not respond as it should.
type BadLink struct {
	Path, On string // On: the page with the link
	What     string // "404 Not Found", or why there was no response
}

// Broken lists the bad links; "": none.
func (s SweepResult) Broken() string {
	if len(s.Bad) == 0 {
		return ""
	}
	var all []string
	for _, b := range s.Bad {
		all = append(all, fmt.Sprintf("%s: %s (on %s)", b.Path, b.What, b.On))
	}
	const named = 10
	more := ""
	if len(all) > named {
		more = fmt.Sprintf("; and %d more", len(all)-named)
		all = all[:named]
	}
	return fmt.Sprintf("%d of %d pages and resources are broken: %s%s", len(s.Bad), s.Visited, strings.Join(all, "; "), more)
}

// String says how far the sweep got.
func (s SweepResult) String() string {
	text := fmt.Sprintf("%d pages and resources were requested, %d are broken, %d were found and not requested", s.Visited, len(s.Bad), s.NotVisited)
	if len(s.Traps) > 0 {
		text += "; without end: " + strings.Join(s.Traps, ", ")
	}
	if len(s.Spellings) > 0 {
		text += "; links also spell the site " + strings.Join(s.Spellings, ", ")
	}
	return text
}
