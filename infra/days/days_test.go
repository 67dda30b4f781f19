package days

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"valkyrie/probes/journey"
)

var midnight = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)

// anyRun draws a run of the day, in any time zone.
func anyRun(t *rapid.T) journey.Run {
	zone := time.FixedZone("", 3600*rapid.IntRange(-12, 14).Draw(t, "zone"))
	r := journey.Run{
		Journey: "print-card", Slot: midnight.Add(time.Duration(rapid.IntRange(0, 1439).Draw(t, "minute")) * time.Minute).In(zone),
		Outcome: rapid.SampledFrom([]journey.Outcome{journey.Passed, journey.Slow, journey.Failed, journey.Broken}).Draw(t, "outcome"),
		EveryMS: rapid.SampledFrom([]int64{0, 60_000, 300_000, 7_200_000}).Draw(t, "every"), Tries: rapid.IntRange(0, 2).Draw(t, "tries"),
		DurationMS: rapid.Int64Range(0, 100_000).Draw(t, "ms"),
	}
	for _, name := range []string{"open the shop", "", "log out"} {
		r.Steps = append(r.Steps, journey.StepResult{Name: name, DurationMS: rapid.Int64().Draw(t, "step"), Cleanup: name == "log out"})
	}
	return r
}

func dayOf(runs ...journey.Run) Day {
	day := Day{Journey: "print-card", Date: midnight}
	for _, r := range runs {
		day.Add(r)
	}
	return day
}

var whole = cmp.AllowUnexported(Distribution{}, bucket{})

// TestDayOfAnyOrder: a day is the same in whichever order its runs arrive, and survives its encoding. It covers each
// second that a run covers, once.
func TestDayOfAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		runs := rapid.SliceOfN(rapid.Custom(anyRun), 0, 12).Draw(t, "runs")
		day := dayOf(runs...)
		if diff := cmp.Diff(day, dayOf(rapid.Permutation(runs).Draw(t, "order")...), whole); diff != "" {
			t.Fatalf("in another order: %s", diff)
		}
		data, err := day.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		again := dayOf()
		if err := again.UnmarshalBinary(data); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(day, again, whole); diff != "" {
			t.Fatalf("decoded: %s", diff)
		}
		minutes := 0
		for m := range 2*1440 + 240 { // a run of 23:59 may cover four hours more
			at := midnight.Add(time.Duration(m) * time.Minute)
			covers := func(r journey.Run) bool {
				return r.Outcome != journey.Broken && !at.Before(r.Slot) && at.Before(r.Slot.Add(Covers(r.EveryMS)))
			}
			if slices.ContainsFunc(runs, covers) {
				minutes++
			}
		}
		for n, c := range day.Covered {
			minutes -= int(c.Until.Sub(c.From).Minutes())
			if n > 0 && !day.Covered[n-1].Until.Before(c.From) {
				t.Fatalf("%v meets %v", day.Covered[n-1], c)
			}
		}
		if minutes != 0 {
			t.Fatalf("%d minutes are covered and not in %v", minutes, day.Covered)
		}
	})
}

// TestDayOfAnotherVersion: damaged and unknown encodings are refused, whatever they are.
func TestDayOfAnotherVersion(t *testing.T) {
	good, err := dayOf(journey.Run{Slot: midnight, Outcome: journey.Passed, Steps: []journey.StepResult{{Name: "open the shop", DurationMS: 700}}}).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	for n := range good {
		if err := new(Day).UnmarshalBinary(good[:n]); err != ErrFormat {
			t.Errorf("the first %d bytes: %v", n, err)
		}
	}
	for _, bad := range [][]byte{append(slices.Clone(good), 0), append([]byte{format + 1}, good[1:]...), {format, 0, 0, 0, 0, 1, 1, 255, 255, 255, 255, 255, 1}} {
		if err := new(Day).UnmarshalBinary(bad); err != ErrFormat {
			t.Errorf("%v: %v", bad, err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		data := append([]byte{format}, rapid.SliceOf(rapid.Byte()).Draw(t, "data")...)
		_ = new(Day).UnmarshalBinary(data) // it does not panic, nor take memory beyond the data's
	})
}

// TestBuckets: each duration is in one bucket, buckets are in the order of durations, and the middle of one is within 1/128 of each
// duration in it.
func TestBuckets(t *testing.T) {
	for _, c := range []struct {
		ms     int64
		index  int
		middle int64
	}{{-5, 0, 0}, {0, 0, 0}, {127, 127, 127}, {128, 128, 129}, {129, 128, 129}, {130, 129, 131}, {255, 191, 255}, {256, 192, 258}, {259, 192, 258}, {260, 193, 262}} {
		if index := bucketOf(c.ms); index != c.index || middleOf(index) != c.middle {
			t.Errorf("%d ms: bucket %d with the middle %d, want %d with %d", c.ms, index, middleOf(index), c.index, c.middle)
		}
	}
	if n := bucketOf(math.MaxInt64); n >= mostExact {
		t.Errorf("there are %d buckets", n)
	}
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(0, math.MaxInt64-1).Draw(t, "ms")
		index := bucketOf(ms)
		if next := bucketOf(ms + 1); next != index && next != index+1 {
			t.Fatalf("%d ms is in bucket %d, and the next in %d", ms, index, next)
		}
		if middle := middleOf(index); bucketOf(middle) != index || math.Abs(float64(middle-ms)) > float64(ms)/128 {
			t.Fatalf("%d ms is in bucket %d, whose middle is %d", ms, index, middle)
		}
	})
}

