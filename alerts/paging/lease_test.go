package paging_test

import (
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/twilio/standin"
	"valkyrie/probes/journey"
)

// TestSeveralUnknownTexts checks that two texts to one person with unknown outcomes and lost callbacks are each found,
// so that neither is resent.
func TestSeveralUnknownTexts(t *testing.T) {
	t.Parallel()
	o := newTestbed(t, 300*time.Millisecond).open(nil)
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
	o.advanceClock(5 * time.Minute)
	o.exchange.Behave(alertstest.AdasNumber, standin.TimeoutAfter, standin.TimeoutAfter)
	o.mustAdvance(3 * time.Minute)
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
