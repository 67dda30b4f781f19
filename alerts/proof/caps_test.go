package proof

import (
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// gatherMost is how long a first call waits at most, however much else goes wrong.
const gatherMost = time.Minute

// A toldOf is that somebody was told of something.
type toldOf struct {
	person, incident string
	channel          incident.Channel
}

// gathers checks that a call which waits for what else goes wrong does so for no longer than it may.
func (w *world) gathers(p *program, after paging.NotificationState) {
	now := p.saidLast()
	for _, page := range after.Pages {
		if _, ok := w.planned[page.ID]; !ok {
			w.planned[page.ID] = now
		}
		if page.Channel != incident.Call || page.State != incident.Planned || page.Tries > 0 || !w.steady {
			continue
		}
		if page.NotBefore.After(w.planned[page.ID].Add(gatherMost+fast)) || page.NotBefore.After(now.Add(w.onCall.Gather+fast)) {
			w.Fatalf("call %s was planned at %v, and at %v it waits until %v", page.ID, w.planned[page.ID], now, page.NotBefore)
		}
	}
}

// caps checks that no cap holds back the first call or text to somebody about something.
func (w *world) caps(p *program, before, after paging.NotificationState) {
	for _, page := range after.Pages {
		was := incident.Page{}
		if i := slices.IndexFunc(before.Pages, func(o incident.Page) bool { return o.ID == page.ID }); i >= 0 {
			was = before.Pages[i]
		}
		if page.Purpose == incident.Alarm && was.AcceptedAt.IsZero() && !page.AcceptedAt.IsZero() {
			for _, id := range page.Incidents {
				w.told[toldOf{page.Person, id, page.Channel}] = page.PlannedAt
			}
		}
		waits := page.State == incident.Planned && strings.HasPrefix(page.Why, "the cap") && page.NotBefore.After(p.saidLast().Add(gatherMost))
		if page.Result != incident.Held && !waits || was.Result == incident.Held || waits && page.NotBefore.Equal(was.NotBefore) {
			continue
		}
		w.counts.held++
		for _, id := range page.Incidents {
			key := toldOf{page.Person, id, page.Channel}
			if page.Purpose == incident.AllClear {
				w.spared[key] = true
			}
			if i := incidentOf(after, id); page.Purpose == incident.Alarm && i != nil && w.firstTo(key, *i) {
				w.Fatalf("%s page %s, the first to %s about %s, is held back: %s", page.Channel, page.ID, page.Person, id, page.Why)
			}
		}
	}
}

// firstTo reports whether somebody has not been told yet of the present spell of an incident.
func (w *world) firstTo(key toldOf, i incident.Incident) bool {
	planned, ok := w.told[key]
	return !ok || planned.Before(i.Reopened)
}
