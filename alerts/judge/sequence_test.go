package judge_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/probes/journey"
)

func TestSequences(t *testing.T) {
	for name, c := range map[string]struct{ runs, want string }{
		"one failed run between good ones":  {"p*20 f p*200", ""},
		"one slow run":                      {"p*20 s p*20", ""},
		"one time-out an hour, that passes": {"p*59f*1 p*59 f p*59 f p*59 f p*59 f", ""},
		"every fourth fails": {
			"p*20 pppf*5 p*400", "flapping opens@39 flapping resolves@399",
		},
		"twice the same day is one incident, down again": {
			"pff p*60 ff p", "down opens@2 down resolves@3 down reopens@64 down resolves@65",
		},
		"four failures in a row, reported, and then a single one": {
			"p*20 ffff p*9 f p*9", "down opens@21 down resolves@24",
		},
		"two days later it is another": {
			"ff p*2900 ff p", "down opens@1 down resolves@2 down opens@2903 down resolves@2904",
		},
		"the third makes it flapping, which ends after a quiet time": {
			"ff p*60 ff p*60 ff p*400", "down opens@1 down resolves@2 down reopens@63 down resolves@64 flapping reopens@125 flapping resolves@485",
		},
	} {
		k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
		if got := k.Sequence(c.runs); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestTwelveShortOutagesAreOneIncident: a dozen short outages in a day (I3) are one incident.
func TestTwelveShortOutagesAreOneIncident(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	k.Sequence("p*30 " + strings.Repeat("fff p*97 ", 12) + "p*360")
	if len(k.Changes) != 6 {
		t.Fatal(k.Changes)
	}
	inc := k.Decisions[slices.IndexFunc(k.Decisions, func(d judge.Decision) bool { return d.Verb == judge.Resolves && d.Incident.Kind == incident.Flapping })].Incident
	if len(inc.Outages) != 12 || inc.Outages[11].Until.Sub(inc.Outages[11].Since) != 3*time.Minute {
		t.Errorf("%d outages, the last %+v", len(inc.Outages), inc.Outages[len(inc.Outages)-1])
	}
	if inc.ID != "print-card/down/2026-11-21T03:31:00Z" || !inc.Rings() {
		t.Errorf("%s rings: %t", inc.ID, inc.Rings())
	}
}

// TestIntermittentOutagesAreOneIncident: outages of 5 to 10 minutes, hours apart, over two days (I5) are one incident. Its reason
// states their number, durations and shared cause.
func TestIntermittentOutagesAreOneIncident(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	k.Sequence("p*60 f*7 p*200 f*5 p*300 f*10 p*150 f*9 p*340 f*6 p*500 f*8 p*333 f*5 p*10")
	var ids []string
	for _, d := range k.Decisions {
		if d.Incident.ID != "" && !slices.Contains(ids, d.Incident.ID) {
			ids = append(ids, d.Incident.ID)
		}
	}
	if len(ids) != 1 {
		t.Fatal(ids)
	}
	inc := k.State.Open[0]
	for _, s := range inc.Outages {
		if s.Until.Sub(s.Since) > 10*time.Minute || s.Until.Sub(s.Since) < 5*time.Minute {
			t.Errorf("%+v", s)
		}
	}
	want := `print-card failed twice in a row from eu, the first at 11:08 UTC; it was down 7 times since 21 November 04:00 UTC, ` +
		`for 5 min to 10 min, each time at the step "wait for the PDF": no PDF`
	if len(inc.Outages) != 7 || inc.Reason != want {
		t.Errorf("%d outages\n got %s\nwant %s", len(inc.Outages), inc.Reason, want)
	}
}

func TestQuorum(t *testing.T) {
	for _, c := range []struct{ quorum, runs, want string }{
		{"", "ppp fpp fpp fpp ppp", ""},
		{"", "ppp fff fff ppp", "down opens@2 down resolves@3"},
		{"", "ppp ffp ffp ppp", "down opens@2 down resolves@3"}, // both failed in the same two slots
		{"", "ppp fpp ffp pfp ppp", ""},                         // in one: by chance
		{"", "ppp fpp ffp ffp ppp", "down opens@3 down resolves@4"},
		{"", "ppp fbp fbp fpp ppp", "ours opens@2"}, // a broken region is no agreement: 2 of 3, not any of 2
		{"", "ppp fb. fb. fp. ppp", "ours opens@2"},
		{"", "ppp ffp fff ppp", "down opens@2 down resolves@3"}, // and now it does not
		{"", "ppp ffp ff. ff. ppp", "down opens@2 down resolves@4"},
		{"", "ppp fpp ffp fff fpp ppp", "down opens@3 down resolves@4"},
		{"", "p fp fp pp", "down opens@2 down resolves@3"}, // two regions: any
		{"any", "ppp fpp fpp", "down opens@2"},
		{"all", "ppp ffp ffp ffp fff fff", "down opens@5"},
		{"2", "fpp fpp ffp ffp ffp", "down opens@3"},
		{"3", "ff ff", "down opens@1"},                               // there are only two
		{"majority", "fbb fbb fbb fbb", "ours opens@1 down opens@1"}, // two are mute, so the third decides
	} {
		p := alertstest.ShippedPolicy(t)
		p.Regions = judge.Quorum(c.quorum)
		k := alertstest.Scenario{Policy: p}
		if got := k.Regions(c.runs); got != c.want {
			t.Errorf("%s %s: got %q, want %q", c.quorum, c.runs, got, c.want)
		}
	}
}

// TestQuorumNotMet: the reason names the failing and the working regions, below and at the quorum.
func TestQuorumNotMet(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	k.Regions("ppp fpp")
	ds := k.Run(alertstest.Run(2, "eu", journey.Failed))
	want := "down from eu: print-card failed twice in a row there, the first at 03:01 UTC; not from ap and us; 2 of 3 regions open an incident"
	if ds[0].Verb != judge.Waits || ds[0].Reason != want {
		t.Errorf("%s: %s", ds[0].Verb, ds[0].Reason)
	}
	k = alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	k.Regions("pp fp fp")
	want = "print-card failed twice in a row from eu, the first at 03:01 UTC; from eu only, not from us"
	if got := k.State.Open[0].Reason; got != want {
		t.Error(got)
	}
}

func TestRecovery(t *testing.T) {
	p := alertstest.ShippedPolicy(t)
	p.RecoverAfter = 3
	k := alertstest.Scenario{Policy: p}
	if got := k.Sequence("ff pp f pp b p p"); got != "down opens@1 down resolves@8" {
		t.Error(got)
	}
}

func TestDegradedSince(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	k.Sequence("ppssss")
	if got := k.State.Open[0].Since; !got.Equal(alertstest.Start.Add(2 * time.Minute)) {
		t.Error(got)
	}
}

// TestLongFlappingCalls: flapping texts at first, and calls when its failures add up to FlappingRingsAfter.
func TestLongFlappingCalls(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	k.Sequence("p*20 pppf*5")
	if k.State.Open[0].Rings() {
		t.Error("it rings at once")
	}
	k.Policy.FlappingRingsAfter = 10 * time.Minute
	k.Sequence("p*40 ppf*9")
	if inc := k.State.Open[0]; inc.Rings() {
		t.Errorf("it rings when its failures add up to %d s", inc.CostMS/1000)
	}
	k.Sequence("p*67 ppf*1")
	if inc := k.State.Open[0]; !inc.Rings() || inc.CostMS != 10*60_000 {
		t.Errorf("rings: %t, when its failures add up to %d s", inc.Rings(), inc.CostMS/1000)
	}
}

// TestFlappingNeverCallsByCost: without FlappingRingsAfter, flapping texts however much its failures add up to.
func TestFlappingNeverCallsByCost(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	k.Policy.FlappingRingsAfter = 0
	k.Sequence("p*20 pppf*5")
	if inc := k.State.Open[0]; inc.Kind != incident.Flapping || inc.Rings() {
		t.Errorf("%s rings: %t", inc.Kind, inc.Rings())
	}
	k.Sequence("p*40 pppf*40")
	if inc := k.State.Open[0]; inc.CostMS == 0 || inc.Rings() {
		t.Errorf("it rings: %t, when its failures add up to %d s", inc.Rings(), inc.CostMS/1000)
	}
}

// TestSteepFailuresCallAtOnce: a third of all runs calls within minutes. A fifth, in other slots of each region, texts, and calls
// once it has cost an hour, which it does in five.
func TestSteepFailuresCallAtOnce(t *testing.T) {
	for every, within := range map[int]time.Duration{3: 15 * time.Minute, 5: 7 * time.Hour} {
		k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
		var texted, called time.Duration
		for minute := range 8 * 60 {
			for i, region := range []string{"eu", "us", "ap"} {
				outcome := journey.Passed
				if minute >= 30 && (minute+i*(every-1)/2)%every == 0 {
					outcome = journey.Failed
				}
				k.Run(alertstest.RunEachMinute(minute, region, outcome))
			}
			since := time.Duration(minute-30) * time.Minute
			if len(k.State.Open) > 0 && texted == 0 {
				texted = since
			}
			if len(k.State.Open) > 0 && k.State.Open[0].Rings() && called == 0 {
				called = since
			}
		}
		if texted == 0 || texted > 15*time.Minute || called == 0 || called > within || every == 5 && called < 4*time.Hour {
			t.Errorf("one in %d: a text after %v, a call after %v", every, texted, called)
		}
	}
}

// TestRareRunsCallAtOnce: where a run comes each hour, the failures that show a fifth have cost hours already.
func TestRareRunsCallAtOnce(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	for hour := range 40 {
		for i, region := range []string{"eu", "us", "ap"} {
			run := alertstest.Run(hour*60, region, journey.Passed)
			if hour >= 10 && (hour+2*i)%5 == 0 {
				run = alertstest.Run(hour*60, region, journey.Failed)
			}
			run.EveryMS = 3_600_000
			k.Run(run)
		}
	}
	if len(k.State.Open) == 0 || !k.State.Open[0].Rings() || k.State.Open[0].Opened.Sub(alertstest.Start) > 21*time.Hour {
		t.Errorf("no call: %+v", k.State.Open)
	}
}

// TestDownCallsAfterFlappingTexted: an outage calls, although it reopens an incident that only texted.
func TestDownCallsAfterFlappingTexted(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	k.Policy.FlappingRingsAfter = 1000 * time.Hour
	got := k.Sequence("p*20 pppf*5 p*400 ff")
	inc := k.State.Open[0]
	if got != "flapping opens@39 flapping resolves@399 flapping reopens@441" || !inc.Rings() || len(inc.Outages) != 1 {
		t.Errorf("%s; rings: %t", got, inc.Rings())
	}
}

// TestHealthyMonthsOpenNothing: thirty days of a run a minute, one in a hundred failing at random, open no incident.
func TestHealthyMonthsOpenNothing(t *testing.T) {
	const runs = 30 * 24 * 60
	for seed := range uint64(5) {
		one, three := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}, alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
		dice := rand.New(rand.NewPCG(seed, 1))
		failed := false
		for i := range runs {
			o := journey.Passed
			if !failed && dice.IntN(100) == 0 { // a single failure: the next run is good
				o = journey.Failed
			}
			failed = o == journey.Failed
			one.Run(alertstest.Run(i, "eu", o))
			for _, region := range []string{"eu", "us", "ap"} { // whatever comes, two in a row too
				o := journey.Passed
				if dice.IntN(100) == 0 {
					o = journey.Failed
				}
				three.Run(alertstest.Run(i, region, o))
			}
			one.Decisions, three.Decisions = nil, nil
		}
		if len(one.Changes)+len(three.Changes) > 0 {
			t.Errorf("seed %d: %v %v", seed, one.Changes, three.Changes)
		}
	}
}

// storeRoundTrip returns the state after encoding and decoding it.
func storeRoundTrip(t *rapid.T, s judge.JourneyState) (back judge.JourneyState) {
	text, err := json.Marshal(s)
	if err == nil {
		err = json.Unmarshal(text, &back)
	}
	if err != nil {
		t.Fatal(err)
	}
	return back
}

// TestDuplicatesChangeNothing: duplicates and late runs change nothing, in any mixture of regions, nor does a round trip through a
// store. Judging does not modify the state that it was given.
func TestDuplicatesChangeNothing(t *testing.T) {
	p := alertstest.ShippedPolicy(t)
	rapid.Check(t, func(t *rapid.T) {
		plain, disturbed := alertstest.Scenario{Policy: p}, alertstest.Scenario{Policy: p}
		for i := range rapid.IntRange(1, 60).Draw(t, "slots") {
			for _, region := range []string{"eu", "us", "ap"} {
				r := alertstest.Run(i*rapid.SampledFrom([]int{1, 1, 1, 30}).Draw(t, "pace")+i, region, alertstest.Outcomes[rapid.RuneFrom([]rune("pppsffb")).Draw(t, "outcome")])
				before := fmt.Sprintf("%+v", disturbed.State)
				old := disturbed.State
				plain.Run(r)
				disturbed.Run(r)
				disturbed.State = storeRoundTrip(t, disturbed.State)
				if after := fmt.Sprintf("%+v", old); after != before {
					t.Fatalf("the old state was written to:\n%s\n%s", before, after)
				}
				late := alertstest.Run(rapid.IntRange(0, i).Draw(t, "late"), region, alertstest.Outcomes[rapid.RuneFrom([]rune("psfb")).Draw(t, "other")])
				if !late.Slot.After(r.Slot) {
					disturbed.Run(late)
				}
			}
		}
		if diff := cmp.Diff(plain.State, disturbed.State, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
		if diff := cmp.Diff(plain.Changes, disturbed.Changes); diff != "" {
			t.Fatal(diff)
		}
	})
}
