package journey

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// A run ends before its context, whatever happens in it. The available time has three parts:
//
//	steps ........................ | wrap-up: evidence, cleanup, stop | saving: the caller's
//
// At the end of the first part the running step is interrupted and judged. At the end of the second the run is returned as
// recorded in progress; what still blocks is killed and abandoned.

// DefaultSaveTime is how long before the end of its context a run ends, unless Runner.SaveTime is set.
const DefaultSaveTime = 2 * time.Second

// Limits of everything that is not the customer's wait. They are generous for a busy machine, and bounded so that a slot
// always yields a verdict.
const (
	startLimit   = 20 * time.Second       // to start the instrument
	startGrace   = 3 * time.Second        // for Start to return after its context has ended
	returnGrace  = 300 * time.Millisecond // for a step to return after its limit
	killGrace    = 2 * time.Second        // for a step to return after Kill
	captureLimit = 8 * time.Second        // to save evidence
	observeLimit = time.Second            // for Observer.End
	stopLimit    = 5 * time.Second        // to stop the instrument
	wrapUpLimit  = 8 * time.Second        // reserved for evidence, cleanup and Stop when time is short
)

// errOutOfTime is the cause of a step's cancelled context when the run's own time is over.
var errOutOfTime = errors.New("the run's time was over")

// supervise executes the journey and returns its run in time.
func (e *execution) supervise(ctx context.Context) Run {
	e.end = e.deadline(ctx)
	e.wrapUp = min(wrapUpLimit, time.Until(e.end)/4)
	e.progress.record(e.run, nil)
	steps, cancel := context.WithDeadlineCause(ctx, e.end.Add(-e.wrapUp), errOutOfTime)
	defer cancel()
	played := make(chan Run, 1)
	go func() {
		e.play(steps)
		played <- e.run
	}()
	if run, ok := within(played, time.Until(e.end)); ok {
		return run
	}
	if e.journey.Uses != nil {
		go e.journey.Uses.Kill()
	}
	return e.progress.timedOut()
}

// deadline is when the run must be returned: the end of ctx less the time to save. Without such an end it is the sum of all
// limits.
func (e *execution) deadline(ctx context.Context) time.Time {
	now := time.Now()
	end, ok := ctx.Deadline()
	if !ok {
		all := startLimit + startGrace + captureLimit + stopLimit + wrapUpLimit
		for _, s := range slices.Concat(e.journey.Steps, e.journey.Cleanup) {
			all += s.limit() + 2*returnGrace + killGrace
		}
		return now.Add(all)
	}
	save := e.SaveTime
	if save == 0 {
		save = DefaultSaveTime
	}
	return end.Add(-min(save, end.Sub(now)/10))
}

// judgeCutOff judges a step that the run's end interrupted before its own limit. It is the site's failure only if the step
// had at least its Slow budget.
func judgeCutOff(s Step, waited time.Duration, err string) (Outcome, string) {
	waited = waited.Round(10 * time.Millisecond)
	if s.Slow > 0 && waited >= s.Slow {
		return Failed, fmt.Sprintf("%s (cut off after %v, as the run's time was over; over %v it is slow)", err, waited, s.Slow)
	}
	return Broken, fmt.Sprintf("the run's time was over %v into this step, too early to blame the site; give the run more time, or its steps less", waited)
}

// interruptedBy returns why ctx ended before the step's own limit.
func interruptedBy(ctx context.Context) string {
	if errors.Is(context.Cause(ctx), errOutOfTime) {
		return errOutOfTime.Error()
	}
	return "the run was interrupted"
}

// progress is the run so far, for a caller that cannot wait for the rest.
type progress struct {
	mu      sync.Mutex
	run     Run
	current int  // the running one; -1: none
	closed  bool // the run was returned
}

// announce calls do with the verdict, unless the run was returned already.
func (n *progress) announce(run Run, do func(Run)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if do != nil && !n.closed {
		do(run)
	}
}

// record stores run and its running step; nil: none.
func (n *progress) record(run Run, under *StepResult) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.current = -1
	for i := range run.Steps {
		if under == &run.Steps[i] {
			n.current = i
		}
	}
	n.run = snapshot(run)
}

// timedOut returns the recorded run, ended by the deadline.
func (n *progress) timedOut() Run {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.closed = true
	run := snapshot(n.run)
	const hangs = "the run's time was over, and the probe's own code is blocked"
	if n.current >= 0 {
		run.Steps[n.current].Outcome, run.Steps[n.current].Error = Broken, hangs
	}
	if run.Outcome.Good() && !done(run) {
		run.Outcome, run.Error = Broken, hangs
		if n.current >= 0 {
			run.Error = describe(run.Steps[n.current].Name, hangs)
		}
	}
	return run
}

// done reports whether every step but cleanup has been run.
func done(run Run) bool {
	return !slices.ContainsFunc(run.Steps, func(s StepResult) bool {
		return !s.Cleanup && s.Outcome != Passed && s.Outcome != Slow
	})
}

// snapshot is a deep copy of run.
func snapshot(run Run) Run {
	run.Steps = slices.Clone(run.Steps)
	run.Evidence = slices.Clone(run.Evidence)
	run.Problems, run.Vitals = slices.Clone(run.Problems), slices.Clone(run.Vitals)
	return run
}

// An evidenceList collects saved evidence, for a caller that cannot wait for the rest.
type evidenceList struct {
	mu  sync.Mutex
	all []Evidence
}

func (s *evidenceList) add(e Evidence) Evidence {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, e)
	return e
}

func (s *evidenceList) list() []Evidence {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.all)
}
