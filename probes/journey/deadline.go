package journey

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// A run is over before its context is, whatever happens in it. The time there is falls into three parts:
//
//	steps ........................ | wrap-up: evidence, cleanup, stop | saving: the caller's
//
// When the steps' part is over, the step under way is cut off and judged. When the wrap-up's is over, the run is returned
// as the notes have it, and whatever still hangs is killed and left behind.

// DefaultSaveTime is how long before its context's end a run is over, unless Runner.SaveTime says otherwise.
const DefaultSaveTime = 2 * time.Second

// Allowances for what is not the customer's wait. They are generous for a busy machine, and bounded so that a slot
// always yields its verdict.
const (
	startLimit   = 20 * time.Second       // to start the instrument
	startGrace   = 3 * time.Second        // for it to give up starting
	returnGrace  = 300 * time.Millisecond // for a step to return once its limit has passed
	killGrace    = 2 * time.Second        // for it to return once its instrument was killed
	captureLimit = 5 * time.Second        // to save evidence
	noticeLimit  = time.Second            // to take note of what happened in a step
	stopLimit    = 5 * time.Second        // to stop the instrument
	wrapUpLimit  = 8 * time.Second        // kept from the steps for evidence, cleanup and stopping, when time is short
)

// errOutOfTime is why the context of a step ends when the run's own time is over.
var errOutOfTime = errors.New("the run's time was over")

// supervise plays the journey, and returns its run in time.
func (e *execution) supervise(ctx context.Context) Run {
	e.end = e.deadline(ctx)
	e.wrapUp = min(wrapUpLimit, time.Until(e.end)/4)
	e.notes.take(e.run, nil)
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
	return e.notes.verdict()
}

// deadline is when the verdict must be out: ctx's end, less the time to save. Without such an end it is as late as all
// limits and allowances together make it.
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

// cut judges a step that the run's end has cut off before its own limit. The site is to blame only if it had its time:
// the budget over which the step would have been slow anyway.
func cut(s Step, waited time.Duration, err string) (Outcome, string) {
	waited = waited.Round(10 * time.Millisecond)
	if s.Slow > 0 && waited >= s.Slow {
		return Failed, fmt.Sprintf("%s (cut off after %v, as the run's time was over; over %v it is slow)", err, waited, s.Slow)
	}
	return Broken, fmt.Sprintf("the run's time was over %v into this step, too early to blame the site; give the run more time, or its steps less", waited)
}

// interruption says why ctx ended before the step's own limit.
func interruption(ctx context.Context) string {
	if errors.Is(context.Cause(ctx), errOutOfTime) {
		return errOutOfTime.Error()
	}
	return "the run was interrupted"
}

// notes are the run as far as it is known, for whoever cannot wait for the rest.
type notes struct {
	mu   sync.Mutex
	run  Run
	step int // the one under way; -1: none
}

// take notes down run, and which of its steps is under way; nil: none.
func (n *notes) take(run Run, under *StepResult) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.step = -1
	for i := range run.Steps {
		if under == &run.Steps[i] {
			n.step = i
		}
	}
	n.run = snapshot(run)
}

// verdict is the run of the notes, ended by the deadline.
func (n *notes) verdict() Run {
	n.mu.Lock()
	defer n.mu.Unlock()
	run := snapshot(n.run)
	const hangs = "the run's time was over, and something of ours hangs"
	if n.step >= 0 {
		run.Steps[n.step].Outcome, run.Steps[n.step].Error = Broken, hangs
	}
	if run.Outcome.Good() && !done(run) {
		run.Outcome, run.Error = Broken, hangs
		if n.step >= 0 {
			run.Error = describe(run.Steps[n.step].Name, hangs)
		}
	}
	return run
}

// done reports whether every step that counts has been run.
func done(run Run) bool {
	return !slices.ContainsFunc(run.Steps, func(s StepResult) bool {
		return !s.Cleanup && s.Outcome != Passed && s.Outcome != Slow
	})
}

// snapshot is a copy of run that shares nothing with it.
func snapshot(run Run) Run {
	run.Steps = slices.Clone(run.Steps)
	run.Evidence = slices.Clone(run.Evidence)
	run.Problems, run.Vitals = slices.Clone(run.Problems), slices.Clone(run.Vitals)
	return run
}

// A shelf holds the evidence that was saved, for whoever cannot wait for the rest.
type shelf struct {
	mu  sync.Mutex
	all []Evidence
}

func (s *shelf) put(e Evidence) Evidence {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, e)
	return e
}

func (s *shelf) list() []Evidence {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.all)
}
