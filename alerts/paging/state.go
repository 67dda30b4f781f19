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

// A NotificationState holds the incidents that people are paged about, the pages, and the position in the escalation.
// It is the outbox too: the write that makes a page due also stores it, so that no crash loses one. Only Step changes
// it, and Step is pure.
type NotificationState struct {
	Incidents      []incident.Incident `json:"incidents"`
	Pages          []incident.Page     `json:"pages"` // about those incidents, oldest first
	Escalation     Escalation          `json:"chain"`
	Seq            int                 `json:"seq"`  // number of the last page
	Tombstones     []Tombstone         `json:"past"` // of the incidents archived last, to ignore stale updates
	ProviderOutage ProviderOutage      `json:"outage,omitzero"`

	ChannelFailures map[incident.Channel]ChannelFailure `json:"refusals,omitempty"` // pages refused, or failed after acceptance

	Meter     Meter                        `json:"meter,omitzero"`
	Drill     DrillState                   `json:"rehearsal,omitzero"`
	Overrides []oncall.Override            `json:"overrides,omitempty"`
	Mutes     []incident.Mute              `json:"mutes,omitempty"`
	Windows   []incident.ActiveMaintenance `json:"windows,omitempty"` // active maintenance windows
	Releases  []incident.Release           `json:"marks,omitempty"`   // oldest first
	Pauses    []incident.Pause             `json:"pauses,omitempty"`  // of regions; judge.Recorder reads them too

	Replies ReplyLog `json:"replies,omitzero"`

	Merged     []string    `json:"joined,omitempty"`      // ids of incidents merged from another table
	Copied     *CopiedFrom `json:"copied,omitempty"`      // of a standby's copy: the settings as copied
	HandedOver *CopiedFrom `json:"handed_over,omitempty"` // the standby's settings that were merged last

	WorkingRegions map[string][]string `json:"fine,omitempty"` // by incident id: regions from which the journey works
}

// A Tombstone remembers an archived incident.
type Tombstone struct {
	ID   string `json:"id"`
	Runs int    `json:"runs"`
	Rev  int64  `json:"rev"`
}

// An Escalation is the position in the escalation.
type Escalation struct {
	Next  int       `json:"next"`            // index of the next person, counted through the rounds
	Round int       `json:"round"`           // how often every person has been called
	Pause time.Time `json:"pause,omitempty"` // no call before this time

	Gathers time.Time `json:"gathers,omitzero"` // limit until which a gathering call may be deferred
}

// An Event is an input of NotificationState.Step: one of the types below, a SendError of some kind, a Report, a Reply or a StateMerged.
type Event any

// The events.
type (
	// IncidentUpdated is a change of an incident by judging.
	IncidentUpdated struct {
		Incident       incident.Incident
		WorkingRegions []string // regions from which the journey works
	}
	// Tick is the passing of time. Watched are the journeys and batches that still exist; none: unknown. Updates are the changes of
	// incidents since the last one.
	Tick struct {
		Watched []string
		Updates []IncidentUpdated
	}
	// Sent is a page that the provider accepted.
	Sent struct {
		PageID, SID string
		Via         incident.Provider
	}
	// SendResolved is the provider's answer about a page of SendUnknown. An empty SID: it has no such page.
	SendResolved struct {
		PageID, SID string
		Asked       time.Time // when the provider was asked; zero: now
	}
	// Archived is a resolved incident that is in the history and may be dropped here.
	Archived struct{ IncidentID string }
)

// A Command is an action outside the state: send a page, find one with unknown outcome, or hang up a call.
type Command struct {
	Verb string // "send", "find" or "hang up"
	Page incident.Page
}

// Step applies an event, plans the pages that follow from it and claims those that are due. Execute the commands only
// after the new state has been saved.
func (r NotificationState) Step(e Event, o oncall.OnCall, now time.Time) (NotificationState, []Command) {
	r = *r.clone()
	at := evalContext{o.With(r.Overrides), now}
	r.repairClockSkew(at)
	if merged, ok := e.(StateMerged); ok {
		r.merge(merged, now)
		at.onCall = o.With(r.Overrides)
	}
	if !r.isOutdated(e) {
		r.apply(e, at)
	}
	r.expireLeases(now)
	r.failOverOverdue(at)
	r.switchRefusedRounds(at)
	r.expireAcks(at)
	r.expireMutes(at)
	r.endMaintenance(at)
	r.drill(at)
	r.readdress(at)
	r.cancelUnneeded(at)
	commands := append(r.hangUps(at), r.sendDue(at)...)
	if _, ok := e.(Tick); ok { // once a tick, because the answer to a find is an event too
		commands = append(commands, r.findUnknown()...)
	}
	r.compact()
	return r, commands
}

