package compare

import (
	"time"

	"valkyrie/probes/journey"
)

// An Own judges a stored history by the simple rules, each journey apart. Pass all runs in slot order to Judge.
type Own struct {
	rules    []Named
	journeys map[string][]Rule
	calls    [][]ownCall // by rule
}

type ownCall struct {
	journey string
	at      time.Time
}

// An OwnCount is how often a simple rule would have called.
type OwnCount struct {
	Name    string
	Calls   int
	Outside int // calls while no incident of the journey was open
}

// NewOwn returns an Own without runs.
func NewOwn() *Own {
	rules := SimpleRules()
	return &Own{rules: rules, journeys: map[string][]Rule{}, calls: make([][]ownCall, len(rules))}
}

// Judge judges the next run of the history. Whether a second try would have failed is known only of a run that had one; a
// failure without one counts as if it had.
func (o *Own) Judge(run journey.Run) {
	rules := o.journeys[run.Journey]
	if rules == nil {
		for _, r := range o.rules {
			rules = append(rules, r.New())
		}
		o.journeys[run.Journey] = rules
	}
	for i, r := range rules {
		for range r.Judge(Arrival{Run: run, At: run.Slot, Second: true}) {
			o.calls[i] = append(o.calls[i], ownCall{run.Journey, run.Slot})
		}
	}
}

// Counts returns the calls of each rule since a time; open reports whether an incident of a journey was open at a time.
func (o *Own) Counts(since time.Time, open func(journey string, at time.Time) bool) []OwnCount {
	var all []OwnCount
	for i, r := range o.rules {
		n := OwnCount{Name: r.Name}
		for _, c := range o.calls[i] {
			if c.at.Before(since) {
				continue
			}
			n.Calls++
			if !open(c.journey, c.at) {
				n.Outside++
			}
		}
		all = append(all, n)
	}
	return all
}
