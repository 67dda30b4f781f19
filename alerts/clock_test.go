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

// TestClockPutBackElsewhere: nor does it keep a page from the second carrier, or an acknowledgement from expiring.
func TestClockPutBackElsewhere(t *testing.T) {
	t.Run("the second carrier", func(t *testing.T) {
		w := &world{now: start.Add(2 * time.Hour), onCall: twoCarriers()}
		for _, p := range w.step(alerts.Taken{Incident: incident("a", alerts.Down, 1, false)}) {
			w.step(alerts.Lost{PageID: p.ID, Why: "time-out"})
		}
		w.now, w.sent = start, nil
		w.step(alerts.Tick{})
		w.now = w.now.Add(35 * time.Second)
		if w.step(alerts.Tick{}); len(w.sent) != 2 || w.sent[0].Via != alerts.Second || w.sent[1].Via != alerts.Second {
			t.Errorf("after 35 s the second carrier has got %s", names(w.sent))
		}
	})
	t.Run("an acknowledgement", func(t *testing.T) {
		w := &world{now: start.Add(2 * time.Hour), onCall: expiring()}
		w.accept(w.step(alerts.Taken{Incident: incident("a", alerts.Down, 1, false)}))
		w.step(alerts.Report{PageID: last(w, alerts.Call).ID, Key: alerts.AckKey})
		w.step(alerts.Report{PageID: last(w, alerts.Call).ID, Result: alerts.Human})
		w.now, w.sent = start, nil
		w.step(alerts.Tick{})
		w.now = w.now.Add(30 * time.Minute)
		if w.step(alerts.Tick{}); names(w.sent) != "[alarm call Ada]" {
			t.Errorf("after half an hour: %s", names(w.sent))
		}
	})
}

// TestGatherForAMinute: the clock is not taken for wrong when the longest wait for what else goes wrong is asked for.
func TestGatherForAMinute(t *testing.T) {
	w := &world{now: start, onCall: gathering(time.Minute)}
	w.step(alerts.Taken{Incident: incident("a", alerts.Down, 1, false)})
	for range 59 {
		w.now = w.now.Add(time.Second)
		w.step(alerts.Tick{})
	}
	if got := names(w.sent); got != "[]" {
		t.Fatalf("within a minute: %s", got)
	}
	w.now = w.now.Add(time.Second)
	if w.step(alerts.Tick{}); names(w.sent) != "[alarm call Ada alarm text Ada]" {
		t.Errorf("after a minute: %s", names(w.sent))
	}
}
