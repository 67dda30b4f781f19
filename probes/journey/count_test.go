package journey_test

import (
	"encoding/json"
	"math"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/probes/journey"
)

// TestCounts checks that counts are in the run, the later of two of one name, from a failing step too.
func TestCounts(t *testing.T) {
	site, err := url.Parse("http://shop.example")
	if err != nil {
		t.Fatal(err)
	}
	r := journey.Runner{Stage: journey.Stage{Site: site}, Region: "eu", Every: time.Minute}
	run := r.Run(t.Context(), journey.Journey{Name: "orders", Steps: []journey.Step{
		{Name: "look", Do: func(t *journey.T) { t.Count("pending", 12); t.Count("rate", 0.5) }},
		{Name: "look again", Do: func(t *journey.T) { t.Count("pending", 6000); t.Failf("too many") }},
	}}, time.Now())
	want := []journey.Count{{Name: "pending", Value: 6000}, {Name: "rate", Value: 0.5}}
	if diff := cmp.Diff(want, run.Counts); diff != "" || run.EveryMS != 60_000 {
		t.Error(diff, run.EveryMS)
	}
	run = r.Run(t.Context(), journey.Journey{Name: "nothing"}, time.Now())
	if run.Counts == nil || len(run.Counts) != 0 {
		t.Errorf("a run without counts has %v", run.Counts)
	}
}

// TestCountIsNumber checks that NaN and the infinities fail the step, and leave a run that can be stored.
func TestCountIsNumber(t *testing.T) {
	for _, value := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		run := journey.Runner{}.Run(t.Context(), journey.Journey{Name: "orders", Steps: []journey.Step{
			{Name: "look", Do: func(t *journey.T) { t.Count("pending", value) }},
		}}, time.Now())
		if _, err := json.Marshal(run); err != nil || run.Outcome != journey.Failed || !strings.Contains(run.Error, `a number for the count "pending"`) {
			t.Errorf("%v: %v, %v", value, run, err)
		}
	}
}
