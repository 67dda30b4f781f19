package paging_test

import (
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
)

// withFailover returns an on-call configuration with a failover channel, and an e-mail address for Ada.
func withFailover() *oncall.OnCall {
	o := alertstest.OnCall
	o.People = []oncall.Person{{Name: "Ada", Phone: "+12025550143"}, {Name: "Grace", Phone: "+12025550187"}}
	o.Failover = &oncall.FailoverChannel{Region: "eu-west-1", Voice: "+12025550111"}
	return &o
}

// A failureMode is the first provider's response to a page.
type failureMode func(w *simulation, p incident.Page) paging.Event

// stepThrough steps until nothing more is sent: the first provider fails in its mode, the failover channel accepts
// everything.
func (w *simulation) stepThrough(e paging.Event, first failureMode) {
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

// failureModes are the ways in which the first provider may accept nothing.
var failureModes = map[string]failureMode{
	"it says too many requests": func(_ *simulation, p incident.Page) paging.Event { return paging.NotSent{PageID: p.ID, Why: "429"} },
	"it has closed the account": func(_ *simulation, p incident.Page) paging.Event {
		return paging.ProviderRejected{PageID: p.ID, Why: "401"}
	},
	"it never answers": func(_ *simulation, p incident.Page) paging.Event {
		return paging.SendUnknown{PageID: p.ID, Why: "time-out"}
	},
	"the sender dies": func(*simulation, incident.Page) paging.Event { return nil },
}

// TestFailover checks that for each failure mode the failover channel has accepted the call and the text within 45 s,
// that later pages go there at once, and that pages return to the first provider when it has recovered.
func TestFailover(t *testing.T) {
	for name, first := range failureModes {
		t.Run(name, func(t *testing.T) {
			w := &simulation{now: alertstest.Start, onCall: withFailover()}
			w.stepThrough(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}, first)
			for range 45 {
				w.now = w.now.Add(time.Second)
				w.stepThrough(paging.Tick{}, first)
				for _, p := range w.route.Pages {
					if p.State == incident.Unknown && w.now.Second()%5 == 0 {
						w.stepThrough(paging.SendResolved{PageID: p.ID}, first)
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
			w.stepThrough(paging.IncidentUpdated{Incident: alertstest.Incident("b", incident.Degraded, 1, false)}, first)
			if p := w.sent[before]; p.Via != incident.Failover {
				t.Errorf("the next page was tried via %q", p.Via)
			}
			well := func(_ *simulation, p incident.Page) paging.Event { return paging.Sent{PageID: p.ID, SID: "CA" + p.ID} }
			before = len(w.sent)
			for range 30 {
				w.now = w.now.Add(15 * time.Second)
				w.stepThrough(paging.Tick{}, well)
			}
			if p := w.sent[len(w.sent)-1]; len(w.sent) == before || p.Via != incident.Primary || !w.route.ProviderOutage.Since.IsZero() {
				t.Errorf("after it has recovered: %s via %q, outage %+v", names(w.sent[before:]), p.Via, w.route.ProviderOutage)
			}
		})
	}
}

// TestBothProvidersDown checks that pages alternate between two failing providers without end, and that the first to
// recover gets them.
func TestBothProvidersDown(t *testing.T) {
	w := &simulation{now: alertstest.Start, onCall: withFailover()}
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

// TestFailoverTooEarly checks that a callback of the first provider counts for a page that failed over: its key
// applies, and its result does not end the other call.
func TestFailoverTooEarly(t *testing.T) {
	w := &simulation{now: alertstest.Start, onCall: withFailover()}
	w.stepThrough(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}, failureModes["it never answers"])
	w.now = w.now.Add(35 * time.Second)
	w.stepThrough(paging.Tick{}, failureModes["it never answers"])
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

// TestEmail checks that a person with an e-mail address gets the full facts there, and the all-clear.
func TestEmail(t *testing.T) {
	o := withFailover()
	o.People[0].Email, o.Failover.Topic = "ada@example.com", "arn:aws:sns:eu-west-1:123456789012:valkyrie"
	o.Journeys = map[string]oncall.JourneyNotes{"a": {Say: strings.Repeat("look at the workers first, and then ", 8), Runbook: "https://wiki.example.com/print"}}
	w := &simulation{now: alertstest.Start, onCall: o}
	well := func(_ *simulation, p incident.Page) paging.Event { return paging.Sent{PageID: p.ID, SID: "CA" + p.ID} }
	w.stepThrough(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}, well)
	if got := names(w.sent); got != "[alarm call Ada alarm text Ada alarm email Ada]" {
		t.Fatal(got)
	}
	mail := w.sent[2]
	for _, part := range []string{"VALKYRIE: this fails for customers: a\n", o.Journeys["a"].Say[1:100], "\nhttps://wiki.example.com/print\n", "\nTo acknowledge: valkyrie ack ca97\n"} {
		if !strings.Contains(mail.Words, part) {
			t.Errorf("the e-mail does not say %q:\n%s", part, mail.Words)
		}
	}
	if mail.To != "ada@example.com" || mail.Via != incident.Failover {
		t.Errorf("it goes to %s via %q", mail.To, mail.Via)
	}
	w.step(paging.Report{PageID: w.sent[0].ID, Key: paging.AckKey})
	w.stepThrough(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)}, well)
	if got := names(w.sent[3:]); got != "[all-clear text Ada all-clear email Ada]" {
		t.Error(got)
	}
}

// TestFailoverChannelBusy checks that a page which went to the failover channel first, and is rejected there,
// alternates between both providers with backoff.
func TestFailoverChannelBusy(t *testing.T) {
	w := &simulation{now: alertstest.Start, onCall: withFailover()}
	for _, p := range w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}) {
		w.step(paging.SendUnknown{PageID: p.ID, Why: "time-out"})
	}
	w.now = w.now.Add(35 * time.Second)
	for _, p := range w.step(paging.Tick{}) {
		w.step(paging.Refused{PageID: p.ID, Why: "400"})
	}
	pending := []incident.Page{last(w, incident.Call)} // to Grace, by the failover channel at once
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

// TestUnknownThenDropped checks that a person who may have been paged gets the all-clear, also when the page's outcome
// was unknown and its resend was refused or cancelled.
func TestUnknownThenDropped(t *testing.T) {
	over := paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)}
	for name, c := range map[string]struct {
		onCall *oncall.OnCall
		then   func(w *simulation, p incident.Page)
	}{
		"resolved before the failover": {withFailover(), func(w *simulation, _ incident.Page) { w.now = w.now.Add(2 * time.Minute) }},
		"it is over when it would be sent again": {&alertstest.OnCall, func(w *simulation, p incident.Page) {
			w.now = w.now.Add(time.Minute)
			w.step(paging.SendResolved{PageID: p.ID})
			w.step(paging.NotSent{PageID: p.ID, Why: "429"})
		}},
		"it is refused when it is sent again": {&alertstest.OnCall, func(w *simulation, p incident.Page) {
			w.now = w.now.Add(time.Minute)
			w.step(paging.SendResolved{PageID: p.ID})
			w.step(paging.Refused{PageID: p.ID, Why: "21610"})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := &simulation{now: alertstest.Start, onCall: c.onCall}
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
