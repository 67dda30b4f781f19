package judge_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
)

// worldwide are five regions.
var worldwide = []string{"ap", "ca", "eu", "sa", "us"}

// playWorld plays minutes from so many regions. at returns an outcome's letter.
func playWorld(t *testing.T, quorum judge.Quorum, regions, minutes int, at func(minute, region int) rune) *alertstest.Scenario {
	t.Helper()
	k := &alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	k.Policy.Regions, k.Policy.Configured = quorum, worldwide[:regions]
	for minute := range minutes {
		for n, region := range worldwide[:regions] {
			k.Run(alertstest.RunEachMinute(minute, region, alertstest.Outcomes[at(minute, n)]))
		}
	}
	return k
}

// TestFewerThanTheQuorum: any number of regions below the quorum that fail alone text, and name all of them and no other.
func TestFewerThanTheQuorum(t *testing.T) {
	for name, c := range map[string]struct {
		quorum  judge.Quorum
		regions int
		failing int
		each    int // fails in this many of two slots
	}{
		"one of three":              {"", 3, 1, 2},
		"one of five":               {"", 5, 1, 2},
		"two of four":               {"", 4, 2, 2},
		"two of five":               {"", 5, 2, 2},
		"two of three, all":         {"all", 3, 2, 2},
		"four of five, all":         {"all", 5, 4, 2},
		"two of five, now and then": {"", 5, 2, 1},
	} {
		k := playWorld(t, c.quorum, c.regions, 60, func(minute, region int) rune {
			if minute >= 20 && region < c.failing && (c.each == 2 || minute%2 == 0) {
				return 'f'
			}
			return 'p'
		})
		if len(k.State.Open) != 1 {
			t.Errorf("%s: %v", name, k.Changes)
			continue
		}
		inc := k.State.Open[0]
		if !inc.Only || inc.PagesNow || !slices.Equal(inc.Regions, worldwide[:c.failing]) || inc.Opened.Sub(inc.Since) > 15*time.Minute {
			t.Errorf("%s: only %v, calls %v, regions %v, opened %v after the first failure", name, inc.Only, inc.PagesNow, inc.Regions, inc.Opened.Sub(inc.Since))
		}
	}
}

// TestOutagesDoNotOverlap: while one region fails throughout, an outage lasts while another one fails, too: it begins with that
// one, not with the first.
func TestOutagesDoNotOverlap(t *testing.T) {
	k := playWorld(t, "", 3, 140, func(minute, region int) rune {
		if minute >= 20 && minute < 120 && (region == 0 || region == 1 && minute%12 < 4) {
			return 'f'
		}
		return 'p'
	})
	all := append(slices.Clone(k.State.Open), k.State.Closed...)
	if len(all) != 1 || len(all[0].Outages) < 4 {
		t.Fatalf("%v: %+v", k.Changes, all)
	}
	for i, o := range all[0].Outages {
		if lasted := o.Until.Sub(o.Since); lasted > 5*time.Minute || i > 0 && o.Since.Before(all[0].Outages[i-1].Until) {
			t.Errorf("outage %d from %v to %v", i, o.Since, o.Until)
		}
	}
}

// TestBrokenProbesAfterAnOutage: once no probe can tell, the incident is given up before an acknowledgement lapses: it would call
// that the journey still fails.
func TestBrokenProbesAfterAnOutage(t *testing.T) {
	for _, regions := range []int{1, 3} {
		k := playWorld(t, "", regions, 120, func(minute, _ int) rune {
			switch {
			case minute >= 20 && minute < 50:
				return 'f'
			case minute >= 50:
				return 'b'
			}
			return 'p'
		})
		i := slices.IndexFunc(k.State.Closed, incident.Incident.IsFailing)
		if i < 0 {
			t.Fatalf("%d regions: still open: %v", regions, k.Changes)
		}
		if inc := k.State.Closed[i]; inc.EndedBy() != incident.GivenUp || inc.ResolvedAt.Sub(inc.Last) > 25*time.Minute || !strings.Contains(inc.Closing, "is broken") {
			t.Errorf("%d regions: %s after %v: %s", regions, inc.EndedBy(), inc.ResolvedAt.Sub(inc.Last), inc.Closing)
		}
	}
}

