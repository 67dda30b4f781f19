package alerts

import (
	"fmt"
	"slices"
	"strings"
)

// How many of the pages that are over are kept whole, one by one: the first, which say how it began, and the latest.
const (
	wholeFirst = 4
	wholeLast  = 12
	wholeWords = 3  // of the first and of the latest, what they said is kept whole too
	wholeMost  = 24 // more are condensed, so that it need not be done at every step
)

// condense keeps the route small when nobody acknowledges for weeks: of the pages that are over, those in between that are
// alike become one that says how many it stands for.
func (r *Route) condense() {
	var over []int
	for i, p := range r.Pages {
		if !p.Live() && p.Purpose != Notice {
			over = append(over, i)
		}
	}
	if len(over) > 2*wholeWords {
		for _, i := range over[wholeWords : len(over)-wholeWords] {
			r.Pages[i].Words = short(r.Pages[i].Words)
		}
	}
	if len(over) <= wholeMost {
		return
	}
	kept := map[string]int{} // by what they have in common: where the one that stands for them is
	gone := map[int]bool{}
	for _, i := range over[wholeFirst : len(over)-wholeLast] {
		p := &r.Pages[i]
		p.Words = ""
		at, ok := kept[r.alike(*p)]
		if !ok {
			kept[r.alike(*p)] = i
			continue
		}
		one := &r.Pages[at]
		one.Times = one.stands() + p.stands()
		one.EndedAt = p.EndedAt
		gone[i] = true
		r.touch(*p)
	}
	if len(gone) == 0 {
		return
	}
	var pages []Page
	for i, p := range r.Pages {
		if !gone[i] {
			pages = append(pages, p)
		}
	}
	r.Pages = pages
}

// stands is how many pages the page stands for.
func (p Page) stands() int { return max(1, p.Times) }

// alike is what pages that can be condensed have in common: for whom, about what, and how it ended. Those of the present
// spell of an incident are not mixed with those of earlier ones.
func (r *Route) alike(p Page) string {
	present := slices.DeleteFunc(slices.Clone(p.Incidents), func(id string) bool { return !r.concerns(p, id) })
	return fmt.Sprintf("%s|%s|%s|%s|%s|%s|%s|%t|%d|%t|%s|%s", p.Purpose, p.Channel, p.Person, p.State, p.Result, p.Key, p.Via, p.SID == "", p.Again, p.Final,
		strings.Join(p.Incidents, ","), strings.Join(present, ","))
}
