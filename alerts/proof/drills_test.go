package proof

import (
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// drillHangUp is the time for which a drill's call may go on after it was hung up.
const drillHangUp = 5 * time.Second

// startDrill starts a drill by hand, which is refused while an incident requires a call.
func (w *simulation) startDrill() {
	to := ""
	if rapid.Bool().Draw(w.T, "to the second") {
		to = w.onCall.People[len(w.onCall.People)-1].Name
	}
	w.run(w.anyone(), func(p *program) error {
		p.puts = true
		_, err := paging.PutDrill(ctx, p, p.file.onCall, to, p.time())
		return err
	})
}

// drills checks that a drill never stands in the way of an incident, calls each person once, says what it is, and is notified
// when it fails.
func (w *simulation) drills(p *program, after paging.NotificationState) {
	now := p.saidLast()
	for _, i := range after.Incidents {
		old := incidentOf(w.route, i.ID)
		if i.Kind != incident.Drilled {
			continue
		}
		if old == nil {
			w.counts.drills++
		}
		ringing := slices.IndexFunc(after.Incidents, func(o incident.Incident) bool { return o.Kind != incident.Drilled && w.rings(after, o, now) })
		if i.State != incident.Resolved && ringing >= 0 {
			w.Fatalf("drill %s goes on, while %s requires a call", i.ID, after.Incidents[ringing].ID)
		}
		called := map[string]int{}
		for _, page := range after.Pages {
			if page.Purpose == incident.Drill && slices.Contains(page.Incidents, i.ID) && page.State != incident.Cancelled {
				called[page.Person] += page.Count()
			}
		}
		for who, n := range called {
			if n > 1 {
				w.Fatalf("drill %s calls %s %d times", i.ID, who, n)
			}
		}
		if old != nil && old.State != incident.Resolved && i.State == incident.Resolved && i.AckedBy == "" && ringing < 0 {
			w.drillFails(i, after)
		}
	}
	for _, page := range claimedNow(w.route, after) {
		if drill := strings.Contains(page.Words, "This is a drill."); page.Channel == incident.Call && drill != (page.Purpose == incident.Drill) {
			w.Fatalf("the call %s says that it is a drill: %t: %s", page.ID, drill, page.Words)
		}
		if page.Channel == incident.Call && page.Purpose == incident.Alarm && w.drillHangsUp(after, now) {
			w.Fatalf("call %s goes out while the call of a drill ends", page.ID)
		}
	}
}

// drillFails checks that the end of a drill that no person has acknowledged is notified.
func (w *simulation) drillFails(i incident.Incident, after paging.NotificationState) {
	if slices.ContainsFunc(after.Pages, func(p incident.Page) bool {
		return p.Purpose == incident.Notice && p.Channel == incident.Text && strings.Contains(p.Words, "the drill has failed")
	}) {
		return
	}
	w.Fatalf("drill %s has ended (%s), and no notice of it is planned", i.ID, i.Closing)
}

// drillHangsUp reports whether a drill's call was hung up a moment ago.
func (w *simulation) drillHangsUp(r paging.NotificationState, now time.Time) bool {
	return slices.ContainsFunc(r.Pages, func(p incident.Page) bool {
		return p.Purpose == incident.Drill && p.State == incident.Accepted && now.Before(p.HangUpAt.Add(drillHangUp))
	})
}

// claimedNow returns the pages that a write has claimed.
func claimedNow(before, after paging.NotificationState) (claimed []incident.Page) {
	for _, page := range after.Pages {
		i := slices.IndexFunc(before.Pages, func(o incident.Page) bool { return o.ID == page.ID })
		if page.Tries > 0 && (i < 0 || before.Pages[i].Tries != page.Tries) {
			claimed = append(claimed, page)
		}
	}
	return claimed
}

// drillEnds checks that a drill ends after a call to each person.
func (w *simulation) drillEnds() {
	w.passUntil(time.Duration(len(w.onCall.Escalation)+2)*maxCallLength+w.deadline(), func() bool { return w.route.Drill.ID == "" })
	if w.route.Drill.ID != "" {
		w.Fatalf("drill %s does not end", w.route.Drill.ID)
	}
}
