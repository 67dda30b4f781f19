package paging_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio"
	"valkyrie/alerts/twilio/standin"
)

// twoCarriers are the people on call with a second channel, and an address of Ada's.
func twoCarriers() *oncall.OnCall {
	o := alertstest.OnCall
	o.People = []oncall.Person{{Name: "Ada", Phone: "+12025550143"}, {Name: "Grace", Phone: "+12025550187"}}
	o.Failover = &oncall.FailoverChannel{Region: "eu-west-1", Voice: "+12025550111"}
	return &o
}

// A trouble is what the first carrier does with what it is given.
type trouble func(w *world, p incident.Page) paging.Event

// hand steps, and goes on until nothing more is sent: the first carrier has its trouble, the second takes all.
func (w *world) hand(e paging.Event, first trouble) {
	events := []paging.Event{e}
	for len(events) > 0 {
		for _, p := range w.step(events[0]) {
			if p.Via == incident.Failover {
				events = append(events, paging.Sent{PageID: p.ID, SID: "aws-" + p.ID, Via: incident.Failover})
			} else if e := first(w, p); e != nil {
				events = append(events, e)
			}
		}
		events = events[1:]
	}
}

// troubles are all the ways in which the first carrier may take nothing.
var troubles = map[string]trouble{
	"it says too many requests": func(_ *world, p incident.Page) paging.Event { return paging.NotSent{PageID: p.ID, Why: "429"} },
	"it has closed our account": func(_ *world, p incident.Page) paging.Event { return paging.ProviderRejected{PageID: p.ID, Why: "401"} },
	"it never answers":          func(_ *world, p incident.Page) paging.Event { return paging.SendUnknown{PageID: p.ID, Why: "time-out"} },
	"the sender dies":           func(*world, incident.Page) paging.Event { return nil },
}

// TestSecondChannel: whatever the first carrier's trouble is, the call and the text have been taken by the second within 45
// s; the next ones go there at once, and when the first has recovered they go to it again.
func TestSecondChannel(t *testing.T) {
	for name, first := range troubles {
		t.Run(name, func(t *testing.T) {
			w := &world{now: alertstest.Start, onCall: twoCarriers()}
			w.hand(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}, first)
			for range 45 {
				w.now = w.now.Add(time.Second)
				w.hand(paging.Tick{}, first)
				for _, p := range w.route.Pages {
					if p.State == incident.Unknown && w.now.Second()%5 == 0 {
						w.hand(paging.SendResolved{PageID: p.ID}, first)
					}
				}
			}
			for _, p := range w.route.Pages[:2] {
				if p.Via != incident.Failover || p.AcceptedAt.IsZero() || p.AcceptedAt.Sub(p.PlannedAt) > 45*time.Second {
					t.Errorf("the %s is %s via %q, after %v", p.Channel, p.State, p.Via, p.AcceptedAt.Sub(p.PlannedAt))
				}
			}
			if call := last(w, incident.Call); !strings.Contains(call.Words, "This call takes no key. To acknowledge, run the command: valkyrie ack.") {
				t.Errorf("the call does not say what to do: %s", call.Words)
			}
			if text := last(w, incident.Text); !strings.HasSuffix(text.Words, " To acknowledge: valkyrie ack ca97") {
				t.Errorf("the text does not say what to do: %s", text.Words)
			}
			before := len(w.sent)
			w.hand(paging.IncidentUpdated{Incident: alertstest.Incident("b", incident.Degraded, 1, false)}, first)
			if p := w.sent[before]; p.Via != incident.Failover {
				t.Errorf("the next page was tried via %q", p.Via)
			}
			well := func(_ *world, p incident.Page) paging.Event { return paging.Sent{PageID: p.ID, SID: "CA" + p.ID} }
			before = len(w.sent)
			for range 30 {
				w.now = w.now.Add(15 * time.Second)
				w.hand(paging.Tick{}, well)
			}
			if p := w.sent[len(w.sent)-1]; len(w.sent) == before || p.Via != incident.Primary || !w.route.ProviderOutage.Since.IsZero() {
				t.Errorf("after it has recovered: %s via %q, outage %+v", names(w.sent[before:]), p.Via, w.route.ProviderOutage)
			}
		})
	}
}

// TestNoCarrierAtAll: while neither takes anything, they take turns, for ever; and whoever of them recovers has the page.
func TestNoCarrierAtAll(t *testing.T) {
	w := &world{now: alertstest.Start, onCall: twoCarriers()}
	w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
	for range 600 {
		for _, p := range w.route.Pages {
			if p.State == incident.Claimed {
				w.step(paging.NotSent{PageID: p.ID, Why: "no network"})
			}
		}
		w.now = w.now.Add(time.Second)
		w.step(paging.Tick{})
	}
	if got := names(w.sent[len(w.sent)-1:]); got != "[alarm text Ada]" && got != "[alarm call Ada]" {
		t.Errorf("tried last: %s", got)
	}
	tried := map[incident.Provider]int{}
	for _, p := range w.sent {
		if p.Channel == incident.Call {
			tried[p.Via]++
		}
	}
	if tried[incident.Primary] < 5 || tried[incident.Failover] < 5 {
		t.Errorf("tried %v", tried)
	}
}

