package judge

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"valkyrie/alerts/incident"
)

// Watch looks for what should have come by now and did not: runs of the journeys, and the heartbeats of batches. And it
// keeps the ledger of days that are over. Call it often; when there is nothing to do it only reads.
func (d Recorder) Watch(ctx context.Context, now time.Time) ([]Decision, error) {
	var all []Decision
	var errs []error
	look := func(name string, fold func(JourneyState) (JourneyState, []Decision)) {
		decisions, err := d.change(ctx, name, fold)
		if err != nil {
			errs = append(errs, fmt.Errorf("whether %s is silent could not be judged: %w", name, err))
		}
		all = append(all, decisions...)
	}
	for _, name := range slices.Sorted(maps.Keys(d.Titles)) {
		title := d.Titles[name]
		var seen JourneyState
		look(name, func(s JourneyState) (JourneyState, []Decision) {
			s, forgot := d.repairAllRegions(s, name)
			seen = s
			s, missed := s.Watch(d.Policy.For(name), name, title, now, d.RunningSince)
			return s, append(forgot, missed...)
		})
		errs = append(errs, d.updateLedger(ctx, name, seen))
	}
	for _, h := range d.Policy.Heartbeats {
		look(h.Name, func(s JourneyState) (JourneyState, []Decision) {
			s, forgot := d.repairBatch(s, h)
			s, late := s.WatchBatch(h, now)
			return s, append(forgot, late...)
		})
	}
	return all, errors.Join(errs...)
}

// ErrUnknownBatch is returned by Beat for a batch that alerts.yaml does not name.
var ErrUnknownBatch = errors.New("no such batch among the heartbeats of alerts.yaml")

// Beat takes in what a batch says of itself. Saying it again changes nothing.
func (d Recorder) Beat(ctx context.Context, b Beat) ([]Decision, error) {
	for _, h := range d.Policy.Heartbeats {
		if h.Name == b.Batch {
			return d.change(ctx, h.Name, func(s JourneyState) (JourneyState, []Decision) {
				s, forgot := d.repairBatch(s, h)
				s, decisions := s.Beat(h, b)
				return s, append(forgot, decisions...)
			})
		}
	}
	return nil, fmt.Errorf("%q: %w", b.Batch, ErrUnknownBatch)
}

// Names are those whose incidents a pager takes over: the journeys, and the batches that send heartbeats.
func (p Policy) Names(journeys []string) []string {
	names := append([]string{}, journeys...)
	for _, h := range p.Heartbeats {
		names = append(names, h.Name)
	}
	return names
}

// change folds something into the state of a journey or a batch, and keeps it if anything was decided.
func (d Recorder) change(ctx context.Context, name string, fold func(JourneyState) (JourneyState, []Decision)) ([]Decision, error) {
	var decisions []Decision
	err := incident.UpdateItem(ctx, d.Store, incident.JourneyKey(name), func(s *JourneyState) bool {
		*s, decisions = fold(*s)
		return len(decisions) > 0 && decisions[0].Verb != Ignores
	})
	return decisions, err
}
