package judge

import (
	"encoding/json"
	"slices"

	"valkyrie/alerts/incident"
)

// The bounds of a journey's state. A store takes 400 KB at most (DynamoDB), and an item that it does not take would stop
// the judging of the journey.
const (
	maxStateBytes = 300 << 10 // of JSON
	maxOutbox     = 12        // incidents that wait for a pager; further resolved ones are dropped, oldest first
	maxDailySteps = 60        // of a region, with daily times
)

// fit bounds the state: each incident always, and then what matters least until the state is small enough: evidence and
// outages of closed incidents, then of all, then the older half of the daily times, as often as it takes.
func (s *JourneyState) fit() {
	for _, list := range [][]incident.Incident{s.Open, s.Closed, s.Outbox} {
		for i := range list {
			list[i] = list[i].Bounded()
		}
	}
	for len(s.Outbox) > maxOutbox {
		i := max(0, slices.IndexFunc(s.Outbox, func(i incident.Incident) bool { return i.State == incident.Resolved }))
		s.Outbox = slices.Delete(s.Outbox, i, i+1)
	}
	for name, r := range s.Regions {
		if len(r.Steps) > maxDailySteps {
			r.Steps = slices.Clone(r.Steps[:maxDailySteps])
			s.Regions[name] = r
		}
	}
	for degree := range 3 {
		if s.size() <= maxStateBytes {
			return
		}
		for _, list := range [][]incident.Incident{s.Closed, s.Outbox, s.Open} {
			for i := range list {
				list[i] = list[i].Reduced(degree)
			}
		}
	}
	for range 8 {
		if s.size() <= maxStateBytes {
			return
		}
		s.halveDays()
	}
}

func (s *JourneyState) size() int {
	text, err := json.Marshal(s)
	if err != nil {
		return maxStateBytes + 1
	}
	return len(text)
}

// halveDays drops the older half of each step's daily times.
func (s *JourneyState) halveDays() {
	for name, r := range s.Regions {
		r.Steps = slices.Clone(r.Steps)
		for i := range r.Steps {
			r.Steps[i].Days = r.Steps[i].Days[(len(r.Steps[i].Days)+1)/2:]
			r.Steps[i].Peaks = r.Steps[i].Peaks[(len(r.Steps[i].Peaks)+1)/2:]
		}
		s.Regions[name] = r
	}
}

// fit drops the older half of the daily times until the ledger is small enough for a store.
func (l Ledger) fit() Ledger {
	for range 8 {
		if text, err := json.Marshal(l); err != nil || len(text) <= maxStateBytes {
			return l
		}
		for key, days := range l.Steps {
			l.Steps[key] = slices.Clone(days[(len(days)+1)/2:])
		}
	}
	return l
}
