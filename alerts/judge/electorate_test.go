package judge_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/probes/journey"
)

// TestPatientPolicy: where failures_in_a_row waits for more than two, an outage everywhere is down at that failure, neither
// earlier nor as flapping; shorter ones call nobody, and one in every other slot still calls.
func TestPatientPolicy(t *testing.T) {
	for inARow := 2; inARow <= 5; inARow++ {
		for slots, want := range map[string]string{
			strings.Repeat("f", inARow-1) + strings.Repeat("p", 20): "",
			strings.Repeat("f", 30) + "p":                           fmt.Sprintf("down opens@%d down resolves@50", 19+inARow),
			strings.Repeat("fp", 20):                                "flapping opens",
		} {
			k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
			k.Policy.FailuresInARow = inARow
			for minute, l := range strings.Repeat("p", 20) + slots {
				for _, region := range []string{"eu", "us", "ap"} {
					k.Run(alertstest.RunEachMinute(minute, region, alertstest.Outcomes[l]))
				}
			}
			got := strings.Join(k.Changes, " ")
			if got != want && (want != "flapping opens" || !strings.HasPrefix(got, want) || !k.State.Open[0].PagesNow) {
				t.Errorf("%d in a row, %s: got %q, want %q", inARow, slots, got, want)
			}
		}
	}
}

