package proof

import (
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

const (
	patience = 35 * time.Second // of a pager with a first carrier that does not take a page
	fast     = 5 * time.Second  // how far ahead a clock may be that is not wrong
)

// switches checks that whatever the first carrier has not taken in time is given to the second, if there is one.
func (w *world) switches(p *program, after paging.NotificationState) {
	now := p.saidLast()
	for _, page := range after.Pages {
		waits := page.Tries > 0 && (page.State == incident.Unknown || page.State == incident.Planned)
		if w.onCall.Failover == nil || !waits || page.Via != incident.Primary || !page.SwitchedAt.IsZero() {
			continue
		}
		if age := now.Sub(page.TriedAt); age >= patience || age < -fast {
			w.Fatalf("page %s, %s, waits at %v for the first carrier, which was first asked at %v", page.ID, page.State, now, page.TriedAt)
		}
	}
}

// switchedInTime checks that the second carrier had a page soon, when everything worked but the first.
func (w *world) switchedInTime(begin time.Time) {
	first, had := map[string]time.Time{}, map[string]bool{}
	for _, r := range w.carrier.requests {
		id := r.page.ID
		if first[id].IsZero() {
			first[id] = r.claimed
		}
		tried := first[id]
		if r.page.Via == incident.Failover && !had[id] && !tried.Before(begin) && r.claimed.Sub(tried) > settled {
			w.Fatalf("page %s was first tried at %v, and the second carrier had it at %v", id, tried, r.claimed)
		}
		had[id] = had[id] || r.page.Via == incident.Failover
	}
}
