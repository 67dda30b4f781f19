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

// A hung is an Instrument on which every call but those of a recorder never returns, until the test is over.
type hung struct {
	recorder
	in   string // the call that hangs
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

// TestVerdictBeforeTheDeadline: whatever hangs, with a deadline and without one, the run is returned before its context
// ends, with the steps so far and the evidence that was saved.
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
		{"version", nil, journey.Broken, "something of ours hangs"},
		{"begin", nil, journey.Broken, "something of ours hangs"},
		{"died", nil, journey.Broken, "something of ours hangs"},
		{"capture", nil, journey.Failed, "no PDF"},
		{"stop", nil, journey.Failed, "no PDF"},
		{"step", stuck, journey.Broken, "hangs in code of its own"},
		{"kill", stuck, journey.Broken, "something of ours hangs"},
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
					early := limit == time.Second // then the step may be cut off before its own limit
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

// TestTimeIsOver: a step that the run's end cuts off is the site's fault only if it had been given its budget.
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

// TestCleanupFitsIn: what a run has made is cleaned up even when its time is over, and still before the deadline.
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
