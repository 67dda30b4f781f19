package judge

import (
	"fmt"
	"slices"
	"time"

	"valkyrie/alerts/cron"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
)

// A HeartbeatPolicy says when a batch, such as a nightly task, must be finished, and with how much.
type HeartbeatPolicy struct {
	Name    string        `yaml:"name"`     // kebab-case, and no journey's
	Title   string        `yaml:"title"`    // what it does, such as "send the shift texts"; read out on the phone
	Every   time.Duration `yaml:"every"`    // from one finish to the next; or
	By      string        `yaml:"by"`       // the times by which it is finished, as in cron: "0 6 * * *"
	Zone    string        `yaml:"zone"`     // of By, such as Europe/Berlin; default UTC
	Grace   time.Duration `yaml:"grace"`    // that it may be late by; default 10m
	AtLeast int64         `yaml:"at_least"` // so many must be done, whatever the batch itself expects
}

// A Beat is what a batch says of itself.
type Beat struct {
	Batch          string
	Stage          Stage
	At             time.Time // one that is not later than the last of the same batch changes nothing
	Done, Expected int64     // how many so far, of how many; 0 expected: it does not know
	Error          string    // of a batch that failed
}

// A Stage is how far a batch has got.
type Stage string

// The stages of a batch.
const (
	Starts     Stage = "start"
	Progresses Stage = "progress"
	Finishes   Stage = "finish"
	Fails      Stage = "fail"
)

// A BatchState is what is remembered of a batch.
type BatchState struct {
	Due      time.Time `json:"due"`  // when it must be finished next
	Last     time.Time `json:"last"` // beat
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

// next is the first time after t by which the batch must be finished.
func (h HeartbeatPolicy) next(t time.Time) time.Time {
	if h.Every > 0 {
		return t.Add(h.Every)
	}
	schedule, err := cron.Parse(h.By)
	zone, bad := time.LoadLocation(h.Zone)
	if err != nil || bad != nil { // Parse has refused it
		return t.Add(24 * time.Hour)
	}
	return schedule.Next(t.In(zone)).UTC()
}

// nextOpen is the first deadline after due whose grace is not over at now. It takes no loop over the deadlines between, of which
// there are many when nothing watched the batch for long.
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

// Beat folds a word from the batch into its state. It is pure.
func (s JourneyState) Beat(h HeartbeatPolicy, b Beat) (JourneyState, []Decision) {
	batch := s.batch(h, b.At)
	if !b.At.After(batch.Last) {
		return s, []Decision{{Verb: Ignores, Reason: fmt.Sprintf("%s had said something later already", b.Batch)}}
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
		return s, []Decision{s.completed(h, b.At)}
	}
	return s, []Decision{{Verb: NoChange, Reason: fmt.Sprintf("%s: %s, %s", h.Name, b.Stage, batch.progress())}}
}

// batch is a copy of the batch's state; of one without a deadline, with that of the beginning.
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

// finish moves on to the next time. A finish counts for the time that is due unless that is more than half a turn away:
// then it was an extra one.
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

// WatchBatch looks whether the batch is late. It is pure; watching twice at the same time decides nothing new.
func (s JourneyState) WatchBatch(h HeartbeatPolicy, now time.Time) (JourneyState, []Decision) {
	batch := s.batch(h, now)
	known := s.Batch != nil && !s.Batch.Due.IsZero() // zero: kept by a version that took schedules which never come
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
	heard := "nothing was ever heard of it"
	switch {
	case batch.Running:
		heard = fmt.Sprintf("%s, as it said at %s", batch.progress(), phrase.Clock(batch.Last))
	case !batch.Last.IsZero():
		heard = fmt.Sprintf("it has not started since %s, when %s", phrase.ClockWithDate(batch.Last, now), batch.progress())
	}
	return s, []Decision{s.batchFault(h, due, due.Add(h.grace()), fmt.Sprintf("%s is late: it should have finished by %s, with a grace of %s; %s", h.Name, phrase.Clock(due), phrase.Duration(h.grace()), heard))}
}

func (s *JourneyState) batchIncident() int {
	return slices.IndexFunc(s.Open, func(i incident.Incident) bool { return i.Kind == incident.Heartbeat })
}

// batchFault opens the incident of the batch, or says in the open one what is wrong now.
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

func (s *JourneyState) completed(h HeartbeatPolicy, at time.Time) Decision {
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
