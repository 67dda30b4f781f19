package alerts_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts"
)

// TestShipped: the file that is shipped is right, as it is, and with all that it offers: the lines that a # stands
// right before.
func TestShipped(t *testing.T) {
	journeys := []string{"create-order", "print-card"}
	text := string(alerts.Shipped())
	if _, err := alerts.Parse("alerts.yaml", []byte(text), journeys); err != nil {
		t.Error(err)
	}
	text = strings.Replace(text, "  escalation: [Ada, Grace]", "  #", 1) // it is there twice
	text = regexp.MustCompile(`(?m)^( *)#(\S)`).ReplaceAllString(text, "$1$2")
	c, err := alerts.Parse("alerts.yaml", []byte(text), journeys)
	if err != nil {
		t.Fatalf("%v\nin\n%s", err, text)
	}
	o := c.OnCall
	chain := o.Chain(time.Date(2026, 12, 25, 3, 0, 0, 0, time.UTC))
	if len(chain) != 2 || chain[0].Person.Name != "Grace" || o.Play == "" || o.EvidenceURL == "" || len(o.Maintenance) != 2 ||
		o.Journeys["print-card"].Runbook == "" || o.People[0].Zone.String() != "Europe/Berlin" || o.Severities["flapping"] != alerts.Wake {
		t.Errorf("%+v", o)
	}
}
