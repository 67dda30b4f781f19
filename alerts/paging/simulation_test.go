package paging_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
)

// A simulation plays the provider and the people for a notification state.
type simulation struct {
	route  paging.NotificationState
	now    time.Time
	sent   []incident.Page // in the order in which the provider was given them
	onCall *oncall.OnCall  // nil: onCall
}

func (w *simulation) step(e paging.Event) []incident.Page {
	var commands []paging.Command
	if w.onCall == nil {
		w.onCall = &alertstest.OnCall
	}
	w.route, commands = w.route.Step(e, *w.onCall, w.now)
	var sends []incident.Page
	for _, c := range commands {
		if c.Verb == "send" {
			sends = append(sends, c.Page)
		}
	}
	w.sent = append(w.sent, sends...)
	return sends
}

func (w *simulation) clock() time.Time { return w.now }

// accept makes the provider accept the pages.
func (w *simulation) accept(pages []incident.Page) {
	for _, p := range pages {
		w.accept(w.step(paging.Sent{PageID: p.ID, SID: "CA" + p.ID}))
	}
}

func names(pages []incident.Page) string {
	var s []string
	for _, p := range pages {
		s = append(s, fmt.Sprintf("%s %s %s", p.Purpose, p.Channel, p.Person))
	}
	return fmt.Sprint(s)
}

func last(w *simulation, c incident.Channel) incident.Page {
	i := len(w.sent) - 1
	for w.sent[i].Channel != c {
		i--
	}
	return w.sent[i]
}

// TestNotificationStateProperties plays random histories: incidents that open and resolve, a provider that accepts,
// loses, refuses and forgets, late, repeated and missing callbacks, key presses, and senders that die.
func TestNotificationStateProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &simulation{now: alertstest.Start}
		created := map[string]int{} // by page: how often the provider accepted it
		doubts := map[string]int{}  // by page: how often its outcome was unknown
		runs, over := map[string]int{}, map[string]bool{}
		check := func(sends []incident.Page) {
			for _, p := range sends {
				if p.Purpose == incident.Alarm && !slices.ContainsFunc(p.Incidents, func(id string) bool { return open(w.route, id) }) {
					t.Fatalf("page %s was sent about %v, for which no page was due", p.ID, p.Incidents)
				}
			}
			live := 0
			for _, p := range w.route.Pages {
				if p.Channel == incident.Call && p.Live() {
					live++
				}
			}
			if live > 1 {
				t.Fatalf("%d calls at once", live)
			}
		}
		for range rapid.IntRange(5, 60).Draw(t, "events") {
			id := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "incident")
			page := ""
			if n := len(w.route.Pages); n > 0 {
				page = w.route.Pages[rapid.IntRange(0, n-1).Draw(t, "page")].ID
			}
			switch rapid.SampledFrom([]string{"bad", "good", "tick", "tick", "sent", "sent", "unknown", "not sent", "refused", "resolved", "report", "key"}).Draw(t, "event") {
			case "bad":
				if !over[id] {
					runs[id]++
					check(w.step(paging.IncidentUpdated{Incident: alertstest.Incident(id, incident.Down, runs[id], false)}))
				}
			case "good":
				if runs[id] > 0 {
					over[id] = true
					check(w.step(paging.IncidentUpdated{Incident: alertstest.Incident(id, incident.Down, runs[id]+1, true)}))
				}
			case "tick":
				w.now = w.now.Add(time.Duration(rapid.IntRange(0, 90).Draw(t, "seconds")) * time.Second)
				check(w.step(paging.Tick{}))
			case "sent":
				if state(w.route, page) == incident.Claimed {
					created[page]++
				}
				check(w.step(paging.Sent{PageID: page, SID: "CA" + page}))
			case "unknown":
				if state(w.route, page) == incident.Claimed {
					doubts[page]++
					created[page] += rapid.IntRange(0, 1).Draw(t, "really")
				}
				check(w.step(paging.SendUnknown{PageID: page}))
			case "not sent":
				check(w.step(paging.NotSent{PageID: page}))
			case "refused":
				if state(w.route, page) == incident.Claimed {
					check(w.step(paging.Refused{PageID: page}))
				}
			case "resolved":
				sid := ""
				if created[page] > 0 { // the listing is accurate
					sid = "CA" + page
				}
				check(w.step(paging.SendResolved{PageID: page, SID: sid}))
			case "report":
				if created[page] > 0 {
					check(w.step(paging.Report{PageID: page, SID: "CA" + page, Result: rapid.SampledFrom([]string{incident.Human, incident.Machine, incident.Busy, incident.NoAnswer}).Draw(t, "result")}))
				}
			case "key":
				if created[page] > 0 {
					check(w.step(paging.Report{PageID: page, SID: "CA" + page, Key: paging.AckKey}))
				}
			}
		}
		for id, n := range created {
			if n > 1 {
				t.Fatalf("the provider accepted page %s %d times, with %d unknown outcomes, although its list is accurate", id, n, doubts[id])
			}
		}
		calmDown(t, w, check)
	})
}

// calmDown makes the provider accept everything from now on; pages being sent before are lost. Then it checks that each
// person who must be notified is.
func calmDown(t *rapid.T, w *simulation, check func([]incident.Page)) {
	reached := map[string]bool{}
	take := func(sends []incident.Page) {
		for len(sends) > 0 {
			check(sends)
			p := sends[0]
			for _, id := range p.Incidents {
				reached[id] = reached[id] || p.Channel == incident.Call
			}
			sends = append(sends[1:], w.step(paging.Sent{PageID: p.ID, SID: "CA" + p.ID})...)
		}
	}
	for range 40 {
		w.now = w.now.Add(30 * time.Second)
		take(w.step(paging.Tick{}))
		for _, p := range slices.Clone(w.route.Pages) {
			if p.State == incident.Unknown {
				take(w.step(paging.SendResolved{PageID: p.ID}))
			}
		}
	}
	for _, i := range w.route.Incidents {
		if i.Unanswered() && !reached[i.ID] {
			t.Fatalf("%s is %s, without a call in 20 minutes", i.ID, i.State)
		}
		if i.State == incident.Resolved && slices.ContainsFunc(w.route.Pages, func(p incident.Page) bool {
			return p.Purpose == incident.Alarm && p.Sent() && slices.Contains(p.Incidents, i.ID) && !wasNotified(w.route, p.Person, i.ID)
		}) {
			t.Fatalf("%s is over, and not each person paged got an all-clear", i.ID)
		}
	}
}

func state(r paging.NotificationState, page string) incident.PageState {
	for _, p := range r.Pages {
		if p.ID == page {
			return p.State
		}
	}
	return ""
}

func wasNotified(r paging.NotificationState, person, inc string) bool {
	return slices.ContainsFunc(r.Pages, func(p incident.Page) bool {
		return p.Purpose == incident.AllClear && p.Person == person && slices.Contains(p.Incidents, inc) && p.State != incident.Planned
	})
}
