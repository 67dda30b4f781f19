package judge_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/message"
)

// playHours judges hours of runs of as many regions, a minute each. One run in so many breaks, and one does not come; 0: none.
func playHours(k *alertstest.Scenario, from, hours, regions, breaks, missing int) int {
	for minute := from; minute < from+hours*60; minute++ {
		for i, region := range []string{"eu", "us", "ap"}[:regions] {
			n := minute + i*(breaks+missing)/3
			switch {
			case missing > 0 && n%missing == missing/2:
			case breaks > 0 && n%breaks == breaks/2:
				k.Run(alertstest.RunEachMinute(minute, region, alertstest.Outcomes['b']))
			default:
				k.Run(alertstest.RunEachMinute(minute, region, alertstest.Outcomes['p']))
			}
			k.Watch(float64(minute), time.Time{})
		}
	}
	return from + hours*60
}

// TestProbeFaultBeyondChance: two broken runs in a row are a probe fault, and three missing ones a silence; where one run in fifty
// breaks, or does not come, by chance, it takes two and one more, from the first two of three regions.
func TestProbeFaultBeyondChance(t *testing.T) {
	for name, c := range map[string]struct {
		breaks, missing int
		want            string // after 20 hours
	}{
		"no chance":           {0, 0, "ours opens@1 silent opens@3"},
		"some runs break":     {50, 0, "ours opens@2 silent opens@3"},
		"some runs are lost":  {0, 50, "ours opens@1 silent opens@4"},
		"both":                {50, 60, "ours opens@2 silent opens@4"},
		"more than by chance": {5, 0, "ours opens@-1181 silent opens@3"},
	} {
		k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
		end := playHours(&k, 0, 20, 3, c.breaks, c.missing)
		for minute := range 8 {
			k.Run(alertstest.RunEachMinute(end+minute, "eu", alertstest.Outcomes['b']))
			k.Run(alertstest.RunEachMinute(end+minute, "us", alertstest.Outcomes['p']))
			k.Watch(float64(end+minute)+0.1, time.Time{})
		}
		var got []string
		for _, change := range k.Changes {
			what, at, _ := strings.Cut(change, "@")
			var minute int
			fmt.Sscan(at, &minute)
			got = append(got, fmt.Sprintf("%s@%d", what, minute-end))
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestProbesThatBreakNowAndThen: where one run in ten breaks, never twice in a row, people get one text that says so within six
// hours; it is over two hours after the last one, and a single one later is nothing.
func TestProbesThatBreakNowAndThen(t *testing.T) {
	for regions := 1; regions <= 3; regions++ {
		k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
		at := playHours(&k, 0, 10, regions, 0, 0)
		at = playHours(&k, at, 72, regions, 10, 0)
		if len(k.Changes) != 1 || len(k.State.Open) != 1 || k.State.Open[0].Opened.Sub(alertstest.Start) > 16*time.Hour {
			t.Fatalf("%d regions: %v", regions, k.Changes)
		}
		text := message.Content{To: alertstest.OnCall.People[0], About: k.State.Open, OnCall: alertstest.OnCall, Now: k.State.Open[0].Last}.SMS()
		if !strings.Contains(text, "Now and then Valkyrie cannot tell whether customers can print a card.") || strings.Contains(text, "in a row") {
			t.Errorf("%d regions: %s", regions, text)
		}
		end := at
		at = playHours(&k, at, 3, regions, 0, 0)
		var closed int
		fmt.Sscanf(k.Changes[len(k.Changes)-1], "ours resolves@%d", &closed)
		if closed < end+60 || closed > end+2*60 { // forty minutes without one are chance
			t.Errorf("%d regions: %v, and they broke until %d", regions, k.Changes, end)
		}
		playHours(&k, at, 5, regions, 100, 0)
		if len(k.Changes) != 2 {
			t.Errorf("%d regions: chance opens %v", regions, k.Changes[2:])
		}
	}
}
