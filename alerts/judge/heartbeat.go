package judge

import (
	"fmt"
	"slices"
	"time"

	"valkyrie/alerts/cron"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
)

// A HeartbeatPolicy is the deadline of a batch, such as a nightly task, and the amount of work that it must report.
type HeartbeatPolicy struct {
	Name    string        `yaml:"name"`     // kebab-case; distinct from journey names
	Title   string        `yaml:"title"`    // the task, such as "send the shift texts"; read out on the phone
	Every   time.Duration `yaml:"every"`    // interval from one finish to the next; or
	By      string        `yaml:"by"`       // deadlines, as in cron: "0 6 * * *"
	Zone    string        `yaml:"zone"`     // time zone of By, such as Europe/Berlin; default UTC
	Grace   time.Duration `yaml:"grace"`    // accepted delay; default 10m
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
	Expected int64     `json:"expected"`
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
	batch := s.batch(h, b.At)
	if batch.isDuplicate(b) {
		return s, []Decision{ignoreDuplicateBeat(b)}
	}
	s = s.clone("")
	batch.Last, batch.Running = b.At, b.Stage == Starts || b.Stage == Progresses
	batch.Done, batch.Expected = b.Done, max(b.Expected, h.AtLeast)
	s.Batch = &batch
	switch {
	case b.Stage == Fails:
		return s, []Decision{s.batchFault(h, b.At, b.At, fmt.Sprintf("%s failed: %s; %s", h.Name, b.Error, batch.progress()))}
	case b.Stage == Finishes && batch.Done < batch.Expected:
		batch.finish(h)
		return s, []Decision{s.batchFault(h, b.At, b.At, fmt.Sprintf("%s finished incomplete: %s", h.Name, batch.progress()))}
	case b.Stage == Finishes:
		batch.finish(h)
		return s, []Decision{s.completeBatch(h, b.At)}
	}
	return s, []Decision{{Verb: NoChange, Reason: fmt.Sprintf("%s: %s, %s", h.Name, b.Stage, batch.progress())}}
}

// batch returns a copy of the batch's state; a new batch gets its first deadline.
func (s JourneyState) batch(h HeartbeatPolicy, now time.Time) BatchState {
	batch := BatchState{}
	if s.Batch != nil {
		batch = *s.Batch
	}
	if batch.Due.IsZero() {
		batch.Due = h.next(now)
	}
	return batch
}

// finish moves the deadline on. A finish counts for the next deadline unless that is more than half an interval away, as it
// was an extra run of the batch then.
func (b *BatchState) finish(h HeartbeatPolicy) {
	if h.Every > 0 {
		b.Due = h.next(b.Last)
		return
	}
	after := h.next(b.Due)
	if b.Due.Sub(b.Last) <= after.Sub(b.Due)/2 {
		b.Due = after
	}
}

func (b BatchState) progress() string {
	if b.Expected == 0 {
		return fmt.Sprintf("%d done", b.Done)
	}
	return fmt.Sprintf("%d of %d done", b.Done, b.Expected)
}

// WatchBatch opens an incident if the batch is late. It is pure and idempotent.
func (s JourneyState) WatchBatch(h HeartbeatPolicy, now time.Time) (JourneyState, []Decision) {
	batch := s.batch(h, now)
	known := s.Batch != nil && !s.Batch.Due.IsZero() // zero: stored by a version that accepted schedules without any time
	if now.Before(batch.Due.Add(h.grace())) && known {
		return s, nil
	}
	s = s.clone("")
	s.Batch = &batch
	if !known {
		return s, []Decision{{Verb: NoChange, Reason: fmt.Sprintf("%s is expected by %s", h.Name, phrase.Clock(batch.Due))}}
	}
	due := batch.Due
	batch.Due = h.nextOpen(batch.Due, now)
	lastSeen := "nothing was ever heard of it"
	switch {
	case batch.Running:
		lastSeen = fmt.Sprintf("%s, as it said at %s", batch.progress(), phrase.Clock(batch.Last))
	case !batch.Last.IsZero():
		lastSeen = fmt.Sprintf("it has not started since %s, when %s", phrase.ClockWithDate(batch.Last, now), batch.progress())
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

// completeBatch closes the incident of the batch, if one is open.
func (s *JourneyState) completeBatch(h HeartbeatPolicy, at time.Time) Decision {
	reason := fmt.Sprintf("%s finished at %s: %s", h.Name, phrase.Clock(at), s.Batch.progress())
	i := s.batchIncident()
	if i < 0 {
		return Decision{Verb: NoChange, Reason: reason}
	}
	inc := s.Open[i]
	inc.State, inc.ResolvedAt, inc.Closing, inc.Runs = incident.Resolved, at, reason, inc.Runs+1
	s.Open = slices.Delete(s.Open, i, i+1)
	s.addToOutbox(inc)
	return Decision{Verb: Resolves, Reason: reason, Incident: inc}
}
