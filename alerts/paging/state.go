package paging

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
)

// A NotificationState is what is known of the people side: the incidents they have to do with, whom we are trying to reach, and
// where in the chain we are. It is the outbox too: a page is intended in the same write that makes it due, so no crash
// loses one. It is changed only by Step, which is pure.
type NotificationState struct {
	Incidents      []incident.Incident          `json:"incidents"`
	Pages          []incident.Page              `json:"pages"` // about those incidents, oldest first
	Escalation     Escalation                   `json:"chain"`
	Seq            int                          `json:"seq"`  // numbers the pages
	Past           []Past                       `json:"past"` // the last incidents that were forgotten: of these, old news is no news
	ProviderOutage ProviderOutage               `json:"outage,omitzero"`
	Meter          Meter                        `json:"meter,omitzero"`
	Drill          DrillState                   `json:"rehearsal,omitzero"`
	Overrides      []oncall.Override            `json:"overrides,omitempty"`
	Mutes          []incident.Mute              `json:"mutes,omitempty"`
	Windows        []incident.ActiveMaintenance `json:"windows,omitempty"` // of maintenance, that are on
	Releases       []incident.Release           `json:"marks,omitempty"`   // of releases, oldest first

	Joined []string `json:"joined,omitempty"` // ids of incidents that came from another table

	Fine map[string][]string `json:"fine,omitempty"` // by id of an incident: regions from which the journey works
}

// A Past is what is remembered of an incident that was forgotten.
type Past struct {
	ID   string `json:"id"`
	Runs int    `json:"runs"`
	Rev  int64  `json:"rev"`
}

// An Escalation is how far escalation has got.
type Escalation struct {
	Next  int       `json:"next"`            // whose turn it is, counted along the escalation
	Round int       `json:"round"`           // how often everybody has been tried
	Pause time.Time `json:"pause,omitempty"` // nobody is tried before it

	Gathers time.Time `json:"gathers,omitzero"` // a call that waits for what else goes wrong goes out by then
}

// An Event is something that happened to a route: one of the types below.
type Event any

// The events.
type (
	// IncidentUpdated is a change of an incident by judging.
	IncidentUpdated struct {
		Incident incident.Incident
		Fine     []string // regions from which the journey works
	}
	// Tick is the passing of time.
	Tick struct{}
	// Sent is a page that the provider accepted.
	Sent struct {
		PageID, SID string
		Via         incident.Provider
	}
	// NotSent is a page that the provider certainly did not accept; a retry is safe.
	NotSent struct{ PageID, Why string }
	// Refused is a page that the provider will never accept.
	Refused struct{ PageID, Why string }
	// ProviderRejected is a page that the provider will never accept, nor any other.
	ProviderRejected struct{ PageID, Why string }
	// SendUnknown is a page that the provider may or may not have accepted.
	SendUnknown struct{ PageID, Why string }
	// SendResolved is the provider's answer about a page of SendUnknown. An empty SID: it does not know the page.
	SendResolved struct {
		PageID, SID string
		Asked       time.Time // when the question was put; zero: just now
	}
	// Archived is an incident that is over and in the history, so that the route may drop it.
	Archived struct{ IncidentID string }
)

// How long things may take.
const (
	lease       = 20 * time.Second // to hand a page to the carrier; longer than the phone's own time-out
	settleAfter = 45 * time.Second // after the lost send: resent when neither a callback nor a listing has found it
	callSilence = 2 * time.Minute  // of the carrier about a call: it rang out and we were not told
	callLength  = 5 * time.Minute  // of a call that was answered; the longest speech takes four
	textSilence = 5 * time.Minute

	longestBackoff = 30 * time.Second // after "too many requests"
)

// A Command is what has to be done outside: send a page, find one that was lost, or hang up a call.
type Command struct {
	Verb string // "send", "find" or "hang up"
	Page incident.Page
}

