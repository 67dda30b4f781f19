package message_test

import (
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
)

// TestOneSlot: a journey that runs each hour and failed in one slot from three regions has not failed again and again, nor for three
// hours.
func TestOneSlot(t *testing.T) {
	i := alertstest.Incident("a", incident.Flapping, 1, false)
	i.Title, i.Step, i.Error, i.Mixed = "place an order", "pay", "it failed", false
	i.Regions, i.EveryMS, i.FailedMS = []string{"ap", "eu", "us"}, time.Hour.Milliseconds(), 3*time.Hour.Milliseconds()
	i.Since, i.Last = alertstest.Start, alertstest.Start.Add(3*time.Second)
	text := message.Content{About: []incident.Incident{i}, Now: i.Last}.SMS()
	for _, want := range []string{"Customers could not place an order.", `The step "pay" failed at 03:00 UTC, seen from ap, eu and us.`} {
		if !strings.Contains(text, want) {
			t.Errorf("got %s\nwant %s", text, want)
		}
	}
	over := message.Content{About: []incident.Incident{i.End(incident.Recovered, i.Last.Add(6*time.Hour), "")}, Now: i.Last.Add(6 * time.Hour)}.AllClear()
	if !strings.Contains(over, "from 03:00 UTC to 04:00 UTC (1 h).") {
		t.Error(over)
	}
	i.Last = i.Last.Add(time.Hour)
	if text := (message.Content{About: []incident.Incident{i}, Now: i.Last}).SMS(); !strings.Contains(text, "Again and again customers cannot place an order.") {
		t.Error(text)
	}
}
