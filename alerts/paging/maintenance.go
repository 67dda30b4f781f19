package paging

import (
	"slices"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
)

// endMaintenance remembers the windows that are on, and when one ends and what it kept quiet is still bad has it announced, in
// waking hours, to the first on call. What rings again says so itself.
func (r *NotificationState) endMaintenance(at evalContext) {
	var on, over []incident.ActiveMaintenance
	for _, w := range r.Windows {
		if at.now.Before(w.Until) {
			on = append(on, w)
		} else {
			over = append(over, w)
		}
	}
	for _, m := range at.onCall.Maintenance {
		w := incident.ActiveMaintenance{Journeys: m.Journeys}
		end, holds := m.ActiveUntil(at.now)
		w.Until = end.UTC()
		if holds && !slices.ContainsFunc(on, w.Equal) {
			on = append(on, w)
		}
	}
	r.Windows = on
	chain := at.onCall.EscalationAt(at.now)
	for _, w := range over {
		if len(chain) > 0 && len(r.badAfterMaintenance(w, at)) > 0 {
			p := r.add(incident.Text, incident.Notice, chain[0].Person, nil, at.now)
			p.Waking, p.Maintenance = true, &w
		}
	}
}

// badAfterMaintenance is what a maintenance that is over kept quiet, and is still bad.
func (r *NotificationState) badAfterMaintenance(w incident.ActiveMaintenance, at evalContext) []incident.Incident {
	return slices.DeleteFunc(r.unresolved(""), func(i incident.Incident) bool {
		return !(oncall.Maintenance{Journeys: w.Journeys}).Covers(i.Journey) || r.isMuted(i.Journey, at) || at.onCall.Severity(i) == oncall.Keep
	})
}
