package trend_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"valkyrie/alerts/judge/trend"
)

// TestDaysSurviveJSON: a round trip through JSON keeps gaps and zero durations.
func TestDaysSurviveJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var days, back trend.Days
		day := rapid.Int64Range(-5, 30000).Draw(t, "first")
		for range rapid.IntRange(0, 20).Draw(t, "days") {
			days = append(days, trend.Daily{Day: day, MS: rapid.Int64Range(0, 60_000).Draw(t, "ms")})
			day += rapid.Int64Range(1, 9).Draw(t, "gap")
		}
		text, err := json.Marshal(days)
		if err == nil {
			err = json.Unmarshal(text, &back)
		}
		if diff := cmp.Diff(days, back, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Fatal(err, diff, string(text))
		}
	})
}
