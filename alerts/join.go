package alerts

import (
	"context"
	"maps"
	"slices"
)

// Two tables that have gone different ways are brought together by joining the states of the one, which stood in, into
// those of the other. Joining is idempotent, and loses nothing of either.

// StateKeys are the keys of the items that judging and paging of these journeys need: what a standby keeps a copy of. The
// route is last, so that a copy that was made in this order holds no incident that is neither in an outbox nor in the route.
func StateKeys(journeys []string) []string {
	var keys []string
	for _, name := range journeys {
		keys = append(keys, journeyKey(name))
	}
	return append(keys, routeKey)
}

// Join brings what another table knows of a journey into this one's state. Regions are as far as the farther of the two.
func (d Desk) Join(ctx context.Context, from Items, name string) error {
	var theirs JourneyState
	if item, err := load(ctx, from, journeyKey(name), &theirs); err != nil || item.Version == 0 {
		return err
	}
	return change(ctx, d.Store, journeyKey(name), func(s *JourneyState) bool {
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
			s.joinOpen(i, theirs.ahead(mine, i))
		}
	}
	for _, i := range theirs.Outbox {
		if o := slices.IndexFunc(s.Outbox, i.same); o < 0 && !slices.ContainsFunc(s.Open, i.matter) || o >= 0 && s.Outbox[o].Runs < i.Runs {
			s.hand(i)
		}
	}
	return s
}

func (i Incident) same(other Incident) bool { return i.ID == other.ID }

// matter reports whether two incidents are the same matter under whatever id: two tables that saw different runs may have
// opened it at different slots.
func (i Incident) matter(other Incident) bool {
	return i.Journey == other.Journey && (i.Kind == other.Kind || i.failing() && other.failing())
}

// ahead reports whether s has seen later runs than the other from somewhere where the incident is bad. A batch has no
// regions.
func (s JourneyState) ahead(other JourneyState, i Incident) bool {
	if s.Batch != nil {
		return other.Batch == nil || s.Batch.Last.After(other.Batch.Last)
	}
	return slices.ContainsFunc(i.Regions, func(region string) bool {
		return s.Regions[region].Slot.After(other.Regions[region].Slot)
	})
}

// outlives reports whether this story of an incident knows of later runs than the other.
func (i Incident) outlives(other Incident) bool {
	mine, theirs := latest(i.Last, i.ResolvedAt), latest(other.Last, other.ResolvedAt)
	return mine.After(theirs) || mine.Equal(theirs) && i.Runs > other.Runs
}

// meet is the later of two stories of an incident, with so many runs that the route takes it, whichever it knows. It
// reports whether anything is new to who has the first.
func (i Incident) meet(theirs Incident) (Incident, bool) {
	winner := i
	if theirs.outlives(i) {
		winner = theirs
	} else if i.Runs > theirs.Runs {
		return i, false
	}
	winner.Runs = max(i.Runs, theirs.Runs) + 1
	return winner, true
}

// joinIncident takes in another story of an incident that is known here, open or closed, and reports whether it is.
func (s *JourneyState) joinIncident(theirs Incident) bool {
	o, c := slices.IndexFunc(s.Open, theirs.same), slices.IndexFunc(s.Closed, theirs.same)
	var met Incident
	var news bool
	switch {
	case o >= 0:
		if met, news = s.Open[o].meet(theirs); news {
			s.Open = slices.Delete(s.Open, o, o+1)
		}
	case c >= 0:
		if met, news = s.Closed[c].meet(theirs); news {
			s.Closed = slices.Delete(s.Closed, c, c+1)
		}
	default:
		return false
	}
	if news {
		s.keep(met)
		s.hand(met)
	}
	return true
}

// keep puts an incident where it belongs.
func (s *JourneyState) keep(i Incident) {
	if i.State == Resolved {
		s.Closed = append(s.Closed, i)
	} else {
		s.Open = append(s.Open, i)
	}
}

// joinOpen takes in an open incident that is unknown here. A failing one is open here as well: what is known of the
// regions decides, with the next run, whether it is over. One of another kind may have been here and be over, of which
// nothing is remembered; it is believed if it is ahead, seen in runs that this state has not.
func (s *JourneyState) joinOpen(i Incident, ahead bool) {
	o := slices.IndexFunc(s.Open, i.matter)
	switch {
	case o >= 0:
		s.Open[o].Runs++ // so that the route takes it anew, and sees that it is the same matter
		i = s.Open[o]
	case ahead || i.failing():
		s.keep(i)
	default:
		i.State, i.ResolvedAt, i.Closing, i.Runs = Resolved, latest(i.Last, i.Opened), "later runs do not show it", i.Runs+1
	}
	s.hand(i)
}
