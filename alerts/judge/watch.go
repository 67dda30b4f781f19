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

// Watch detects missing runs of every journey and late batches, and updates the ledgers of daily times. Call it about once
// a minute; it writes only when something changed.
func (rec Recorder) Watch(ctx context.Context, now time.Time) ([]Decision, error) {
	var all []Decision
	var errs []error
	update := func(name string, fold func(JourneyState) (JourneyState, []Decision)) {
		decisions, err := rec.change(ctx, name, fold)
		if err != nil {
			errs = append(errs, fmt.Errorf("watch %s for missing runs: %w", name, err))
		}
		all = append(all, decisions...)
	}
	for _, name := range slices.Sorted(maps.Keys(rec.Titles)) {
		title := rec.Titles[name]
		var seen JourneyState
		update(name, func(s JourneyState) (JourneyState, []Decision) {
			s, resets := rec.repairAllRegions(s, name)
			seen = s
			s, missed := s.Watch(rec.Policy.For(name), name, title, now, rec.RunningSince)
			return s, append(resets, missed...)
		})
		errs = append(errs, rec.updateLedger(ctx, name, seen))
	}
	for _, h := range rec.Policy.Heartbeats {
		update(h.Name, func(s JourneyState) (JourneyState, []Decision) {
			s, resets := rec.repairBatch(s, h)
			s, late := s.WatchBatch(h, now)
			return s, append(resets, late...)
		})
	}
	return all, errors.Join(errs...)
}

// ErrUnknownBatch is returned by Beat for a batch that alerts.yaml does not name.
var ErrUnknownBatch = errors.New("no such batch among the heartbeats of alerts.yaml")

// Beat records a progress report of a batch. It is idempotent.
func (rec Recorder) Beat(ctx context.Context, b Beat) ([]Decision, error) {
	for _, h := range rec.Policy.Heartbeats {
		if h.Name == b.Batch {
			return rec.change(ctx, h.Name, func(s JourneyState) (JourneyState, []Decision) {
				s, resets := rec.repairBatch(s, h)
				s, decisions := s.Beat(h, b)
				return s, append(resets, decisions...)
			})
		}
	}
	return nil, fmt.Errorf("%q: %w", b.Batch, ErrUnknownBatch)
}

// Names returns the names whose incidents the pager takes over: the journeys, and the batches that send heartbeats.
func (p Policy) Names(journeys []string) []string {
	names := append([]string{}, journeys...)
	for _, h := range p.Heartbeats {
		names = append(names, h.Name)
	}
	return names
}

// change applies fold to the state of a journey or batch, and stores the result if fold decided anything.
func (rec Recorder) change(ctx context.Context, name string, fold func(JourneyState) (JourneyState, []Decision)) ([]Decision, error) {
	var decisions []Decision
	err := incident.UpdateItem(ctx, rec.Store, incident.JourneyKey(name), func(s *JourneyState) bool {
		*s, decisions = fold(*s)
		s.fit()
		return len(decisions) > 0 && decisions[0].Verb != Ignores
	})
	return decisions, err
}
