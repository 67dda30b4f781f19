package judge

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/cron"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
)

// A HeartbeatPolicy is the deadline of a batch, such as a nightly task, and the amount of work that it must report.
type HeartbeatPolicy struct {
	Name    string        `yaml:"name"`     // kebab-case; distinct from journey names
	Title   string        `yaml:"title"`    // the task, such as "send the shift texts"; read out on the phone
	Every   time.Duration `yaml:"every"`    // interval from one finish to the next, 1m to 366d; or
	By      string        `yaml:"by"`       // deadlines, as in cron, at least one in 366 days: "0 6 * * *"
	Zone    string        `yaml:"zone"`     // time zone of By, such as Europe/Berlin; default UTC
	Grace   time.Duration `yaml:"grace"`    // accepted delay, 1s to 7d; default 10m
	AtLeast int64         `yaml:"at_least"` // minimum of Done, whatever the batch itself expects
}

// A Beat is a progress report of a batch.
type Beat struct {
	Batch          string
	Stage          Stage
	At             time.Time // a beat that is not later than the last of its batch is ignored
	Done, Expected int64     // units of work; Expected 0: unknown
	Error          string    // if Stage is Fails
}

// A Stage is the state that a batch reports.
type Stage string

// The stages of a batch.
const (
	Starts     Stage = "start"
	Progresses Stage = "progress"
	Finishes   Stage = "finish"
	Fails      Stage = "fail"
)

// A BatchState is the stored state of a batch.
type BatchState struct {
	Due      time.Time `json:"due"`  // next deadline
	Last     time.Time `json:"last"` // time of the latest beat
	Running  bool      `json:"running"`
	Done     int64     `json:"done"`
	Expected int64     `json:"expected"` // by the batch itself; 0: unknown

	Schedule string        `json:"schedule,omitempty"` // under which Due was computed
	Missed   time.Time     `json:"missed,omitzero"`    // deadline that is over and was reported as late; zero: none
	Began    time.Time     `json:"began,omitzero"`     // start of the run in progress
	For      time.Time     `json:"for,omitzero"`       // its deadline; zero: none, as it is a rerun
	Lead     time.Duration `json:"lead,omitempty"`     // time from the finish to the deadline, as far as it usually is
	Headway  time.Duration `json:"headway,omitempty"`  // time from the start to the deadline, likewise
	Extra    time.Time     `json:"extra,omitzero"`     // latest finish that counted for no deadline
	Shifted  time.Duration `json:"shifted,omitempty"`  // of such a finish before a missed deadline: its time to that deadline
}

const defaultGrace = 10 * time.Minute

func (h HeartbeatPolicy) grace() time.Duration {
	if h.Grace == 0 {
		return defaultGrace
	}
	return h.Grace
}

// next returns the first deadline after t.
func (h HeartbeatPolicy) next(t time.Time) time.Time {
	if h.Every > 0 {
		return t.Add(h.Every)
	}
	schedule, err := cron.Parse(h.By)
	zone, bad := time.LoadLocation(h.Zone)
	if err != nil || bad != nil { // rejected by config.Parse
		return t.Add(24 * time.Hour)
	}
	return schedule.Next(t.In(zone)).UTC()
}

// previous returns the last deadline of By before another one.
func (h HeartbeatPolicy) previous(due time.Time) time.Time {
	schedule, err := cron.Parse(h.By)
	zone, bad := time.LoadLocation(h.Zone)
	if err != nil || bad != nil { // rejected by config.Parse
		return due.Add(-24 * time.Hour)
	}
	return schedule.Previous(due.In(zone)).UTC()
}

// first returns the first deadline of a schedule that is new at now. The last finish, under another schedule, counts for a
// deadline less than half an interval later.
func (h HeartbeatPolicy) first(last, now time.Time) time.Time {
	due := h.next(now)
	switch {
	case last.IsZero():
	case h.Every > 0 && h.next(last).After(now):
		return h.next(last)
	case h.Every == 0 && due.Sub(last) < due.Sub(h.previous(due))/2:
		return h.next(due)
	}
	return due
}