// TestGivenUpTooSoon: a callback of the first carrier for a page that was given to the second is believed: its key counts,
// and how it ended says nothing of the other call.
func TestGivenUpTooSoon(t *testing.T) {
	w := &world{now: alertstest.Start, onCall: twoCarriers()}
	w.hand(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}, troubles["it never answers"])
	w.now = w.now.Add(35 * time.Second)
	w.hand(paging.Tick{}, troubles["it never answers"])
	call := w.route.Pages[0]
	if call.Via != incident.Failover || call.State != incident.Accepted {
		t.Fatalf("%+v", call)
	}
	w.step(paging.Report{PageID: call.ID, SID: "CA1", Result: incident.NoAnswer})
	if p := w.route.Pages[0]; p.State != incident.Accepted || p.SID != call.SID {
		t.Errorf("after the other call's end it is %s %s", p.State, p.SID)
	}
	w.step(paging.Report{PageID: call.ID, SID: "CA1", Key: paging.AckKey})
	if i := w.route.Incidents[0]; i.AckedBy != "Ada" {
		t.Errorf("it is %s", i.State)
	}
}

// TestEMail: whoever has an address gets the facts there too, with nothing left out; and hears of the end.
func TestEMail(t *testing.T) {
	o := twoCarriers()
	o.People[0].Email, o.Failover.Topic = "ada@example.com", "arn:aws:sns:eu-west-1:123456789012:valkyrie"
	o.Journeys = map[string]oncall.JourneyNotes{"a": {Say: strings.Repeat("look at the workers first, and then ", 8), Runbook: "https://wiki.example.com/print"}}
	w := &world{now: alertstest.Start, onCall: o}
	well := func(_ *world, p incident.Page) paging.Event { return paging.Sent{PageID: p.ID, SID: "CA" + p.ID} }
	w.hand(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}, well)
	if got := names(w.sent); got != "[alarm call Ada alarm text Ada alarm email Ada]" {
		t.Fatal(got)
	}
	mail := w.sent[2]
	for _, part := range []string{"VALKYRIE: customers cannot a\n", o.Journeys["a"].Say[1:100], "\nhttps://wiki.example.com/print\n", "\nTo acknowledge: valkyrie ack ca97\n"} {
		if !strings.Contains(mail.Words, part) {
			t.Errorf("the e-mail does not say %q:\n%s", part, mail.Words)
		}
	}
	if mail.To != "ada@example.com" || mail.Via != incident.Failover {
		t.Errorf("it goes to %s via %q", mail.To, mail.Via)
	}
	w.step(paging.Report{PageID: w.sent[0].ID, Key: paging.AckKey})
	w.hand(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)}, well)
	if got := names(w.sent[3:]); got != "[all-clear text Ada all-clear email Ada]" {
		t.Error(got)
	}
}

// TestSecondChannelIsBusy: a page that went to the second carrier at once, as the first is out, and is not taken there for
// long, is tried with both in turn, a little later each time.
func TestSecondChannelIsBusy(t *testing.T) {
	w := &world{now: alertstest.Start, onCall: twoCarriers()}
	for _, p := range w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}) {
		w.step(paging.SendUnknown{PageID: p.ID, Why: "time-out"})
	}
	w.now = w.now.Add(35 * time.Second)
	for _, p := range w.step(paging.Tick{}) {
		w.step(paging.Refused{PageID: p.ID, Why: "400"})
	}
	pending := []incident.Page{last(w, incident.Call)} // to Grace, by the second at once
	vias := map[incident.Provider]int{}
	for range 60 {
		claimed := append(w.step(paging.Tick{}), pending...)
		for pending = nil; len(claimed) > 0; {
			vias[claimed[0].Via]++
			claimed = append(claimed[1:], w.step(paging.NotSent{PageID: claimed[0].ID, Why: "429"})...)
			if vias[incident.Primary]+vias[incident.Failover] > 60 {
				t.Fatalf("it is tried without end: %v", vias)
			}
		}
		w.now = w.now.Add(time.Second)
	}
	if vias[incident.Primary] == 0 || vias[incident.Failover] == 0 {
		t.Errorf("tried: %v", vias)
	}
}

