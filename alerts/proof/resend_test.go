package proof

import (
	"slices"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// maxAllClears is the number of all-clears that are sent to a person about one incident while none is delivered.
const maxAllClears = 3

// resends checks that an undelivered all-clear is resent while it may be delivered, and not without end: after each
// write there is another page, planned or sent, unless it was the last, no provider would accept another, or the
// incident has reopened, which causes pages of its own. (An ended notice is dropped in the same write:
// TestNoticeUndelivered.)
func (w *simulation) resends(after paging.NotificationState) {
	for n, page := range after.Pages {
		if page.Purpose != incident.AllClear || page.Channel != incident.Text {
			continue
		}
		if page.Again >= maxAllClears {
			w.Fatalf("page %s tells %s for the %d. time that it is over", page.ID, page.Person, page.Again+1)
		}
		missed := page.State == incident.Ended && (page.Result == incident.FailedCall || page.Result == incident.Undelivered)
		nobody := page.Final && (w.onCall.Failover == nil || page.Via == incident.Failover)
		if !missed || nobody || page.Again == maxAllClears-1 {
			continue
		}
		w.counts.undelivered++
		again := func(p incident.Page) bool {
			return (p.Person == page.Person || p.To == page.To) && slices.Contains(p.Incidents, page.Incidents[0])
		}
		over := incidentOf(after, page.Incidents[0]).State == incident.Resolved
		if over && !slices.ContainsFunc(after.Pages[n+1:], again) {
			w.Fatalf("page %s to %s about %s was not delivered, and is not resent", page.ID, page.Person, page.Incidents[0])
		}
	}
}
