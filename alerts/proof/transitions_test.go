package proof

import (
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
)

// pageTransitions are the transitions of a page in one write: those of the diagram in package alerts, or several in a
// row, because one event may cause all of them.
var pageTransitions = map[incident.PageState][]incident.PageState{
	incident.Planned:  {incident.Claimed, incident.Cancelled},
	incident.Claimed:  {incident.Planned, incident.Unknown, incident.Accepted, incident.Ended, incident.Cancelled},
	incident.Unknown:  {incident.Planned, incident.Claimed, incident.Accepted, incident.Ended, incident.Cancelled},
	incident.Accepted: {incident.Ended},
}

// incidentTransitions are those of an incident. Only a reopened incident is open again, and only one with an expired
// acknowledgement is notified again.
var incidentTransitions = map[incident.IncidentState][]incident.IncidentState{
	incident.Open:         {incident.Notified, incident.Acknowledged, incident.Resolved},
	incident.Notified:     {incident.Acknowledged, incident.Resolved},
	incident.Acknowledged: {incident.Resolved, incident.Notified}, // the latter after expiry: see expired
	incident.Resolved:     {incident.Open},
}

// transitions checks that no page or incident has regressed, and that nothing needed was dropped.
func (w *simulation) transitions(p *program, before, after paging.NotificationState) {
	for _, was := range before.Incidents {
		is := incidentOf(after, was.ID)
		if is == nil {
			if was.State != incident.Resolved || w.live(before, was.ID) {
				w.Fatalf("%s was archived while it was %s", was.ID, was.State)
			}
			continue
		}
		w.incidentTransition(p, was, *is)
	}
	for _, is := range after.Incidents {
		if incidentOf(before, is.ID) == nil {
			w.counts.incidents++
		}
	}
	for _, was := range before.Pages {
		i := slices.IndexFunc(after.Pages, func(p incident.Page) bool { return p.ID == was.ID })
		if i >= 0 {
			w.pageTransition(was, after.Pages[i])
			continue
		}
		if was.Live() && slices.ContainsFunc(was.Incidents, func(id string) bool { return incidentOf(after, id) != nil }) {
			w.Fatalf("page %s was dropped while it was %s", was.ID, was.State)
		}
	}
	if after.Seq < before.Seq {
		w.Fatalf("the numbering of pages went back from %d to %d", before.Seq, after.Seq)
	}
}

func (w *simulation) incidentTransition(p *program, was, is incident.Incident) {
	if was.State != is.State {
		if !slices.Contains(incidentTransitions[was.State], is.State) {
			w.Fatalf("%s went from %s to %s", was.ID, was.State, is.State)
		}
		if was.State == incident.Acknowledged && is.State == incident.Notified {
			if !w.expired(is, p.saidLast()) {
				w.Fatalf("%s went from %s to %s at %v, and the acknowledgement of %v holds", was.ID, was.State, is.State, p.saidLast(), is.AckedAt)
			}
			w.counts.lapses++
			w.lapsed[is.ID] = w.now
		}
		if is.State == incident.Acknowledged {
			w.counts.acks++
			if !p.acks {
				w.Fatalf("%s is acknowledged, and no human has done that", is.ID)
			}
		}
		if is.Rev <= was.Rev {
			w.Fatalf("%s went from %s to %s and keeps its revision %d: the history would keep the old one", was.ID, was.State, is.State, is.Rev)
		}
	}
	back := was.State == incident.Resolved && is.State == incident.Open
	another := was.State == incident.Notified && is.State == incident.Acknowledged // after an expired acknowledgement
	switch {
	case !p.puts && is.State == incident.Acknowledged && w.expired(is, p.saidLast()):
		w.Fatalf("%s is acknowledged since %v, and at %v that should have expired", is.ID, is.AckedAt, p.saidLast())
	case is.Runs < was.Runs || is.Rev < was.Rev:
		w.Fatalf("%s went back: runs %d to %d, revision %d to %d", was.ID, was.Runs, is.Runs, was.Rev, is.Rev)
	case back && is.Runs == was.Runs:
		w.Fatalf("%s came back without a run", was.ID)
	case was.AckedBy != is.AckedBy && was.AckedBy != "" && !back && !another:
		w.Fatalf("%s was acknowledged by %s, and then by %q", was.ID, was.AckedBy, is.AckedBy)
	}
}

