package proof

import (
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts"
)

// claims checks the pages that a write has claimed, and draws what will come of them.
func (w *world) claims(p *program, before, after alerts.Route) {
	calls := 0
	for _, page := range after.Pages {
		if page.Channel == alerts.Call && page.Live() {
			calls++
		}
		i := slices.IndexFunc(before.Pages, func(o alerts.Page) bool { return o.ID == page.ID })
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
func (w *world) needed(now time.Time, r alerts.Route, page alerts.Page) {
	rings := false
	for _, id := range page.Incidents {
		i := incidentOf(r, id)
		switch {
		case i == nil:
			w.Fatalf("page %s is about %s, which nobody knows", page.ID, id)
		case page.Purpose == alerts.Alarm && !i.Awaits():
			w.Fatalf("%s page %s was claimed about %s, which is %s", page.Channel, page.ID, id, i.State)
		case page.Purpose == alerts.Alarm && w.quiet(r, i.Journey, now):
			w.Fatalf("%s page %s was claimed about %s, of which nobody is to be told now", page.Channel, page.ID, id)
		case page.Purpose == alerts.Alarm && w.onCall.Severity(*i) == alerts.Keep:
			w.Fatalf("%s page %s was claimed about %s, of which nobody is to be told", page.Channel, page.ID, id)
		case page.Purpose == alerts.AllClear && (i.State != alerts.Resolved || !w.paged(r, page.Person, id)):
			w.Fatalf("%s is told that %s is over; it is %s, and they were paged: %t", page.Person, id, i.State, w.paged(r, page.Person, id))
		}
		rings = rings || w.onCall.Severity(*i) == alerts.Wake
	}
	i := slices.IndexFunc(w.onCall.People, func(o alerts.Person) bool { return o.Name == page.Person })
	if who := w.onCall.People[i]; page.Purpose == alerts.Alarm && !rings && (page.Channel == alerts.Call || who.Reachable(now).After(now)) {
		w.Fatalf("a %s to %s at %v about what can wait until %v", page.Channel, page.Person, now, who.Reachable(now))
	}
}

// paged reports whether a person may have been paged about an incident.
func (w *world) paged(r alerts.Route, who, id string) bool {
	asked := slices.ContainsFunc(w.carrier.requests, func(q *request) bool { // one that was lost may tell of less when it is sent again
		return q.page.Purpose == alerts.Alarm && q.page.Person == who && (q.answer.doubtful() || !q.placed.IsZero()) && slices.Contains(q.page.Incidents, id)
	})
	return asked || slices.ContainsFunc(r.Pages, func(p alerts.Page) bool {
		return p.Purpose == alerts.Alarm && p.Person == who && (p.Sent() || w.doubted[p.ID]) && slices.Contains(p.Incidents, id)
	})
}

// quiet reports whether nobody is to be told of a journey.
func (w *world) quiet(r alerts.Route, journey string, now time.Time) bool {
	return w.works(journey, now) || slices.ContainsFunc(r.Mutes, func(m alerts.Mute) bool {
		return (m.Journey == "" || m.Journey == journey) && now.Before(m.Until)
	})
}

// toldTrue checks that the words name the journeys that the page is about, and the step of the first; and no other one
// that is not wrong.
func (w *world) toldTrue(r alerts.Route, page alerts.Page) {
	words := page.Words
	written := page.Channel != alerts.Call || page.Via == alerts.Second && w.onCall.Second.Voice == ""
	for n, id := range page.Incidents {
		i := incidentOf(r, id)
		room := !written || len(page.Incidents) <= 2 // a text is cut after two segments
		if (room || page.Channel != alerts.Call) && !strings.Contains(words, titles[i.Journey]) {
			w.Fatalf("page %s is about %s, and does not say so: %s", page.ID, id, words)
		}
		if page.Purpose == alerts.Alarm && n == 0 && room && !strings.Contains(words, i.Step) {
			w.Fatalf("page %s is about the step %q, and does not say so: %s", page.ID, i.Step, words)
		}
	}
	for name, title := range titles {
		wrong := func(i alerts.Incident) bool {
			return i.Journey == name && (i.State != alerts.Resolved || page.Purpose == alerts.AllClear)
		}
		if strings.Contains(words, title) && !slices.ContainsFunc(r.Incidents, wrong) {
			w.Fatalf("page %s says that something is wrong with %s, and nothing is: %s", page.ID, name, words)
		}
	}
}

// request draws what the carrier makes of a page, and what the person does.
func (w *world) request(page alerts.Page) *request {
	r := &request{page: page, answer: taken, fate: delivered, manner: inOrder, claimed: w.now}
	mood := w.carrier.mood
	if page.Via == alerts.Second {
		mood = w.carrier.second
	}
	switch {
	case w.calm && mood == "gone":
		r.answer = rapid.SampledFrom(moods[mood]).Draw(w.T, "answer")
	case w.calm && page.Channel == alerts.Call:
		r.fate = noAnswer
	case w.calm:
	default:
		r.answer = rapid.SampledFrom(moods[mood]).Draw(w.T, "answer")
		fates := textFates
		if page.Channel == alerts.Call {
			fates = callFates
		}
		if r.answer.places() {
			r.fate = rapid.SampledFrom(fates).Draw(w.T, "fate")
			r.manner = rapid.SampledFrom(manners).Draw(w.T, "callbacks")
			r.lag = time.Duration(rapid.SampledFrom([]int{0, 5, 20}).Draw(w.T, "listed after")) * time.Second
			r.stays = page.Channel == alerts.Call && rapid.IntRange(0, 3).Draw(w.T, "hanging up fails") == 0
		}
	}
	if r.answer.doubtful() {
		w.counts.doubtful++
	}
	return r
}

// nobodyIsForgotten checks, after each write of a pager, that as long as somebody has to be called, somebody is, or all
// have been and it is the pause before the next: nothing that happens, a crash at this moment included, can lose that.
func (w *world) nobodyIsForgotten(p *program, r alerts.Route) {
	calling := slices.ContainsFunc(r.Pages, func(p alerts.Page) bool {
		return p.Channel == alerts.Call && p.Purpose == alerts.Alarm && p.Live()
	})
	now := p.saidLast()
	for _, i := range r.Incidents {
		if calling || !w.rings(r, i, now) {
			continue
		}
		called := slices.ContainsFunc(r.Pages, func(p alerts.Page) bool {
			return p.Channel == alerts.Call && p.State != alerts.Cancelled && slices.Contains(p.Incidents, i.ID) && !p.PlannedAt.Before(i.Reopened)
		})
		switch wait := r.Chain.Pause.Sub(now); {
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
func (w *world) rings(r alerts.Route, i alerts.Incident, now time.Time) bool {
	return i.Awaits() && w.onCall.Severity(i) == alerts.Wake && !w.quiet(r, i.Journey, now)
}

// longestPause is the longest that the escalation lets pass between two calls.
func (w *world) longestPause() time.Duration {
	longest := w.onCall.RepeatAfter
	for _, r := range w.onCall.Escalation {
		longest = max(longest, r.After)
	}
	return longest
}
