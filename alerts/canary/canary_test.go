package canary

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"valkyrie/infra/suite"
	"valkyrie/probes/journey"
)

var deployed = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

var trial = Trial{Region: "us-east-1", Slots: 15, Longest: 2 * time.Minute}

// A world makes runs: of each journey, from each region, one a minute.
type world struct {
	journeys, slots int
	regions         []string
	outcome         func(journeyNumber int, region string, slot int) journey.Outcome // "": the run is missing
}

func (w world) runs() (all []journey.Run) {
	for j := range w.journeys {
		for _, region := range w.regions {
			for slot := range w.slots {
				if o := w.outcome(j, region, slot); o != "" {
					all = append(all, journey.Run{Journey: fmt.Sprintf("journey-%d", j), Region: region, Slot: deployed.Add(time.Duration(slot) * time.Minute), EveryMS: 60_000, Outcome: o})
				}
			}
		}
	}
	return all
}

var three = []string{"eu-west-1", "eu-central-1", "us-east-1"}

// onCanary returns outcomes that differ in the canary's region.
func onCanary(canary func(journeyNumber, slot int) journey.Outcome) func(int, string, int) journey.Outcome {
	return func(j int, region string, slot int) journey.Outcome {
		if region == trial.Region {
			return canary(j, slot)
		}
		return journey.Passed
	}
}

// TestJudge checks that faults of a new version are found, and that those which all regions share are not counted against it.
func TestJudge(t *testing.T) {
	always := func(o journey.Outcome) func(int, int) journey.Outcome {
		return func(int, int) journey.Outcome { return o }
	}
	one := func(o journey.Outcome) func(int, int) journey.Outcome {
		return func(j, _ int) journey.Outcome {
			if j == 1 {
				return o
			}
			return journey.Passed
		}
	}
	for name, c := range map[string]struct {
		world
		want Conclusion
		says string
	}{
		"all well":                  {world{7, 15, three, onCanary(always(journey.Passed))}, Good, ""},
		"too early":                 {world{7, 14, three, onCanary(always(journey.Passed))}, Waiting, ""},
		"nothing yet":               {world{7, 0, three, nil}, Waiting, ""},
		"one journey breaks":        {world{7, 15, three, onCanary(one(journey.Broken))}, Worse, "journey-1: 15 of 15 runs were bad; from the other regions 0 of 30"},
		"seen early":                {world{7, 6, three, onCanary(one(journey.Failed))}, Worse, "journey-1: 6 of 6 runs were bad"},
		"not seen too early":        {world{7, 2, three, onCanary(one(journey.Failed))}, Waiting, ""},
		"one journey is slow":       {world{7, 15, three, onCanary(one(journey.Slow))}, Worse, "journey-1: 15 of 15 runs were slow; from the other regions 0 of 30"},
		"no run at all":             {world{7, 16, three, onCanary(always(""))}, Worse, "journey-0: 15 of 15 runs were bad, 15 of them missing; from the other regions 0 of 32"},
		"one journey is missing":    {world{7, 17, three, onCanary(one(""))}, Worse, "journey-1: 16 of 16 runs were bad, 16 of them missing"},
		"one run on its way":        {world{7, 16, three, onCanary(func(_, slot int) journey.Outcome { return []journey.Outcome{journey.Passed, ""}[slot/15] })}, Good, ""},
		"a second region is enough": {world{7, 15, three[1:], onCanary(one(journey.Broken))}, Worse, "from the other regions 0 of 15"},
		"the site fails everywhere": {world{7, 15, three, func(int, string, int) journey.Outcome { return journey.Failed }}, Unknown, "no journey has runs from the other regions that pass"},
		"the site fails for one": {world{7, 15, three, func(j int, _ string, _ int) journey.Outcome {
			return map[bool]journey.Outcome{true: journey.Failed, false: journey.Passed}[j == 1]
		}}, Good, ""},
		"the others fail": {world{7, 15, three, func(_ int, region string, _ int) journey.Outcome {
			return map[bool]journey.Outcome{true: journey.Passed, false: journey.Failed}[region == trial.Region]
		}}, Unknown, ""},
		"no other region": {world{7, 15, three[2:], onCanary(always(journey.Passed))}, Waiting, ""},
		"a little of each": {world{7, 15, three, onCanary(func(j, slot int) journey.Outcome {
			return map[bool]journey.Outcome{true: journey.Broken, false: journey.Passed}[slot < 3]
		})}, Worse, "all journeys together: 21 of 105 runs were bad; from the other regions 0 of 210"},
		"a failure": {world{7, 15, three, onCanary(func(j, slot int) journey.Outcome {
			return map[bool]journey.Outcome{true: journey.Failed, false: journey.Passed}[j+slot == 3 && j == 1]
		})}, Good, ""},
	} {
		got := trial.Judge(c.runs())
		if got.Conclusion != c.want || !strings.Contains(strings.Join(got.Reasons, "\n"), c.says) {
			t.Errorf("%s: got %v, want %s, %q", name, got, c.want, c.says)
		}
	}
}

