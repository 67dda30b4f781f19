package paging_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
)

// refusing returns a first provider that refuses the pages that match.
func refusing(matches func(incident.Page) bool) failureMode {
	return func(_ *simulation, p incident.Page) paging.Event {
		if matches(p) {
			return paging.Refused{PageID: p.ID, Why: "answer 400, error 21215: account not authorized to call"}
		}
		return paging.Sent{PageID: p.ID, SID: "CA" + p.ID}
	}
}

// tickFor advances the clock, with a tick each second; pages that the first provider has accepted end after two seconds,
// with the result that end returns for them.
func (w *simulation) tickFor(d time.Duration, first failureMode, end func(incident.Page) paging.Report) {
	for until := w.now.Add(d); w.now.Before(until); {
		w.now = w.now.Add(time.Second)
		w.stepThrough(paging.Tick{}, first)
		for _, p := range slices.Clone(w.route.Pages) {
			if p.State == incident.Accepted && p.Via == incident.Primary && w.now.Sub(p.AcceptedAt) >= 2*time.Second {
				rep := end(p)
				rep.PageID, rep.SID = p.ID, p.SID
				w.stepThrough(rep, first)
			}
		}
	}
}

// failing returns a report that the page failed after acceptance.
func failing(p incident.Page) paging.Report {
	if p.Channel == incident.Call {
		return paging.Report{Result: incident.FailedCall, Why: "error 30002"}
	}
	return paging.Report{Result: incident.Undelivered, Why: "error 30034"}
}

// ringing returns a report that the provider reached a phone.
func ringing(p incident.Page) paging.Report {
	if p.Channel == incident.Call {
		return paging.Report{Result: incident.NoAnswer}
	}
	return paging.Report{Result: incident.Delivered}
}

// TestRefusedRound checks that after a round in which the first provider refused every page, or failed after accepting
// it, the next round goes by the failover channel at once, whatever the reasons; that the operator is notified once; and
// that pages return to the first provider when it works again.
func TestRefusedRound(t *testing.T) {
	never := func(incident.Page) bool { return false }
	always := func(incident.Page) bool { return true }
	for name, c := range map[string]struct {
		kind    incident.Kind
		channel incident.Channel // that fails
		refuses func(incident.Page) bool
		end     func(incident.Page) paging.Report
	}{
		"calls refused":              {incident.Down, incident.Call, always, failing},
		"texts refused":              {incident.Degraded, incident.Text, always, failing},
		"calls fail when accepted":   {incident.Down, incident.Call, never, failing},
		"texts fail when accepted":   {incident.Degraded, incident.Text, never, failing},
		"some refused, others fail":  {incident.Down, incident.Call, func(p incident.Page) bool { return p.Person == "Ada" }, failing},
		"calls refused, texts work":  {incident.Down, incident.Call, func(p incident.Page) bool { return p.Channel == incident.Call }, ringing},
		"a released number, by call": {incident.Silent, incident.Call, always, failing},
	} {
		for _, people := range []int{1, 2} {
			t.Run(name, func(t *testing.T) {
				o := withFailover()
				o.Escalation = o.Escalation[:people]
				w := &simulation{now: alertstest.Start, onCall: o}
				first := refusing(c.refuses)
				w.stepThrough(paging.IncidentUpdated{Incident: alertstest.Incident("a", c.kind, 1, false)}, first)
				w.tickFor(14*time.Minute, first, c.end)
				primary, failover := w.alarms(c.channel)
				if len(primary) != people || len(failover) == 0 || failover[0].ClaimedAt.Sub(alertstest.Start) > 10*time.Second {
					t.Fatalf("%d by the first provider, want %d; by the failover channel: %s", len(primary), people, names(failover))
				}
				if n := w.notices("delivers no " + string(c.channel) + "s to anyone: "); n != 1 {
					t.Errorf("the operator was notified %d times", n)
				}
				w.tickFor(30*time.Minute, refusing(never), ringing)
				for _, name := range []string{"b", "c"} { // the first text that is due finds it out
					w.stepThrough(paging.IncidentUpdated{Incident: alertstest.Incident(name, incident.Degraded, 1, false)}, refusing(never))
					w.tickFor(time.Minute, refusing(never), ringing)
				}
				if primary, _ = w.alarms(c.channel); len(w.route.ChannelFailures) > 0 || len(primary) <= people {
					t.Errorf("after it works again: %+v, %d by the first provider", w.route.ChannelFailures, len(primary))
				}
			})
		}
	}
}

// alarms returns the alarms sent over a channel, by provider.
func (w *simulation) alarms(c incident.Channel) (primary, failover []incident.Page) {
	for _, p := range w.sent {
		switch {
		case p.Purpose != incident.Alarm || p.Channel != c:
		case p.Via == incident.Primary:
			primary = append(primary, p)
		default:
			failover = append(failover, p)
		}
	}
	return primary, failover
}

