package paging

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/phrase"
)

// A DrillState holds the drill in progress and the slot of the last scheduled one. A drill uses the same pages as an
// alarm: each person in the escalation is called once, until one presses the key. It is stored as an incident of its
// own kind, without a journey.
type DrillState struct {
	ID   string    `json:"id,omitempty"` // of the drill in progress; empty: none
	To   string    `json:"to,omitempty"` // the person called first; empty: the first in the escalation
	Slot time.Time `json:"slot,omitzero"`
}

// drillJourney stands in for the journey of a drill's incident.
const drillJourney = "on-call"

// drill starts a drill that is due, and advances the drill in progress to the next person or to its end.
func (r *NotificationState) drill(at evalContext) {
	r.scheduleDrill(at)
	for i := range r.Incidents { // a drill that was merged from another table
		if stray := &r.Incidents[i]; stray.Kind == incident.Drilled && stray.State != incident.Resolved && stray.ID != r.Drill.ID {
			stray.State, stray.ResolvedAt, stray.Closing, stray.Rev = incident.Resolved, at.now, "broken off", stray.Rev+1
		}
	}
	inc := r.incident(r.Drill.ID)
	if inc == nil || inc.State == incident.Resolved {
		r.Drill.ID, r.Drill.To = "", ""
		return
	}
	if r.hasUrgentIncident(at) {
		r.endDrill("broken off: something is really wrong", "", at.now)
		return
	}
	if slices.ContainsFunc(r.Pages, func(p incident.Page) bool { return p.Channel == incident.Call && p.Live() }) {
		return // of this drill, or of an incident that has just resolved
	}
	who, ok := r.nextInDrill(at)
	if !ok {
		r.failDrill(at)
		return
	}
	r.addPage(incident.Call, incident.Drill, who, []string{inc.ID}, at.now)
}

// hasUrgentIncident reports whether an incident requires a call.
func (r *NotificationState) hasUrgentIncident(at evalContext) bool {
	return slices.ContainsFunc(r.Incidents, func(i incident.Incident) bool { return r.shouldNotify(i, oncall.Wake, at) })
}

// nextInDrill returns the first person not yet called: the addressee, then the escalation from there, once round.
func (r *NotificationState) nextInDrill(at evalContext) (oncall.Person, bool) {
	var order []oncall.Person
	steps := at.onCall.EscalationAt(at.now)
	first := max(0, slices.IndexFunc(steps, func(t oncall.ResolvedStep) bool { return t.Person.Name == r.Drill.To }))
	if to, ok := at.onCall.FindPerson(r.Drill.To); ok {
		order = append(order, to)
	}
	for i := range steps {
		order = append(order, steps[(first+i)%len(steps)].Person)
	}
	for _, who := range order {
		called := slices.ContainsFunc(r.Pages, func(p incident.Page) bool {
			return p.Person == who.Name && p.Purpose == incident.Drill && slices.Contains(p.Incidents, r.Drill.ID)
		})
		if !called {
			return who, true
		}
	}
	return oncall.Person{}, false
}

func (r *NotificationState) startDrill(id, to string, slot time.Time) {
	r.Drill.ID, r.Drill.To = id, to
	r.Incidents = append(r.Incidents, incident.Incident{
		ID: id, Journey: drillJourney, Kind: incident.Drilled, State: incident.Open, Since: slot, Opened: slot, Last: slot, Runs: 1, Reason: "a drill: does somebody pick up?",
	})
}

// endDrill ends the drill in progress.
func (r *NotificationState) endDrill(closing, by string, now time.Time) {
	if inc := r.incident(r.Drill.ID); inc != nil {
		inc.State, inc.ResolvedAt, inc.Closing = incident.Resolved, now, closing
		if by != "" {
			inc.AckedBy, inc.AckedAt = by, now
		}
		inc.Rev++
	}
	r.Drill.ID, r.Drill.To = "", ""
}

// drillResults words how a drill's call ended without the key.
var drillResults = map[string]string{
	incident.Human: "listened and pressed no key", incident.Machine: "voicemail", incident.NoAnswer: "no answer",
}

