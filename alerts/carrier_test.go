package alerts_test

import (
	"strings"
	"testing"
	"time"

	"valkyrie/alerts"
)

// twoCarriers are the people on call with a second channel, and an address of Ada's.
func twoCarriers() *alerts.OnCall {
	o := onCall
	o.People = []alerts.Person{{Name: "Ada", Phone: "+12025550143"}, {Name: "Grace", Phone: "+12025550187"}}
	o.Second = &alerts.SecondChannel{Region: "eu-west-1", Voice: "+12025550111"}
	return &o
}

// A trouble is what the first carrier does with what it is given.
type trouble func(w *world, p alerts.Page) alerts.Event

// hand steps, and goes on until nothing more is sent: the first carrier has its trouble, the second takes all.
func (w *world) hand(e alerts.Event, first trouble) {
	events := []alerts.Event{e}
	for len(events) > 0 {
		for _, p := range w.step(events[0]) {
			if p.Via == alerts.Second {
				events = append(events, alerts.Sent{PageID: p.ID, SID: "aws-" + p.ID, Via: alerts.Second})
			} else if e := first(w, p); e != nil {
				events = append(events, e)
			}
		}
		events = events[1:]
	}
}

// troubles are all the ways in which the first carrier may take nothing.
var troubles = map[string]trouble{
	"it says too many requests": func(_ *world, p alerts.Page) alerts.Event { return alerts.NotSent{PageID: p.ID, Why: "429"} },
	"it has closed our account": func(_ *world, p alerts.Page) alerts.Event { return alerts.Closed{PageID: p.ID, Why: "401"} },
	"it never answers":          func(_ *world, p alerts.Page) alerts.Event { return alerts.Lost{PageID: p.ID, Why: "time-out"} },
	"the sender dies":           func(*world, alerts.Page) alerts.Event { return nil },
}

// TestSecondChannel: whatever the first carrier's trouble is, the call and the text have been taken by the second within 45
// s; the next ones go there at once, and when the first has recovered they go to it again.
func TestSecondChannel(t *testing.T) {
	for name, first := range troubles {
		t.Run(name, func(t *testing.T) {
			w := &world{now: start, onCall: twoCarriers()}
			w.hand(alerts.Taken{Incident: incident("a", alerts.Down, 1, false)}, first)
			for range 45 {
				w.now = w.now.Add(time.Second)
				w.hand(alerts.Tick{}, first)
				for _, p := range w.route.Pages {
					if p.State == alerts.Unknown && w.now.Second()%5 == 0 {
						w.hand(alerts.Settled{PageID: p.ID}, first)
					}
				}
			}
			for _, p := range w.route.Pages[:2] {
				if p.Via != alerts.Second || p.AcceptedAt.IsZero() || p.AcceptedAt.Sub(p.PlannedAt) > 45*time.Second {
					t.Errorf("the %s is %s via %q, after %v", p.Channel, p.State, p.Via, p.AcceptedAt.Sub(p.PlannedAt))
				}
			}
			if call := last(w, alerts.Call); !strings.Contains(call.Words, "This call takes no key. To acknowledge, run the command: valkyrie ack.") {
				t.Errorf("the call does not say what to do: %s", call.Words)
			}
			if text := last(w, alerts.Text); !strings.HasSuffix(text.Words, " To acknowledge: valkyrie ack ca97") {
				t.Errorf("the text does not say what to do: %s", text.Words)
			}
			before := len(w.sent)
			w.hand(alerts.Taken{Incident: incident("b", alerts.Degraded, 1, false)}, first)
			if p := w.sent[before]; p.Via != alerts.Second {
				t.Errorf("the next page was tried via %q", p.Via)
			}
			well := func(_ *world, p alerts.Page) alerts.Event { return alerts.Sent{PageID: p.ID, SID: "CA" + p.ID} }
			before = len(w.sent)
			for range 30 {
				w.now = w.now.Add(15 * time.Second)
				w.hand(alerts.Tick{}, well)
			}
			if p := w.sent[len(w.sent)-1]; len(w.sent) == before || p.Via != alerts.First || !w.route.Outage.Since.IsZero() {
				t.Errorf("after it has recovered: %s via %q, outage %+v", names(w.sent[before:]), p.Via, w.route.Outage)
			}
		})
	}
}

// TestNoCarrierAtAll: while neither takes anything, they take turns, for ever; and whoever of them recovers has the page.
func TestNoCarrierAtAll(t *testing.T) {
	w := &world{now: start, onCall: twoCarriers()}
	w.step(alerts.Taken{Incident: incident("a", alerts.Down, 1, false)})
	for range 600 {
		for _, p := range w.route.Pages {
			if p.State == alerts.Claimed {
				w.step(alerts.NotSent{PageID: p.ID, Why: "no network"})
			}
		}
		w.now = w.now.Add(time.Second)
		w.step(alerts.Tick{})
	}
	if got := names(w.sent[len(w.sent)-1:]); got != "[alarm text Ada]" && got != "[alarm call Ada]" {
		t.Errorf("tried last: %s", got)
	}
	tried := map[alerts.Carrier]int{}
	for _, p := range w.sent {
		if p.Channel == alerts.Call {
			tried[p.Via]++
		}
	}
	if tried[alerts.First] < 5 || tried[alerts.Second] < 5 {
		t.Errorf("tried %v", tried)
	}
}

