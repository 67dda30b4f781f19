package paging

import (
	"context"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
)

// isMuted reports whether nobody is to be told of a journey now.
func (r *NotificationState) isMuted(journey string, at evalContext) bool {
	muted := slices.ContainsFunc(r.Mutes, func(m incident.Mute) bool {
		return (m.Journey == "" || m.Journey == journey) && at.now.Before(m.Until)
	})
	return muted || slices.ContainsFunc(at.onCall.Maintenance, func(m oncall.Maintenance) bool {
		return m.Covers(journey) && m.ActiveAt(at.now)
	})
}

// mute mutes a journey; the latest word counts.
func (r *NotificationState) mute(m incident.Mute) {
	r.Mutes = slices.DeleteFunc(r.Mutes, func(old incident.Mute) bool { return old.Journey == m.Journey })
	r.Mutes = append(r.Mutes, m)
}

// expireMutes ends the mutes whose time is over, and has it announced, in waking hours, to whoever muted it, or else to the first
// on call. What rings again says so itself.
func (r *NotificationState) expireMutes(at evalContext) {
	var over []incident.Mute
	r.Mutes = slices.DeleteFunc(r.Mutes, func(m incident.Mute) bool {
		if at.now.Before(m.Until) {
			return false
		}
		over = append(over, m)
		return true
	})
	r.retellNotices(at)
	r.Pages = slices.DeleteFunc(r.Pages, func(p incident.Page) bool { return p.Purpose == incident.Notice && !p.Live() })
	for _, m := range over {
		who, ok := at.onCall.FindPerson(m.By)
		if chain := at.onCall.EscalationAt(at.now); !ok && len(chain) > 0 {
			who, ok = chain[0].Person, true
		}
		if ok {
			p := r.add(incident.Text, incident.Notice, who, nil, at.now)
			p.Waking, p.Mute = true, &m
		}
	}
}

// unresolved are the incidents of a journey that are not over.
func (r *NotificationState) unresolved(journey string) []incident.Incident {
	return slices.DeleteFunc(slices.Clone(r.Incidents), func(i incident.Incident) bool {
		return i.State == incident.Resolved || i.Kind == incident.Drilled || journey != "" && i.Journey != journey
	})
}

// PutMute mutes a journey, or all of them, in the store; one that has ended already unmutes it, which is announced too.
func PutMute(ctx context.Context, items incident.Items, m incident.Mute) error {
	return incident.UpdateItem(ctx, items, incident.NotificationKey, func(r *NotificationState) bool {
		r.mute(m)
		return true
	})
}

// A evalContext is a moment with what is in force at it.
type evalContext struct {
	onCall oncall.OnCall
	now    time.Time
}

// shouldNotify reports whether somebody has to be told of the incident now, at this severity.
func (r *NotificationState) shouldNotify(i incident.Incident, s oncall.Severity, at evalContext) bool {
	return i.Unacknowledged() && at.onCall.Severity(i) == s && !r.isMuted(i.Journey, at)
}