// TestRareJourneys: a journey whose interval is longer than the trial is not waited for, but judged by the runs that it has.
func TestRareJourneys(t *testing.T) {
	w := world{3, 15, three, onCanary(func(int, int) journey.Outcome { return journey.Passed })}
	runs := slices.DeleteFunc(w.runs(), func(r journey.Run) bool { return r.Journey == "journey-2" && r.Slot.After(deployed) })
	if got := trial.Judge(runs); got.Conclusion != Waiting {
		t.Errorf("a journey each minute with one run: %v", got)
	}
	for i := range runs {
		if runs[i].Journey == "journey-2" {
			runs[i].EveryMS = time.Hour.Milliseconds()
		}
	}
	if got := trial.Judge(runs); got.Conclusion != Good {
		t.Errorf("a journey each hour with one run: %v", got)
	}
}

// TestNoise plays trials of versions that change nothing, minute by minute as the command does, on sites and probes that fail by chance;
// and trials of versions that break half of a journey's runs.
func TestNoise(t *testing.T) {
	random := rand.New(rand.NewPCG(suite.Seed(t), 1))
	trials := suite.Count(t, 300, 3_000)
	play := func(noise float64, breaks float64) (share float64) {
		worse := 0
		for range trials {
			w := world{7, trial.Slots, three, func(j int, region string, _ int) journey.Outcome {
				if random.Float64() < noise || region == trial.Region && j == 0 && random.Float64() < breaks {
					return journey.Failed
				}
				return journey.Passed
			}}
			runs := w.runs()
			for slot := range trial.Slots {
				until := deployed.Add(time.Duration(slot) * time.Minute)
				got := trial.Judge(slices.DeleteFunc(slices.Clone(runs), func(r journey.Run) bool { return r.Slot.After(until) }))
				if got.Conclusion == Worse {
					worse++
					break
				}
			}
		}
		return float64(worse) / float64(trials)
	}
	sampling := 3 * math.Sqrt(FalseAlarm/float64(trials))
	for _, noise := range []float64{0.001, 0.01, 0.05, 0.2} {
		if share := play(noise, 0); share > FalseAlarm+sampling {
			t.Errorf("with %.1f %% of bad runs everywhere, %.1f %% of good versions are called worse, want at most %.1f %%", 100*noise, 100*share, 100*FalseAlarm)
		}
	}
	if share := play(0.01, 0.5); share < 0.7 {
		t.Errorf("of versions that break half of a journey's runs, %.0f %% are called worse, want at least 70 %%", 100*share)
	}
	if share := play(0.05, 1); share < 1 {
		t.Errorf("of versions that break a journey, %.1f %% are called worse, want all", 100*share)
	}
}

