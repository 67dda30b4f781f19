package proof

import (
	"slices"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// mostTold is how often somebody is told that one thing is over, as long as it does not arrive.
const mostTold = 3

// retold checks that whoever was told that something is over, and did not get it, is told again while there is a chance that they
// will, and not without end: after each write there is another page to them about it, planned or sent, unless it was the last, or
// nobody would take another. Until it has come back, that is, which is told them otherwise. (A notice that has ended is forgotten
// with the same write: TestNoticeDoesNotArrive.)
func (w *world) retold(after paging.NotificationState) {
	for n, page := range after.Pages {
		if page.Purpose != incident.AllClear || page.Channel != incident.Text {
			continue
		}
		if page.Again >= mostTold {
			w.Fatalf("page %s tells %s for the %d. time that it is over", page.ID, page.Person, page.Again+1)
		}
		missed := page.State == incident.Ended && (page.Result == incident.FailedCall || page.Result == incident.Undelivered)
		nobody := page.Final && (w.onCall.Failover == nil || page.Via == incident.Failover)
		if !missed || nobody || page.Again == mostTold-1 {
			continue
		}
		w.counts.retold++
		again := func(p incident.Page) bool {
			return p.Person == page.Person && slices.Contains(p.Incidents, page.Incidents[0])
		}
		over := incidentOf(after, page.Incidents[0]).State == incident.Resolved
		if over && !slices.ContainsFunc(after.Pages[n+1:], again) {
			w.Fatalf("page %s tells %s that %s is over, did not arrive, and is not told again", page.ID, page.Person, page.Incidents[0])
		}
	}
}
