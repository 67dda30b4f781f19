package judge

import (
	"context"
	"maps"
	"slices"

	"valkyrie/alerts/incident"
)

// Join brings what another table knows of a journey into this one's state. Regions are as far as the farther of the two.
func (d Recorder) Join(ctx context.Context, from incident.Items, name string) error {
	var theirs JourneyState
	if item, err := incident.LoadItem(ctx, from, incident.JourneyKey(name), &theirs); err != nil || item.Version == 0 {
		return err
	}
	return incident.UpdateItem(ctx, d.Store, incident.JourneyKey(name), func(s *JourneyState) bool {
		*s = s.Join(theirs)
		return true
	})
}

// Join is s with what the other state is ahead in. It is pure.
func (s JourneyState) Join(theirs JourneyState) JourneyState {
	mine := s
	s.Regions = maps.Clone(s.Regions)
	if s.Regions == nil {
		s.Regions = map[string]RegionState{}
	}
	s.Open, s.Closed, s.Outbox = slices.Clone(s.Open), slices.Clone(s.Closed), slices.Clone(s.Outbox)
	for name, r := range theirs.Regions {
		if have := s.Regions[name]; r.Slot.After(have.Slot) {
			r.Entered = have.Entered // each table has a ledger of its own
			s.Regions[name] = r
		}
	}
	if theirs.Batch != nil && (s.Batch == nil || theirs.Batch.Last.After(s.Batch.Last)) {
		s.Batch = theirs.Batch
	}
	for _, i := range theirs.Closed {
		if !s.joinIncident(i) {
			s.keep(i)
		}
	}
	for _, i := range theirs.Open {
		if !s.joinIncident(i) {
			s.joinOpen(i, theirs.isNewerThan(mine, i))
		}
	}
	for _, i := range theirs.Outbox {
		if o := slices.IndexFunc(s.Outbox, i.SameID); o < 0 && !slices.ContainsFunc(s.Open, i.SameCause) || o >= 0 && s.Outbox[o].Runs < i.Runs {
			s.addToOutbox(i)
		}
	}
	return s
}

// isNewerThan reports whether s has seen later runs than the other from somewhere where the incident is bad. A batch has no
// regions.
func (s JourneyState) isNewerThan(other JourneyState, i incident.Incident) bool {
	if s.Batch != nil {
		return other.Batch == nil || s.Batch.Last.After(other.Batch.Last)
	}
	return slices.ContainsFunc(i.Regions, func(region string) bool {
		return s.Regions[region].Slot.After(other.Regions[region].Slot)
	})
}

// joinIncident takes in another story of an incident that is known here, open or closed, and reports whether it is.
func (s *JourneyState) joinIncident(theirs incident.Incident) bool {
	o, c := slices.IndexFunc(s.Open, theirs.SameID), slices.IndexFunc(s.Closed, theirs.SameID)
	var met incident.Incident
	var news bool
	switch {
	case o >= 0:
		if met, news = s.Open[o].Merge(theirs); news {
			s.Open = slices.Delete(s.Open, o, o+1)
		}
	case c >= 0:
		if met, news = s.Closed[c].Merge(theirs); news {
			s.Closed = slices.Delete(s.Closed, c, c+1)
		}
	default:
		return false
	}
	if news {
		s.keep(met)
		s.addToOutbox(met)
	}
	return true
}

// keep puts an incident where it belongs.
func (s *JourneyState) keep(i incident.Incident) {
	if i.State == incident.Resolved {
		s.Closed = append(s.Closed, i)
	} else {
		s.Open = append(s.Open, i)
	}
}

// joinOpen takes in an open incident that is unknown here. A failing one is open here as well: what is known of the
// regions decides, with the next run, whether it is over. One of another kind may have been here and be over, of which
// nothing is remembered; it is believed if it is ahead, seen in runs that this state has not.
func (s *JourneyState) joinOpen(i incident.Incident, ahead bool) {
	o := slices.IndexFunc(s.Open, i.SameCause)
	switch {
	case o >= 0:
		s.Open[o].Runs++ // so that the route takes it anew, and sees that it is the same matter
		i = s.Open[o]
	case ahead || i.IsFailing():
		s.keep(i)
	default:
		i.State, i.ResolvedAt, i.Closing, i.Runs = incident.Resolved, incident.Latest(i.Last, i.Opened), "later runs do not show it", i.Runs+1
	}
	s.addToOutbox(i)
}
