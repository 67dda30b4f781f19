// Package slots decides when the journeys of a machine run: each at its slots, which are the whole multiples of its cadence,
// and no more of them at once than the machine carries.
//
// It exists so that one slow journey delays no other, and so that a slot that is not run is reported: a monitor that skips
// slots in silence looks like a site that works.
package slots

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// A Job is one journey to run at its slots.
type Job struct {
	Name  string
	Every time.Duration
	Last  time.Time // its latest slot, from before the start; zero: none
	Light bool      // it needs no browser, so it waits for no other job
	// Run runs it for a slot. It gets a context that has ended if the machine is going down.
	Run func(ctx context.Context, slot time.Time)
}

// A Schedule runs jobs side by side.
type Schedule struct {
	Parallel int          // jobs at once, at least 1
	Log      *slog.Logger // of slots that are late or skipped
	Clock    Clock        // zero: the machine's

	mu       sync.Mutex
	reported map[string]time.Time // when a job was last reported as late
}

// A Clock is the two clocks of a machine: the wall's, and one that stands still while the machine sleeps.
type Clock struct {
	Wall  func() time.Time
	Awake func() time.Duration
}

// Machine returns the clock of this machine. Linux and macOS stop the monotonic clock during sleep.
func Machine() Clock {
	began := time.Now()
	return Clock{Wall: func() time.Time { return time.Now().UTC().Round(0) }, Awake: func() time.Duration { return time.Since(began) }}
}

// sleepTolerance is how far the two clocks may drift apart without the machine having slept.
const sleepTolerance = 2 * time.Second

// A Watch notices whether the machine slept since it was created.
type Watch struct {
	clock Clock
	wall  time.Time
	awake time.Duration
}

// Watch begins to watch.
func (c Clock) Watch() Watch { return Watch{c, c.Wall(), c.Awake()} }

// Slept returns how long the machine slept, or how far its wall clock was set forward; 0: it did not.
func (w Watch) Slept() time.Duration {
	if slept := w.clock.Wall().Sub(w.wall) - (w.clock.Awake() - w.awake); slept > sleepTolerance {
		return slept
	}
	return 0
}

// Run runs the jobs at their slots until ctx ends and the last of them has returned.
func (s *Schedule) Run(ctx context.Context, jobs []Job) {
	if s.Clock.Wall == nil {
		s.Clock = Machine()
	}
	places := make(chan struct{}, max(1, s.Parallel))
	var all sync.WaitGroup
	for _, j := range jobs {
		all.Go(func() { s.follow(ctx, j, places) })
	}
	all.Wait()
}

// follow runs one job at its slots.
func (s *Schedule) follow(ctx context.Context, j Job, places chan struct{}) {
	slot := First(s.Clock.Wall(), j.Last, j.Every)
	for s.wait(ctx, j, &slot) {
		due, awake := s.Clock.Wall(), s.Clock.Watch()
		leave, ok := enter(ctx, j, places)
		if !ok {
			return
		}
		begins := s.Clock.Wall()
		if awake.Slept() > 0 {
			leave()
			slot = s.afterSleep(j, slot, awake)
			continue
		}
		if newest := begins.Truncate(j.Every); newest.After(slot) {
			s.skipped(j, slot, newest, "other journeys were running")
			slot = newest
		}
		s.isLate(j, begins.Sub(due))
		j.Run(ctx, slot)
		leave()
		if awake.Slept() > 0 {
			slot = s.afterSleep(j, second(slot, j.Every), awake)
			continue
		}
		now := s.Clock.Wall()
		next, missed := After(slot, now, j.Every)
		if missed {
			s.skipped(j, second(slot, j.Every), next, fmt.Sprintf("its run of %s took %s", slot.Format(time.TimeOnly), now.Sub(begins).Round(time.Second)))
		}
		slot = next
	}
}

