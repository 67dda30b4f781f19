package compare

import (
	"cmp"
	"slices"
	"time"
)

// A Score holds the messages of one rule in one history with a fault.
type Score struct {
	Notified, Called time.Duration // from the beginning; negative: never
	Messages         int           // from the beginning to the end
	Late             time.Duration // the last call after the end; negative: none
	False            int           // calls before the fault
	Texts            int           // and texts
	Sent             []Message
}

// never marks a message that did not come.
const never = time.Duration(-1)

// Play judges a history by a policy.
func Play(h History, p Rule) Score {
	begins, ends := h.Begins(), h.Ends()
	s := Score{Notified: never, Called: never, Late: never}
	for a := range h.Runs() {
		for _, m := range p.Judge(a) {
			s.Sent = append(s.Sent, m)
			switch {
			case m.At.Before(begins) && m.Call:
				s.False++
			case m.At.Before(begins):
				s.Texts++
			case h.Fault.Fails == nil:
			default:
				s.add(m, begins, ends)
			}
		}
	}
	return s
}

func (s *Score) add(m Message, begins, ends time.Time) {
	after := m.At.Sub(begins)
	if s.Notified < 0 {
		s.Notified = after
	}
	if m.Call && s.Called < 0 {
		s.Called = after
	}
	if !m.At.After(ends) {
		s.Messages++
	} else if m.Call {
		s.Late = m.At.Sub(ends)
	}
}

// Median returns the median of durations, a missing one counting as endless; negative if the median is missing.
func Median(all []time.Duration) time.Duration {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b time.Duration) int { return cmp.Compare(uint64(a), uint64(b)) }) //nolint:gosec // negative ones are last
	return all[len(all)/2]
}
