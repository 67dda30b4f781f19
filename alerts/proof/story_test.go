package proof

import (
	"fmt"
	"strings"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// logStep logs the changes of a write, to explain a failed history.
func (w *simulation) logStep(p *program, next paging.NotificationState) {
	if !*stories {
		return
	}
	var said []string
	for _, i := range next.Incidents {
		was := incidentOf(w.route, i.ID)
		if was == nil || was.State != i.State {
			said = append(said, fmt.Sprintf("%s is %s", i.ID, i.State))
		}
	}
	states := map[string]incident.Page{}
	for _, page := range w.route.Pages {
		states[page.ID] = page
	}
	for _, page := range next.Pages {
		if was := states[page.ID]; was.State != page.State {
			said = append(said, fmt.Sprintf("%s, %s %s to %s about %v, was %q and is %s %s", page.ID, page.Purpose, page.Channel, page.Person, page.Incidents, was.State, page.State, page.Result))
		}
	}
	w.Logf("%v machine %d (%v): %s", w.now.Format("15:04:05"), p.machine, w.skew[p.machine], strings.Join(said, "; "))
}