// apply applies an event, other than StateMerged.
func (r *NotificationState) apply(e Event, at evalContext) {
	now := at.now
	switch e := e.(type) {
	case Announcement:
		r.announce(e, at)
	case Relieved:
		r.relieve(now)
	case IncidentUpdated:
		r.updateIncident(e, now)
	case Tick:
		for _, u := range e.Updates {
			r.updateIncident(u, now)
		}
		r.endUnwatched(e.Watched, now)
	case Sent:
		r.markSent(e, now)
	case NotSent:
		r.retryLater(e, at)
	case Refused:
		r.markRefused(e, at)
	case ProviderRejected:
		r.rejectedByProvider(e.PageID, e.Why, at)
	case SendUnknown:
		r.markUnknown(e.PageID, e.Why)
	case SendResolved:
		r.resolveUnknown(e, at)
	case Report:
		r.applyReport(e, at)
	case Reply:
		r.reply(e, at)
	case CallEnded:
		r.confirmEnd(e.PageID, "", "")
	case Archived:
		r.archive(e.IncidentID)
	}
}

// clone returns a copy whose changes do not affect the original.
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

// updateIncident merges a judged incident with its acknowledgement and escalation. It is idempotent and ignores stale
// updates.
func (r *NotificationState) updateIncident(e IncidentUpdated, now time.Time) {
	in := e.Incident.Bounded()
	have := r.incident(in.ID)
	if have == nil {
		if in.State != incident.Resolved && !r.takesIncident() {
			return
		}
		if past := r.tombstone(in.ID); in.Runs > past.Runs {
			in.Rev = past.Rev + 1
			in = r.supersede(in)
			r.setWorkingRegions(in.ID, e.WorkingRegions)
			r.Incidents = append(r.Incidents, in)
		}
		return
	}
	if in.Runs <= have.Runs {
		return
	}
	r.setWorkingRegions(in.ID, e.WorkingRegions)
	if have.State == incident.Resolved {
		if in.State == incident.Resolved && have.EndedBy() == incident.ByHand {
			in.ResolvedBy, in.Ending, in.ResolvedAt, in.Closing = have.ResolvedBy, have.Ending, have.ResolvedAt, have.Closing
		}
		r.reopen(have, in, now)
		return
	}
	in.Reopened = have.Reopened
	in.AckedBy, in.AckedAt, in.Acks, in.AckCostMS, in.Rev = have.AckedBy, have.AckedAt, have.Acks, have.AckCostMS, have.Rev+1
	if in.State != incident.Resolved {
		in.State = have.State
	}
	if in.State != incident.Resolved && in.HasNextNotice(*have) {
		in.State, in.Reopened, in.AckedBy, in.AckedAt = incident.Open, now, "", time.Time{}
	}
	*have = in
}

// setWorkingRegions records the regions from which a failing journey works.
func (r *NotificationState) setWorkingRegions(id string, regions []string) {
	r.WorkingRegions = maps.Clone(r.WorkingRegions)
	switch {
	case len(regions) == 0:
		delete(r.WorkingRegions, id)
	case r.WorkingRegions == nil:
		r.WorkingRegions = map[string][]string{id: regions}
	default:
		r.WorkingRegions[id] = regions
	}
}

// callInProgress reports whether a call about an incident is planned or in progress.
func (r *NotificationState) callInProgress() bool {
	return slices.ContainsFunc(r.Pages, func(p incident.Page) bool {
		return p.Live() && p.Channel == incident.Call && p.Purpose == incident.Alarm
	})
}

// pageID returns an id that is new even after the store was deleted and numbering restarted, so that callbacks of
// earlier pages match none.
func (r *NotificationState) pageID(now time.Time) string {
	r.Seq++
	return fmt.Sprintf("p%d-%s", r.Seq, strconv.FormatInt(now.UnixMilli(), 36))
}

// reopen continues a resolved incident: earlier all-clears and acknowledgements no longer count. An incident that
// reopened and resolved between two updates only gets the new history.
func (r *NotificationState) reopen(have *incident.Incident, in incident.Incident, now time.Time) {
	in.Rev, in.Reopened = have.Rev+1, have.Reopened
	if in.State == incident.Resolved {
		in.AckedBy, in.AckedAt, in.Acks, in.AckCostMS = have.AckedBy, have.AckedAt, have.Acks, have.AckCostMS
		*have = in
		return
	}
	in.Reopened = now
	*have = in
}

// concerns reports whether a page is about the present outage of an incident; earlier pages of a reopened incident do
// not count.
func (r *NotificationState) concerns(p incident.Page, id string) bool {
	if !slices.Contains(p.Incidents, id) {
		return false
	}
	inc := r.incident(id)
	return inc == nil || !p.PlannedAt.Before(inc.Reopened)
}

// An evalContext holds the settings in force at a given time.
type evalContext struct {
	onCall oncall.OnCall
	now    time.Time
}