// nextOpen returns the first deadline after due whose grace is not over at now. It does not loop over the deadlines between,
// as there are many after a long downtime.
func (h HeartbeatPolicy) nextOpen(due, now time.Time) time.Time {
	open := now.Add(-h.grace())
	every := h.Every
	if schedule, err := cron.Parse(h.By); err == nil && schedule.Interval() > 0 {
		every = schedule.Interval()
	}
	switch {
	case open.Before(due):
		return due
	case every == 0:
		return h.next(open)
	}
	return due.Add((open.Sub(due)/every + 1) * every)
}

// Beat folds a progress report into the state of its batch. It is pure.
func (s JourneyState) Beat(h HeartbeatPolicy, b Beat) (JourneyState, []Decision) {
	batch, _ := s.batch(h, b.At)
	if batch.isDuplicate(b) {
		return s, []Decision{ignoreDuplicateBeat(b)}
	}
	s = s.clone("")
	b.At = incident.Latest(b.At, batch.Last) // a clock that was put back does not undo a finish
	if b.Expected == 0 && b.Done > 0 && batch.Running {
		b.Expected = batch.Expected // as its start said
	}
	if works := b.Stage == Starts || b.Stage == Progresses; works && (b.Stage == Starts || !batch.Running) {
		batch.Began, batch.For = b.At, batch.deadline(h, b.At, batch.Headway)
	} else if !works && !batch.Running {
		batch.Began, batch.For = time.Time{}, time.Time{}
	}
	batch.Last, batch.Running = b.At, b.Stage == Starts || b.Stage == Progresses
	batch.Done, batch.Expected = b.Done, b.Expected
	s.Batch = &batch
	switch b.Stage {
	case Fails:
		return s, []Decision{s.batchFault(h, b.At, b.At, h.Name+" failed"+strings.TrimSuffix(": "+b.Error, ": ")+"; "+batch.progress(h))}
	case Finishes:
		return s, []Decision{s.finishBatch(h, b)}
	}
	return s, []Decision{{Verb: NoChange, Reason: fmt.Sprintf("%s: %s, %s", h.Name, b.Stage, batch.progress(h))}}
}

// finishBatch folds the finish of a batch: too little or too much work is a fault, and a complete one ends the incident unless a
// later deadline was missed since.
func (s *JourneyState) finishBatch(h HeartbeatPolicy, b Beat) Decision {
	due := s.Batch.finish(h)
	switch {
	case b.Done < max(b.Expected, h.AtLeast):
		return s.batchFault(h, b.At, b.At, fmt.Sprintf("%s finished incomplete: %s", h.Name, s.Batch.progress(h)))
	case b.Expected > 0 && b.Done > b.Expected:
		return s.batchFault(h, b.At, b.At, fmt.Sprintf("%s has done more than it expected: %s", h.Name, s.Batch.progress(h)))
	case !s.Batch.Missed.IsZero():
		return Decision{Verb: NoChange, Reason: fmt.Sprintf("%s finished at %s what was due by %s; what was due by %s is missing still", h.Name, phrase.Clock(b.At), phrase.Clock(due), phrase.Clock(s.Batch.Missed))}
	}
	return s.completeBatch(h, b.At)
}

// schedule identifies the deadlines of a policy.
func (h HeartbeatPolicy) schedule() string {
	if h.Every > 0 {
		return h.Every.String()
	}
	return h.By + " " + h.Zone
}

// batch returns a copy of the batch's state. A new batch gets its first deadline, and one whose schedule has changed a deadline
// of the new schedule; changed reports that.
func (s JourneyState) batch(h HeartbeatPolicy, now time.Time) (batch BatchState, changed bool) {
	if s.Batch != nil {
		batch = *s.Batch
	}
	schedule := h.schedule()
	changed = batch.Due.IsZero() || batch.Schedule != "" && batch.Schedule != schedule
	if changed {
		batch.Due, batch.Lead, batch.Headway, batch.Shifted, batch.For = h.first(batch.Last, now), 0, 0, 0, time.Time{}
	}
	batch.Schedule = schedule
	return batch, changed
}

// deadline returns the deadline for which a run counts that starts or finishes at a time; zero for a rerun, which counts for
// none. usually is how long before the deadline that usually is. A late run counts for the deadline that it has missed, so
// that it does not stand for the next one.
func (b BatchState) deadline(h HeartbeatPolicy, at time.Time, usually time.Duration) time.Time {
	before := h.previous(b.Due)
	lead, interval := b.Due.Sub(at), b.Due.Sub(before)
	window := usually + min(interval/4, 4*time.Hour)
	if usually == 0 { // not known yet
		window = interval / 2
		if !b.Missed.IsZero() {
			window = interval / 8
		}
	}
	shifted := b.Shifted > 0 && (lead-b.Shifted).Abs() <= max(h.grace(), 15*time.Minute)
	switch {
	case at.After(before) && (lead <= window || shifted):
		return b.Due
	case !b.Missed.IsZero():
		return b.Missed
	}
	return time.Time{}
}

