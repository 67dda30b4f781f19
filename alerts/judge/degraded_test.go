package judge_test

import (
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
)

// TestIntermittentSlowness: from the third time within a day on, the incident stays open until the journey was fast for a day.
// Bouts before that day no longer count.
func TestIntermittentSlowness(t *testing.T) {
	const day = "p*1440 "
	bout := "ssss p*56 "
	want := "degraded opens@3 degraded resolves@6 degraded reopens@63 degraded resolves@66 degraded reopens@123"
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	if got := k.Sequence(strings.Repeat(bout, 20)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	inc := k.State.Open[0]
	if end := "; it has come back, 3 times since 03:03 UTC; it is over when it has not been so for 24 h"; !strings.HasSuffix(inc.Reason, end) || len(inc.Bouts) != 3 {
		t.Errorf("%q, %d bouts; want it to end %q", inc.Reason, len(inc.Bouts), end)
	}
	k = alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	if got, want := k.Sequence(bout+bout+bout+day+"ssss"), want+" degraded resolves@1563 degraded reopens@1623"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if inc := k.State.Open[0]; len(inc.Bouts) != 1 {
		t.Errorf("a day later its earlier bouts still count: %v", inc.Bouts)
	}
}

// TestRareSlowness: twice a day opens and closes twice, and single slow runs do not keep an intermittent incident open.
func TestRareSlowness(t *testing.T) {
	k := alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	want := "degraded opens@3 degraded resolves@6 degraded reopens@727 degraded resolves@730"
	if got := k.Sequence("ssss p*720 ssss p*100 s p*100 s"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	k = alertstest.Scenario{Policy: alertstest.ShippedPolicy(t)}
	got := k.Sequence(strings.Repeat("ssss p*56 ", 3) + strings.Repeat("p*99 s ", 15))
	if !strings.HasSuffix(got, "degraded resolves@1563") {
		t.Errorf("single slow runs keep open what comes and goes: %s", got)
	}
}

// TestTextOfIntermittentSlowness: a text states that it comes and goes, how often and since when.
func TestTextOfIntermittentSlowness(t *testing.T) {
	ada := alertstest.OnCall.People[0]
	i := alertstest.Incident("a", incident.Degraded, 9, false)
	i.Step, i.Streak = "create an order", 3
	tell := func() string {
		return message.Content{To: ada, About: []incident.Incident{i}, Now: alertstest.Start.Add(time.Hour)}.SMS()
	}
	if strings.Contains(tell(), "comes and goes") {
		t.Error(tell())
	}
	i.Bouts = []time.Time{alertstest.Start, alertstest.Start.Add(10 * time.Minute), alertstest.Start.Add(time.Hour)}
	if !strings.Contains(tell(), "it comes and goes, 3 times since 03:00 UTC") {
		t.Error(tell())
	}
}
