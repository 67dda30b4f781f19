package judge

import (
	"context"
	"maps"
	"slices"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

// Join merges a journey's state from another table into this one; each region takes the later of the two states.
func (rec Recorder) Join(ctx context.Context, from incident.Items, name string) error {
	var theirs JourneyState
	if item, err := incident.LoadItem(ctx, from, incident.JourneyKey(name), &theirs); err != nil || item.Version == 0 {
		return err
	}
	return incident.UpdateItem(ctx, rec.Store, incident.JourneyKey(name), func(s *JourneyState) bool {
		*s = s.Join(theirs)
		return true
	})
}

// Join returns s merged with everything that is newer in the other state. It is pure.
func (s JourneyState) Join(theirs JourneyState) JourneyState {
	mine := s
	s.Regions = maps.Clone(s.Regions)
	if s.Regions == nil {
		s.Regions = map[string]RegionState{}
	}
	s.Open, s.Closed, s.Outbox = slices.Clone(s.Open), slices.Clone(s.Closed), slices.Clone(s.Outbox)
	for name, r := range theirs.Regions {
		if have := s.Regions[name]; r.Slot.After(have.Slot) {
			r.Entered = have.Entered // each table has its own ledger
			s.Regions[name] = r
		}
	}
	if theirs.Batch != nil && (s.Batch == nil || theirs.Batch.Last.After(s.Batch.Last)) {
		s.Batch = theirs.Batch
	}
	for _, i := range theirs.Closed {
		if !s.joinKnown(i) && !s.joinSame(theirs, i, theirs.isNewerThan(mine, i)) {
			s.fileIncident(i)
		}
	}
	for _, i := range theirs.Open {
		if newer := theirs.isNewerThan(mine, i); !s.joinKnown(i) && !s.joinSame(theirs, i, newer) {
			s.joinUnknownOpen(i, newer)
		}
	}
	for _, i := range theirs.Outbox {
		if s.findSame(theirs, i) >= 0 || s.findSameClosed(theirs, i) >= 0 {
			continue // it is joined under its id here
		}
		if o := slices.IndexFunc(s.Outbox, i.SameID); o < 0 && !slices.ContainsFunc(s.Open, i.SameCause) || o >= 0 && s.Outbox[o].Runs < i.Runs {
			s.addToOutbox(i)
		}
	}
	return s
}

// isNewerThan reports whether s has later runs than the other from one of the incident's regions; for a batch, which has no
// regions, a later beat.
func (s JourneyState) isNewerThan(other JourneyState, i incident.Incident) bool {
	if s.Batch != nil {
		return other.Batch == nil || s.Batch.Last.After(other.Batch.Last)
	}
	return slices.ContainsFunc(i.Regions, func(region string) bool {
		return s.Regions[region].Slot.After(other.Regions[region].Slot)
	})
}

// joinKnown merges another version of an incident that this state has, open or closed. It reports whether it has it.
func (s *JourneyState) joinKnown(theirs incident.Incident) bool {
	o, c := slices.IndexFunc(s.Open, theirs.SameID), slices.IndexFunc(s.Closed, theirs.SameID)
	var merged incident.Incident
	var changed bool
	switch {
	case o >= 0:
		if merged, changed = s.Open[o].Merge(theirs); changed {
			s.Open = slices.Delete(s.Open, o, o+1)
		}
	case c >= 0:
		if merged, changed = s.Closed[c].Merge(theirs); changed {
			s.Closed = slices.Delete(s.Closed, c, c+1)
		}
	default:
		return false
	}
	if changed {
		s.fileIncident(merged)
		s.addToOutbox(merged)
	}
	return true
}

// fileIncident adds an incident to Open or Closed by its state.
func (s *JourneyState) fileIncident(i incident.Incident) {
	if i.State == incident.Resolved {
		s.Closed = append(s.Closed, i)
	} else {
		s.Open = append(s.Open, i)
	}
}

// joinSame merges an incident that this state has under another id, as both tables saw the same outage begin: it keeps the id here, and
// gets one window. newer reports whether the other state has later runs, which then say whether and when it ended.
func (s *JourneyState) joinSame(theirs JourneyState, i incident.Incident, newer bool) bool {
	var mine incident.Incident
	if o := s.findSame(theirs, i); o >= 0 {
		mine = s.Open[o]
		s.Open = slices.Delete(s.Open, o, o+1)
	} else if c := s.findSameClosed(theirs, i); c >= 0 {
		mine = s.Closed[c]
		s.Closed = slices.Delete(s.Closed, c, c+1)
	} else {
		return false
	}
	joined := mine.Unite(i, newer)
	s.fileIncident(joined)
	s.addToOutbox(joined)
	return true
}

// findSame returns the index of the open incident here about the same outage as another one of the other state; -1: there is none.
func (s *JourneyState) findSame(theirs JourneyState, i incident.Incident) int {
	return slices.IndexFunc(s.Open, func(o incident.Incident) bool { return o.SameOutage(i) && !theirs.has(o) })
}

// findSameClosed is findSame for closed incidents.
func (s *JourneyState) findSameClosed(theirs JourneyState, i incident.Incident) int {
	return slices.IndexFunc(s.Closed, func(o incident.Incident) bool { return o.SameOutage(i) && !theirs.has(o) })
}

// has reports whether the state has an incident, open or closed.
func (s *JourneyState) has(i incident.Incident) bool {
	return slices.ContainsFunc(s.Open, i.SameID) || slices.ContainsFunc(s.Closed, i.SameID)
}

// joinUnknownOpen merges an open incident that this state lacks. A failing one is opened here as well: the next run closes it
// if the regions work. An incident of another kind may have been closed and dropped here; it is opened only if the other
// state is newer, from runs that this state lacks.
func (s *JourneyState) joinUnknownOpen(i incident.Incident, newer bool) {
	o := slices.IndexFunc(s.Open, i.SameCause)
	switch {
	case o >= 0:
		s.Open[o].Runs++ // so that NotificationState takes the update, and sees the same cause
		i = s.Open[o]
	case newer || i.IsFailing():
		s.fileIncident(i)
	default:
		i.State, i.ResolvedAt, i.Closing, i.Runs = incident.Resolved, incident.Latest(i.Last, i.Opened), "later runs do not show it", i.Runs+1
	}
	s.addToOutbox(i)
}

// Import stores a run of another table, of which Join has taken over the state. It is idempotent. A run from the future is rejected
// with ErrFutureRun.
func (rec Recorder) Import(ctx context.Context, run journey.Run) error {
	if err := rec.rejectFutureRun(run); err != nil {
		return err
	}
	return rec.Store.PutRun(ctx, run.Bounded())
}

// JudgeImported judges the imported runs of a journey, oldest first, that are later than the state of their region: the other table
// has stored them and not judged them.
func (rec Recorder) JudgeImported(ctx context.Context, name string, runs []journey.Run) error {
	var s JourneyState
	if _, err := incident.LoadItem(ctx, rec.Store, incident.JourneyKey(name), &s); err != nil {
		return err
	}
	for _, run := range runs {
		if !run.Slot.After(s.Regions[run.Region].Slot) || rec.rejectFutureRun(run) != nil {
			continue
		}
		if _, err := rec.judge(ctx, run.Bounded(), always); err != nil {
			return err
		}
	}
	return nil
}

// AsCopy returns the state as a standby's copy: its regions, or its batch, are not expected to report to the table of the copy before
// they have done so.
func (s JourneyState) AsCopy() JourneyState {
	s.Copy, s.Copied = true, slices.Sorted(maps.Keys(s.Regions))
	if s.Batch != nil {
		s.Copied = []string{copiedBatch}
	}
	return s
}

// AsHome returns the state of a copy as that of a table to which all report.
func (s JourneyState) AsHome() JourneyState {
	s.Copy, s.Copied = false, nil
	return s
}

// copiedBatch stands for the batch in Copied.
const copiedBatch = "batch"

// reported notes that a region, or the batch, has reported to this table.
func (s *JourneyState) reported(name string) {
	if slices.Contains(s.Copied, name) {
		s.Copied = slices.DeleteFunc(slices.Clone(s.Copied), func(c string) bool { return c == name })
	}
}
