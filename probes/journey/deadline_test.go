package journey_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/probes/journey"
)

// A hung is an Instrument of which one call blocks until the test is over.
type hung struct {
	recorder
	in   string // the call that blocks
	over chan struct{}
}

func (h *hung) at(call string) {
	if h.in == call {
		<-h.over
	}
}

func (h *hung) Start(ctx context.Context, s journey.Stage) error {
	h.at("start")
	return h.recorder.Start(ctx, s)
}
func (h *hung) Begin(t *journey.T) { h.at("begin"); h.recorder.Begin(t) }
func (h *hung) Died() error        { h.at("died"); return nil }
func (h *hung) Kill()              { h.at("kill") }
func (h *hung) Stop() error        { h.at("stop"); return nil }
func (h *hung) Version() string    { h.at("version"); return "hung/1" }
func (h *hung) Capture(_ context.Context, save func(kind, name string, data []byte) journey.Evidence) []journey.Evidence {
	e := []journey.Evidence{save("picture", "p.png", nil)}
	h.at("capture")
	return e
}

// TestVerdictBeforeTheDeadline checks that whatever blocks, with a deadline and without one, the run is returned before its
// context ends, with the steps so far and the saved evidence.
func TestVerdictBeforeTheDeadline(t *testing.T) {
	ok, fail := step("a", pass), step("b", func(t *journey.T) { t.Failf("no PDF") })
	stuck := func(h *hung) journey.Step { return step("b", func(*journey.T) { <-h.over }) }
	for _, c := range []struct {
		hangs   string
		second  func(*hung) journey.Step
		outcome journey.Outcome
		err     string
	}{
		{"nothing", nil, journey.Failed, "no PDF"},
		{"start", nil, journey.Broken, "did not start"},
		{"version", nil, journey.Broken, "the probe's own code is blocked"},
		{"begin", nil, journey.Broken, "the probe's own code is blocked"},
		{"died", nil, journey.Broken, "the probe's own code is blocked"},
		{"capture", nil, journey.Failed, "no PDF"},
		{"stop", nil, journey.Failed, "no PDF"},
		{"step", stuck, journey.Broken, "the step's code is blocked and cannot be interrupted"},
		{"kill", stuck, journey.Broken, "the probe's own code is blocked"},
	} {
		for _, limit := range []time.Duration{0, 30 * time.Second, time.Second} {
			t.Run(fmt.Sprint(c.hangs, " ", limit), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					h := &hung{in: c.hangs, over: make(chan struct{})}
					defer synctest.Wait()
					defer close(h.over)
					ctx, cancel := t.Context(), context.CancelFunc(func() {})
					if limit > 0 {
						ctx, cancel = context.WithTimeout(ctx, limit)
					}
					defer cancel()
					second := fail
					if c.second != nil {
						second = c.second(h)
					}
					got := run(ctx, journey.Journey{Uses: h, Steps: []journey.Step{ok, second}})
					if ctx.Err() != nil {
						t.Error("the verdict came after the deadline")
					}
					early := limit == time.Second // then the step may be interrupted before its own limit
					if got.Outcome != c.outcome || !early && !strings.Contains(got.Error, c.err) || len(got.Steps) != 2 {
						t.Errorf("%s: %s; steps %s", got.Outcome, got.Error, outcomes(got))
					}
					if c.hangs == "capture" && (len(got.Evidence) != 2 || got.Evidence[0].Path == "" || got.Evidence[1].Missing == "") {
						t.Errorf("evidence %v", got.Evidence)
					}
				})
			})
		}
	}
}

// TestTimeIsOver checks that a step interrupted by the run's end is the site's failure only after its Slow budget.
func TestTimeIsOver(t *testing.T) {
	wait := func(t *journey.T) { <-t.Context().Done(); t.Failf("expected the PDF") }
	for _, c := range []struct {
		slow    time.Duration
		steps   []journey.Step
		outcome journey.Outcome
		err     string
	}{
		{0, nil, journey.Broken, "the run's time was over 17.25s into this step, too early to blame the site"},
		{20 * time.Second, nil, journey.Broken, "too early to blame the site"},
		{2 * time.Second, nil, journey.Failed, "expected the PDF (cut off after 17.25s, as the run's time was over; over 2s it is slow)"},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 25*time.Second)
			defer cancel()
			got := run(ctx, journey.Journey{Steps: []journey.Step{{Name: "a", Slow: c.slow, Limit: time.Minute, Do: wait}, step("b", pass)}})
			if got.Outcome != c.outcome || !strings.Contains(got.Error, c.err) {
				t.Errorf("%s: %s", got.Outcome, got.Error)
			}
		})
	}
}

// TestCleanupFitsIn checks that cleanup runs even when the run's time is over, and before the deadline.
func TestCleanupFitsIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		forever := func(t *journey.T) { <-t.Context().Done(); t.Failf("late") }
		got := run(ctx, journey.Journey{
			Steps:   []journey.Step{{Name: "a", Limit: time.Minute, Do: forever}},
			Cleanup: []journey.Step{step("cancel the order", pass), {Name: "c", Limit: time.Minute, Do: forever}},
		})
		want := []journey.Outcome{journey.Broken, journey.Passed, journey.Broken}
		var outcomes []journey.Outcome
		for _, s := range got.Steps {
			outcomes = append(outcomes, s.Outcome)
		}
		if diff := cmp.Diff(want, outcomes); diff != "" || ctx.Err() != nil {
			t.Error(diff, ctx.Err())
		}
	})
}
