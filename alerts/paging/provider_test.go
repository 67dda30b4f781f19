package paging_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
)

// TestEveryonePasses checks that people who all press 9 are called at most once in the pause after a round.
func TestEveryonePasses(t *testing.T) {
	for people := 1; people <= 4; people++ {
		o := oncall.OnCall{RepeatAfter: 5 * time.Minute, Caps: oncall.Caps{CallsPerHour: 60, TextsPerHour: 60}}
		for n := range people {
			o.People = append(o.People, oncall.Person{Name: fmt.Sprint("P", n), Phone: fmt.Sprintf("+1202555014%d", n)})
			o.Escalation = append(o.Escalation, oncall.EscalationStep{Call: fmt.Sprint("P", n)})
		}
		w := &simulation{now: alertstest.Start, onCall: &o}
		w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
		for range time.Hour / (5 * time.Second) {
			w.now = w.now.Add(5 * time.Second)
			w.accept(w.step(paging.Tick{}))
			for _, p := range w.route.Pages {
				switch {
				case p.State != incident.Accepted:
				case p.Channel != incident.Call:
					w.step(paging.Report{PageID: p.ID, SID: p.SID, Result: incident.Delivered})
				case w.now.Sub(p.AcceptedAt) >= 20*time.Second:
					w.step(paging.Report{PageID: p.ID, SID: p.SID, Key: paging.PassKey})
					w.accept(w.step(paging.Report{PageID: p.ID, SID: p.SID, Result: incident.Human}))
				}
			}
		}
		last, calls := map[string]time.Time{}, map[string]int{}
		for _, p := range w.sent {
			if p.Channel != incident.Call {
				continue
			}
			if before, ok := last[p.Person]; ok && p.ClaimedAt.Sub(before) < o.RepeatAfter {
				t.Errorf("%d people: %s was called twice within %v", people, p.Person, p.ClaimedAt.Sub(before))
			}
			last[p.Person], calls[p.Person] = p.ClaimedAt, calls[p.Person]+1
		}
		for n := range people {
			if got := calls[fmt.Sprint("P", n)]; got < 8 || got > 13 {
				t.Errorf("%d people: P%d was called %d times within the hour", people, n, got)
			}
		}
	}
}

// TestCapsOfALargeTeam checks that the caps hold for 80 people who are all busy, and that the meter stays small.
func TestCapsOfALargeTeam(t *testing.T) {
	o := oncall.OnCall{RepeatAfter: time.Minute, Caps: oncall.Caps{CallsPerHour: 5, TextsPerHour: 10}}
	for n := range 80 {
		name := fmt.Sprintf("P%02d", n)
		o.People = append(o.People, oncall.Person{Name: name, Phone: fmt.Sprintf("+120255501%02d", n)})
		o.Escalation = append(o.Escalation, oncall.EscalationStep{Call: name})
	}
	w := &simulation{now: alertstest.Start, onCall: &o}
	w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
	calls := map[string]int{}
	for range time.Hour / (2 * time.Second) {
		for _, p := range w.route.Pages {
			if p.State != incident.Claimed {
				continue
			}
			w.step(paging.Sent{PageID: p.ID, SID: "CA" + p.ID})
			result := incident.Delivered
			if p.Channel == incident.Call {
				calls[p.Person]++
				result = incident.Busy
			}
			w.step(paging.Report{PageID: p.ID, SID: "CA" + p.ID, Result: result})
		}
		w.now = w.now.Add(2 * time.Second)
		w.step(paging.Tick{})
	}
	for name, n := range calls {
		if n > o.Caps.CallsPerHour {
			t.Errorf("%s was called %d times within the hour", name, n)
		}
	}
	if len(calls) != 80 || len(w.route.Meter.Recent) > 300 {
		t.Errorf("%d people were called; the meter has %d records", len(calls), len(w.route.Meter.Recent))
	}
}

