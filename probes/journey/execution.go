package journey

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// An execution is one try of a run. Its fields belong to the goroutine that executes it, except progress.
type execution struct {
	Runner
	journey  Journey
	run      Run
	mask     Mask
	end      time.Time     // when the run must be returned
	wrapUp   time.Duration // time before end that is reserved: see wrapUpLimit
	progress progress
	counts   counter
	attached attachments
}

// play starts the instrument, runs the steps until one fails, then the cleanup, and stops the instrument.
func (e *execution) play(ctx context.Context) {
	if err := e.checkSecrets(); err != nil {
		e.fail(Broken, err.Error())
		e.announce()
		return
	}
	if e.journey.Uses != nil {
		defer e.stop()
	}
	if err := e.start(ctx); err != nil {
		e.fail(Broken, err.Error())
		e.announce()
		return
	}
	if e.journey.Uses != nil {
		e.run.Chrome = e.journey.Uses.Version()
	}
	for i, s := range e.journey.Steps {
		if !e.step(ctx, i, s) {
			break
		}
	}
	if e.Always {
		e.capture()
	}
	e.cleanup(ctx)
}

// start starts the instrument, and at the same time what else the steps use. It abandons one that ignores its context.
func (e *execution) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	var all []<-chan error
	begin := func(do func(context.Context) error) {
		started := make(chan error, 1)
		go func() {
			defer func() {
				if p := recover(); p != nil {
					started <- fmt.Errorf("the probe's code panicked: %v\n%s", p, debug.Stack())
				}
			}()
			started <- do(ctx)
		}()
		all = append(all, started)
	}
	if uses := e.journey.Uses; uses != nil {
		stage := e.Stage
		stage.RunID, stage.Hosts, stage.TimeNow, stage.NoFilm = e.run.ID, e.journey.Hosts, e.TimeNow, stage.NoFilm || e.Evidence == nil
		begin(func(ctx context.Context) error { return uses.Start(ctx, stage) })
	}
	for _, do := range e.journey.Prepare {
		begin(do)
	}
	var errs []error
	for _, started := range all {
		errs = append(errs, await(ctx, started))
	}
	return errors.Join(errs...)
}

// await returns what a start returned, or an error if it does not return in time.
func await(ctx context.Context, started <-chan error) error {
	select {
	case err := <-started:
		return err
	case <-ctx.Done():
	}
	if err, ok := within(started, startGrace); ok {
		return err
	}
	return errors.New("the browser, or what else the steps use, did not start, and ignored its deadline")
}

func (e *execution) stop() {
	stopped := make(chan error, 1)
	go func() { stopped <- e.journey.Uses.Stop() }()
	err, ok := within(stopped, min(stopLimit, time.Until(e.end)))
	if !ok {
		err = errors.New("the browser did not stop; processes or files of it may be left")
	}
	if err != nil && e.run.Outcome.Good() {
		// The probe left something behind. The customer succeeded, so the verdict stays, but the error is reported.
		e.run.Error = "after the run: " + err.Error()
	}
}

// step runs one step and adds its result to the run. It reports whether the run continues.
func (e *execution) step(ctx context.Context, i int, s Step) bool {
	res := &e.run.Steps[i]
	if ctx.Err() != nil {
		e.fail(Broken, fmt.Sprintf("before step %q: %s", s.Name, interruptedBy(ctx)))
		e.announce()
		return false
	}
	e.attempt(ctx, s, res)
	e.run.DurationMS += res.DurationMS
	e.applyPolicy(res, e.observe(res))
	if res.Outcome == Slow {
		e.run.Outcome = Slow
	}
	good := res.Outcome.Good()
	if !good {
		e.fail(res.Outcome, describe(s.Name, res.Error))
	}
	e.notify(*res)
	if !good {
		e.announce()
		e.capture()
	}
	return good
}

// announce passes the verdict on, with an entry that stands for the evidence to come.
func (e *execution) announce() {
	run := snapshot(e.run)
	run.Counts = e.counts.list()
	follows := Evidence{Kind: unfinished, Missing: "it follows when the run has ended; if it does not, the probe ended before that"}
	if p, ok := e.Evidence.(Placer); ok {
		follows.Path = p.Place(run)
	}
	run.Evidence = append(run.Evidence, follows)
	e.progress.announce(run, e.OnVerdict)
}

// cleanup runs the cleanup steps. They get time even if the run's own is used up, since an order must not stay; they change
// only their own results.
func (e *execution) cleanup(ctx context.Context) {
	ctx, cancel := context.WithDeadlineCause(context.WithoutCancel(ctx), e.end.Add(-e.wrapUp/4), errOutOfTime)
	defer cancel()
	first := len(e.journey.Steps)
	for i, s := range e.journey.Cleanup {
		res := &e.run.Steps[first+i]
		e.attempt(ctx, s, res)
		e.observe(res)
		if !res.Outcome.Good() && e.run.CleanupError == "" {
			e.run.CleanupError = describe(s.Name, res.Error)
			e.keep("cleanup-")
		}
		e.notify(*res)
	}
}