// TestOneRegionNowAndThen: from a single region, with which no other can be compared, one failure in five texts within the hour, and
// is not over while it lasts; a few failures a day are nothing.
func TestOneRegionNowAndThen(t *testing.T) {
	k := playWorld(t, "", 1, 20*60, func(minute, _ int) rune {
		if minute >= 60 && minute%5 == 0 {
			return 'f'
		}
		return 'p'
	})
	if got := strings.Join(k.Changes, " "); len(k.State.Open) != 1 || strings.Contains(got, "resolves") || k.State.Open[0].Opened.Sub(k.State.Open[0].Since) > time.Hour {
		t.Errorf("%s: %+v", got, k.State.Open)
	}
	k = playWorld(t, "", 1, 20*60, func(minute, _ int) rune {
		if at := minute % 600; at < 100 && at%20 == 0 {
			return 'f'
		}
		return 'p'
	})
	if len(k.Changes) > 0 {
		t.Errorf("five failures within two hours, twice a day: %v", k.Changes)
	}
}

// TestFewRegionsLeft: once fewer regions than the quorum are left of a flapping incident, its calls end eight minutes after
// the others failed last, or two slots, and begin again once the quorum fails; a chance failure elsewhere brings none.
func TestFewRegionsLeft(t *testing.T) {
	alone := func(slot, region int) bool { return region == 0 && slot >= 20 }
	for name, c := range map[string]struct {
		quorum  judge.Quorum
		regions int
		every   int // minutes
		fails   func(slot, region int) bool
		calls   []int // the slots at which it begins to call and ends
	}{
		"a second region joins": {"", 3, 1, func(slot, region int) bool {
			return alone(slot, region) || region == 1 && slot >= 60 && slot < 80
		}, []int{61, 86}},
		"all join": {"", 3, 1, func(slot, region int) bool {
			return alone(slot, region) || slot >= 60 && slot < 80
		}, []int{61, 87}},
		"it joins twice": {"", 3, 1, func(slot, region int) bool {
			return alone(slot, region) || region == 1 && (slot >= 60 && slot < 80 || slot >= 110 && slot < 115)
		}, []int{61, 86, 112, 121}},
		"chance failures after it": {"", 3, 1, func(slot, region int) bool {
			return alone(slot, region) || region == 1 && (slot >= 60 && slot < 80 || slot == 100 || slot == 103) || region == 2 && slot == 106
		}, []int{61, 86}},
		"every other slot everywhere, then nothing": {"", 3, 1, func(slot, _ int) bool {
			return slot >= 60 && slot < 90 && slot%2 == 0
		}, []int{62, 96}},
		"of four, two are left": {"", 4, 1, func(slot, region int) bool {
			return region < 2 && slot >= 20 || region == 2 && slot >= 60 && slot < 80
		}, []int{61, 86}},
		"all are needed, and two of three left": {"all", 3, 1, func(slot, region int) bool {
			return region < 2 && slot >= 20 || slot >= 60 && slot < 80
		}, []int{61, 86}},
		"runs each 5 minutes": {"", 3, 5, func(slot, region int) bool {
			return alone(slot, region) || region == 1 && slot >= 60 && slot < 80
		}, []int{61, 80}},
		"every other slot everywhere, each 5 minutes": {"", 3, 5, func(slot, _ int) bool {
			return slot >= 60 && slot < 90 && slot%2 == 0
		}, []int{62, 96}},
		"runs each hour": {"", 3, 60, func(slot, region int) bool {
			return alone(slot, region) || region == 1 && slot >= 60 && slot < 70
		}, []int{61, 70}},
	} {
		var calls []int
		called := false
		k := &alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
		k.Policy.Regions, k.Policy.Configured = c.quorum, worldwide[:c.regions]
		for slot := range 240 {
			for n, region := range worldwide[:c.regions] {
				letter := 'p'
				if c.fails(slot, n) {
					letter = 'f'
				}
				run := alertstest.Run(slot*c.every, region, alertstest.Outcomes[letter])
				run.EveryMS = int64(c.every) * 60_000
				k.Run(run)
				if rings := len(k.State.Open) > 0 && k.State.Open[0].Rings(); rings != called {
					calls, called = append(calls, slot), rings
				}
			}
			if out := k.State.Outbox; len(k.State.Open) > 0 && (len(out) == 0 || out[len(out)-1].Rings() != called) {
				t.Fatalf("%s: in slot %d the outbox has another state: %+v", name, slot, out)
			}
		}
		if !slices.Equal(calls, c.calls) {
			t.Errorf("%s: it begins and ends to call at %v, want %v", name, calls, c.calls)
		}
	}
}