// TestReportsOutOfOrder checks reports that are doubled, out of order, or late.
func TestReportsOutOfOrder(t *testing.T) {
	for name, c := range map[string]struct {
		reports []paging.Report
		want    string // incident, mutes, result of the call
	}{
		"completed before answered":         {[]paging.Report{{Result: incident.Human}, {}}, "notified 0 human"},
		"completed, then key 4":             {[]paging.Report{{Result: incident.Human}, {Key: "4"}}, "acknowledged 0 human"},
		"machine, then key 4":               {[]paging.Report{{Result: incident.Machine}, {Key: "4"}}, "acknowledged 0 machine"},
		"key 4 then machine":                {[]paging.Report{{Key: "4"}, {Result: incident.Machine}}, "acknowledged 0 machine"},
		"human then machine":                {[]paging.Report{{Result: incident.Human}, {Result: incident.Machine}}, "notified 0 human"},
		"failed, then answered, then key 4": {[]paging.Report{{Result: incident.FailedCall}, {}, {Key: "4"}}, "acknowledged 0 failed"},
		"9 after the next was called":       {[]paging.Report{{Result: incident.NoAnswer}, {Key: "9"}}, "notified 0 no-answer"},
		"6 after the end":                   {[]paging.Report{{Result: incident.NoAnswer}, {Key: "6"}}, "notified 1 no-answer"},
		"two keys at once":                  {[]paging.Report{{}, {Key: "44"}}, "notified 0 "},
		"another key":                       {[]paging.Report{{}, {Key: "#"}}, "notified 0 "},
	} {
		w := &simulation{now: alertstest.Start}
		sends := w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
		w.accept(sends)
		for _, e := range c.reports {
			for range 2 {
				e.PageID, e.SID = sends[0].ID, "CA"+sends[0].ID
				w.accept(w.step(e))
				w.now = w.now.Add(time.Second)
			}
		}
		if got := fmt.Sprintf("%s %d %s", w.route.Incidents[0].State, len(w.route.Mutes), w.route.Pages[0].Result); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestCallInProgressForEver checks that a call whose end is never reported holds the next one up for minutes at most.
func TestCallInProgressForEver(t *testing.T) {
	w := &simulation{now: alertstest.Start}
	sends := w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
	w.accept(sends)
	w.step(paging.Report{PageID: sends[0].ID, SID: "CA" + sends[0].ID}) // answered
	for w.now.Sub(alertstest.Start) < 6*time.Minute {
		w.now = w.now.Add(time.Second)
		w.accept(w.step(paging.Tick{}))
	}
	if n := w.count("alarm call Grace"); n != 1 {
		t.Errorf("Grace was called %d times within six minutes", n)
	}
}

// TestStormUnderCaps checks that each of forty incidents is called about, whatever the caps.
func TestStormUnderCaps(t *testing.T) {
	o := alertstest.OnCall
	o.Gather, o.Caps = 10*time.Second, oncall.Caps{CallsPerHour: 1, TextsPerHour: 1}
	w := &simulation{now: alertstest.Start, onCall: &o}
	called := map[string]bool{}
	for n := range 40 {
		i := alertstest.Incident(fmt.Sprintf("j%02d", n), incident.Down, 1, false)
		i.Opened = w.now
		w.step(paging.IncidentUpdated{Incident: i})
		for range 30 {
			for _, p := range w.route.Pages {
				if p.State != incident.Claimed {
					continue
				}
				w.step(paging.Sent{PageID: p.ID, SID: "CA" + p.ID})
				if p.Channel != incident.Call {
					w.step(paging.Report{PageID: p.ID, SID: "CA" + p.ID, Result: incident.Delivered})
					continue
				}
				for _, id := range p.Incidents {
					called[id] = true
				}
				w.step(paging.Report{PageID: p.ID, SID: "CA" + p.ID, Key: paging.AckKey})
				w.step(paging.Report{PageID: p.ID, SID: "CA" + p.ID, Result: incident.Human})
			}
			w.now = w.now.Add(3 * time.Second)
			w.step(paging.Tick{})
		}
	}
	if len(called) != 40 {
		t.Errorf("%d of 40 incidents were called about", len(called))
	}
}

// TestWaitingTextWritesNothing: a text that waits for the morning after a failed try is no work until then.
func TestWaitingTextWritesNothing(t *testing.T) {
	w := &simulation{now: time.Date(2026, 11, 21, 20, 59, 50, 0, time.UTC), onCall: sleepers(t, "")} // ten seconds before Ada sleeps
	sends := w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Degraded, 1, false)})
	if len(sends) != 1 {
		t.Fatalf("sent %s", names(sends))
	}
	w.step(paging.NotSent{PageID: sends[0].ID, Why: "429"})
	w.after(time.Minute)
	before := w.route
	for range 60 {
		w.after(time.Minute)
	}
	if diff := cmp.Diff(before, w.route); diff != "" {
		t.Errorf("the state changed while it waited:\n%s", diff)
	}
	if due := w.route.Due().Sub(w.now); due < 8*time.Hour {
		t.Errorf("due in %v", due)
	}
}