// Step folds an event into the route, plans what follows from it, and claims what is due. The commands may be carried out
// once the new route has been saved, and not before.
func (r NotificationState) Step(e Event, o oncall.OnCall, now time.Time) (NotificationState, []Command) {
	r = *r.clone()
	o = o.With(r.Overrides)
	at := evalContext{o, now}
	r.repairClockSkew(at)
	switch e := e.(type) {
	case IncidentUpdated:
		r.take(e, now)
	case Sent:
		r.sent(e, now)
	case NotSent:
		r.postpone(e.PageID, e.Why, at)
	case Refused:
		r.refused(e, now)
	case ProviderRejected:
		r.rejectedByProvider(e.PageID, e.Why, at)
	case SendUnknown:
		r.lost(e.PageID, e.Why)
	case SendResolved:
		r.settle(e, at)
	case Report:
		r.report(e, at)
	case Reply:
		r.reply(e, at)
	case Archived:
		r.forget(e.IncidentID)
	case Joined:
		r.join(e, now)
	}
	r.expire(now)
	r.fallBack(at)
	r.expireAcks(at)
	r.expireMutes(at)
	r.endMaintenance(at)
	r.drill(at)
	r.cancel(at)
	commands := append(r.hangUps(at), r.dispatch(at)...)
	if _, ok := e.(Tick); ok { // once a tick, as the answer to a find is an event too
		commands = append(commands, r.lostPages()...)
	}
	r.compact()
	return r, commands
}

// clone is a copy that can be changed, and the original not with it.
func (r NotificationState) clone() *NotificationState {
	r.Incidents, r.Pages = slices.Clone(r.Incidents), slices.Clone(r.Pages)
	r.Overrides, r.Mutes = slices.Clone(r.Overrides), slices.Clone(r.Mutes)
	return &r
}

func (r *NotificationState) incident(id string) *incident.Incident {
	for i := range r.Incidents {
		if r.Incidents[i].ID == id {
			return &r.Incidents[i]
		}
	}
	return nil
}

func (r *NotificationState) page(id string) *incident.Page {
	for i := range r.Pages {
		if r.Pages[i].ID == id {
			return &r.Pages[i]
		}
	}
	return nil
}

// take folds what judging says into what people have done about it. Taking the same state twice, or an older one after a
// newer, is taking it once.
func (r *NotificationState) take(e IncidentUpdated, now time.Time) {
	in := e.Incident
	have := r.incident(in.ID)
	if have == nil {
		if past := r.past(in.ID); in.Runs > past.Runs {
			in.Rev = past.Rev + 1
			in = r.supersede(in)
			r.works(in.ID, e.Fine)
			r.Incidents = append(r.Incidents, in)
		}
		return
	}
	if in.Runs <= have.Runs {
		return
	}
	r.works(in.ID, e.Fine)
	if have.State == incident.Resolved {
		r.reopen(have, in, now)
		return
	}
	in.Reopened = have.Reopened
	in.AckedBy, in.AckedAt, in.Rev = have.AckedBy, have.AckedAt, have.Rev+1
	if in.State != incident.Resolved {
		in.State = have.State
	}
	*have = in
}

// works notes from where a journey works although it does not elsewhere.
func (r *NotificationState) works(id string, regions []string) {
	r.Fine = maps.Clone(r.Fine)
	switch {
	case len(regions) == 0:
		delete(r.Fine, id)
	case r.Fine == nil:
		r.Fine = map[string][]string{id: regions}
	default:
		r.Fine[id] = regions
	}
}

// calling reports whether somebody is being called, or about to be.
func (r *NotificationState) calling() bool {
	return slices.ContainsFunc(r.Pages, func(p incident.Page) bool {
		return p.Live() && p.Channel == incident.Call && p.Purpose == incident.Alarm
	})
}

// pageID is new even when the store was thrown away and numbering begins anew: callbacks of an earlier life find nothing.
func (r *NotificationState) pageID(now time.Time) string {
	r.Seq++
	return fmt.Sprintf("p%d-%s", r.Seq, strconv.FormatInt(now.UnixMilli(), 36))
}

// reopen goes on with an incident that was over: those who were told so have to be told again, and whoever had
// acknowledged it had acknowledged what is over. One that came back and went before anybody could be told only has a
// longer story.
func (r *NotificationState) reopen(have *incident.Incident, in incident.Incident, now time.Time) {
	in.Rev, in.Reopened = have.Rev+1, have.Reopened
	if in.State == incident.Resolved {
		in.AckedBy, in.AckedAt = have.AckedBy, have.AckedAt
		*have = in
		return
	}
	in.Reopened = now
	*have = in
}

// concerns reports whether a page is about the present spell of an incident, or, where it never was over, about it at
// all.
func (r *NotificationState) concerns(p incident.Page, id string) bool {
	if !slices.Contains(p.Incidents, id) {
		return false
	}
	inc := r.incident(id)
	return inc == nil || !p.PlannedAt.Before(inc.Reopened)
}
