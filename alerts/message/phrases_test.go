package message_test

import (
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
)

// TestKindsHaveWords checks that a call about each kind has complete sentences.
func TestKindsHaveWords(t *testing.T) {
	now := alertstest.Start.Add(90 * time.Minute)
	for kind, want := range map[incident.Kind]string{
		incident.Down:         `Customers cannot print a card. The step "wait for the PDF" failed twice in a row, since 3 o'clock in the morning, UTC, that is 1 hour 30 minutes, seen from eu.`,
		incident.Flapping:     `Again and again customers cannot print a card. The step "wait for the PDF" fails now and then, since 3 o'clock in the morning, UTC, that is 1 hour 30 minutes, last at 4:20 in the morning, UTC. It is seen from eu. It was down twice since 3 o'clock in the morning, UTC, for 5 minutes.`,
		incident.Silent:       `Nobody is watching whether customers can print a card. No run has come from eu since 3 o'clock in the morning, UTC, that is 1 hour 30 minutes.`,
		incident.Degraded:     `It is slow to print a card. The step "wait for the PDF" was slow twice lately, since 3 o'clock in the morning, UTC, seen from eu.`,
		incident.LatencyTrend: `It gets slower from week to week to print a card. The step "wait for the PDF" gets slower, seen from eu.`,
		incident.Counts:       `The numbers do not fit when customers print a card. It has been so since 3 o'clock in the morning, UTC, twice in a row, seen from eu.`,
		incident.Heartbeat:    `The batch that should print a card is in trouble. It has been so since 3 o'clock in the morning, UTC, that is 1 hour 30 minutes.`,
		incident.Slower:       `It takes several times as long to print a card. The step "wait for the PDF" became slower, since 3 o'clock in the morning, UTC, that is 1 hour 30 minutes, seen from eu.`,
		incident.Certificate:  `A certificate or domain expires soon that customers need to print a card. It is seen from eu.`,
		incident.Cleanup:      `Test data piles up: what the test to print a card leaves behind is not removed. The cleanup step "wait for the PDF" failed twice in a row, since 3 o'clock in the morning, UTC, that is 1 hour 30 minutes, seen from eu.`,
		incident.ProbeFault:   `Valkyrie cannot tell whether customers can print a card. The step "wait for the PDF" could not be run twice in a row, since 3 o'clock in the morning, UTC, that is 1 hour 30 minutes, seen from eu.`,
	} {
		i := alertstest.Incident("print-card", kind, 1, false)
		i.Title, i.Step, i.Last = "print a card", "wait for the PDF", alertstest.Start.Add(80*time.Minute)
		if kind == incident.Flapping {
			i.Outages = []incident.Outage{
				{Since: alertstest.Start, Until: alertstest.Start.Add(5 * time.Minute), Step: i.Step},
				{Since: alertstest.Start.Add(75 * time.Minute), Until: alertstest.Start.Add(80 * time.Minute), Step: i.Step},
			}
		}
		if got := strings.Join(message.Content{About: []incident.Incident{i}, Now: now}.Speech()[1:], " "); got != want {
			t.Errorf("%s:\n got %s\nwant %s", kind, got, want)
		}
	}
	if len(incident.Kinds()) != 11 {
		t.Error("a kind is missing here")
	}
}