// attempt runs s within its limit and measures its time.
func (e *execution) attempt(ctx context.Context, s Step, res *StepResult) {
	ctx, cancel := context.WithTimeout(ctx, s.limit())
	defer cancel()
	t := &T{
		ctx: ctx, limit: s.limit(), site: e.Stage.Site, name: s.Name, declared: e.journey.Secrets, accounts: e.journey.Accounts, secrets: e.Stage.Secrets,
		mask: &e.mask, counts: &e.counts, attached: &e.attached, inputs: e.Stage.Inputs,
	}
	res.Started = e.now()
	e.progress.record(e.run, res)
	if e.journey.Uses != nil {
		e.journey.Uses.Begin(t)
	}
	began := time.Now()
	verdict, err := e.watch(ctx, t, func() {
		s.Do(t)
		if last, ok := e.journey.Uses.(Finisher); ok {
			last.Finish()
		}
	})
	if verdict == Failed && errors.Is(context.Cause(ctx), errOutOfTime) {
		verdict, err = judgeCutOff(s, time.Since(began), err)
	}
	res.Outcome, res.Error = verdict, clip(e.mask.Text(err), MaxError)
	wait := time.Since(began)
	if t.timed && (verdict == Passed || t.waited > wait) {
		wait = t.waited
	}
	res.DurationMS = wait.Round(time.Millisecond).Milliseconds()
	if verdict == Passed && (t.slow != "" || s.Slow > 0 && wait > s.Slow) {
		res.Outcome, res.Error = Slow, clip(e.mask.Text(t.slow), MaxError)
	}
}

// watch runs do and returns its verdict. Calls of an instrument nearly always end with ctx; for one that does not, the
// instrument is killed, which ends it for certain. A step that blocks in its own code is abandoned and reported.
func (e *execution) watch(ctx context.Context, t *T, do func()) (Outcome, string) {
	done := make(chan result, 1)
	go perform(t, do, done)
	select {
	case r := <-done:
		return e.judge(ctx, r)
	case <-ctx.Done():
	}
	if r, ok := within(done, returnGrace); ok {
		return e.judge(ctx, r)
	}
	late := result{Failed, fmt.Sprintf("it did not end %s", t.LimitNote())}
	if e.journey.Uses != nil {
		e.capture()
		e.journey.Uses.Kill()
	}
	if _, ok := within(done, killGrace); !ok {
		late = result{Broken, "the step's code is blocked and cannot be interrupted; make it honour t.Context()"}
	}
	return e.judge(ctx, late)
}

// perform runs do until it returns, ends by Failf or Brokenf, or panics, and sends the result. A panic is the probe's fault.
func perform(t *T, do func(), done chan<- result) {
	r := result{Broken, "the step ended its goroutine by itself; use t.Failf"}
	defer func() {
		if p := recover(); p != nil {
			r = result{Broken, fmt.Sprintf("the probe's code panicked: %v\n%s", p, debug.Stack())}
		} else if t.verdict != "" {
			r = result{t.verdict, t.err}
		}
		done <- r
	}()
	do()
	t.verdict = Passed
}

type result struct {
	outcome Outcome
	err     string
}

// within receives from done, for at most d.
func within[T any](done <-chan T, d time.Duration) (T, bool) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case r := <-done:
		return r, true
	case <-timer.C:
		var none T
		return none, false
	}
}

// judge decides whose fault a failure is: a dead Chrome, an interrupted run and an exhausted machine are the probe's.
func (e *execution) judge(ctx context.Context, r result) (Outcome, string) {
	if r.outcome != Failed {
		return r.outcome, r.err
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return Broken, interruptedBy(ctx)
	}
	if e.journey.Uses != nil {
		if err := e.journey.Uses.Died(); err != nil {
			return Broken, err.Error()
		}
	}
	if err := checkResources(); err != nil {
		return Broken, fmt.Sprintf("%v; the step said: %s", err, r.err)
	}
	return Failed, r.err
}

// fail records the first reason why the run is not good.
func (e *execution) fail(o Outcome, err string) {
	if e.run.Outcome.Good() {
		e.run.Outcome, e.run.Error = o, clip(e.mask.Text(err), MaxError)
	}
}

func (e *execution) notify(res StepResult) {
	e.progress.record(e.run, nil)
	if e.OnStep != nil {
		e.OnStep(snapshot(e.run), res)
	}
}
