package judge_test

import (
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
)

// playSlots judges slots from a minute on, a word each with a letter for eu, us and ap, a dot without a run, and returns the minute after the last.
// "ppp*30" is thirty of them.
func playSlots(k *alertstest.Scenario, minute int, text string) int {
	for _, word := range strings.Fields(text) {
		letters, n, repeated := strings.Cut(word, "*")
		times := 1
		if repeated {
			times = int(n[0]-'0')*10 + int(n[1]-'0')
		}
		for range times {
			for i, l := range letters {
				if l == '.' {
					continue
				}
				k.Run(alertstest.RunEachMinute(minute, []string{"eu", "us", "ap"}[i], alertstest.Outcomes[l]))
			}
			minute++
		}
	}
	return minute
}

// TestSteepOnlyAtOnset: seven failures of six slots are a third of the runs, and call, where they begin the outage. After a
// quarter of an hour with some failures they are the peak of a smaller share, and text; and so does a third that took ten slots to show.
func TestSteepOnlyAtOnset(t *testing.T) {
	const peak = " pff ppp fpp ppf pfp fpf"
	for slots, calls := range map[string]bool{
		"ppp*30" + peak: true,
		"ppp*15 ppf ppp ppp pfp ppp fpp ppp ppp ppf ppp ppp pfp ppp fpp ppp" + peak: false,
		"ppp*30 fpp ppf fpp ppp fpp ppp fpp fpf pfp fff":                            false,
	} {
		k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
		playSlots(&k, 0, slots)
		if len(k.State.Open) != 1 || k.State.Open[0].Rings() != calls {
			t.Errorf("after %q it should call: %t, got %+v", slots, calls, k.State.Open)
		}
	}
}

// TestRowsByChanceAreNoOutage: where a fifth of the runs fail, two regions fail twice in a row every hour while the third fails
// once; that is part of it. A solid outage calls in its third slot.
func TestRowsByChanceAreNoOutage(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	at := playSlots(&k, 0, "ppp*30 fpp pfp ppp ppf fpp pfp ppf fpp ppp pfp ppf ppp fpp pfp ppf ppp fpp pfp ppp ppf fpp pfp ppp ppf")
	if len(k.State.Open) != 1 || k.State.Open[0].Rings() {
		t.Fatalf("a fifth of the runs should text: %+v", k.State.Open)
	}
	at = playSlots(&k, at, "ppp fpp ffp pff ppp")
	if k.State.Open[0].Rings() || len(k.State.Open[0].Outages) > 0 {
		t.Errorf("two regions failed twice in a row by chance, and it calls: %+v", k.State.Open[0])
	}
	at = playSlots(&k, at, "fff fff")
	if k.State.Open[0].IsDownNow() {
		t.Errorf("two slots are too few: %+v", k.State.Open[0].Outages)
	}
	playSlots(&k, at, "fff")
	if !k.State.Open[0].Rings() || !k.State.Open[0].IsDownNow() {
		t.Errorf("the outage does not call: %+v", k.State.Open[0])
	}
}

// TestChanceDoesNotProlong: chance failures some time after the evidence of a flapping incident do not prolong it, though as many
// within ten minutes of it would; more of them do, and so does a slot in which every region fails.
func TestChanceDoesNotProlong(t *testing.T) {
	const half = "ppp*30 fpf pfp fpp pff fpf ppf fpp pfp "
	for after, prolongs := range map[string]bool{
		"ppp fpp pfp ppf ppp":                          true,
		"ppp*60 fpp pfp ppf ppp":                       false,
		"ppp*60 fpp ppp fpp fpp ppp":                   false,
		"ppp*60 fff ppp":                               true,
		"ppp*60 fpf pfp fpf pff ppp":                   true,
		"ppp*20" + strings.Repeat(" fpp*03 ppp*07", 6): true, // too many from one region
	} {
		k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
		end := playSlots(&k, 0, half)
		if len(k.State.Open) != 1 || !k.State.Open[0].Rings() {
			t.Fatalf("half of the runs should call: %+v", k.State.Open)
		}
		playSlots(&k, end, after)
		if got := k.State.Open[0].Evident; got.After(alertstest.Start.Add(time.Duration(end)*time.Minute)) != prolongs {
			t.Errorf("after %q it should be prolonged: %t; it was evident until %v", after, prolongs, got)
		}
	}
}

