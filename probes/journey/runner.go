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
	Region   string        // where the runs are made from, such as "eu-west-1"
	Every    time.Duration // from slot to slot, so that a run that does not come is missed; 0: no more are expected
	Evidence Saver         // nil: none is kept
	// OnStep is told of every step as it ends, cleanup steps too; nil: nobody is.
	OnStep  func(Run, StepResult)
	TimeNow func() time.Time // nil: time.Now
}

// A Saver keeps evidence.
type Saver interface {
	// Save keeps data as one file of the run, and returns where it can be found.
	Save(run Run, name string, data []byte) (path string, err error)
}

// Allowances for what is not the customer's wait. They are generous for a busy machine, and bounded so that a slot
// always yields its verdict.
const (
	startLimit   = 20 * time.Second       // to start the instrument
	returnGrace  = 300 * time.Millisecond // for a step to return once its limit has passed
	killGrace    = 2 * time.Second        // for it to return once its instrument was killed
	captureLimit = 5 * time.Second        // to save evidence
)

// Run executes j once, for slot, and returns its verdict. It always returns: when ctx ends early the run is Broken.
func (r Runner) Run(ctx context.Context, j Journey, slot time.Time) Run {
	e := &execution{Runner: r, journey: j, run: Run{
		ID: newID(), Journey: j.Name, Region: r.Region, Slot: slot.UTC(), EveryMS: r.Every.Milliseconds(), Started: r.now(),
		Outcome: Passed, Steps: blank(j), Counts: []Count{}, Evidence: []Evidence{}, Site: r.Stage.Site.String(),
	}}
	if err := j.Validate(); err != nil {
		e.fail(Broken, err.Error())
		return e.run
	}
	e.play(ctx)
	e.run.Counts = e.tally.list()
	return e.run
}

func (r Runner) now() time.Time {
	if r.TimeNow == nil {
		return time.Now().UTC()
	}
	return r.TimeNow().UTC()
}

// blank lists the steps as not run, so that a run cut short still shows what it would have done.
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
	if err != nil { // only when the system has no randomness: an id is still needed, and v1 needs little of it
		return uuid.Must(uuid.NewUUID()).String()
	}
	return id.String()
}

// describe puts a step's name before its error.
func describe(step, err string) string { return fmt.Sprintf("step %q: %s", step, err) }