// TestSummary: a summary of days has the counts of the runs, and quantiles within 1 % of theirs, in however many days they are.
func TestSummary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		runs := rapid.SliceOfN(rapid.Custom(anyRun), 1, 40).Draw(t, "runs")
		var exact, added Summary
		cut := rapid.IntRange(0, len(runs)).Draw(t, "days")
		added.AddDay(dayOf(runs[:cut]...))
		added.AddDay(dayOf(runs[cut:]...))
		var ms []int64
		for _, r := range runs {
			exact.Add(r)
			if r.Outcome.Good() {
				ms = append(ms, r.DurationMS)
			}
		}
		if exact.Runs != int64(len(runs)) || exact.Good != int64(len(ms)) || added.Runs != exact.Runs || added.Good != exact.Good || added.Flaky != exact.Flaky {
			t.Fatalf("%+v of the days, %+v of %d runs, %d of them good", added, exact, len(runs), len(ms))
		}
		slices.Sort(ms)
		for _, q := range []float64{0, 0.5, 0.95, 1} {
			got, ok := exact.Quantile(q)
			near, okNear := added.Quantile(q)
			if ok != (len(ms) > 0) || ok != okNear {
				t.Fatalf("quantile %v of %v: %v, of days %v", q, ms, ok, okNear)
			}
			if !ok {
				continue
			}
			if want := ms[min(int(q*float64(len(ms))), len(ms)-1)]; got != want || math.Abs(float64(near-want)) > 0.01*float64(want) {
				t.Fatalf("quantile %v of %v: %d, of days %d", q, ms, got, near)
			}
		}
	})
}

// TestSlowestStep: the step with the longest median is named, the last by name of those that are alike.
func TestSlowestStep(t *testing.T) {
	var s Summary
	if name, _, ok := s.SlowestStep(); ok {
		t.Errorf("without runs: %q", name)
	}
	step := func(name string, ms int64, cleanup bool) journey.StepResult {
		return journey.StepResult{Name: name, DurationMS: ms, Cleanup: cleanup}
	}
	s.Add(journey.Run{Outcome: journey.Failed, Steps: []journey.StepResult{step("hang", 30_000, false)}})
	for _, ms := range []int64{10, 20, 900} {
		s.Add(journey.Run{Outcome: journey.Passed, Steps: []journey.StepResult{step("a", 20, false), step("c", ms, false), step("b", 20, false), step("log out", 5000, true)}})
	}
	if name, ms, ok := s.SlowestStep(); name != "c" || ms != 20 || !ok {
		t.Errorf("%q took %d", name, ms)
	}
}

// TestSampleIsBounded: many different durations are counted by buckets, and lose none.
func TestSampleIsBounded(t *testing.T) {
	var s Summary
	const runs = 100_000
	for n := range int64(runs) {
		s.Add(journey.Run{Outcome: journey.Passed, DurationMS: n * 7})
	}
	if n := len(s.durations.counts); n > mostExact {
		t.Errorf("%d different durations", n)
	}
	for _, q := range []float64{0.5, 0.95} {
		want := q * runs * 7
		if got, _ := s.Quantile(q); math.Abs(float64(got)-want) > want/100 {
			t.Errorf("quantile %v is %d, want %v", q, got, want)
		}
	}
	if s.Good != runs {
		t.Errorf("%d runs", s.Good)
	}
}