// TestChance compares Fisher's test with values calculated by hand.
func TestChance(t *testing.T) {
	for _, c := range []struct {
		bad, runs, otherBad, otherRuns int
		want                           float64
	}{
		{3, 10, 0, 20, 120.0 / 4060}, {10, 10, 0, 20, 1.0 / 30045015}, {0, 10, 5, 20, 1}, {0, 0, 0, 20, 1}, {3, 4, 1, 4, 17.0 / 70}, // Fisher's lady tasting tea
	} {
		if got := chance(c.bad, c.runs, c.otherBad, c.otherRuns); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%d of %d against %d of %d: %v, want %v", c.bad, c.runs, c.otherBad, c.otherRuns, got, c.want)
		}
	}
}

// TestCounts checks the counts of a comparison, run by run: of two other regions, unfinished runs apart, and when a journey is complete.
func TestCounts(t *testing.T) {
	var runs []journey.Run
	add := func(region string, outcomes string) {
		for slot, o := range outcomes {
			run := journey.Run{
				Journey: "pay", Region: region, Slot: deployed.Add(time.Duration(slot) * time.Minute), EveryMS: 60_000,
				Outcome: map[rune]journey.Outcome{'p': journey.Passed, 'f': journey.Failed, 'b': journey.Broken, 's': journey.Slow, '?': journey.Failed}[o],
			}
			if o == '?' {
				run.Evidence = []journey.Evidence{{Kind: "pending"}}
			}
			runs = append(runs, run)
		}
	}
	add(trial.Region, "pfbs?p")
	add("a", "pppffpsp")
	add("b", "ppp")
	got := trial.count(runs)
	want := Comparison{Journey: "pay", Canary: Count{7, 4, 1}, Other: Count{11, 2, 1}, Missing: 2}
	if len(got) != 1 || got[0] != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for name, c := range map[string]struct {
		slots    int
		longest  time.Duration
		complete bool
	}{"all slots": {7, time.Minute, true}, "one is missing": {8, time.Minute, false}, "rarer than the trial": {8, time.Minute - 1, true}} {
		if got := (Trial{trial.Region, c.slots, c.longest}).count(runs)[0].complete; got != c.complete {
			t.Errorf("%s: complete %t", name, got)
		}
	}
	for c, want := range map[Count]bool{{}: false, {Runs: 4, Bad: 2}: true, {Runs: 4, Bad: 3}: false, {Runs: 1}: true} {
		if got := (Comparison{Other: c}).tells(); got != want {
			t.Errorf("others with %+v tell: %t", c, got)
		}
	}
}

// TestLevels checks the level of chance at which a version is called worse, by Fisher's test of 3 runs of which all are bad beside n good
// ones, of which chance is 6 / ((n+3)(n+2)(n+1)): 2 % shared by three tests at the end, and a twentieth of that before.
func TestLevels(t *testing.T) {
	play := func(slots, others int) Conclusion {
		var runs []journey.Run
		for slot := range 3 {
			runs = append(runs, journey.Run{Journey: "pay", Region: trial.Region, Slot: deployed.Add(time.Duration(slot) * time.Minute), EveryMS: 60_000, Outcome: journey.Failed})
		}
		for n := range others {
			runs = append(runs, journey.Run{Journey: "pay", Region: fmt.Sprint("region-", n/3), Slot: deployed.Add(time.Duration(n%3) * time.Minute), EveryMS: 60_000, Outcome: journey.Passed})
		}
		return Trial{trial.Region, slots, time.Hour}.Judge(runs).Conclusion
	}
	for _, c := range []struct {
		slots, others int
		want          Conclusion
	}{
		{3, 7, Good}, {3, 8, Worse}, // 6/720 is above 0.02/3 = 1/150, 6/990 is below
		{4, 24, Waiting}, {4, 25, Worse}, // 6/17550 is above 1/3000, 6/19656 is below
	} {
		if got := play(c.slots, c.others); got != c.want {
			t.Errorf("with %d runs elsewhere, of %d slots: %s, want %s", c.others, c.slots, got, c.want)
		}
	}
}