// failDrill ends a drill that was never acknowledged, and texts the first on call about it in waking hours, before the
// fault matters at night.
func (r *NotificationState) failDrill(at evalContext) {
	var tried []string
	for _, p := range r.Pages {
		if p.Purpose == incident.Drill && slices.Contains(p.Incidents, r.Drill.ID) {
			said := fmt.Sprintf("%s: %s", p.Person, cmp.Or(drillResults[p.Result], p.Result))
			if p.Why != "" && p.Undeliverable() {
				said += " (" + phrase.Shorten(p.Why) + ")"
			}
			tried = append(tried, said)
		}
	}
	closing := "nobody has acknowledged. " + strings.Join(tried, ", ")
	if len(tried) == 0 {
		closing = "there is nobody to call"
	}
	r.endDrill(closing, "", at.now)
	if steps := at.onCall.EscalationAt(at.now); len(steps) > 0 {
		who := steps[0].Person
		p := r.addPage(incident.Text, incident.Notice, who, nil, at.now)
		p.Waking, p.Words = true, message.FitSMS("VALKYRIE: the drill has failed: "+closing, "")
	}
}

// drillCallActive reports whether a drill's call that is being hung up may still be in progress.
func (r *NotificationState) drillCallActive(now time.Time) bool {
	const ends = 5 * time.Second
	return slices.ContainsFunc(r.Pages, func(p incident.Page) bool {
		return p.Purpose == incident.Drill && p.State == incident.Accepted && now.Before(p.HangUpAt.Add(ends))
	})
}

// drillSpeech is the speech of a drill's call.
var drillSpeech = []string{"This is Valkyrie.", "This is a drill. Nothing is wrong.", "It finds out whether you can be woken."}

// handleDrillKey applies a key pressed in a drill's call. Key 9 needs no action: the next person is called when the
// call ends.
func (r *NotificationState) handleDrillKey(p *incident.Page, key string, now time.Time) {
	if key == AckKey && slices.Contains(p.Incidents, r.Drill.ID) {
		r.endDrill(fmt.Sprintf("%s has acknowledged", p.Person), p.Person, now)
	}
}

// ErrNoDrill is returned by PutDrill when no drill can start now; the message says why.
var ErrNoDrill = errors.New("no drill can start now")

// PutDrill starts a drill in the store and returns the id of its incident; a pager makes the calls. to names the person
// called first; empty: the first on call.
func PutDrill(ctx context.Context, store incident.Items, o oncall.OnCall, to string, now time.Time) (id string, err error) {
	if who, ok := o.FindPerson(to); ok {
		to = who.Name
	} else if to != "" {
		return "", errNoPerson(to)
	}
	var refused error
	err = incident.UpdateItem(ctx, store, incident.NotificationKey, func(r *NotificationState) bool {
		refused = nil
		switch {
		case r.Drill.ID != "":
			refused = fmt.Errorf("%w: one is in progress since %s", ErrNoDrill, strings.TrimPrefix(r.Drill.ID, drillPrefix))
		case r.hasUrgentIncident(evalContext{o.With(r.Overrides), now}):
			refused = fmt.Errorf("%w: an incident requires a call; see valkyrie incidents", ErrNoDrill)
		default:
			id = drillID(now)
			r.startDrill(id, to, now)
		}
		return refused == nil
	})
	return id, errors.Join(refused, err)
}

// EndDrill ends a drill in the store, if it is still in progress.
func EndDrill(ctx context.Context, store incident.Items, id, closing string, now time.Time) error {
	return incident.UpdateItem(ctx, store, incident.NotificationKey, func(r *NotificationState) bool {
		if r.Drill.ID != id {
			return false
		}
		r.endDrill(closing, "", now)
		return true
	})
}

const drillPrefix = "drill/"

func drillID(at time.Time) string { return drillPrefix + at.UTC().Format(time.RFC3339) }

// scheduleDrill starts a drill that is due. Its id is its scheduled time, so that several pagers start it once. It is
// skipped while another drill or an urgent incident is in progress.
func (r *NotificationState) scheduleDrill(at evalContext) {
	d := at.onCall.Drills
	switch {
	case !d.Every.IsSet():
		return
	case r.Drill.Slot.IsZero():
		r.Drill.Slot = at.now // earlier times are not made up for
		return
	case r.Drill.ID != "" || r.hasUrgentIncident(at):
		return
	}
	from := at.now.Add(-oncall.MaxDrillDelay)
	if from.Before(r.Drill.Slot) {
		from = r.Drill.Slot
	}
	slot := time.Time{}
	// At most oncall.MaxDrillDelay is searched, in steps of at least a second.
	for next := d.Every.Next(from.In(d.Zone.Location())); !next.IsZero() && !next.After(at.now); next = d.Every.Next(next) {
		slot = next.UTC()
	}
	if !slot.IsZero() {
		r.Drill.Slot = slot
		r.startDrill(drillID(slot), "", slot)
	}
}
