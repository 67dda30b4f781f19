package journey_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/probes/journey"
)

func fail(t *journey.T) { t.Failf("no PDF") }

// placer is a saver that knows where it keeps files.
type placer struct{ saver }

func (placer) Place(run journey.Run) string { return run.Journey + "/" }

// A slowCapture takes its time for the evidence.
type slowCapture struct{ recorder }

func (s *slowCapture) Capture(_ context.Context, save func(kind, name string, data []byte) journey.Evidence) []journey.Evidence {
	time.Sleep(3 * time.Second)
	return []journey.Evidence{save("picture", "p.png", nil)}
}

// verdicts plays a journey and returns each verdict with the time at which it was known, and the run.
func verdicts(t *testing.T, r journey.Runner, make func() journey.Journey) (known []string, run journey.Run) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		r.Stage.Site = &url.URL{}
		r.OnVerdict = func(run journey.Run) {
			known = append(known, fmt.Sprintf("%s after %v, try %d, %q", run.Outcome, time.Since(began), run.Tries, run.Error))
			if !run.Unfinished() {
				t.Errorf("it is not marked as unfinished: %+v", run.Evidence)
			}
		}
		run = r.Probe(t.Context(), make, began)
		if run.Unfinished() {
			t.Errorf("it has ended, and is marked as unfinished: %+v", run.Evidence)
		}
	})
	return known, run
}

// TestVerdictComesFirst checks that a verdict is known before evidence and cleanup take their time, that a good run has none,
// and that only the last try's verdict counts.
func TestVerdictComesFirst(t *testing.T) {
	takes := func(d time.Duration, then func(*journey.T)) func(*journey.T) {
		return func(t *journey.T) { time.Sleep(d); then(t) }
	}
	for name, c := range map[string]struct {
		tries int
		steps []func(*journey.T) // the step of each try
		want  string
	}{
		"good":                   {1, []func(*journey.T){pass}, ""},
		"failed":                 {1, []func(*journey.T){takes(time.Second, fail)}, `failed after 1s, try 1, "step \"a\": no PDF"`},
		"broken":                 {1, []func(*journey.T){takes(time.Second, func(t *journey.T) { t.Brokenf("no secret") })}, `broken after 1s, try 1, "step \"a\": no secret"`},
		"good on the second try": {2, []func(*journey.T){fail, pass}, ""},
		"failed twice":           {2, []func(*journey.T){fail, takes(time.Second, func(t *journey.T) { t.Failf("again") })}, `failed after 6s, try 2, "step \"a\": again"`}, // 3s of evidence, 2s of cleanup
		"broken after failed":    {2, []func(*journey.T){fail, func(t *journey.T) { t.Brokenf("no Chrome") }}, `failed after 5s, try 2, "step \"a\": no PDF"`},
	} {
		t.Run(name, func(t *testing.T) {
			try := 0
			known, run := verdicts(t, journey.Runner{Evidence: placer{}, Tries: c.tries}, func() journey.Journey {
				return journey.Journey{
					Name: "test", Uses: &slowCapture{},
					Steps:   []journey.Step{{Name: "a", Do: func(t *journey.T) { try++; c.steps[try-1](t) }}},
					Cleanup: []journey.Step{{Name: "c", Do: takes(2*time.Second, pass)}},
				}
			})
			if got := strings.Join(known, "; "); got != c.want {
				t.Errorf("known:\n got %s\nwant %s", got, c.want)
			}
			if len(known) > 0 && !strings.HasPrefix(c.want, string(run.Outcome)) {
				t.Errorf("the run is %s", run.Outcome)
			}
		})
	}
}

// TestVerdictSaysWhereEvidenceWillBe checks the evidence of a run that goes on.
func TestVerdictSaysWhereEvidenceWillBe(t *testing.T) {
	for _, s := range []journey.Saver{nil, saver{}, placer{}} {
		var got journey.Run
		r := journey.Runner{Stage: journey.Stage{Site: &url.URL{}}, Evidence: s, OnVerdict: func(run journey.Run) { got = run }}
		r.Run(t.Context(), journey.Journey{Name: "test", Uses: &recorder{}, Steps: []journey.Step{step("a", fail)}}, time.Now())
		where := ""
		if s == (placer{}) {
			where = "test/"
		}
		want := []journey.Evidence{{Kind: "pending", Path: where, Missing: "it follows when the run has ended; if it does not, the probe ended before that"}}
		if diff := cmp.Diff(want, got.Evidence); diff != "" {
			t.Error(diff)
		}
	}
}