// TestShared checks that the level is shared by twice the journeys and one more: three bad runs beside n good ones are worse of one
// journey, but not among four.
func TestShared(t *testing.T) {
	play := func(journeys, others int) Conclusion {
		var runs []journey.Run
		for j := range journeys {
			for slot := range 3 {
				o := journey.Passed
				if j == 0 {
					o = journey.Failed
				}
				runs = append(runs, journey.Run{Journey: fmt.Sprint(j), Region: trial.Region, Slot: deployed.Add(time.Duration(slot) * time.Minute), EveryMS: 60_000, Outcome: o})
			}
			for n := range others {
				runs = append(runs, journey.Run{Journey: fmt.Sprint(j), Region: fmt.Sprint("region-", n/3), Slot: deployed.Add(time.Duration(n%3) * time.Minute), EveryMS: 60_000, Outcome: journey.Passed})
			}
		}
		return Trial{trial.Region, 3, time.Hour}.Judge(runs).Conclusion
	}
	// 6/((n+3)(n+2)(n+1)) is above 0.02/9 for 11 runs elsewhere, and below for 12.
	for _, c := range []struct {
		journeys, others int
		want             Conclusion
	}{{1, 8, Worse}, {4, 8, Good}, {4, 11, Good}, {4, 12, Worse}} {
		if got := play(c.journeys, c.others); got != c.want {
			t.Errorf("%d journeys with %d runs elsewhere: %s, want %s", c.journeys, c.others, got, c.want)
		}
	}
	// What fails elsewhere, too, counts for all journeys together: 8 of 40 bad runs beside 8 of 80, or beside 0 of 80.
	together := func(elsewhere journey.Outcome) Conclusion {
		w := world{2, 20, three, func(_ int, region string, slot int) journey.Outcome {
			switch {
			case region == trial.Region && slot < 4:
				return journey.Failed
			case region == three[0] && slot < 4:
				return elsewhere
			}
			return journey.Passed
		}}
		return Trial{trial.Region, 20, time.Hour}.Judge(w.runs()).Conclusion
	}
	if bad, good := together(journey.Failed), together(journey.Passed); bad != Good || good != Worse {
		t.Errorf("where others fail, too: %s; where they do not: %s", bad, good)
	}
	for _, c := range []struct {
		bad, runs, otherBad, otherRuns int
		want                           float64
	}{{0, 2, 2, 2, 1}, {1, 2, 2, 2, 1}, {2, 2, 1, 2, 0.5}, {2, 2, 2, 2, 1}, {1, 1, 0, 1, 0.5}} {
		if got := chance(c.bad, c.runs, c.otherBad, c.otherRuns); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

// TestReasons checks the whole reasons where two journeys are worse at once, one run is missing, and another journey cannot tell.
func TestReasons(t *testing.T) {
	w := world{4, 20, three, func(j int, region string, slot int) journey.Outcome {
		switch {
		case j == 3 || j == 2 && region == trial.Region && slot%2 == 0:
			return map[bool]journey.Outcome{true: journey.Failed, false: journey.Slow}[j == 3]
		case j == 0 && region == trial.Region && slot < 2:
			return "" // one of them may be on its way
		case j < 2 && region == trial.Region:
			return journey.Failed
		}
		return journey.Passed
	}}
	got := trial.Judge(w.runs())
	want := []string{
		"journey-0: 19 of 19 runs were bad, 1 of them missing; from the other regions 0 of 40", "journey-1: 20 of 20 runs were bad; from the other regions 0 of 40", "journey-2: 10 of 20 runs were slow; from the other regions 0 of 40",
	}
	if got.Conclusion != Worse || !slices.Equal(got.Reasons, want) {
		t.Errorf("%s, %q; want %q", got.Conclusion, got.Reasons, want)
	}
}

// TestWords checks the line of a result.
func TestWords(t *testing.T) {
	for want, a := range map[string]Assessment{"unknown": {}, "worse; a; b": {Conclusion: Worse, Reasons: []string{"a", "b"}}, "good": {Conclusion: Good}} {
		if got := a.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
