package proof

import (
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// How long things take in package alerts, as its comments promise.
const (
	lease       = 20 * time.Second // to hand a page to the carrier
	settled     = 45 * time.Second // after which the outcome of a request is known, or it was sent once more
	callSilence = 2 * time.Minute  // after which a call of which nothing is heard is over
	callLength  = 5 * time.Minute  // after which a call that was answered is
	backoff     = 30 * time.Second // the longest wait after "too many requests"
)

// slowest is by when an incident that rings has reached a call that the carrier took, counted from when it began to
// ring, or, if that was later, from when the disk, the carrier and a pager worked again. There is one call at a time, so
// at worst the following are waited for, one after the other: the lease of a pager that died while it was sending a call
// about something else, until that call's outcome is known or it is sent again; its answer and its end, of which the
// carrier says nothing any more; and the retry of our own.
const slowest = max(settled+callSilence, callLength) + lease + backoff

// deadline is the slowest, and what the setting adds to it: the wait for what else goes wrong, and for the first carrier.
func (w *world) deadline() time.Duration {
	d := slowest + w.onCall.Gather
	if w.onCall.Failover != nil {
		d += settled
	}
	return d
}

// goodTimes lets everything work from now on, but nobody answers, and callbacks that are late may be lost. Then nobody
// is forgotten: all that ring have been called by the deadline, and are again; until somebody acknowledges.
func (w *world) goodTimes() {
	w.calm, w.disk.outage, w.carrier.deaf = true, none, false
	for i := range w.skew {
		w.skew[i] = 0
	}
	if rapid.Bool().Draw(w.T, "late callbacks are lost") {
		for _, r := range w.carrier.requests {
			r.reports = nil
		}
	}
	w.carrier.mood, w.carrier.second = "fine", "fine"
	if w.onCall.Failover != nil && rapid.Bool().Draw(w.T, "the first carrier is gone for good") {
		w.carrier.mood = "gone"
	}
	w.catchUp()
	w.tick()
	w.allTakenOver()
	begin, deadline := w.now, w.deadline()
	w.passUntil(deadline, func() bool { return len(w.unreached(begin.Add(-deadline))) == 0 })
	for _, i := range w.unreached(w.now.Add(-deadline)) {
		w.Fatalf("%s rings, and no call about it was taken within %v", i.ID, deadline)
	}
	again := w.now
	w.passUntil(w.round(), func() bool { return len(w.uncalled(again)) == 0 })
	for _, i := range w.uncalled(again) {
		w.Fatalf("%s rings, and in another %v nobody was called again", i.ID, w.round())
	}
	w.reply(w.onCall.People[0].Phone, "ack")
	// Three minutes are longer than all that a page that was under way can still wait for (a lease, the answer about a lost one, the
	// retry) but for the end of a call, which plans nothing about what is acknowledged, and for an acknowledgement that expires; for
	// those there are twenty, in 2,500 histories of each sort.
	w.silence(time.Duration(rapid.SampledFrom([]int{3, 3, 3, 20}).Draw(w.T, "minutes of silence")) * time.Minute)
	w.switchedInTime(begin)
	if rapid.IntRange(0, 9).Draw(w.T, "to the end") == 0 || w.toEnd {
		w.allIsWell()
	}
}

// allTakenOver checks that the route knows all that judging has decided.
func (w *world) allTakenOver() {
	for _, name := range journeys {
		for _, i := range w.states[name].Open {
			if !w.has(i) {
				w.Fatalf("%s is open, and the route does not know", i.ID)
			}
		}
	}
}

// allIsWell lets the site work again. Then everybody who was paged is told, in the end nothing is left to do, and the
// history has it all.
func (w *world) allIsWell() {
	for range 3 { // of the last 5, less than make it degraded are slow then
		for _, name := range journeys {
			w.probe(name, "ppp")
		}
		w.now = w.now.Add(time.Minute)
	}
	w.now = w.now.Add(max(w.policy.QuietFor, w.policy.ReturnWithin))
	for _, name := range journeys {
		w.probe(name, "ppp") // flapping is over, too, and what was slow again and again
		if s := w.states[name]; len(s.Open) > 0 {
			w.Fatalf("%s works again, and %s is open", name, s.Open[0].ID)
		}
	}
	w.passUntil(24*time.Hour+w.policy.ReturnWithin, func() bool { return false })
	w.tick()
	if r := w.route; len(r.Incidents)+len(r.Pages)+len(r.Mutes) > 0 {
		w.Fatalf("all is well, and there are still %d incidents, %d pages and %d mutes", len(r.Incidents), len(r.Pages), len(r.Mutes))
	}
	for _, r := range w.carrier.requests {
		for _, id := range r.page.Incidents {
			rec, ok := w.disk.records[id]
			if !ok || rec.State != incident.Resolved {
				w.Fatalf("%s is over, and in the history it is %q", id, rec.State)
			}
			may := !r.placed.IsZero() || w.resent[r.page.ID]
			if r.page.Purpose == incident.Alarm && may && w.steady && !w.carrier.missed[r.page.ID] && !w.toldOver(r, id) && !w.spared[toldOf{r.page.Person, id, incident.Text}] {
				w.Fatalf("%s was paged about %s by page %s, and never hears that it is over", r.page.Person, id, r.page.ID)
			}
		}
	}
}

// toldOver reports whether whoever was paged was told later that it is over, or the carrier refused to.
func (w *world) toldOver(paged *request, id string) bool {
	at := slices.Index(w.carrier.requests, paged)
	return slices.ContainsFunc(w.carrier.requests[at:], func(r *request) bool {
		return r.page.Purpose == incident.AllClear && r.page.Person == paged.page.Person && slices.Contains(r.page.Incidents, id)
	})
}

// unreached are the incidents that ring, and have done so since a time, of which no call was taken since they began to.
func (w *world) unreached(since time.Time) []incident.Incident {
	return slices.DeleteFunc(slices.Clone(w.route.Incidents), func(i incident.Incident) bool {
		return !w.rings(w.route, i, w.now) || w.wokeAfter(i, since) || w.reached(i.ID, later(i.Reopened, w.lapsed[i.ID]))
	})
}

// uncalled are the incidents that ring, of which no call was taken since a time.
func (w *world) uncalled(since time.Time) []incident.Incident {
	return slices.DeleteFunc(slices.Clone(w.route.Incidents), func(i incident.Incident) bool {
		return !w.rings(w.route, i, w.now) || w.wokeAfter(i, since) || w.reached(i.ID, since)
	})
}

// wokeAfter reports whether an incident rings only since after a time: it was quiet until then, or acknowledged.
func (w *world) wokeAfter(i incident.Incident, since time.Time) bool {
	return w.quietUntil[i.Journey].After(since) || w.lapsed[i.ID].After(since)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// reached reports whether a carrier took a call about an incident since a time; or a cap has held one back, which it cannot
// if it is the first: see caps.
func (w *world) reached(id string, since time.Time) bool {
	return slices.ContainsFunc(w.route.Pages, func(p incident.Page) bool {
		taken := !p.AcceptedAt.Before(since) && !p.AcceptedAt.IsZero()
		held := p.Result == incident.Held && !p.EndedAt.Before(since) && since.After(w.reopened(id))
		return p.Channel == incident.Call && (taken || held) && slices.Contains(p.Incidents, id)
	})
}

// reopened is when an incident came back last.
func (w *world) reopened(id string) time.Time {
	if i := incidentOf(w.route, id); i != nil {
		return i.Reopened
	}
	return time.Time{}
}

// round is how long it takes at most until everybody was called once, and the first again.
func (w *world) round() time.Duration {
	d := w.onCall.RepeatAfter + callLength
	for _, r := range w.onCall.Escalation {
		d += max(r.After, callSilence)
	}
	return d
}

// silence checks that after all was acknowledged nobody is called, unless that has expired; then somebody is.
func (w *world) silence(d time.Duration) {
	for _, i := range w.route.Incidents {
		if i.Unacknowledged() {
			w.Fatalf("%s acknowledged all, and %s is %s", w.onCall.People[0].Name, i.ID, i.State)
		}
	}
	before, since := len(w.carrier.requests), w.now
	w.linesAreFree()
	w.passUntil(d, func() bool { return false })
	lapsed := func(id string) bool { return !w.lapsed[id].Before(since) }
	for _, r := range w.carrier.requests[before:] {
		if r.page.Purpose == incident.Alarm && !slices.ContainsFunc(r.page.Incidents, lapsed) {
			w.Fatalf("%s gets a %s about %v, which is acknowledged", r.page.Person, r.page.Channel, r.page.Incidents)
		}
	}
	for _, i := range w.unreached(w.now.Add(-w.deadline())) {
		w.Fatalf("the acknowledgement of %s has expired, and no call about it was taken within %v", i.ID, w.deadline())
	}
}

// passUntil lets time pass, with a tick whenever there may be something to do, until it is enough.
func (w *world) passUntil(d time.Duration, enough func() bool) {
	for end := w.now.Add(d); ; {
		w.tick()
		for w.dueCallback() {
		}
		for _, name := range journeys {
			if w.quiet(w.route, name, w.now) {
				w.quietUntil[name] = w.now
			}
		}
		if !w.now.Before(end) || enough() {
			return
		}
		w.now = w.next(end)
		w.wrongs()
	}
}

// dueCallback brings a callback that is due.
func (w *world) dueCallback() bool {
	for _, r := range w.carrier.requests {
		if len(r.reports) > 0 && !w.now.Before(r.reports[0].at) {
			rep := r.reports[0].report
			r.reports = r.reports[1:]
			w.report(rep)
			return true
		}
	}
	return false
}

// next is when something may have to be done next, or the end.
func (w *world) next(end time.Time) time.Time {
	next := end
	at := func(t time.Time) {
		if t.After(w.now) && t.Before(next) {
			next = t
		}
	}
	at(w.route.Escalation.Pause)
	for _, p := range w.route.Pages {
		switch p.State {
		case incident.Planned:
			at(p.NotBefore)
			if p.Tries > 0 {
				at(p.TriedAt.Add(patience))
			}
		case incident.Unknown:
			at(p.ClaimedAt.Add(settled))
			if w.onCall.Failover != nil {
				at(w.now.Add(fast))
			}
		case incident.Claimed, incident.Accepted:
			at(p.LeaseUntil)
			at(p.HangUpAt.Add(hangUpAgain))
		}
	}
	for _, m := range w.route.Mutes {
		at(m.Until)
	}
	for _, i := range w.route.Incidents {
		if i.State == incident.Acknowledged {
			at(w.ackEnds(i))
		}
	}
	for _, m := range w.onCall.Maintenance {
		at(m.To.In(time.UTC))
	}
	for _, r := range w.carrier.requests {
		if len(r.reports) > 0 {
			at(r.reports[0].at)
		}
	}
	return next
}

// reply has somebody text our number, and checks that what they are texted back is true.
func (w *world) reply(from, words string) {
	w.run(w.anyone(), func(p *program) error {
		p.acks = strings.HasPrefix(words, "ack")
		before := w.counts.events
		answer, err := p.pager().Reply(ctx, paging.Reply{From: from, Body: words})
		if err != nil || before != w.counts.events { // or others have acted meanwhile
			return err
		}
		for _, i := range w.route.Incidents {
			if strings.HasPrefix(answer, "Thank you") && strings.Contains(answer, "#"+i.Short()) && i.Unacknowledged() {
				w.Fatalf("%q was answered %q, but %s is %s", words, answer, i.ID, i.State)
			}
		}
		return nil
	})
}
