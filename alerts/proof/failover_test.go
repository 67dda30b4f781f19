package proof

import (
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

const (
	failoverAfter = 35 * time.Second // of a pager whose first provider does not accept a page
	maxClockSkew  = 5 * time.Second  // the error of a clock that needs no repair
)

// switches checks that a page which the first provider has not accepted in time fails over, if there is a failover
// channel.
func (w *simulation) switches(p *program, after paging.NotificationState) {
	now := p.saidLast()
	for _, page := range after.Pages {
		waits := page.Tries > 0 && (page.State == incident.Unknown || page.State == incident.Planned)
		if w.onCall.Failover == nil || !waits || page.Via != incident.Primary || !page.SwitchedAt.IsZero() {
			continue
		}
		if age := now.Sub(page.TriedAt); age >= failoverAfter || age < -maxClockSkew {
			w.Fatalf("page %s, %s, waits at %v for the first provider, which was first tried at %v", page.ID, page.State, now, page.TriedAt)
		}
	}
}

// switchedInTime checks that the failover channel had a page soon, when only the first provider failed.
func (w *simulation) switchedInTime(begin time.Time) {
	first, had := map[string]time.Time{}, map[string]bool{}
	for _, r := range w.provider.requests {
		id := r.page.ID
		if first[id].IsZero() {
			first[id] = r.claimed
		}
		tried := first[id]
		if r.page.Via == incident.Failover && !had[id] && !tried.Before(begin) && r.claimed.Sub(tried) > resendUnknownAfter {
			w.Fatalf("page %s was first tried at %v, and the failover channel had it at %v", id, tried, r.claimed)
		}
		had[id] = had[id] || r.page.Via == incident.Failover
	}
}
