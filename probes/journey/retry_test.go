package journey_test

import (
	"context"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/probes/journey"
)

// made returns journeys with one outcome per try: "" passes, "broken" breaks, any other text fails with it.
func made(tries *int, own int, errs ...string) func() journey.Journey {
	return func() journey.Journey {
		// Probe may create more journeys than it tries, so executed steps are counted.
		return journey.Journey{Name: "test", Uses: &recorder{}, Tries: own, Steps: []journey.Step{{Name: "a", Do: func(t *journey.T) {
			err := errs[*tries]
			*tries++
			switch err {
			case "":
			case "broken":
				t.Brokenf("broken")
			default:
				t.Failf("%s", err)
			}
		}}}}
	}
}

func TestSecondTry(t *testing.T) {
	for name, c := range map[string]struct {
		policy, own int
		errs        []string
		outcome     journey.Outcome
		tries       int
		err, first  string
	}{
		"good at once":          {2, 0, []string{""}, journey.Passed, 1, "", ""},
		"off unless asked for":  {0, 0, []string{"no"}, journey.Failed, 1, `step "a": no`, ""},
		"passes on second try":  {2, 0, []string{"no", ""}, journey.Passed, 2, "", `step "a": no`},
		"broken is tried again": {2, 0, []string{"broken", ""}, journey.Passed, 2, "", `step "a": broken`},
		"fails again":           {2, 0, []string{"no", "never"}, journey.Failed, 2, `step "a": never`, `step "a": no`},
		"broken clears nobody":  {2, 0, []string{"no", "broken"}, journey.Failed, 2, `step "a": no`, `step "a": no`},
		"failed after broken":   {2, 0, []string{"broken", "no"}, journey.Failed, 2, `step "a": no`, `step "a": broken`},
		"the journey's own no":  {2, 1, []string{"no"}, journey.Failed, 1, `step "a": no`, ""},
		"the journey's own yes": {1, 2, []string{"no", ""}, journey.Passed, 2, "", `step "a": no`},
		"third time lucky":      {3, 0, []string{"no", "never", ""}, journey.Passed, 3, "", `step "a": no`},
	} {
		t.Run(name, func(t *testing.T) {
			played := 0
			r := journey.Runner{Stage: journey.Stage{Site: &url.URL{}}, Evidence: saver{}, Tries: c.policy}
			got := r.Probe(t.Context(), made(&played, c.own, c.errs...), time.Now())
			if got.Outcome != c.outcome || got.Tries != c.tries || got.Error != c.err || got.FirstError != c.first || played != c.tries {
				t.Errorf("%s, %d tries (%d played): %q, first %q", got.Outcome, got.Tries, played, got.Error, got.FirstError)
			}
			if got.Flaky() != (c.tries > 1 && c.outcome == journey.Passed) {
				t.Error("flaky:", got.Flaky())
			}
		})
	}
}

// TestEvidenceOfAllTries checks that the first try's evidence is kept under names other than the second's.
func TestEvidenceOfAllTries(t *testing.T) {
	synctest.Test(t, evidenceOfAllTries)
}

func evidenceOfAllTries(t *testing.T) {
	played := 0
	r := journey.Runner{Stage: journey.Stage{Site: &url.URL{}}, Evidence: saver{}, Tries: 2}
	got := r.Probe(t.Context(), made(&played, 0, "no", "never"), time.Now())
	want := []journey.Evidence{
		{Kind: "picture", Path: "test/p.png", Try: 1},
		{Kind: "html", Missing: "gone", Try: 1},
		{Kind: "picture", Path: "test/try-2-p.png", Try: 2},
		{Kind: "html", Missing: "gone", Try: 2},
	}
	if diff := cmp.Diff(want, got.Evidence); diff != "" {
		t.Error(diff)
	}
	if text := got.String(); text != `test failed in 0 ms on second try: step "a": never` {
		t.Error(text)
	}
}

func TestNoSecondTryOfAnInterruptedRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	played := 0
	r := journey.Runner{Stage: journey.Stage{Site: &url.URL{}}, Tries: 2}
	r.OnStep = func(journey.Run, journey.StepResult) { cancel() }
	if got := r.Probe(ctx, made(&played, 0, "no"), time.Now()); got.Tries != 1 || got.Outcome != journey.Failed {
		t.Errorf("%s after %d tries", got.Outcome, got.Tries)
	}
}