// TestChanceNeedsOneSlotMore: while us works, eu and ap are down once both failed in as many slots as failures_in_a_row says; in
// one more where chance does that: after six hours in which 0.8 % of the runs failed, or four slots of the week in which two
// regions failed. Failures for hours that are no outage text.
func TestChanceNeedsOneSlotMore(t *testing.T) {
	const hours = 36
	never := func(int, string) bool { return false }
	each := func(every int, offsets map[string]int) func(int, string) bool {
		return func(minute int, region string) bool { return minute%every == offsets[region] }
	}
	for name, c := range map[string]struct {
		fails  func(minute int, region string) bool // before
		inARow int
		slot   int // of the outage that opens the incident
	}{
		"a quiet day":           {never, 2, 2},
		"a patient policy":      {never, 5, 5},
		"a noisy day":           {each(120, map[string]int{"eu": 10, "us": 50, "ap": 90}), 2, 3},
		"two at once, 4 times":  {each(480, map[string]int{"eu": 10, "us": 50, "ap": 10}), 2, 3},
		"a noisy day, patient":  {each(120, map[string]int{"eu": 10, "us": 50, "ap": 90}), 3, 3}, // three in a row are no chance
		"two at once, in a row": {each(480, map[string]int{"eu": 10, "us": 11, "ap": 12}), 2, 2},
	} {
		k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
		k.Policy.FailuresInARow = c.inARow
		for minute := range hours*60 + 10 {
			for _, region := range []string{"ap", "eu", "us"} {
				outcome := journey.Passed
				if minute >= hours*60 && region != "us" || minute < hours*60 && c.fails(minute, region) {
					outcome = journey.Failed
				}
				k.Run(alertstest.RunEachMinute(minute, region, outcome))
			}
		}
		if got, want := strings.Join(k.Changes, " "), fmt.Sprintf("down opens@%d", hours*60+c.slot-1); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	for minute := range 5 * 60 {
		for i, region := range []string{"ap", "eu", "us"} {
			outcome := alertstest.Outcomes['p']
			if minute%12 == 4*i {
				outcome = alertstest.Outcomes['f']
			}
			k.Run(alertstest.RunEachMinute(minute, region, outcome))
		}
	}
	if len(k.Changes) != 1 || !strings.HasPrefix(k.Changes[0], "flapping opens") || k.State.Open[0].Rings() {
		t.Errorf("one in twelve, for hours: %q", k.Changes)
	}
}

// TestOneElectorate: the same votes open and close an incident, whichever probes break or fall silent meanwhile. A word is a slot
// of eu, us and ap.
func TestOneElectorate(t *testing.T) {
	for name, c := range map[string]struct {
		slots, want string
		open        incident.Kind // at the end; empty: none
		ending      incident.Ending
	}{
		"a broken probe does not keep it open": {
			strings.Repeat("ppp ", 2) + strings.Repeat("fff ", 8) + strings.Repeat("bpp ", 50),
			"down opens@3 down resolves@10 ours opens@11", incident.ProbeFault, incident.Recovered,
		},
		"one region alone does not keep it down": {
			strings.Repeat("ppp ", 2) + strings.Repeat("ffp ", 8) + strings.Repeat("fpp ", 5),
			"down opens@3 down resolves@10", "", incident.Recovered,
		},
		"and texts when it goes on": {
			strings.Repeat("ppp ", 2) + strings.Repeat("ffp ", 8) + strings.Repeat("fpp ", 9),
			"down opens@3 down resolves@10 flapping reopens@16", incident.Flapping, "",
		},
		"a broken region is no agreement": {
			strings.Repeat("ppb ", 4) + strings.Repeat("fpb ", 5),
			"ours opens@1", incident.ProbeFault, "",
		},
		"nor is a silent one": {
			strings.Repeat("ppp ", 4) + strings.Repeat("pp. ", 5) + strings.Repeat("fp. ", 5),
			"silent opens@7", incident.Silent, "",
		},
		"the only bad region falls silent": {
			strings.Repeat("ppp ", 2) + strings.Repeat("ff. ", 6) + strings.Repeat(".pp ", 3),
			"down opens@3 silent opens@5 silent resolves@8 down resolves@10", "", incident.Recovered,
		},
	} {
		k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
		for minute, word := range strings.Fields(c.slots) {
			for i, l := range word {
				if l != '.' {
					k.Run(alertstest.RunEachMinute(minute, []string{"eu", "us", "ap"}[i], alertstest.Outcomes[l]))
				}
			}
			k.Watch(float64(minute), time.Time{})
		}
		if got := strings.Join(k.Changes, " "); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
		if open := len(k.State.Open) > 0; open != (c.open != "") || open && k.State.Open[0].Kind != c.open {
			t.Errorf("%s: open at the end: %+v", name, k.State.Open)
		}
		for _, d := range k.Decisions {
			if d.Verb == judge.Resolves && d.Incident.IsFailing() && c.ending != "" && d.Incident.Ending != c.ending {
				t.Errorf("%s: it ended as %q", name, d.Incident.Ending)
			}
		}
	}
}

// TestGivenUpFailure: where any region decides, and the only bad one falls silent, the incident is given up an hour later: it does
// not work again.
func TestGivenUpFailure(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	for minute := range 80 {
		if minute < 3 {
			k.Run(alertstest.RunEachMinute(minute, "eu", alertstest.Outcomes['f']))
		}
		k.Run(alertstest.RunEachMinute(minute, "us", alertstest.Outcomes['p']))
	}
	last := k.Decisions[0]
	for _, d := range k.Decisions {
		if d.Verb == judge.Resolves {
			last = d
		}
	}
	if got := strings.Join(k.Changes, " "); got != "down opens@1 down resolves@62" || last.Incident.Ending != incident.GivenUp || !strings.Contains(last.Reason, "has not been tested from eu since 03:02 UTC") {
		t.Errorf("%s: %s: %s", got, last.Incident.Ending, last.Reason)
	}
}

// TestStillFails: an outage that is over while a minority of the regions still fails is no all-clear. It ends once every region
// has reported a slot from which the others work, and names those that failed there. The words of a slot are eu, us and ap.
func TestStillFails(t *testing.T) {
	for name, c := range map[string]struct {
		slots, want, still string
	}{
		"all work again":                {"ppp ppp fff fff fff ppp ppp", "down opens@3 down resolves@5", ""},
		"ap fails on":                   {"ppp ppp fff fff fff ppf ppf", "down opens@3 down resolves@5", "ap"},
		"eu fails on, reported first":   {"ppp ppp fff fff fff fpp fpp", "down opens@3 down resolves@5", "eu"},
		"first eu, then us":             {"ppp ppp fff fff fff fpf ppf", "down opens@3 down resolves@6", "ap"},
		"the last one is missing":       {"ppp ppp fff fff fff pp. pp. pp.", "down opens@3 down resolves@7", ""},
		"the last one comes a slot on":  {"ppp ppp fff fff fff pp. ppp", "down opens@3 down resolves@6", ""},
		"the last one is broken":        {"ppp ppp fff fff fff ppb ppp", "down opens@3 down resolves@6", ""},
		"a chance failure is no region": {"ppp ppp ffp ffp ffp ppf ppp", "down opens@3 down resolves@5", ""},
	} {
		k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
		for minute, word := range strings.Fields(c.slots) {
			for i, l := range word {
				if l != '.' {
					k.Run(alertstest.RunEachMinute(minute, []string{"eu", "us", "ap"}[i], alertstest.Outcomes[l]))
				}
			}
		}
		if got := strings.Join(k.Changes, " "); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
		for _, d := range k.Decisions {
			if got := strings.Join(d.Incident.StillFails, " "); d.Verb == judge.Resolves && (got != c.still || c.still != "" && !strings.Contains(d.Reason, "works again at 03:0")) {
				t.Errorf("%s: still fails from %q, want %q: %s", name, got, c.still, d.Reason)
			}
		}
	}
}

// TestAnyRegionIsDown: where any region decides, two failures in a row in one of them are an outage while the others work; three, if a
// run failed there within six hours before, which is how often chance makes two. Where none works, two are enough; and an
// outage lasts while a region is bad.
func TestAnyRegionIsDown(t *testing.T) {
	for name, c := range map[string]struct {
		before, slots, want string
		inARow              int
	}{
		"a quiet day":              {"ppp", "fpp fpp fpp", "down opens@301", 2},
		"a failure before":         {"fpp", "fpp fpp fpp", "down opens@302", 2},
		"it fails from everywhere": {"fpp", "fff fff", "down opens@301", 2},
		"only twice":               {"fpp", "fpp fpp ppp", "", 2},
		"a policy of one failure":  {"ppp", "fpp", "down opens@300", 1},
		"one region fails on":      {"ppp", "fff fff fpp fpp fpp", "down opens@301", 2},
	} {
		k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
		k.Policy.Regions, k.Policy.FailuresInARow = "any", c.inARow
		text := strings.Repeat("ppp ", 200) + c.before + strings.Repeat(" ppp", 99) + " " + c.slots
		if c.inARow == 1 {
			text = strings.Repeat("ppp ", 300) + c.slots
		}
		playSlots(&k, 0, text)
		if got := strings.Join(k.Changes, " "); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