// expired reports whether an acknowledgement has expired: the incident calls people, the limit is over, and the journey
// is still bad. A flapping incident is bad while it is down, and when it has failed since.
func (w *simulation) expired(i incident.Incident, now time.Time) bool {
	end := w.ackEnds(i)
	down := len(i.Outages) > 0 && i.Outages[len(i.Outages)-1].Until.IsZero()
	bad := i.Kind != incident.Flapping || down || !i.Last.Before(end)
	return w.onCall.Severity(i) == oncall.Wake && !now.Before(end) && bad
}

// ackEnds returns the expiry of an incident's acknowledgement.
func (w *simulation) ackEnds(i incident.Incident) time.Time {
	d := w.onCall.AckExpires
	if own := w.onCall.Journeys[i.Journey].AckExpires; own > 0 {
		d = own
	}
	for n := 1; n < i.Acks; n++ {
		d *= 2 // each holds twice as long as the one before
	}
	return i.AckedAt.Add(d)
}

func (w *simulation) pageTransition(was, is incident.Page) {
	w.doubted[is.ID] = w.doubted[is.ID] || is.State == incident.Unknown || is.Resent
	w.resent[is.ID] = w.resent[is.ID] || is.Resent
	if !is.SwitchedAt.IsZero() || is.Via == incident.Failover {
		w.switched[is.ID] = true
	}
	switch {
	case was.State == incident.Planned && is.State == incident.Ended && is.Result == incident.Held:
		// Held back by a cap: see caps.
	case was.State == incident.Claimed && is.State == incident.Claimed && is.Tries == was.Tries+1 && !is.SwitchedAt.IsZero():
		// Failover: the other provider gets it at once.
	case was.State == incident.Planned && was.Tries > 0 && (is.State == incident.Accepted || is.State == incident.Ended):
		// Its callback arrived after the resend of an unknown outcome was planned.
	case was.State != is.State && !slices.Contains(pageTransitions[was.State], is.State):
		w.Fatalf("page %s went from %s to %s", was.ID, was.State, is.State)
	case was.State == is.State && was.Tries != is.Tries, is.Tries < was.Tries, is.Tries > was.Tries+1:
		w.Fatalf("page %s, %s, went from %d tries to %d", was.ID, was.State, was.Tries, is.Tries)
	case was.SID != "" && was.SID != is.SID:
		w.Fatalf("page %s changed its sid from %s to %s", was.ID, was.SID, is.SID)
	case was.State != incident.Ended && is.State == incident.Ended && is.SID == "" && w.rang(is.ID):
		w.Fatalf("page %s ended as %s, although the provider placed it", is.ID, is.Result)
	case was.State == incident.Ended && was.Result != is.Result:
		w.Fatalf("page %s ended as %s, and then as %s", was.ID, was.Result, is.Result)
	}
}

// rang reports whether the provider has placed a call or a text, and could have reported it.
func (w *simulation) rang(id string) bool {
	return w.steady && !w.provider.missed[id] && !w.switched[id] && slices.ContainsFunc(w.provider.requests, func(r *request) bool {
		return r.page.ID == id && !r.placed.IsZero()
	})
}

func incidentOf(r paging.NotificationState, id string) *incident.Incident {
	for i := range r.Incidents {
		if r.Incidents[i].ID == id {
			return &r.Incidents[i]
		}
	}
	return nil
}

// live reports whether a page about an incident may still reach a person.
func (w *simulation) live(r paging.NotificationState, id string) bool {
	return slices.ContainsFunc(r.Pages, func(p incident.Page) bool { return p.Live() && slices.Contains(p.Incidents, id) })
}
