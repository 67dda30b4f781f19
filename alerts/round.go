package alerts

import (
	"fmt"
	"slices"
)

// A Round is how often everybody has been tried already about what a page tells of, and who that was.
type Round struct {
	Before int      // rounds; 0: this is the first
	Called []string // names, in the order of the first call
}

// round is that of a page.
func (r *Route) round(p Page) Round {
	round := Round{Before: p.Round}
	if p.Round == 0 {
		return round
	}
	for _, o := range r.Pages {
		about := slices.ContainsFunc(p.Incidents, func(id string) bool { return r.concerns(o, id) })
		if o.ID != p.ID && o.Channel == Call && o.Purpose == Alarm && o.State == Ended && about && !slices.Contains(round.Called, o.Person) {
			round.Called = append(round.Called, o.Person)
		}
	}
	return round
}

// String says how often it has been round: "This is the third round; Ada and Grace have not acknowledged." It says nothing
// of a first one.
func (r Round) String() string {
	switch {
	case r.Before == 0:
		return ""
	case len(r.Called) == 0:
		return fmt.Sprintf("This is the %s round.", ordinal(r.Before+1))
	case len(r.Called) == 1:
		return fmt.Sprintf("This is the %s round; %s has not acknowledged.", ordinal(r.Before+1), r.Called[0])
	}
	return fmt.Sprintf("This is the %s round; %s have not acknowledged.", ordinal(r.Before+1), list(r.Called))
}

// ordinal is a number as one counts: third, 21st.
func ordinal(n int) string {
	words := []string{"zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"}
	if n < len(words) {
		return words[n]
	}
	end := "th"
	if teen := n%100 > 10 && n%100 < 14; !teen && n%10 > 0 && n%10 < 4 {
		end = []string{"st", "nd", "rd"}[n%10-1]
	}
	return fmt.Sprintf("%d%s", n, end)
}
