package demoshop

import (
	"context"
	"sync"
	"time"
)

// follower switches faults as the plan has it. It switches only when an outage begins or ends, so that a fault which a
// person has switched in between stays as it is until then.
type follower struct {
	plan   Plan
	opened time.Time

	mu sync.Mutex
	on []bool // by outage of the plan
}

func newFollower(cfg Config) *follower {
	return &follower{plan: cfg.Plan, opened: cfg.Clock.Now(), on: make([]bool, len(cfg.Plan))}
}

// follow does what the plan has for now. A fault that two outages share ends with the later one.
func (s *Shop) follow() {
	f := s.follower
	f.mu.Lock()
	defer f.mu.Unlock()
	open := s.now().Sub(f.opened)
	changed, wanted := map[string]bool{}, map[string]bool{}
	for i, o := range f.plan {
		on := o.On(open)
		changed[o.Fault] = changed[o.Fault] || on != f.on[i]
		wanted[o.Fault] = wanted[o.Fault] || on
		f.on[i] = on
	}
	for fault := range changed {
		if changed[fault] {
			_ = s.SetFault(fault, wanted[fault]) // the plan was checked; only a closed shop refuses, and nobody minds
		}
	}
}

// Follow goes by the plan even while nobody visits, until ctx ends.
func (s *Shop) Follow(ctx context.Context) {
	for ctx.Err() == nil {
		s.follow()
		_ = pause(ctx, 100*time.Millisecond)
	}
}
