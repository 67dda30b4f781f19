package compare

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/probes/journey"
)

// TestOwnHistory: the simple rules judge each journey and region of a history apart, and their calls are counted since a time,
// and outside of the incidents.
func TestOwnHistory(t *testing.T) {
	own := NewOwn()
	for minute, letter := range "ppffppffffffppppfpfpff" {
		for _, name := range []string{"print-card", "create-order"} {
			outcome := journey.Passed
			if letter == 'f' && name == "print-card" {
				outcome = journey.Failed
			}
			own.Judge(journey.Run{Journey: name, Region: "eu", Slot: begin.Add(time.Duration(minute) * time.Minute), Outcome: outcome})
		}
	}
	second := func(_ string, at time.Time) bool {
		return !at.Before(begin.Add(6*time.Minute)) && at.Before(begin.Add(12*time.Minute))
	}
	want := []OwnCount{{"2 of 2 datapoints", 3, 2}, {"retry, then 2 failures", 3, 2}, {"for 5 minutes", 1, 0}, {"burn rate", 1, 1}}
	if diff := cmp.Diff(want, own.Counts(begin, second)); diff != "" {
		t.Error(diff)
	}
	want = []OwnCount{{"2 of 2 datapoints", 2, 1}, {"retry, then 2 failures", 2, 1}, {"for 5 minutes", 1, 0}, {"burn rate", 0, 0}}
	if diff := cmp.Diff(want, own.Counts(begin.Add(5*time.Minute), second)); diff != "" {
		t.Error(diff)
	}
}
