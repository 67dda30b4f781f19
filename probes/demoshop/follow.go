package demoshop

import (
	"context"
	"slices"
	"sync"
	"time"
)

// follower switches faults as the plan has it. It switches only when an outage begins or ends, so that a fault which a
// person has switched in between stays as it is until then.
type follower struct {
	plan   Plan
	opened time.Time

	mu    sync.Mutex
	turns []time.Duration // that are still to come, after the opening
}

func newFollower(cfg Config) *follower {
	return &follower{plan: cfg.Plan, opened: cfg.Clock.Now(), turns: cfg.Plan.turns()}
}

// follow does what the plan has up to now, in its order: also an outage that has come and gone since it was last called,
// as it leaves traces. A fault that two outages share ends with the later one.
func (s *Shop) follow() {
	f := s.follower
	f.mu.Lock()
	defer f.mu.Unlock()
	open := s.now().Sub(f.opened)
	for len(f.turns) > 0 && f.turns[0] <= open {
		at := f.turns[0]
		f.turns = f.turns[1:]
		wanted, turning := map[string]bool{}, []string{}
		for _, o := range f.plan {
			wanted[o.Fault] = wanted[o.Fault] || o.On(at)
			if (o.From == at || o.For > 0 && o.From+o.For == at) && !slices.Contains(turning, o.Fault) {
				turning = append(turning, o.Fault)
			}
		}
		for _, fault := range turning {
			_ = s.SetFault(fault, wanted[fault]) // the plan was checked; only a closed shop refuses, and nobody minds
		}
	}
}

// next is when the plan has something to do again, if ever.
func (f *follower) next() (at time.Time, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.turns) == 0 {
		return time.Time{}, false
	}
	return f.opened.Add(f.turns[0]), true
}

// Follow goes by the plan even while nobody visits, until it is at its end, or ctx ends. It waits on the shop's clock, which
// a Simulated one takes for going there at once.
func (s *Shop) Follow(ctx context.Context) {
	for s.follow(); ; s.follow() {
		at, more := s.follower.next()
		if !more || s.cfg.Clock.Until(ctx, at) != nil {
			return
		}
	}
}
