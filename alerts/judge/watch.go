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
// a minute, with the time by this machine's clock. It reads all states at once, and only those that change again, one by one, to write them.
func (rec Recorder) Watch(ctx context.Context, now time.Time) ([]Decision, error) {
	var all []Decision
	var errs []error
	states, err := rec.states(ctx)
	if err != nil {
		errs = append(errs, fmt.Errorf("watch for missing runs: %w", err))
	}
	if rec.Policy.Paused, err = rec.pauses(ctx); err != nil {
		errs = append(errs, fmt.Errorf("watch for missing runs: read which regions are paused: %w", err))
	}
	update := func(name string, fold func(JourneyState) (JourneyState, []Decision)) {
		s := states[name]
		if s == nil { // it could not be read
			return
		}
		if _, decisions := fold(*s); !changes(decisions) {
			return
		}
		decisions, err := rec.change(ctx, name, fold)
		if err != nil {
			errs = append(errs, fmt.Errorf("watch %s for missing runs: %w", name, err))
		}
		all = append(all, decisions...)
	}
	now = incident.TimeOf(rec.Store, now)
	for _, name := range slices.Sorted(maps.Keys(rec.Titles)) {
		title := rec.Titles[name]
		var seen JourneyState
		update(name, func(s JourneyState) (JourneyState, []Decision) {
			s, resets := rec.repairAllRegions(s, name)
			seen = s
			s, missed := s.Watch(rec.Policy.For(name), name, title, now, rec.RunningSince)
			return s, append(resets, missed...)
		})
		if states[name] != nil {
			errs = append(errs, rec.updateLedger(ctx, name, seen))
		}
	}
	for _, h := range rec.Policy.Heartbeats {
		update(h.Name, func(s JourneyState) (JourneyState, []Decision) {
			if len(s.Copied) > 0 { // the batch reports to another table
				return s, nil
			}
			s, resets := rec.repairBatch(s, h)
			s, late := s.WatchBatch(h, now)
			return s, append(resets, late...)
		})
	}
	return all, errors.Join(errs...)
}

// pauses reads the pauses of regions, which people store with the other settings in the notification state.
func (rec Recorder) pauses(ctx context.Context) ([]incident.Pause, error) {
	var settings struct {
		Pauses []incident.Pause `json:"pauses"`
	}
	_, err := incident.LoadItem(ctx, rec.Store, incident.NotificationKey, &settings)
	return settings.Pauses, err
}

// states reads the states of all journeys and batches, by name. It returns an error for those that cannot be read, which are missing.
func (rec Recorder) states(ctx context.Context) (map[string]*JourneyState, error) {
	names := rec.Policy.Names(slices.Collect(maps.Keys(rec.Titles)))
	slices.Sort(names)
	names = slices.Compact(names)
	keys := make([]string, len(names))
	for i, name := range names {
		keys[i] = incident.JourneyKey(name)
	}
	loaded, err := incident.LoadItems[JourneyState](ctx, rec.Store, keys)
	states := make(map[string]*JourneyState, len(names))
	for i, name := range names {
		states[name] = loaded[i]
	}
	return states, err
}

// changes reports whether a fold has decided anything, so that its state is to be written.
func changes(decisions []Decision) bool { return len(decisions) > 0 && decisions[0].Verb != Ignores }

// ErrUnknownBatch is returned by Beat for a batch that alerts.yaml does not name.
var ErrUnknownBatch = errors.New("no such batch among the heartbeats of alerts.yaml")

// Beat records a progress report of a batch. It is idempotent.
func (rec Recorder) Beat(ctx context.Context, b Beat) ([]Decision, error) {
	for _, h := range rec.Policy.Heartbeats {
		if h.Name == b.Batch {
			return rec.change(ctx, h.Name, func(s JourneyState) (JourneyState, []Decision) {
				s, resets := rec.repairBatch(s, h)
				s.reported(copiedBatch)
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
		return changes(decisions)
	})
	return decisions, err
}
