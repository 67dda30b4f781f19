package trial

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"valkyrie/probes/browser"
)

// A Match is an offer of the page with how near it is to what a step looked for, from 0 to 1.
type Match struct {
	browser.Offer
	Nearness float64
}

// Nearness from which an offer is listed as near, and from which it corrects the step.
const (
	isNear    = 0.5
	isMeant   = 0.6
	otherKind = 0.9 // another kind of element with this name, such as a link in place of a button
)

// Near lists the offers that come near to what a query looked for, the nearest first. An offer that the step's call cannot use, such as
// a heading for Fill, does not count. It is empty if the page offers just what the query looked for: then its locator is not at fault.
func Near(op string, target browser.Locator, offers []browser.Offer) []Match {
	var near []Match
	for _, o := range offers {
		if o.Target.Code() == target.Code() && o.Note == "" {
			return nil
		}
		if n := nearness(target, o.Target); n >= isNear && serves(op, target, o) {
			near = append(near, Match{o, n})
		}
	}
	slices.SortStableFunc(near, func(a, b Match) int { return cmp.Compare(b.Nearness, a.Nearness) })
	return near
}

// serves reports whether the call of a query can use the offer. What a step only looks for is no field, unless it says so.
func serves(op string, target browser.Locator, o browser.Offer) bool {
	switch op {
	case "click", "hover":
		return o.Verb == "Click" || o.Verb == "Check"
	case "fill":
		return o.Verb == "Fill"
	case "check", "checked":
		return o.Verb == "Check"
	case "choose":
		return o.Verb == "Choose"
	case "upload":
		return o.Verb == "Upload"
	}
	return !o.Acts() || o.Verb == "Click" || target.By == o.Target.By
}

// nearness is how near the wanted locator is to an offered one. Of alternatives, the nearest counts.
func nearness(wanted, offered browser.Locator) float64 {
	best := 0.0
	for _, w := range alternatives(wanted) {
		best = max(best, nearnessOf(w, offered))
	}
	return best
}

// alternatives lists the locators that Or has joined, each by itself.
func alternatives(l browser.Locator) []browser.Locator {
	first := l
	first.Other = nil
	all := []browser.Locator{first}
	if l.Other != nil {
		all = append(all, alternatives(*l.Other)...)
	}
	return all
}

func nearnessOf(wanted, offered browser.Locator) float64 {
	byMark := func(l browser.Locator) bool { return l.By == "css" || l.By == "test id" }
	sameKind := wanted.By == offered.By && wanted.Role == offered.Role
	if (byMark(wanted) || byMark(offered)) && !sameKind {
		return 0
	}
	n := likeness(cmp.Or(wanted.Value, wanted.Part), cmp.Or(offered.Value, offered.Part))
	if !sameKind {
		n *= otherKind
	}
	if wanted.Outer != nil && offered.Outer != nil {
		n *= 0.6 + 0.4*nearness(*wanted.Outer, *offered.Outer)
	}
	return n
}

// noWord is everything in a name but letters and digits.
var noWord = regexp.MustCompile(`[^\p{L}\p{N}]+`)

// likeness is how alike two names are, whatever their capitals: 1 for the same; less if the words of one are a part of the other, or by
// the letters in which they differ.
func likeness(wanted, offered string) float64 {
	w, o := strings.TrimSpace(noWord.ReplaceAllString(strings.ToLower(wanted), " ")), strings.TrimSpace(noWord.ReplaceAllString(strings.ToLower(offered), " "))
	switch {
	case w == "" || o == "":
		return 0
	case wanted == offered:
		return 1
	case w == o:
		return 0.98
	}
	long, short := []rune(w), []rune(o)
	if len(long) < len(short) {
		long, short = short, long
	}
	like := 1 - float64(distance(long, short))/float64(len(long))
	part := float64(len(short)) / float64(len(long))
	if len(short) > 2 && strings.Contains(" "+o+" ", " "+w+" ") { // whoever wrote it has left words out
		like = max(like, 0.7+0.25*part)
	} else if len(short) > 2 && strings.Contains(" "+w+" ", " "+o+" ") {
		like = max(like, 0.4+0.5*part)
	}
	return like
}

// distance is the number of letters to insert, remove, replace or swap with their neighbour.
func distance(a, b []rune) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range b {
		rows[0][j+1] = j + 1
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

// corrected is the wanted locator with the nearest of its alternatives replaced by the offered one.
func corrected(wanted, offered browser.Locator) browser.Locator {
	all := alternatives(wanted)
	best := 0
	for i, w := range all {
		if nearnessOf(w, offered) > nearnessOf(all[best], offered) {
			best = i
		}
	}
	all[best] = offered
	l := all[len(all)-1]
	for _, before := range slices.Backward(all[:len(all)-1]) {
		l = before.Or(l)
	}
	return l
}
