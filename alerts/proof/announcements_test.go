package proof

import (
	"slices"
	"strings"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
)

// announces checks that the end of a maintenance window which has held back something that is still bad is announced, also when
// the file has lost the window meanwhile; and that nothing else is.
func (w *simulation) announces(p *program, before, after paging.NotificationState) {
	now := p.saidLast()
	suppressed := func(m incident.ActiveMaintenance) bool { // does it hold back anything that is bad now?
		return slices.ContainsFunc(after.Incidents, func(i incident.Incident) bool {
			return i.State != incident.Resolved && i.Kind != incident.Drilled && (oncall.Maintenance{Journeys: m.Journeys}).Covers(i.Journey) &&
				!w.quiet(after, i.Journey, now) && w.onCall.Severity(i) != oncall.Keep
		})
	}
	planned := func(m incident.ActiveMaintenance) bool {
		return slices.ContainsFunc(after.Pages, func(p incident.Page) bool {
			isNew := !slices.ContainsFunc(before.Pages, func(o incident.Page) bool { return o.ID == p.ID })
			return isNew && p.Purpose == incident.Notice && p.Maintenance != nil && p.Maintenance.Equal(m)
		})
	}
	for _, m := range before.Windows {
		if !now.Before(m.Until) && suppressed(m) && !planned(m) {
			w.Fatalf("maintenance of %v has ended at %v, and no notice of it is planned", m.Journeys, m.Until)
		}
		if now.Before(m.Until) && !slices.ContainsFunc(after.Windows, m.Equal) {
			w.Fatalf("maintenance of %v until %v is forgotten", m.Journeys, m.Until)
		}
	}
	for _, m := range w.onCall.Maintenance {
		active := incident.ActiveMaintenance{Journeys: m.Journeys, Until: m.To.In(now.Location())}
		if m.ActiveAt(now) && !slices.ContainsFunc(after.Windows, active.Equal) {
			w.Fatalf("maintenance of %v until %v is not recorded", m.Journeys, active.Until)
		}
	}
	for _, page := range claimedNow(before, after) {
		if m := page.Maintenance; m != nil {
			w.counts.announced++
			if !suppressed(*m) {
				w.Fatalf("notice %s: %q; nothing is bad", page.ID, page.Words)
			}
			if !strings.Contains(page.Words, "aintenance") {
				w.Fatalf("notice %s does not say that maintenance is over: %q", page.ID, page.Words)
			}
		}
	}
}

// emails checks that the facts of each text about an incident go out as an e-mail too, to each person with an address.
func (w *simulation) emails(before, after paging.NotificationState) {
	isNew := func(p incident.Page) bool {
		return !slices.ContainsFunc(before.Pages, func(o incident.Page) bool { return o.ID == p.ID })
	}
	for n, text := range after.Pages {
		who, known := w.onCall.FindPerson(text.Person)
		if text.Channel != incident.Text || !isNew(text) || text.Again > 0 || text.Purpose == incident.Notice || !known || !w.onCall.CanEmail(who) {
			continue
		}
		beside := func(p incident.Page) bool {
			return p.Channel == incident.Email && p.To == who.Email && p.Purpose == text.Purpose && isNew(p) && slices.Equal(p.Incidents, text.Incidents)
		}
		if !slices.ContainsFunc(after.Pages[n:], beside) {
			w.Fatalf("text %s to %s about %v comes without an e-mail", text.ID, text.Person, text.Incidents)
		}
	}
	for _, page := range claimedNow(before, after) {
		if page.Channel == incident.Email && (page.Via != incident.Failover || !strings.Contains(page.To, "@")) {
			w.Fatalf("e-mail %s goes to %q by %q", page.ID, page.To, page.Via)
		}
	}
}
