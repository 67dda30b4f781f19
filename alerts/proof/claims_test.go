package proof

import (
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
)

// claims checks the pages that a write has claimed, and draws what will come of them.
func (w *world) claims(p *program, before, after paging.NotificationState) {
	calls := 0
	for _, page := range after.Pages {
		if page.Channel == incident.Call && page.Live() {
			calls++
		}
		i := slices.IndexFunc(before.Pages, func(o incident.Page) bool { return o.ID == page.ID })
		if page.Tries == 0 || i >= 0 && before.Pages[i].Tries == page.Tries {
			continue
		}
		if page.Tries > 40 {
			w.Fatalf("page %s was tried %d times", page.ID, page.Tries)
		}
		w.needed(p.saidLast(), after, page)
		w.toldTrue(after, page)
		w.carrier.requests = append(w.carrier.requests, w.request(page))
	}
	if calls > 1 {
		w.Fatalf("%d calls at once", calls)
	}
}

// needed checks that somebody needs the page now: nobody is called about what is acknowledged, over, muted or under
// maintenance; nobody is woken by a text that can wait; and that it is over hears only who was paged about it.
func (w *world) needed(now time.Time, r paging.NotificationState, page incident.Page) {
	rings := false
	for _, id := range page.Incidents {
		i := incidentOf(r, id)
		switch {
		case i == nil:
			w.Fatalf("page %s is about %s, which nobody knows", page.ID, id)
		case page.Purpose == incident.Alarm && !i.Unacknowledged():
			w.Fatalf("%s page %s was claimed about %s, which is %s", page.Channel, page.ID, id, i.State)
		case page.Purpose == incident.Alarm && w.quiet(r, i.Journey, now):
			w.Fatalf("%s page %s was claimed about %s, of which nobody is to be told now", page.Channel, page.ID, id)
		case page.Purpose == incident.Alarm && w.onCall.Severity(*i) == oncall.Keep:
			w.Fatalf("%s page %s was claimed about %s, of which nobody is to be told", page.Channel, page.ID, id)
		case page.Purpose == incident.AllClear && (i.State != incident.Resolved || !w.paged(r, page.Person, id)):
			w.Fatalf("%s is told that %s is over; it is %s, and they were paged: %t", page.Person, id, i.State, w.paged(r, page.Person, id))
		}
		rings = rings || w.onCall.Severity(*i) == oncall.Wake
	}
	i := slices.IndexFunc(w.onCall.People, func(o oncall.Person) bool { return o.Name == page.Person })
	if who := w.onCall.People[i]; page.Purpose == incident.Alarm && !rings && (page.Channel == incident.Call || who.Reachable(now).After(now)) {
		w.Fatalf("a %s to %s at %v about what can wait until %v", page.Channel, page.Person, now, who.Reachable(now))
	}
}

// paged reports whether a person may have been paged about an incident.
func (w *world) paged(r paging.NotificationState, who, id string) bool {
	asked := slices.ContainsFunc(w.carrier.requests, func(q *request) bool { // one that was lost may tell of less when it is sent again
		return q.page.Purpose == incident.Alarm && q.page.Person == who && (q.answer.doubtful() || !q.placed.IsZero()) && slices.Contains(q.page.Incidents, id)
	})
	return asked || slices.ContainsFunc(r.Pages, func(p incident.Page) bool {
		return p.Purpose == incident.Alarm && p.Person == who && (p.Sent() || w.doubted[p.ID]) && slices.Contains(p.Incidents, id)
	})
}

// quiet reports whether nobody is to be told of a journey.
func (w *world) quiet(r paging.NotificationState, journey string, now time.Time) bool {
	return w.works(journey, now) || slices.ContainsFunc(r.Mutes, func(m incident.Mute) bool {
		return (m.Journey == "" || m.Journey == journey) && now.Before(m.Until)
	})
}

