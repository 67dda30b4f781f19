package alerts

import (
	"slices"
	"time"
)

// A Window is a maintenance that is on: remembered so that its end is noticed, also when the file has changed meanwhile.
type Window struct {
	Journeys []string  `json:"journeys,omitempty"` // none: all
	Until    time.Time `json:"until"`
}

// endMaintenance remembers the windows that are on, and when one ends and what it kept quiet is still bad has it announced, in
// waking hours, to the first on call. What rings again says so itself.
func (r *Route) endMaintenance(at hour) {
	var on, over []Window
	for _, w := range r.Windows {
		if at.now.Before(w.Until) {
			on = append(on, w)
		} else {
			over = append(over, w)
		}
	}
	for _, m := range at.onCall.Maintenance {
		w := Window{Journeys: m.Journeys}
		end, holds := m.until(at.now)
		w.Until = end.UTC()
		if holds && !slices.ContainsFunc(on, w.same) {
			on = append(on, w)
		}
	}
	r.Windows = on
	chain := at.onCall.Chain(at.now)
	for _, w := range over {
		if len(chain) > 0 && len(r.badAfter(w, at)) > 0 {
			p := r.add(Text, Notice, chain[0].Person, nil, at.now)
			p.Waking, p.Window = true, &w
		}
	}
}

// badAfter is what a maintenance that is over kept quiet, and is still bad.
func (r *Route) badAfter(w Window, at hour) []Incident {
	return slices.DeleteFunc(r.badNow(""), func(i Incident) bool {
		return !(Maintenance{Journeys: w.Journeys}).about(i.Journey) || r.quiet(i.Journey, at) || at.onCall.Severity(i) == Keep
	})
}

func (w Window) same(other Window) bool {
	return w.Until.Equal(other.Until) && slices.Equal(w.Journeys, other.Journeys)
}
