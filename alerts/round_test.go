package alerts_test

import (
	"strings"
	"testing"
	"time"

	"valkyrie/alerts"
)

func TestRound(t *testing.T) {
	for want, r := range map[string]alerts.Round{
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

// TestRoundIsWritten: whoever gets their first text in a later round reads it there too.
func TestRoundIsWritten(t *testing.T) {
	o := onCall
	o.Escalation = []alerts.Rung{{Call: "Ada"}}
	w := &world{now: start, onCall: &o}
	w.accept(w.step(alerts.Taken{Incident: incident("a", alerts.Down, 1, false)}))
	w.step(alerts.Report{PageID: w.sent[0].ID, Result: alerts.NoAnswer})
	o.Escalation = []alerts.Rung{{Call: "Grace"}} // the shift is over
	w.after(5 * time.Minute)
	if got, want := last(w, alerts.Text).Words, "VALKYRIE: This is the second round; Ada has not acknowledged. Customers cannot a."; !strings.HasPrefix(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
}