// enter waits for a place, which leave frees; false: ctx has ended.
func enter(ctx context.Context, j Job, places chan struct{}) (leave func(), ok bool) {
	if j.Light {
		return func() {}, true
	}
	select {
	case places <- struct{}{}:
		return func() { <-places }, true
	case <-ctx.Done():
		return nil, false
	}
}

// waitAtOnce bounds one wait: a timer stands still while the machine sleeps, so the clock is read again in between.
const waitAtOnce = 10 * time.Second

// wait waits for the slot, and moves it if the machine slept meanwhile, or if the clock was set back. It returns false when
// ctx ends.
func (s *Schedule) wait(ctx context.Context, j Job, slot *time.Time) bool {
	awake := s.Clock.Watch()
	for {
		now := s.Clock.Wall()
		switch {
		case awake.Slept() > 0 && now.After(*slot):
			*slot = s.afterSleep(j, *slot, awake)
			awake = s.Clock.Watch()
			continue
		case !now.Before(*slot):
			return ctx.Err() == nil
		case slot.Sub(now) > 2*j.Every:
			*slot = upcoming(now, j.Every)
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(min(slot.Sub(now), waitAtOnce)):
		}
	}
}

// afterSleep returns the slot to run next after the machine slept, and reports those in between. A run dated before would say
// something about a time in which nothing was watched.
func (s *Schedule) afterSleep(j Job, first time.Time, awake Watch) time.Time {
	next := upcoming(s.Clock.Wall(), j.Every)
	s.skipped(j, first, next, fmt.Sprintf("the machine slept for %s", awake.Slept().Round(time.Second)))
	return next
}

// First returns the first slot of a job that starts now: now, unless its last run is too recent. Two runs in quick succession
// would see one short fault twice, and page.
func First(now, last time.Time, every time.Duration) time.Time {
	if last.IsZero() || last.After(now) || now.Sub(last) >= every {
		return now.Truncate(time.Second)
	}
	return second(last, every)
}

// second returns the slot after one, at least the cadence later, as a first slot is no whole multiple of it.
func second(slot time.Time, every time.Duration) time.Time {
	next := slot.Add(every)
	if at := next.Truncate(every); at.Equal(next) {
		return at
	}
	return upcoming(next, every)
}

// upcoming returns the first slot after now.
func upcoming(now time.Time, every time.Duration) time.Time { return now.Truncate(every).Add(every) }

// After returns the slot to run after one whose run has ended now, and whether others are skipped before it. A slot that began
// less than half the cadence ago is run late rather than skipped.
func After(slot, now time.Time, every time.Duration) (next time.Time, missed bool) {
	next = second(slot, every)
	if !now.After(next) {
		return next, false
	}
	newest := now.Truncate(every)
	if now.Sub(newest) <= every/2 {
		return newest, newest.After(next)
	}
	return newest.Add(every), true
}

// skipped reports the slots from first until before next, if there are any.
func (s *Schedule) skipped(j Job, first, next time.Time, why string) {
	if n := int(next.Sub(first) / j.Every); n > 0 {
		s.Log.Warn("slots skipped", "journey", j.Name, "slots", n, "first", first.Format(time.TimeOnly), "next", next.Format(time.TimeOnly), "why", why)
	}
}

// reportEvery is the least time between two reports of a late journey.
const reportEvery = time.Minute

// isLate reports a journey that had to wait for others, at most once a minute.
func (s *Schedule) isLate(j Job, by time.Duration) {
	if by < max(time.Second, j.Every/20) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reported == nil {
		s.reported = map[string]time.Time{}
	}
	if now := s.Clock.Wall(); now.Sub(s.reported[j.Name]) >= reportEvery {
		s.reported[j.Name] = now
		s.Log.Warn("journey began late, as others were running: use a machine with more CPUs and memory, raise --parallel if they are idle, or lengthen --every",
			"journey", j.Name, "late", by.Round(time.Second/10), "parallel", max(1, s.Parallel))
	}
}