// finish counts the finish of a run for its deadline, which it returns, and moves the deadline on.
func (b *BatchState) finish(h HeartbeatPolicy) (due time.Time) {
	if h.Every > 0 {
		due, b.Due, b.Missed = b.Due, h.next(b.Last), time.Time{}
		return due
	}
	if due = b.For; due.IsZero() {
		due = b.deadline(h, b.Last, b.Lead)
	}
	switch {
	case due.IsZero():
		b.Extra = b.Last
	case due.Equal(b.Due):
		learn(&b.Lead, due.Sub(b.Last))
		if !b.Began.IsZero() {
			learn(&b.Headway, due.Sub(b.Began))
		}
		b.Due, b.Missed, b.Shifted = h.next(due), time.Time{}, 0
	case due.Equal(b.Missed):
		b.Missed = time.Time{}
	}
	return due
}

// learn raises a usual time at once, and lowers it slowly. It stays above zero, which would mean unknown.
func learn(usual *time.Duration, seen time.Duration) {
	*usual = max(seen, *usual*3/4, time.Second)
}

// progress says how much is done.
func (b BatchState) progress(h HeartbeatPolicy) string {
	expected := max(b.Expected, h.AtLeast)
	if expected == 0 {
		return fmt.Sprintf("%d done", b.Done)
	}
	return fmt.Sprintf("%d of %d done", b.Done, expected)
}

// WatchBatch opens an incident if the batch is late. It is pure and idempotent.
func (s JourneyState) WatchBatch(h HeartbeatPolicy, now time.Time) (JourneyState, []Decision) {
	batch, changed := s.batch(h, now)
	if !changed && now.Before(batch.Due.Add(h.grace())) {
		return s, nil
	}
	s = s.clone("")
	s.Batch = &batch
	if changed {
		return s, []Decision{{Verb: NoChange, Reason: fmt.Sprintf("%s is expected by %s", h.Name, phrase.Clock(batch.Due))}}
	}
	due := batch.Due
	batch.Due, batch.Missed, batch.Shifted = h.nextOpen(batch.Due, now), due, 0
	lastSeen := "nothing was ever heard of it"
	switch {
	case batch.Running:
		lastSeen = fmt.Sprintf("%s, as it said at %s", batch.progress(h), phrase.Clock(batch.Last))
	case !batch.Last.IsZero():
		lastSeen = fmt.Sprintf("nothing has been heard of it since %s, with %s", phrase.ClockWithDate(batch.Last, now), batch.progress(h))
	}
	if batch.Extra.Equal(batch.Last) && !batch.Last.IsZero() {
		lastSeen += "; that was so early that it counted as a rerun"
		if early := due.Sub(batch.Extra); early <= due.Sub(h.previous(due))/2 {
			batch.Shifted = early
		}
	}
	return s, []Decision{s.batchFault(h, due, due.Add(h.grace()), fmt.Sprintf("%s is late: it should have finished by %s, with a grace of %s; %s", h.Name, phrase.Clock(due), phrase.Duration(h.grace()), lastSeen))}
}

func (s *JourneyState) batchIncident() int {
	return slices.IndexFunc(s.Open, func(i incident.Incident) bool { return i.Kind == incident.Heartbeat })
}

// batchFault opens the incident of the batch, or updates the reason of the open one.
func (s *JourneyState) batchFault(h HeartbeatPolicy, since, at time.Time, reason string) Decision {
	i := s.batchIncident()
	verb := Continues
	if i < 0 {
		verb, i = Opens, len(s.Open)
		s.Open = append(s.Open, newIncident(h.Name, h.Title, incident.Heartbeat, since, at, reason))
	}
	inc := &s.Open[i]
	inc.Runs++
	inc.Streak++
	inc.Reason, inc.Error, inc.Last = reason, reason, at
	s.addToOutbox(*inc)
	return Decision{Verb: verb, Reason: reason, Incident: *inc}
}
