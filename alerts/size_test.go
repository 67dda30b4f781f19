package alerts_test

import (
	"encoding/json"
	"testing"
	"time"

	"valkyrie/probes/journey"
)

// TestStateStaysSmall: what every run writes does not grow with history: three regions, five steps, a rate that has a
// usual level, after a hundred days, and an outage every day.
func TestStateStaysSmall(t *testing.T) {
	k := court{policy: shipped(t)}
	size := func() int {
		text, err := json.Marshal(k.state)
		if err != nil {
			t.Fatal(err)
		}
		return len(text)
	}
	after := map[int]int{}
	for i := range 100 * 24 {
		for _, region := range []string{"eu-west-1", "us-east-1", "ap-south-1"} {
			run := runOf(i*60, region, journey.Passed)
			if i%24 < 2 {
				run.Outcome, run.Error = journey.Failed, "no PDF"
			}
			run.EveryMS = time.Hour.Milliseconds()
			for _, s := range []string{"sign in", "make a card", "press Print", "wait for the PDF", "read the PDF"} {
				run.Steps = append(run.Steps, journey.StepResult{Name: s, Outcome: run.Outcome, DurationMS: int64(400 + i%13), LimitMS: 5000})
			}
			k.run(run)
			k.state.Outbox = nil // the pager took it
			k.all = nil
		}
		after[i/24] = size()
	}
	if after[99] > after[60]+500 || after[99] > 40_000 {
		t.Errorf("%d bytes after 60 days, %d after 100", after[60], after[99])
	}
	t.Logf("%d bytes", after[99])
}
