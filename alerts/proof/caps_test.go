package proof

import (
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// gatherMost is the longest gathering of a first call.
const gatherMost = time.Minute

// A notificationKey identifies a notification of a person about an incident.
type notificationKey struct {
	person, incident string
	channel          incident.Channel
}

// gathers checks that a gathering call waits no longer than permitted.
func (w *simulation) gathers(p *program, after paging.NotificationState) {
	now := p.saidLast()
	for _, page := range after.Pages {
		if _, ok := w.planned[page.ID]; !ok {
			w.planned[page.ID] = now
		}
		if page.Channel != incident.Call || page.State != incident.Planned || page.Tries > 0 || !w.steady {
			continue
		}
		limit := w.onCall.Gather
		if !w.changed.IsZero() {
			limit = gatherMost // the earlier file may have had another
		}
		if page.NotBefore.After(w.planned[page.ID].Add(gatherMost+maxClockSkew)) || page.NotBefore.After(now.Add(limit+maxClockSkew)) {
			w.Fatalf("call %s was planned at %v, and at %v it waits until %v", page.ID, w.planned[page.ID], now, page.NotBefore)
		}
	}
}

// caps checks that no cap holds back a person's first call or text about an incident.
func (w *simulation) caps(p *program, before, after paging.NotificationState) {
	for _, page := range after.Pages {
		was := incident.Page{}
		if i := slices.IndexFunc(before.Pages, func(o incident.Page) bool { return o.ID == page.ID }); i >= 0 {
			was = before.Pages[i]
		}
		if page.Purpose == incident.Alarm && was.AcceptedAt.IsZero() && !page.AcceptedAt.IsZero() {
			for _, id := range page.Incidents {
				w.notifiedAt[notificationKey{page.Person, id, page.Channel}] = page.PlannedAt
			}
		}
		waits := page.State == incident.Planned && strings.HasPrefix(page.Why, "the cap") && page.NotBefore.After(p.saidLast().Add(gatherMost))
		if page.Result != incident.Held && !waits || was.Result == incident.Held || waits && page.NotBefore.Equal(was.NotBefore) {
			continue
		}
		w.counts.held++
		for _, id := range page.Incidents {
			key := notificationKey{page.Person, id, page.Channel}
			if page.Purpose == incident.AllClear {
				w.spared[key] = true
			}
			if i := incidentOf(after, id); page.Purpose == incident.Alarm && i != nil && w.firstTo(key, *i) {
				w.Fatalf("%s page %s, the first to %s about %s, is held back: %s", page.Channel, page.ID, page.Person, id, page.Why)
			}
		}
	}
}

// firstTo reports whether a person was not yet notified of the present outage of an incident.
func (w *simulation) firstTo(key notificationKey, i incident.Incident) bool {
	planned, ok := w.notifiedAt[key]
	return !ok || planned.Before(i.Reopened)
}
