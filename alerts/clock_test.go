package alerts_test

import (
	"testing"
	"time"

	"valkyrie/alerts"
)

// TestClockPutBack: what a clock noted that was two hours ahead holds nobody up when it is put right.
func TestClockPutBack(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(w *world) // two hours ahead
		want string         // the first that is sent within six minutes of the right time
	}{
		"the pause": {func(w *world) {
			w.accept(w.step(alerts.Taken{Incident: incident("a", alerts.Down, 1, false)}))
			w.accept(w.step(alerts.Report{PageID: last(w, alerts.Call).ID, Result: alerts.NoAnswer}))
			w.step(alerts.Report{PageID: last(w, alerts.Call).ID, Result: alerts.NoAnswer})
		}, "[alarm call Ada]"},
		"too many requests": {func(w *world) {
			w.step(alerts.Taken{Incident: incident("a", alerts.Down, 1, false)})
			w.accept(w.sent[1:])
			w.step(alerts.NotSent{PageID: w.sent[0].ID})
		}, "[alarm call Ada]"},
		"a sender that died": {func(w *world) {
			w.step(alerts.Taken{Incident: incident("a", alerts.Degraded, 1, false)})
		}, "[alarm text Ada]"},
		"a carrier that never says how the call went": {func(w *world) {
			w.accept(w.step(alerts.Taken{Incident: incident("a", alerts.Down, 1, false)}))
		}, "[alarm call Grace]"},
		"a return": {func(w *world) {
			w.step(alerts.Taken{Incident: incident("a", alerts.Down, 1, true)})
			w.accept(w.step(alerts.Taken{Incident: incident("a", alerts.Down, 2, false)}))
			for range 2 {
				w.accept(w.step(alerts.Report{PageID: last(w, alerts.Call).ID, Result: alerts.NoAnswer}))
			}
		}, "[alarm call Ada]"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{now: start.Add(2 * time.Hour)}
			c.do(w)
			w.now, w.sent = start, nil
			for range 6 * 4 {
				for _, p := range w.route.Pages {
					if p.State == alerts.Unknown {
						w.step(alerts.Settled{PageID: p.ID})
					}
				}
				w.step(alerts.Tick{})
				w.now = w.now.Add(15 * time.Second)
			}
			if got := names(w.sent[:min(1, len(w.sent))]); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}
