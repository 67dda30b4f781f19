package journey

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// A Runner executes journeys.
type Runner struct {
	Stage    Stage
	Region   string        // where the probe runs, such as "eu-west-1"
	Every    time.Duration // interval of the slots, so that a missing run is noticed; 0: no more runs are expected
	Evidence Saver         // nil: none is kept
	Always   bool          // keep evidence of good runs too
	// Tries is the number of tries of a journey without its own, each with a fresh instrument; 0: one.
	Tries int
	// SaveTime is how long before the end of its context a run ends, so that the caller can store it; 0: DefaultSaveTime. It
	// is at most a tenth of the available time.
	SaveTime time.Duration
	// OnStep is called after every step, including cleanup; nil: no call.
	OnStep func(Run, StepResult)
	// OnVerdict is called with a run that is not good as soon as its verdict is known: before its evidence is captured and
	// its cleanup runs, as these take seconds on a page that hangs. The run's Unfinished is true. It is called at most once
	// for a run, and not for one that is tried again. It must not block. The run that is returned has the same verdict. nil:
	// no call.
	OnVerdict func(Run)
	TimeNow   func() time.Time // nil: time.Now
}

// A Saver keeps evidence.
type Saver interface {
	// Save stores data as one file of the run and returns where it can be found.
	Save(run Run, name string, data []byte) (path string, err error)
}

// A Placer is a Saver that knows where a run's files will be before there are any.
type Placer interface {
	Place(run Run) (path string)
}

// Run executes j once for slot and returns its run. It always returns, and before ctx ends: see deadline.go.
func (r Runner) Run(ctx context.Context, j Journey, slot time.Time) Run {
	return r.try(ctx, j, r.fresh(j, slot))
}

// Broken is the run of a slot in which j could not be executed, with the reason.
func (r Runner) Broken(j Journey, slot time.Time, why string) Run {
	run := r.fresh(j, slot)
	run.Outcome, run.Error = Broken, why
	return run.Bounded()
}

// fresh is a run before its start.
func (r Runner) fresh(j Journey, slot time.Time) Run {
	return Run{
		ID: newID(), Journey: j.Name, Region: r.Region, Slot: slot.UTC(), EveryMS: j.Cadence(r.Every).Milliseconds(), Started: r.now(), Tries: 1,
		Outcome: Passed, Steps: blank(j), Counts: []Count{}, Evidence: []Evidence{}, Problems: []Problem{}, Vitals: []Vitals{}, Site: r.site(),
	}
}

// site is the site's address; a broken run may have none.
func (r Runner) site() string {
	if r.Stage.Site == nil {
		return ""
	}
	return r.Stage.Site.String()
}

// try executes j as the given run and measures how starved of CPU it was.
func (r Runner) try(ctx context.Context, j Journey, run Run) Run {
	e := &execution{Runner: r, journey: j, run: run}
	if err := j.Validate(); err != nil {
		e.fail(Broken, err.Error())
		return e.run.Bounded()
	}
	said := watchClock()
	run = e.supervise(ctx)
	run.StarvedMS, run.StarvedP95MS = said()
	run.Counts = e.counts.list()
	return run.Bounded()
}

func (r Runner) now() time.Time {
	if r.TimeNow == nil {
		return time.Now().UTC()
	}
	return r.TimeNow().UTC()
}

// blank lists the steps as not run, so that an aborted run still shows them.
func blank(j Journey) []StepResult {
	results := []StepResult{}
	add := func(steps []Step, cleanup bool) {
		for _, s := range steps {
			results = append(results, StepResult{
				Name: s.Name, Outcome: NotRun, Cleanup: cleanup,
				SlowMS: s.Slow.Milliseconds(), LimitMS: s.limit().Milliseconds(),
			})
		}
	}
	add(j.Steps, false)
	add(j.Cleanup, true)
	return results
}

func newID() string {
	id, err := uuid.NewV7()
	if err != nil { // the system has no randomness; v1 needs little of it
		return uuid.Must(uuid.NewUUID()).String()
	}
	return id.String()
}

// describe prefixes an error with its step.
func describe(step, err string) string { return fmt.Sprintf("step %q: %s", step, err) }