// toldTrue checks that the words name the journeys that the page is about, and the step of the first; and no other one
// that is not wrong.
func (w *world) toldTrue(r paging.NotificationState, page incident.Page) {
	words := page.Words
	written := page.Channel != incident.Call || page.Via == incident.Failover && w.onCall.Failover.Voice == ""
	for n, id := range page.Incidents {
		i := incidentOf(r, id)
		room := !written || len(page.Incidents) <= 2 // a text is cut after two segments
		if (room || page.Channel != incident.Call) && !strings.Contains(words, titles[i.Journey]) {
			w.Fatalf("page %s is about %s, and does not say so: %s", page.ID, id, words)
		}
		if page.Purpose == incident.Alarm && n == 0 && room && !strings.Contains(words, i.Step) {
			w.Fatalf("page %s is about the step %q, and does not say so: %s", page.ID, i.Step, words)
		}
	}
	for name, title := range titles {
		wrong := func(i incident.Incident) bool {
			return i.Journey == name && (i.State != incident.Resolved || page.Purpose == incident.AllClear)
		}
		if strings.Contains(words, title) && !slices.ContainsFunc(r.Incidents, wrong) {
			w.Fatalf("page %s says that something is wrong with %s, and nothing is: %s", page.ID, name, words)
		}
	}
}

// request draws what the carrier makes of a page, and what the person does.
func (w *world) request(page incident.Page) *request {
	r := &request{page: page, answer: taken, fate: delivered, manner: inOrder, claimed: w.now}
	mood := w.carrier.mood
	if page.Via == incident.Failover {
		mood = w.carrier.second
	}
	switch {
	case w.calm && mood == "gone":
		r.answer = rapid.SampledFrom(moods[mood]).Draw(w.T, "answer")
	case w.calm && page.Channel == incident.Call:
		r.fate = noAnswer
	case w.calm:
	default:
		r.answer = rapid.SampledFrom(moods[mood]).Draw(w.T, "answer")
		fates := textFates
		if page.Channel == incident.Call {
			fates = callFates
		}
		if r.answer.places() {
			r.fate = rapid.SampledFrom(fates).Draw(w.T, "fate")
			r.manner = rapid.SampledFrom(manners).Draw(w.T, "callbacks")
			r.lag = time.Duration(rapid.SampledFrom([]int{0, 5, 20}).Draw(w.T, "listed after")) * time.Second
			r.stays = page.Channel == incident.Call && rapid.IntRange(0, 3).Draw(w.T, "hanging up fails") == 0
		}
	}
	if r.answer.doubtful() {
		w.counts.doubtful++
	}
	return r
}

// nobodyIsForgotten checks, after each write of a pager, that as long as somebody has to be called, somebody is, or all
// have been and it is the pause before the next: nothing that happens, a crash at this moment included, can lose that.
func (w *world) nobodyIsForgotten(p *program, r paging.NotificationState) {
	calling := slices.ContainsFunc(r.Pages, func(p incident.Page) bool {
		return p.Channel == incident.Call && p.Purpose == incident.Alarm && p.Live()
	})
	now := p.saidLast()
	for _, i := range r.Incidents {
		if calling || !w.rings(r, i, now) {
			continue
		}
		called := slices.ContainsFunc(r.Pages, func(p incident.Page) bool {
			return p.Channel == incident.Call && p.State != incident.Cancelled && slices.Contains(p.Incidents, i.ID) && !p.PlannedAt.Before(i.Reopened)
		})
		switch wait := r.Escalation.Pause.Sub(now); {
		case !called:
			w.Fatalf("nobody is called about %s, and nobody was", i.ID)
		case wait <= 0:
			w.Fatalf("nobody is called about %s, though the pause is over", i.ID)
		case w.steady && wait > w.longestPause()+2*time.Second:
			w.Fatalf("the next call about %s is in %v; the longest pause is %v", i.ID, wait, w.longestPause())
		}
	}
}

// rings reports whether somebody has to be called about an incident now.
func (w *world) rings(r paging.NotificationState, i incident.Incident, now time.Time) bool {
	return i.Unacknowledged() && w.onCall.Severity(i) == oncall.Wake && !w.quiet(r, i.Journey, now)
}

// longestPause is the longest that the escalation lets pass between two calls.
func (w *world) longestPause() time.Duration {
	longest := w.onCall.RepeatAfter
	for _, r := range w.onCall.Escalation {
		longest = max(longest, r.After)
	}
	return longest
}