// TestRegionsByChanceAreNotNamed: an incident names the regions that are bad, and not one in which a single run failed meanwhile.
func TestRegionsByChanceAreNotNamed(t *testing.T) {
	for slots, want := range map[string]string{
		"ppp*30 ffp ffp ffp fff ffp":                         "eu us", // down
		"ppp*30 fff fff ffp fff":                             "ap eu us",
		"ppp*20 ppf ppp*03 fpp pfp fpp pfp fpp pfp":          "eu us",    // within minutes
		"ppp*20 ppf" + strings.Repeat(" fpp pfp ppp*04", 10): "eu us",    // within an hour
		"ppp*30 fpp pfp fpp pfp ppf ppf fpp pfp fpp pfp":     "ap eu us", // twice is no chance
		"ppp*30 fff ppp fff ppp*10 ppf":                      "ap eu us", // at once
	} {
		k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
		playSlots(&k, 0, slots)
		if len(k.State.Open) != 1 || strings.Join(k.State.Open[0].Regions, " ") != want {
			t.Errorf("%s: want one incident of %q, got %+v", slots, want, k.State.Open)
		}
	}
}

// TestRollingDeploys: a deploy that takes each region out of service in turn, for up to four slots, is no outage, not even with a
// chance failure meanwhile. Failures that come back to a region, or coincide, are one.
func TestRollingDeploys(t *testing.T) {
	for slots, outage := range map[string]bool{
		"ppp*30 fpp fpp pfp pfp ppf ppf ppp":             false,
		"ppp*30 fpp*03 pfp*03 ppf*03 ppp":                false,
		"ppp*30 fpp*04 pfp*04 ppf*04 ppp":                false,
		"ppp*30 fpp ppp pfp pfp ppp ppp ppf ppf ppf ppp": false,
		"ppp*30 fpp fpp pfp pff ppf ppf ppp":             false,
		"ppp*30 fpp ffp pfp pfp ppf ppf fpp ppp":         false,
		"ppp*30 fpp pfp ppf fpp pfp ppf ppp":             true,
		"ppp*30 fpf fpp pff ppf fpp ppp":                 true,
	} {
		k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
		playSlots(&k, 0, slots)
		if opened := len(k.Changes) > 0; opened != outage {
			t.Errorf("%s: an outage: %t, got %q", slots, outage, k.Changes)
		}
	}
}

// TestOnlyOneRegion: "from eu only" waits for the runs of the same slot from the other regions, and for the next slot where one of
// them failed there. A region that is late or silent is not waited for.
func TestOnlyOneRegion(t *testing.T) {
	const five = "ppp*30 fpp ppp fpp ppp fpp ppp fpp ppp fpp ppp"
	for slots, want := range map[string]string{
		"f..":             "",
		"fp.":             "",
		"fpp":             "flapping opens@40 eu",
		"ffp":             "",
		"ffp fpp":         "flapping opens@41 eu",
		"fpp fpp":         "flapping opens@40 eu",
		"ffp ffp ffp":     "down opens@42 eu us",
		"fp. fp.":         "flapping opens@41 eu",
		"fp. fp. fp. fp.": "flapping opens@41 eu",
		"f.. f..":         "flapping opens@41 eu",
	} {
		k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
		playSlots(&k, playSlots(&k, 0, five), slots)
		got := strings.Join(k.Changes, " ")
		if len(k.State.Open) > 0 {
			got += " " + strings.Join(k.State.Open[0].Regions, " ")
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", slots, got, want)
		}
	}
}

// TestFlappingThatComesBack: deploys that take each region out of service for five minutes, twice a day, are one incident from the
// second on, and end a day after the last; their costs do not add up to a call.
func TestFlappingThatComesBack(t *testing.T) {
	const last = 20 // deploys
	k := playWorld(t, "", 3, (last+4)*720, func(minute, region int) rune {
		if at := minute % 720; minute >= 720 && minute < (last+1)*720 && at >= 60+5*region && at < 65+5*region {
			return 'f'
		}
		return 'p'
	})
	if len(k.Changes) != 4 || len(k.State.Closed) != 1 {
		t.Fatalf("want it to open, end, come back and end: %v", k.Changes)
	}
	if inc := k.State.Closed[0]; inc.PagesNow || inc.ResolvedAt.Sub(inc.Evident) < 24*time.Hour || inc.ResolvedAt.Sub(inc.Evident) > 25*time.Hour {
		t.Errorf("it calls: %t; it was evident until %v, and ended at %v", inc.PagesNow, inc.Evident, inc.ResolvedAt)
	}
}
