package alerts_test

import (
	"testing"
	"time"

	"valkyrie/alerts"
)

// TestReopened: an incident that comes back rings again, although it had been acknowledged; those who were told so are
// told once more that it is over; and its record keeps the pages of all its spells.
func TestReopened(t *testing.T) {
	w := &world{now: start}
	spell := func(runs int) {
		w.accept(w.step(alerts.Taken{Incident: incident("a", alerts.Down, runs, false)}))
		w.step(alerts.Report{PageID: last(w, alerts.Call).ID, Key: alerts.AckKey, Result: alerts.Human})
		w.now = w.now.Add(5 * time.Minute)
		w.accept(w.step(alerts.Taken{Incident: incident("a", alerts.Down, runs+1, true)}))
		w.now = w.now.Add(time.Hour)
	}
	spell(1)
	first := names(w.sent)
	if first != "[alarm call Ada alarm text Ada all-clear text Ada]" {
		t.Fatal(first)
	}
	rev := w.route.Incidents[0].Rev
	w.sent = nil
	w.step(alerts.Taken{Incident: incident("a", alerts.Down, 1, false)}) // the old story again: nothing
	if len(w.sent) != 0 {
		t.Fatal(names(w.sent))
	}
	spell(3)
	if got := names(w.sent); got != first {
		t.Errorf("the second time: %s", got)
	}
	inc := w.route.Incidents[0]
	if inc.Rev <= rev || len(w.route.Record(inc).Pages) != 6 {
		t.Errorf("revision %d after %d, %d pages", inc.Rev, rev, len(w.route.Record(inc).Pages))
	}
	w.sent = nil
	w.step(alerts.Taken{Incident: incident("a", alerts.Down, 6, true)}) // came and went between two looks
	if len(w.sent) != 0 || w.route.Incidents[0].Runs != 6 {
		t.Errorf("%s, %d runs", names(w.sent), w.route.Incidents[0].Runs)
	}
}
