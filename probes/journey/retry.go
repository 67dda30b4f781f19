package journey

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Probe executes a slot's run of the journey that make creates, and retries when it was not good, for whatever reason, as
// often as the journey or the runner allows. Each try gets a new Journey with a fresh instrument.
//
// All tries are one run with one id and all their evidence: a failure before a success stays visible. The last try decides,
// except that a Broken one proves nothing against a failure before it.
func (r Runner) Probe(ctx context.Context, make func() Journey, slot time.Time) Run {
	j := make()
	tries := cmp.Or(j.Tries, r.Tries)
	announce, before, n, last := r.OnVerdict, Run{}, 1, false
	r.OnVerdict = func(run Run) {
		if n > 1 {
			run = settle(before, run, n)
		}
		if last = n >= tries || !timeLeft(ctx, run); last && announce != nil {
			announce(run)
		}
	}
	run := r.Run(ctx, j, slot)
	for n < tries && !last && !run.Outcome.Good() && timeLeft(ctx, run) {
		n, before = n+1, run
		run = r.again(ctx, make(), before, n)
	}
	return run
}

// again executes try n of a run.
func (r Runner) again(ctx context.Context, j Journey, before Run, n int) Run {
	run := before
	run.Outcome, run.Error, run.DurationMS, run.Chrome, run.CleanupError = Passed, "", 0, "", ""
	run.Steps, run.Evidence, run.Tries = blank(j), []Evidence{}, n
	if n == 2 {
		run.FirstError = before.Error
		run.FirstStep, _ = before.Culprit()
		mark(before.Evidence, 1)
	}
	return settle(before, r.try(ctx, j, run), n)
}

// settle makes one run of try n and of the run before it.
func settle(before, run Run, n int) Run {
	mark(run.Evidence, n)
	evidence := slices.Concat(before.Evidence, run.Evidence)
	if run.Outcome == Broken && before.Outcome == Failed {
		before.FirstError, before.FirstStep, before.Tries = run.FirstError, run.FirstStep, n
		run = before
	}
	run.Evidence = evidence
	return run
}

func mark(all []Evidence, try int) {
	for i := range all {
		all[i].Try = try
	}
}

// timeLeft reports whether another try of the last one's duration would end in time.
func timeLeft(ctx context.Context, last Run) bool {
	if ctx.Err() != nil {
		return false
	}
	end, ok := ctx.Deadline()
	return !ok || time.Until(end) > time.Since(last.Started)/time.Duration(max(last.Tries, 1))
}
