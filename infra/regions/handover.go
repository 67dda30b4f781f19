package regions

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// handOver merges the changed ones of the standby's states into the home's table. The notification state comes first, so that
// acknowledgements are in place before the journeys open pages. It is idempotent, and both regions may do it at once. A state that
// cannot be merged stops no other: failed has the errors by key.
func (s Deps) handOver(ctx context.Context, p Pair, changed map[string]bool) (failed map[string]error) {
	failed = map[string]error{}
	if changed[incident.NotificationKey] {
		if err := s.handOverPages(ctx, p); err != nil {
			failed[incident.NotificationKey] = err
		}
	}
	recorder := s.Recorder(p.Home)
	var names []string
	for _, name := range s.Names {
		if changed[incident.JourneyKey(name)] {
			names = append(names, name)
		}
	}
	errs := make([]error, len(names))
	atOnce(len(names), copiesAtOnce, func(i int) { errs[i] = recorder.Join(ctx, p.Standby, names[i]) })
	for i, err := range errs {
		if err != nil {
			failed[incident.JourneyKey(names[i])] = err
		}
	}
	return failed
}

func (s Deps) handOverPages(ctx context.Context, p Pair) error {
	theirs, err := paging.LoadState(ctx, p.Standby)
	if err != nil {
		return err
	}
	var base paging.NotificationState // as an earlier version of the standby's pager has kept it
	if theirs.Copied == nil {
		if _, err := read(ctx, p.Standby, baseKey, &base); err != nil {
			return err
		}
	}
	return s.Pager(p.Home).Merge(ctx, theirs, base)
}

// joined returns the failures of a hand-over as one error.
func joined(failed map[string]error) error {
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(failed)) {
		errs = append(errs, fmt.Errorf("hand over %s to the home: %w", key, failed[key]))
	}
	return errors.Join(errs...)
}
