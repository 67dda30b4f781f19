package paging

import (
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
)

// endMaintenance records the active windows. When one ends and a suppressed incident is still bad, it plans a notice,
// in waking hours, to the first on call. An incident that calls again needs no notice.
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
	steps := at.onCall.EscalationAt(at.now)
	for _, w := range over {
		if len(steps) > 0 && len(r.badAfterMaintenance(w, at)) > 0 {
			p := r.addPage(incident.Text, incident.Notice, steps[0].Person, nil, at.now)
			p.Waking, p.Maintenance = true, &w
		}
	}
}

// badAfterMaintenance returns the incidents that an ended maintenance window suppressed and that are still bad.
func (r *NotificationState) badAfterMaintenance(w incident.ActiveMaintenance, at evalContext) []incident.Incident {
	return slices.DeleteFunc(r.unresolved(""), func(i incident.Incident) bool {
		return !(oncall.Maintenance{Journeys: w.Journeys}).Covers(i.Journey) || r.isSuppressed(i.Journey, at) || at.onCall.Severity(i) == oncall.Keep
	})
}

// isSuppressed reports whether a mute or a maintenance window suppresses notifications about a journey.
func (r *NotificationState) isSuppressed(journey string, at evalContext) bool {
	muted := slices.ContainsFunc(r.Mutes, func(m incident.Mute) bool {
		return (m.Journey == "" || m.Journey == journey) && at.now.Before(m.Until)
	})
	return muted || slices.ContainsFunc(at.onCall.Maintenance, func(m oncall.Maintenance) bool {
		return m.Covers(journey) && m.ActiveAt(at.now)
	})
}

// mutedUntil returns the latest end of the mutes of the incidents' journeys; zero if none is muted.
func (r *NotificationState) mutedUntil(about []incident.Incident, now time.Time) (until time.Time) {
	for _, m := range r.Mutes {
		if now.Before(m.Until) && slices.ContainsFunc(about, func(i incident.Incident) bool { return m.Journey == "" || m.Journey == i.Journey }) {
			until = incident.Latest(until, m.Until)
		}
	}
	return until
}

// addMute mutes a journey and replaces its earlier mute, but for one of another person that lasts longer: that one stays and
// is returned. A mute that has ended already unmutes.
func (r *NotificationState) addMute(m incident.Mute, now time.Time) (longer incident.Mute, added bool) {
	for _, old := range r.Mutes {
		if old.Journey == m.Journey && m.Until.After(now) && old.Until.After(m.Until) && (old.By != m.By || m.By == "") {
			return old, false
		}
	}
	r.Mutes = slices.DeleteFunc(slices.Clone(r.Mutes), func(old incident.Mute) bool { return old.Journey == m.Journey })
	r.Mutes = append(r.Mutes, m)
	return incident.Mute{}, true
}

// muteForAnHour mutes a journey by key, which never shortens a mute.
func (r *NotificationState) muteForAnHour(journey, by string, now time.Time) {
	until := now.Add(muteFor)
	if !slices.ContainsFunc(r.Mutes, func(m incident.Mute) bool { return m.Journey == journey && m.Until.After(until) }) {
		r.addMute(incident.Mute{Journey: journey, Until: until, By: by}, now)
	}
}

// mutedBy returns " by Ada", or nothing if it is not known by whom.
func mutedBy(m incident.Mute) string {
	if m.By == "" {
		return ""
	}
	return " by " + m.By
}

// expireMutes ends mutes and plans a notice, in waking hours, to the person who muted, or else to the first on call. An
// incident that calls again needs no notice.
func (r *NotificationState) expireMutes(at evalContext) {
	var over []incident.Mute
	r.Mutes = slices.DeleteFunc(r.Mutes, func(m incident.Mute) bool {
		if at.now.Before(m.Until) {
			return false
		}
		over = append(over, m)
		return true
	})
	r.resendNotices(at)
	r.Pages = slices.DeleteFunc(r.Pages, func(p incident.Page) bool { return p.Purpose == incident.Notice && !p.Live() })
	for _, m := range over {
		who, ok := at.onCall.FindPerson(m.By)
		if steps := at.onCall.EscalationAt(at.now); !ok && len(steps) > 0 {
			who, ok = steps[0].Person, true
		}
		if ok {
			p := r.addPage(incident.Text, incident.Notice, who, nil, at.now)
			p.Waking, p.Mute = true, &m
		}
	}
}

// unresolved returns the unresolved incidents of a journey; of all journeys for an empty name.
func (r *NotificationState) unresolved(journey string) []incident.Incident {
	return slices.DeleteFunc(slices.Clone(r.Incidents), func(i incident.Incident) bool {
		return i.State == incident.Resolved || i.Kind == incident.Drilled || journey != "" && i.Journey != journey
	})
}

// shouldNotify reports whether an incident of this severity requires a page now.
func (r *NotificationState) shouldNotify(i incident.Incident, s oncall.Severity, at evalContext) bool {
	return i.Unacknowledged() && at.onCall.Severity(i) == s && !r.isSuppressed(i.Journey, at)
}

// inWakingHours reports whether a page may go out at this time of day. If not, it defers the page to its person's
// morning, on retries too.
func (r *NotificationState) inWakingHours(p *incident.Page, at evalContext) bool {
	who, ok := at.onCall.FindPerson(p.Person)
	if steps := at.onCall.EscalationAt(at.now); !ok && len(steps) > 0 {
		who, ok = steps[0].Person, true // their hours are no more in alerts.yaml; a colleague's are the best guess
	}
	if !p.Waking || !ok || !who.Reachable(at.now).After(at.now) {
		return true
	}
	p.NotBefore = who.Reachable(at.now)
	return false
}
