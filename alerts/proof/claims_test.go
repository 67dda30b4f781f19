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

// claims checks the pages that a write has claimed, and draws their responses.
func (w *simulation) claims(p *program, before, after paging.NotificationState) {
	calls := map[incident.Purpose]int{}
	for _, page := range after.Pages {
		if page.Channel == incident.Call && page.Live() {
			calls[page.Purpose]++
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
		w.provider.requests = append(w.provider.requests, w.request(page))
	}
	if calls[incident.Alarm] > 1 || calls[incident.Drill] > 1 {
		w.Fatalf("calls at once: %v", calls)
	}
}

// needed checks that the page is necessary: no call about an acknowledged, resolved, muted or maintained journey; no
// waking by a deferrable text; and an all-clear only to a person who was paged.
func (w *simulation) needed(now time.Time, r paging.NotificationState, page incident.Page) {
	rings := false
	if page.Via == incident.Failover && w.onCall.Failover == nil {
		w.Fatalf("%s page %s goes by the second channel, and the file has none", page.Channel, page.ID)
	}
	for _, id := range page.Incidents {
		i := incidentOf(r, id)
		switch {
		case i == nil:
			w.Fatalf("page %s is about %s, which is unknown", page.ID, id)
		case page.Purpose == incident.Alarm && !i.Unacknowledged():
			w.Fatalf("%s page %s was claimed about %s, which is %s", page.Channel, page.ID, id, i.State)
		case page.Purpose == incident.Alarm && w.quiet(r, i.Journey, now):
			w.Fatalf("%s page %s was claimed about %s, which requires no page now", page.Channel, page.ID, id)
		case page.Purpose == incident.Alarm && w.onCall.Severity(*i) == oncall.Keep:
			w.Fatalf("%s page %s was claimed about %s, which requires no page", page.Channel, page.ID, id)
		case page.Purpose == incident.AllClear && (i.State != incident.Resolved || !w.paged(r, page, id)):
			w.Fatalf("%s is told that %s is over; it is %s, and they were paged: %t", page.Person, id, i.State, w.paged(r, page, id))
		}
		rings = rings || w.onCall.Severity(*i) == oncall.Wake
	}
	who, known := w.onCall.FindPerson(page.Person)
	if address := who.Phone; page.Purpose != incident.AllClear {
		if page.Channel == incident.Email {
			address = who.Email
		}
		if !known || page.To != address {
			w.Fatalf("%s page %s is to %s, %s, and in the file they have %q", page.Channel, page.ID, page.Person, page.To, address)
		}
	}
	if page.Purpose == incident.Alarm && !rings && (page.Channel == incident.Call || who.Reachable(now).After(now)) {
		w.Fatalf("a %s to %s at %v about what can wait until %v", page.Channel, page.Person, now, who.Reachable(now))
	}
}

// paged reports whether a person may have been paged about an incident.
func (w *simulation) paged(r paging.NotificationState, page incident.Page, id string) bool {
	to := func(o incident.Page) bool { return o.Person == page.Person || o.To == page.To } // they may have another name or number now

	asked := slices.ContainsFunc(w.provider.requests, func(q *request) bool { // a resend may be about fewer incidents
		return q.page.Purpose == incident.Alarm && to(q.page) && (q.answer.doubtful() || !q.placed.IsZero()) && slices.Contains(q.page.Incidents, id)
	})
	return asked || slices.ContainsFunc(r.Pages, func(p incident.Page) bool {
		return p.Purpose == incident.Alarm && to(p) && (p.Sent() || w.doubted[p.ID]) && slices.Contains(p.Incidents, id)
	})
}

// quiet reports whether notifications about a journey are suppressed.
func (w *simulation) quiet(r paging.NotificationState, journey string, now time.Time) bool {
	return w.works(journey, now) || slices.ContainsFunc(r.Mutes, func(m incident.Mute) bool {
		return (m.Journey == "" || m.Journey == journey) && now.Before(m.Until)
	})
}

// toldTrue checks that the text names the journeys of the page, and the step of the first, and no other journey that is
// not bad.
func (w *simulation) toldTrue(r paging.NotificationState, page incident.Page) {
	words := page.Words
	written := page.Channel != incident.Call || page.Via == incident.Failover && w.onCall.Failover.Voice == ""
	for n, id := range page.Incidents {
		i := incidentOf(r, id)
		room := !written || len(page.Incidents)+min(page.Round, 1) <= 2 // a text is cut after two segments; from the second round on it names who was called
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

// request draws the provider's response to a page, and the person's.
func (w *simulation) request(page incident.Page) *request {
	r := &request{page: page, answer: created, fate: delivered, manner: inOrder, claimed: w.now}
	mood := w.provider.mood
	if page.Via == incident.Failover {
		mood = w.provider.failoverMood
	}
	switch {
	case w.calm && mood == "gone":
		r.answer = rapid.SampledFrom(moods[mood]).Draw(w.T, "answer")
	case w.long && page.Channel == incident.Call:
		r.fate = rapid.SampledFrom([]fate{noAnswer, busy, machine}).Draw(w.T, "fate")
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

// noneForgotten checks, after each write of a pager, that while an incident requires a call, one is planned or in
// progress, or all have been made and the pause runs: no event, a crash at this point included, can lose it.
func (w *simulation) noneForgotten(p *program, r paging.NotificationState) {
	calling := slices.ContainsFunc(r.Pages, func(p incident.Page) bool {
		return p.Channel == incident.Call && p.Purpose == incident.Alarm && p.Live()
	})
	now := p.saidLast()
	for _, i := range r.Incidents {
		if calling || !w.rings(r, i, now) || w.drillHangsUp(r, now) {
			continue
		}
		called := slices.ContainsFunc(r.Pages, func(p incident.Page) bool {
			return p.Channel == incident.Call && p.State != incident.Cancelled && slices.Contains(p.Incidents, i.ID) && !p.PlannedAt.Before(i.Reopened)
		})
		switch wait := r.Escalation.Pause.Sub(now); {
		case !called:
			w.Fatalf("no call about %s is planned, and none was made", i.ID)
		case wait <= 0:
			w.Fatalf("no call about %s is planned, though the pause is over", i.ID)
		case w.steady && wait > w.longestPause()+2*time.Second:
			w.Fatalf("the next call about %s is in %v; the longest pause is %v", i.ID, wait, w.longestPause())
		}
	}
}

// rings reports whether an incident requires a call now.
func (w *simulation) rings(r paging.NotificationState, i incident.Incident, now time.Time) bool {
	return i.Unacknowledged() && w.onCall.Severity(i) == oncall.Wake && !w.quiet(r, i.Journey, now)
}

// longestPause returns the escalation's longest pause between two calls.
func (w *simulation) longestPause() time.Duration {
	longest := w.onCall.RepeatAfter
	for _, r := range w.onCall.Escalation {
		longest = max(longest, r.After)
	}
	return longest
}