// TestGivenUpTooSoon: a callback of the first carrier for a page that was given to the second is believed: its key counts,
// and how it ended says nothing of the other call.
func TestGivenUpTooSoon(t *testing.T) {
	w := &world{now: start, onCall: twoCarriers()}
	w.hand(alerts.Taken{Incident: incident("a", alerts.Down, 1, false)}, troubles["it never answers"])
	w.now = w.now.Add(35 * time.Second)
	w.hand(alerts.Tick{}, troubles["it never answers"])
	call := w.route.Pages[0]
	if call.Via != alerts.Second || call.State != alerts.Accepted {
		t.Fatalf("%+v", call)
	}
	w.step(alerts.Report{PageID: call.ID, SID: "CA1", Result: alerts.NoAnswer})
	if p := w.route.Pages[0]; p.State != alerts.Accepted || p.SID != call.SID {
		t.Errorf("after the other call's end it is %s %s", p.State, p.SID)
	}
	w.step(alerts.Report{PageID: call.ID, SID: "CA1", Key: alerts.AckKey})
	if i := w.route.Incidents[0]; i.AckedBy != "Ada" {
		t.Errorf("it is %s", i.State)
	}
}

// TestEMail: whoever has an address gets the facts there too, with nothing left out; and hears of the end.
func TestEMail(t *testing.T) {
	o := twoCarriers()
	o.People[0].Email, o.Second.Topic = "ada@example.com", "arn:aws:sns:eu-west-1:123456789012:valkyrie"
	o.Journeys = map[string]alerts.JourneyNotes{"a": {Say: strings.Repeat("look at the workers first, and then ", 8), Runbook: "https://wiki.example.com/print"}}
	w := &world{now: start, onCall: o}
	well := func(_ *world, p alerts.Page) alerts.Event { return alerts.Sent{PageID: p.ID, SID: "CA" + p.ID} }
	w.hand(alerts.Taken{Incident: incident("a", alerts.Down, 1, false)}, well)
	if got := names(w.sent); got != "[alarm call Ada alarm text Ada alarm email Ada]" {
		t.Fatal(got)
	}
	mail := w.sent[2]
	for _, part := range []string{"VALKYRIE: customers cannot a\n", o.Journeys["a"].Say[1:100], "\nhttps://wiki.example.com/print\n", "\nTo acknowledge: valkyrie ack ca97\n"} {
		if !strings.Contains(mail.Words, part) {
			t.Errorf("the e-mail does not say %q:\n%s", part, mail.Words)
		}
	}
	if mail.To != "ada@example.com" || mail.Via != alerts.Second {
		t.Errorf("it goes to %s via %q", mail.To, mail.Via)
	}
	w.step(alerts.Report{PageID: w.sent[0].ID, Key: alerts.AckKey})
	w.hand(alerts.Taken{Incident: incident("a", alerts.Down, 2, true)}, well)
	if got := names(w.sent[3:]); got != "[all-clear text Ada all-clear email Ada]" {
		t.Error(got)
	}
}

// TestSecondChannelIsBusy: a page that went to the second carrier at once, as the first is out, and is not taken there for
// long, is tried with both in turn, a little later each time.
func TestSecondChannelIsBusy(t *testing.T) {
	w := &world{now: start, onCall: twoCarriers()}
	for _, p := range w.step(alerts.Taken{Incident: incident("a", alerts.Down, 1, false)}) {
		w.step(alerts.Lost{PageID: p.ID, Why: "time-out"})
	}
	w.now = w.now.Add(35 * time.Second)
	for _, p := range w.step(alerts.Tick{}) {
		w.step(alerts.Refused{PageID: p.ID, Why: "400"})
	}
	pending := []alerts.Page{last(w, alerts.Call)} // to Grace, by the second at once
	vias := map[alerts.Carrier]int{}
	for range 60 {
		claimed := append(w.step(alerts.Tick{}), pending...)
		for pending = nil; len(claimed) > 0; {
			vias[claimed[0].Via]++
			claimed = append(claimed[1:], w.step(alerts.NotSent{PageID: claimed[0].ID, Why: "429"})...)
			if vias[alerts.First]+vias[alerts.Second] > 60 {
				t.Fatalf("it is tried without end: %v", vias)
			}
		}
		w.now = w.now.Add(time.Second)
	}
	if vias[alerts.First] == 0 || vias[alerts.Second] == 0 {
		t.Errorf("tried: %v", vias)
	}
}

// TestInDoubtAndDropped: who may have been paged hears that it is over, also when the page was in doubt and, before it could
// be sent once more, was refused or needed no more.
func TestInDoubtAndDropped(t *testing.T) {
	over := alerts.Taken{Incident: incident("a", alerts.Down, 2, true)}
	for name, c := range map[string]struct {
		onCall *alerts.OnCall
		then   func(w *world, p alerts.Page)
	}{
		"it is over when the second carrier's turn comes": {twoCarriers(), func(w *world, _ alerts.Page) { w.now = w.now.Add(2 * time.Minute) }},
		"it is over when it would be sent again": {&onCall, func(w *world, p alerts.Page) {
			w.now = w.now.Add(time.Minute)
			w.step(alerts.Settled{PageID: p.ID})
			w.step(alerts.NotSent{PageID: p.ID, Why: "429"})
		}},
		"it is refused when it is sent again": {&onCall, func(w *world, p alerts.Page) {
			w.now = w.now.Add(time.Minute)
			w.step(alerts.Settled{PageID: p.ID})
			w.step(alerts.Refused{PageID: p.ID, Why: "21610"})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{now: start, onCall: c.onCall}
			for _, p := range w.step(alerts.Taken{Incident: incident("a", alerts.Degraded, 1, false)}) {
				w.step(alerts.Lost{PageID: p.ID, Why: "time-out"})
				c.then(w, p)
			}
			w.sent = nil
			over.Incident.Kind = alerts.Degraded
			if w.step(over); names(w.sent) == "[]" || !strings.HasPrefix(names(w.sent), "[all-clear text Ada") {
				t.Errorf("when it is over: %s", names(w.sent))
			}
		})
	}
}
