package paging

import (
	"context"
	"fmt"
	"time"

	"valkyrie/alerts/incident"
)

// A HomeStatus is the standby region's view of the home region.
type HomeStatus struct {
	Reachable  bool      // the home's table answers
	Beat       time.Time // when the home's pager last wrote its heartbeat; zero: never
	Since      time.Time // when the standby began to watch
	HasOwnRuns bool      // the standby's table has runs: probes could not reach the home's table either
	Missed     time.Time // since when the home's table does not answer; zero: unknown, or it does
	Waiting    time.Time // since when a page or an incident has waited for the home's pager; zero: none does
	Helps      time.Time // until then the standby pages from the home's table in any case
	Unwritable bool      // the home's table answers and takes no changes
	Why        string    // what of the home's pager does not work; "": unknown
}

// A StandbyRole is the table from which the standby's pager works, if it does.
type StandbyRole string

// The roles of the standby. Their values are logged.
const (
	StandbyIdle        StandbyRole = "nowhere" // the home's pager works
	StandbyOnHomeTable StandbyRole = "at home" // the home's pager is silent, its table answers
	StandbyOnOwnTable  StandbyRole = "here"    // the home's table does not answer
)

// Silence of the home after which the standby pages. The home's pager writes each minute, so three minutes are two
// missed writes. When probes could not reach the home's table either, one is enough, if the standby itself has not reached the table for
// as long: its last heartbeat may not have been seen.
const (
	HomeSilence  = 3 * time.Minute
	shortSilence = 90 * time.Second
)

// Role decides whether and from which table the standby pages, and returns the reason.
func (s HomeStatus) Role(now time.Time) (StandbyRole, string) {
	last := s.Beat
	if last.Before(s.Since) {
		last = s.Since // a home that was never seen gets as much time as one that was
	}
	silence := now.Sub(last)
	switch {
	case s.Reachable && silence >= HomeSilence && s.Unwritable:
		return StandbyOnOwnTable, fmt.Sprintf("the home's pager has been silent for %s, and its table takes no changes", silence.Round(time.Second))
	case s.Reachable && silence < HomeSilence && (now.Before(s.Helps) || !s.Waiting.IsZero() && now.Sub(s.Waiting) >= HomeSilence):
		return StandbyOnHomeTable, "the home's pager wakes, and lets pages wait"
	case s.Reachable && silence < HomeSilence:
		return StandbyIdle, "the home's pager is at work"
	case s.Reachable:
		return StandbyOnHomeTable, fmt.Sprintf("the home's pager has been silent for %s, and its table answers%s", silence.Round(time.Second), s.Why)
	case silence >= HomeSilence, s.HasOwnRuns && silence >= shortSilence && now.Sub(s.Missed) >= shortSilence:
		return StandbyOnOwnTable, fmt.Sprintf("the home's table does not answer, and nothing was seen of its pager for %s", silence.Round(time.Second))
	}
	return StandbyIdle, fmt.Sprintf("the home's table does not answer; its pager was at work %s ago", silence.Round(time.Second))
}

// Relieved is the event that another pager sends the pages that this state's own has let wait: they are due at once.
type Relieved struct{}

func (r *NotificationState) relieve(now time.Time) {
	for i := range r.Pages {
		if p := &r.Pages[i]; p.State == incident.Planned && p.Purpose == incident.Alarm && p.Tries > 0 {
			p.NotBefore = incident.Earliest(p.NotBefore, now)
		}
	}
}

// Relieve sends the pages that were tried by a pager which cannot send them, without the wait before another try.
func (p *Pager) Relieve(ctx context.Context) error { return p.applyEvent(ctx, Relieved{}) }

// Overdue returns the ids of the alarms that are due, or were tried, and that no provider has. A text that waits for waking hours is
// not among them.
func (r NotificationState) Overdue(now time.Time) []string {
	var ids []string
	for _, p := range r.Pages {
		due := p.State == incident.Planned && (p.Tries > 0 || !now.Before(incident.Latest(p.PlannedAt, p.NotBefore)))
		died := p.State == incident.Claimed && !now.Before(p.LeaseUntil)
		if p.Purpose == incident.Alarm && !p.Waking && (due || died) {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// Knows reports whether the state has an incident, or had it.
func (r NotificationState) Knows(i incident.Incident) bool {
	return r.incident(i.ID) != nil || r.tombstone(i.ID).ID != ""
}
