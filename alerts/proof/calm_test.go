package proof

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts/incident"
)

// Time limits, as the comments of package paging promise.
const (
	lease              = 20 * time.Second // to hand a page to the provider
	resendUnknownAfter = 45 * time.Second // until an outcome is known, or the page was resent
	callReportTimeout  = 2 * time.Minute  // until a call without reports is over
	maxCallLength      = 5 * time.Minute  // until an answered call is over
	maxBackoff         = 30 * time.Second // the longest wait after a rate limit
)

// The times between two ticks of a pager, as package functions/pager promises.
const (
	pagerBriefest = time.Second // while a page is due
	pagerRound    = time.Minute // when nothing is
)

// slowest is the limit for an incident that calls to reach an accepted call, counted from when it began to call for
// one, or, if that was later, from when the disk, the provider and a pager worked again. There is one call at a time,
// so at worst it waits for each of these in turn: the lease of a pager that died while sending a call about another
// incident, until that call's outcome is known or it is resent; its answer and its end, without reports from the
// provider; and the retry of its own call.
const slowest = max(resendUnknownAfter+callReportTimeout, maxCallLength) + lease + maxBackoff

// deadline is slowest plus the setting's own delays: gathering and failover.
func (w *simulation) deadline() time.Duration {
	d := slowest + w.onCall.Gather
	if w.onCall.Failover != nil {
		d += resendUnknownAfter
	}
	return d
}

// goodTimes ends all faults, but no person answers, and late callbacks may be lost. Then no incident is lost: all that
// call have been called about by the deadline, and are again until acknowledged.
func (w *simulation) goodTimes() {
	w.calm, w.disk.outage, w.provider.deaf = true, none, false
	for i := range w.skew {
		w.skew[i] = 0
	}
	if rapid.Bool().Draw(w.T, "late callbacks are lost") {
		for _, r := range w.provider.requests {
			r.reports = nil
		}
	}
	w.provider.mood, w.provider.failoverMood = "fine", "fine"
	if w.onCall.Failover != nil && rapid.Bool().Draw(w.T, "the first provider is down for good") {
		w.provider.mood = "gone"
	}
	w.catchUp()
	w.tick()
	w.allTakenOver()
	begin, deadline := w.now, w.deadline()
	w.passUntil(deadline, func() bool { return len(w.unreached(begin.Add(-deadline))) == 0 })
	for _, i := range w.unreached(w.now.Add(-deadline)) {
		w.Fatalf("%s requires a call, and none was accepted within %v", i.ID, deadline)
	}
	again := w.now
	w.passUntil(w.round(), func() bool { return len(w.uncalled(again)) == 0 })
	for _, i := range w.uncalled(again) {
		w.Fatalf("%s requires a call, and none followed in another %v", i.ID, w.round())
	}
	w.drillEnds()
	w.reply(w.onCall.People[0].Phone, "ack")
	// Three minutes exceed every wait of a page in progress (a lease, the answer about an unknown outcome, the retry)
	// except the end of a call, which plans nothing about an acknowledged incident, and an acknowledgement's expiry;
	// those get twenty minutes, in 2,500 histories of each sort.
	w.silence(time.Duration(rapid.SampledFrom([]int{3, 3, 3, 20}).Draw(w.T, "minutes of silence")) * time.Minute)
	w.switchedInTime(begin)
	if rapid.IntRange(0, 9).Draw(w.T, "to the end") == 0 || w.toEnd {
		w.allIsWell()
	}
}

// allTakenOver checks that the notification state has every decision of judging.
func (w *simulation) allTakenOver() {
	for _, name := range w.watched {
		for _, i := range w.states[name].Open {
			if !w.has(i) {
				w.Fatalf("%s is open, and the route does not know", i.ID)
			}
		}
	}
}

// allIsWell repairs the site. Then each person who was paged gets an all-clear, no work remains, and the history is
// complete.
func (w *simulation) allIsWell() {
	for range 3 { // fewer slow runs of the last 5 than make it degraded
		for _, name := range w.watched {
			w.probe(name, "ppp")
		}
		w.now = w.now.Add(time.Minute)
	}
	for _, wait := range []time.Duration{max(w.policy.QuietFor, w.policy.ReturnWithin), time.Minute, time.Hour} {
		w.now = w.now.Add(wait)
		for _, name := range w.watched {
			w.probe(name, "ppp") // ends flapping and repeated slowness at first, and after an hour a silence that came and went
		}
	}
	w.watch() // ends the silence of a region that is removed
	for _, name := range w.watched {
		if s := w.states[name]; len(s.Open) > 0 {
			w.Fatalf("%s works again, and %s is open", name, s.Open[0].ID)
		}
	}
	w.passUntil(24*time.Hour+w.policy.ReturnWithin, func() bool { return false })
	w.tick()
	if r := w.route; len(r.Incidents)+len(r.Pages)+len(r.Mutes) > 0 {
		w.Fatalf("all is well, and there are still %d incidents, %d pages and %d mutes", len(r.Incidents), len(r.Pages), len(r.Mutes))
	}
	for _, r := range w.provider.requests {
		for _, id := range r.page.Incidents {
			rec, ok := w.disk.records[id]
			if !ok || rec.State != incident.Resolved {
				w.Fatalf("%s is over, and in the history it is %q", id, rec.State)
			}
			may := !r.placed.IsZero() || w.resent[r.page.ID]
			if r.page.Purpose == incident.Alarm && r.page.Channel != incident.Email && may && w.steady && !w.provider.missed[r.page.ID] && !w.clearedLater(r, id) && !w.spared[notificationKey{r.page.Person, id, incident.Text}] {
				w.Fatalf("%s was paged about %s by page %s, and never hears that it is over", r.page.Person, id, r.page.ID)
			}
		}
	}
}

