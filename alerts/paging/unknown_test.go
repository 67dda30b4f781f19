package paging_test

import (
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/twilio/standin"
	"valkyrie/probes/journey"
)

// TestSeveralTextsInDoubt: two texts to one person of which nobody knows whether they were sent, at once, and with callbacks that
// are lost, are found each; so neither is sent again.
func TestSeveralTextsInDoubt(t *testing.T) {
	t.Parallel()
	o := newTown(t, 50*time.Millisecond).open(nil)
	o.desk.Titles["create-order"] = "place an order"
	o.exchange.Callbacks(standin.NoCallbacks)
	for minute := range 5 {
		for _, name := range []string{"print-card", "create-order"} {
			run := alertstest.Run(minute, "eu", journey.Broken)
			run.Journey = name
			if _, err := o.desk.Record(t.Context(), run); err != nil {
				t.Fatal(err)
			}
		}
	}
	o.later(5 * time.Minute)
	o.exchange.Behave(alertstest.AdasNumber, standin.TimeoutAfter, standin.TimeoutAfter)
	o.mustPass(3 * time.Minute)
	texts := o.exchange.Texts()
	if len(texts) != 2 {
		t.Fatalf("%d texts, want 2: %+v", len(texts), texts)
	}
	sids := map[string]bool{texts[0].SID: true, texts[1].SID: true}
	for _, p := range o.route().Pages {
		if !sids[p.SID] || p.Resent {
			t.Errorf("page %s is %s as %q, sent again: %t", p.ID, p.State, p.SID, p.Resent)
		}
		delete(sids, p.SID)
	}
}
