package compare

import (
	"compress/gzip"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/probes/journey"
)

// readCase reads a history of runs: journey, region, slot, outcome, step, duration and seconds until it arrived.
func readCase(t *testing.T, name string) (all []Arrival) {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", name+".csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	text, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(text).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		slot, err := time.Parse(time.RFC3339, row[2])
		if err != nil {
			t.Fatal(err)
		}
		ms, _ := strconv.ParseInt(row[5], 10, 64)
		after, _ := strconv.ParseFloat(row[6], 64)
		run := journey.Run{ID: row[1] + row[2], Journey: row[0], Region: row[1], Slot: slot, EveryMS: 60_000, Outcome: journey.Outcome(row[3]), DurationMS: ms}
		if run.Outcome == journey.Failed {
			run.Error = "it failed"
			run.Steps = []journey.StepResult{{Name: row[4], Outcome: journey.Failed, DurationMS: ms, Error: "it failed"}}
		}
		all = append(all, Arrival{Run: run, At: slot.Add(time.Duration(after * float64(time.Second)))})
	}
	slices.SortStableFunc(all, func(a, b Arrival) int { return a.At.Compare(b.At) })
	return all
}

// firstTogether returns the first slot from which a quarter of the runs of an hour fails.
func firstTogether(all []Arrival) time.Time {
	for i, a := range all {
		failed := 0
		for _, b := range all[i:min(len(all), i+30)] {
			if b.Outcome == journey.Failed {
				failed++
			}
		}
		if a.Outcome == journey.Failed && failed >= 5 {
			return a.Slot
		}
	}
	return all[0].Slot
}

// TestCases: the messages about histories that an earlier judge got wrong. The first five minutes of half-seed0 look like a deploy
// that takes one region after the other; the median of such outages is called about within five minutes (TestGoals).
func TestCases(t *testing.T) {
	for name, c := range map[string]struct {
		called   time.Duration // after the first failed slot at most; 0: never
		notified time.Duration
		calls    int // at most
		texts    int // at most, all-clears included
		says     string
	}{
		"total-down-seed0":         {2 * time.Minute, 2 * time.Minute, 1, 2, "failed twice in a row"},
		"half-seed0":               {6*time.Minute + 30*time.Second, 6*time.Minute + 30*time.Second, 5, 4, "Again and again"},
		"third-seed2":              {8 * time.Minute, 8 * time.Minute, 5, 4, "Again and again"},
		"every-5th-slot-seed1":     {20 * time.Minute, 20 * time.Minute, 5, 2, "Again and again"},
		"half-then-fine-1pc-seed0": {5 * time.Minute, 5 * time.Minute, 5, 4, "Again and again"},
		"down-1of3-seed3":          {0, 15 * time.Minute, 0, 2, "From ap-southeast-2 only, customers cannot"},
		"step-changes-seed0":       {2 * time.Minute, 2 * time.Minute, 1, 2, ""},
		"chrome-10pc-1d-seed0":     {0, 24 * time.Hour, 0, 6, "cannot tell"},
	} {
		all := readCase(t, name)
		rule := Shipped(alertstest.ShippedPolicy(t))
		var sent []Message
		for _, a := range all {
			sent = append(sent, rule.Judge(a)...)
		}
		began := firstTogether(all)
		calls, texts, words := 0, 0, ""
		var called, notified time.Duration
		for _, m := range sent {
			words += m.Text + "\n"
			if after := m.At.Sub(began); notified == 0 {
				notified = after
			}
			if m.Call {
				calls++
				if called == 0 {
					called = m.At.Sub(began)
				}
			} else {
				texts++
			}
		}
		if calls > c.calls || texts > c.texts || (called > 0) != (c.called > 0) || called > c.called+15*time.Second || notified == 0 || notified > c.notified+15*time.Second || !strings.Contains(words, c.says) {
			t.Errorf("%s: called after %v, notified after %v, %d calls, %d texts:\n%s", name, called, notified, calls, texts, words)
		}
	}
}