// notices counts the notices sent that contain words.
func (w *simulation) notices(words string) int {
	n := 0
	for _, p := range w.sent {
		if p.Purpose == incident.Notice && strings.Contains(p.Words, words) {
			n++
		}
	}
	return n
}

// TestRefusedTextIsRepeated checks that the text that accompanies a call goes out again when its first copies were
// refused to everyone, and that the all-clear does too.
func TestRefusedTextIsRepeated(t *testing.T) {
	w := &simulation{now: alertstest.Start, onCall: withFailover()}
	first := refusing(func(incident.Page) bool { return true })
	w.stepThrough(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}, first)
	w.tickFor(8*time.Minute, first, failing)
	if _, failover := w.alarms(incident.Text); len(failover) < 2 {
		t.Errorf("texts by the failover channel: %s", names(failover))
	}
	before := len(w.sent)
	w.stepThrough(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 2, true)}, first)
	if got := names(w.sent[before:]); got != "[all-clear text Ada all-clear text Grace]" || w.sent[before].Via != incident.Failover {
		t.Errorf("all-clears: %s via %q", got, w.sent[before].Via)
	}
}

// TestOnePersonRefused checks that a refusal of one person, or of one of several rounds' calls, moves nothing.
func TestOnePersonRefused(t *testing.T) {
	w := &simulation{now: alertstest.Start, onCall: withFailover()}
	first := refusing(func(p incident.Page) bool { return p.Person == "Ada" })
	w.stepThrough(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}, first)
	w.tickFor(30*time.Minute, first, ringing)
	if primary, failover := w.alarms(incident.Call); len(failover) > 0 || len(primary) < 6 || w.notices("to anyone") > 0 {
		t.Errorf("%d by the first provider, by the failover channel %s", len(primary), names(failover))
	}
}

// TestBothRefuse checks that rounds alternate between two providers that both refuse everyone, and that the pause between
// rounds holds: two rounds each pause.
func TestBothRefuse(t *testing.T) {
	w := &simulation{now: alertstest.Start, onCall: withFailover()}
	refuse := func(pages []incident.Page) {
		for len(pages) > 0 {
			pages = append(pages[1:], w.step(paging.Refused{PageID: pages[0].ID, Why: "no"})...)
		}
	}
	refuse(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
	for range 1800 {
		w.now = w.now.Add(time.Second)
		refuse(w.step(paging.Tick{}))
	}
	primary, failover := w.alarms(incident.Call)
	if len(primary) != 14 || len(failover) != 14 {
		t.Errorf("in half an hour %d calls by the first provider and %d by the failover channel; want 7 rounds of two each", len(primary), len(failover))
	}
	if n := w.notices("to anyone"); n > 4 { // one for calls, one for texts, each tried twice
		t.Errorf("%d notices", n)
	}
}

// TestRefusedWithoutFailover checks that without a failover channel the operator is texted once that no call goes out.
func TestRefusedWithoutFailover(t *testing.T) {
	w := &simulation{now: alertstest.Start, onCall: &alertstest.OnCall}
	first := refusing(func(p incident.Page) bool { return p.Channel == incident.Call })
	w.stepThrough(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}, first)
	w.tickFor(30*time.Minute, first, ringing)
	if n := w.notices("delivers no calls to anyone: answer 400, error 21215: account not authorized to call. No other channel"); n != 1 {
		t.Errorf("%d notices", n)
	}
}

// TestDrillFindsRefusals checks that a drill whose calls are all refused gives the reason, and moves the calls to the
// failover channel before an alarm needs them.
func TestDrillFindsRefusals(t *testing.T) {
	o := withFailover()
	o.Drills = oncall.Drills{}
	w := &simulation{now: alertstest.Start, onCall: o}
	first := refusing(func(p incident.Page) bool { return p.Channel == incident.Call })
	drilled := alertstest.Incident("drill/1", incident.Drilled, 1, false)
	w.route.Incidents = append(w.route.Incidents, drilled)
	w.route.Drill.ID = drilled.ID
	w.stepThrough(paging.Tick{}, first)
	w.tickFor(time.Minute, first, ringing)
	if w.notices("the drill has failed: nobody has acknowledged. Ada: failed (answer 400, error 21215: account not authorized to call), Grace") != 1 || w.notices("delivers no calls to anyone") != 1 {
		t.Errorf("sent: %s", names(w.sent))
	}
	before := len(w.sent)
	w.stepThrough(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}, first)
	if got := w.sent[before]; got.Channel != incident.Call || got.Via != incident.Failover {
		t.Errorf("the alarm goes by %s via %q", got.Channel, got.Via)
	}
}