// TestInDoubtAndDropped: who may have been paged hears that it is over, also when the page was in doubt and, before it could
// be sent once more, was refused or needed no more.
func TestInDoubtAndDropped(t *testing.T) {
	over := paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)}
	for name, c := range map[string]struct {
		onCall *oncall.OnCall
		then   func(w *world, p incident.Page)
	}{
		"it is over when the second carrier's turn comes": {twoCarriers(), func(w *world, _ incident.Page) { w.now = w.now.Add(2 * time.Minute) }},
		"it is over when it would be sent again": {&alertstest.OnCall, func(w *world, p incident.Page) {
			w.now = w.now.Add(time.Minute)
			w.step(paging.SendResolved{PageID: p.ID})
			w.step(paging.NotSent{PageID: p.ID, Why: "429"})
		}},
		"it is refused when it is sent again": {&alertstest.OnCall, func(w *world, p incident.Page) {
			w.now = w.now.Add(time.Minute)
			w.step(paging.SendResolved{PageID: p.ID})
			w.step(paging.Refused{PageID: p.ID, Why: "21610"})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{now: alertstest.Start, onCall: c.onCall}
			for _, p := range w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Degraded, 1, false)}) {
				w.step(paging.SendUnknown{PageID: p.ID, Why: "time-out"})
				c.then(w, p)
			}
			w.sent = nil
			over.Incident.Kind = incident.Degraded
			if w.step(over); names(w.sent) == "[]" || !strings.HasPrefix(names(w.sent), "[all-clear text Ada") {
				t.Errorf("when it is over: %s", names(w.sent))
			}
		})
	}
}

// A telegraph is a second channel that takes everything, and keeps it.
type telegraph struct {
	now func() time.Time

	mu    sync.Mutex
	taken []paging.Dispatch
	at    []time.Time
}

func (p *telegraph) Send(_ context.Context, d paging.Dispatch) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken, p.at = append(p.taken, d), append(p.at, p.now())
	return "aws-" + d.PageID, nil
}

func (p *telegraph) Find(context.Context, paging.Dispatch, time.Time) (string, bool, error) {
	return "", false, errors.New("it cannot be asked")
}

func (p *telegraph) list() ([]paging.Dispatch, []time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.taken), slices.Clone(p.at)
}

// TestSecondChannelForReal: with the real store, the real phone and its whole protocol: whatever is wrong with Twilio's API,
// the second channel has the call and the text within 45 s; nobody is forgotten; and afterwards things go back.
func TestSecondChannelForReal(t *testing.T) {
	const dead = standin.Behaviour("dead")
	for _, b := range []standin.Behaviour{standin.TooMany, standin.Refuse(20003), standin.ServerError, standin.TimeoutBefore, dead} {
		t.Run(string(b), func(t *testing.T) {
			t.Parallel()
			o := newTown(t, 50*time.Millisecond).open(nil)
			o.step = 5 * time.Second
			second := &telegraph{now: o.time}
			o.pager.OnCall, o.pager.Failover = *twoCarriers(), second
			well := o.pager.Phone
			if b == dead {
				o.pager.Phone = unplugged(t)
			} else {
				o.exchange.Default(b)
			}
			o.down()
			planned := o.time()
			o.mustPass(45 * time.Second)
			taken, at := second.list()
			if len(taken) < 2 || at[1].Sub(planned) > 45*time.Second {
				t.Fatalf("by the second channel: %+v at %v, planned %v", taken, at, planned)
			}
			for i, c := range []incident.Channel{incident.Call, incident.Text} {
				d := taken[slices.IndexFunc(taken, func(d paging.Dispatch) bool { return d.Channel == c })]
				if d.To != alertstest.AdasNumber || d.Person != "Ada" || d.Prompt != "" || !strings.Contains(d.TextBody+strings.Join(d.Speech, " "), "valkyrie ack") {
					t.Errorf("%d: %+v", i, d)
				}
			}
			o.mustPass(4 * time.Minute)
			taken, _ = second.list()
			if n := len(taken); n != 4 || taken[3].To != grace {
				t.Errorf("nobody acknowledged: %d pages by the second channel: %+v", n, taken)
			}
			o.pager.Phone = well
			o.exchange.Default(standin.Press("4"))
			o.exchange.Default(standin.Deliver)
			o.mustPass(6 * time.Minute)
			if who := o.called(); who != "Ada" && who != "Grace" {
				t.Errorf("called: %q, want one of them", who)
			}
			o.wantAcked(o.called()) // whose turn it was depends on how quickly the second channel was found
			if r := o.route(); !r.ProviderOutage.Since.IsZero() {
				t.Errorf("it is still said to be out: %+v", r.ProviderOutage)
			}
		})
	}
}

// unplugged is the real phone with nobody at the other end.
func unplugged(t *testing.T) *twilio.Phone {
	t.Helper()
	p, err := twilio.New(twilio.Config{
		AccountSID: standin.DemoAccountSID, AuthToken: standin.DemoAuthToken, From: "+12025550100", BaseURL: "http://127.0.0.1:1",
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestSecondChannelNotConnected: a program that lacks the second channel that alerts.yaml names goes on trying the first.
func TestSecondChannelNotConnected(t *testing.T) {
	t.Parallel()
	o := newTown(t, time.Second).open(nil)
	o.pager.OnCall = *twoCarriers()
	o.exchange.Behave(alertstest.AdasNumber, standin.Refuse(20003), standin.Refuse(20003))
	o.down()
	o.mustPass(2 * time.Minute)
	o.wantCalls("Ada")
	o.wantAcked("Ada")
}
