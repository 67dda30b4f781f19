package paging_test

import (
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
)

func TestRound(t *testing.T) {
	for want, r := range map[string]message.Round{
		"":                          {Called: []string{"Ada"}},
		"This is the second round.": {Before: 1},
		"This is the 11th round.":   {Before: 10},
		"This is the second round; Ada has not acknowledged.":                   {Before: 1, Called: []string{"Ada"}},
		"This is the tenth round; Ada, Grace and Edsger have not acknowledged.": {Before: 9, Called: []string{"Ada", "Grace", "Edsger"}},
		"This is the 21st round; Ada and Grace have not acknowledged.":          {Before: 20, Called: []string{"Ada", "Grace"}},
		"This is the 112th round; Ada and Grace have not acknowledged.":         {Before: 111, Called: []string{"Ada", "Grace"}},
		"This is the 2043rd round; Ada and Grace have not acknowledged.":        {Before: 2042, Called: []string{"Ada", "Grace"}},
	} {
		if got := r.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestRoundInText checks that a person whose first text comes in a later round reads the round there.
func TestRoundInText(t *testing.T) {
	o := alertstest.OnCall
	o.Escalation = []oncall.EscalationStep{{Call: "Ada"}}
	w := &simulation{now: alertstest.Start, onCall: &o}
	w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
	w.step(paging.Report{PageID: w.sent[0].ID, Result: incident.NoAnswer})
	o.Escalation = []oncall.EscalationStep{{Call: "Grace"}} // the shift is over
	w.after(5 * time.Minute)
	if got, want := last(w, incident.Text).Words, "VALKYRIE: This is the second round; Ada has not acknowledged. This fails for customers: a."; !strings.HasPrefix(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
}