// clearedLater reports whether a person who was paged got a later all-clear, or the provider refused it.
func (w *simulation) clearedLater(paged *request, id string) bool {
	at := slices.Index(w.provider.requests, paged)
	return slices.ContainsFunc(w.provider.requests[at:], func(r *request) bool {
		same := r.page.Person == paged.page.Person || r.page.To == paged.page.To // a person may be renamed, or get another number
		return r.page.Purpose == incident.AllClear && same && slices.Contains(r.page.Incidents, id)
	})
}

// unreached returns the incidents that have required a call since a time, without an accepted call since.
func (w *simulation) unreached(since time.Time) []incident.Incident {
	return slices.DeleteFunc(slices.Clone(w.route.Incidents), func(i incident.Incident) bool {
		return !w.rings(w.route, i, w.now) || w.wokeAfter(i, since) || w.reached(i.ID, later(i.Reopened, w.lapsed[i.ID]))
	})
}

// uncalled returns the incidents that require a call, without an accepted one since a time.
func (w *simulation) uncalled(since time.Time) []incident.Incident {
	return slices.DeleteFunc(slices.Clone(w.route.Incidents), func(i incident.Incident) bool {
		return !w.rings(w.route, i, w.now) || w.wokeAfter(i, since) || w.reached(i.ID, since)
	})
}

// wokeAfter reports whether an incident requires a call only since after a time: it was suppressed until then, or
// acknowledged, or less severe by an earlier file.
func (w *simulation) wokeAfter(i incident.Incident, since time.Time) bool {
	return w.quietUntil[i.Journey].After(since) || w.lapsed[i.ID].After(since) || w.changed.After(since)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// reached reports whether a provider accepted a call about an incident since a time; or a cap has held one back, which
// it cannot if it is the first: see caps.
func (w *simulation) reached(id string, since time.Time) bool {
	return slices.ContainsFunc(w.route.Pages, func(p incident.Page) bool {
		accepted := !p.AcceptedAt.Before(since) && !p.AcceptedAt.IsZero()
		held := p.Result == incident.Held && !p.EndedAt.Before(since) && since.After(w.reopened(id))
		return p.Channel == incident.Call && (accepted || held) && slices.Contains(p.Incidents, id)
	})
}

// reopened returns the time when an incident last reopened.
func (w *simulation) reopened(id string) time.Time {
	if i := incidentOf(w.route, id); i != nil {
		return i.Reopened
	}
	return time.Time{}
}

// round returns the longest time until every person was called once, and the first again.
func (w *simulation) round() time.Duration {
	d := w.onCall.RepeatAfter + maxCallLength
	for _, r := range w.onCall.Escalation {
		d += max(r.After, callReportTimeout)
	}
	return d
}

// silence checks that there is no call after everything was acknowledged, except after an expiry.
func (w *simulation) silence(d time.Duration) {
	for _, i := range w.route.Incidents {
		if i.Unacknowledged() && i.Kind != incident.Drilled {
			w.Fatalf("%s acknowledged all, and %s is %s", w.onCall.People[0].Name, i.ID, i.State)
		}
	}
	before, since := len(w.provider.requests), w.now
	w.linesAreFree()
	w.passUntil(d, func() bool { return false })
	lapsed := func(id string) bool { return !w.lapsed[id].Before(since) }
	for _, r := range w.provider.requests[before:] {
		if r.page.Purpose == incident.Alarm && !slices.ContainsFunc(r.page.Incidents, lapsed) {
			w.Fatalf("%s gets a %s about %v, which is acknowledged", r.page.Person, r.page.Channel, r.page.Incidents)
		}
	}
	for _, i := range w.unreached(w.now.Add(-w.deadline())) {
		w.Fatalf("the acknowledgement of %s has expired, and no call about it was accepted within %v", i.ID, w.deadline())
	}
}

// passUntil advances the clock, with a tick whenever work may be due, until enough returns true.
func (w *simulation) passUntil(d time.Duration, enough func() bool) {
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

// dueCallback delivers a callback that is due.
func (w *simulation) dueCallback() bool {
	for _, r := range w.provider.requests {
		if len(r.reports) > 0 && !w.now.Before(r.reports[0].at) {
			rep := r.reports[0].report
			r.reports = r.reports[1:]
			w.report(rep)
			return true
		}
	}
	return false
}

// next returns the next time with work, or the end.
func (w *simulation) next(end time.Time) time.Time {
	next := end
	at := func(t time.Time) {
		if t.After(w.now) && t.Before(next) {
			next = t
		}
	}
	at(w.route.Escalation.Pause)
	if w.route.Drill.ID != "" {
		at(w.now.Add(pagerRound))
	}
	for _, p := range w.route.Pages {
		switch p.State {
		case incident.Planned:
			at(p.NotBefore)
			if p.Channel == incident.Call {
				at(w.now.Add(pagerBriefest)) // it may wait for the end of a drill's call
			}
			if p.Tries > 0 {
				at(p.TriedAt.Add(failoverAfter))
			}
		case incident.Unknown:
			at(p.ClaimedAt.Add(resendUnknownAfter))
			if w.onCall.Failover != nil {
				at(w.now.Add(maxClockSkew))
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
	for _, r := range w.provider.requests {
		if len(r.reports) > 0 {
			at(r.reports[0].at)
		}
	}
	return next
}
