package alerts

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// An Override puts somebody else on a duty for a while: a swap, a holiday.
type Override struct {
	Rotation string `yaml:"rotation" json:"rotation"`
	Who      string `yaml:"who" json:"who"`
	From     Moment `yaml:"from" json:"from"` // by the clock of the rotation, unless it is exact
	To       Moment `yaml:"to" json:"to"`     // the first moment that is not in it
}

// holds reports whether the override is in force.
func (v Override) holds(at time.Time, zone *time.Location) bool {
	return !at.Before(v.From.In(zone)) && at.Before(v.To.In(zone))
}

// overlaps reports whether there is a moment at which both are in force.
func (v Override) overlaps(other Override, zone *time.Location) bool {
	return v.Rotation == other.Rotation && v.From.In(zone).Before(other.To.In(zone)) && other.From.In(zone).Before(v.To.In(zone))
}

// With is the same with overrides that were made while the program runs; they come before the written ones.
func (o OnCall) With(more []Override) OnCall {
	o.Overrides = slices.Concat(more, o.Overrides)
	return o
}

// override adds one to those made while the program runs. One person has a duty, so it must not overlap another, here or
// in the file; those that ended a month ago are forgotten.
func (r *Route) override(v Override, o OnCall, now time.Time) error {
	rotation, ok := o.rotation(v.Rotation)
	if !ok {
		return fmt.Errorf("there is no rotation %q", v.Rotation)
	}
	if _, ok := o.person(v.Who); !ok {
		return fmt.Errorf("there is nobody called %q among the people on call", v.Who)
	}
	zone := rotation.Zone.Location()
	if !v.From.In(zone).Before(v.To.In(zone)) {
		return fmt.Errorf("an override must end after it begins: from %v to %v", v.From, v.To)
	}
	const month = 31 * 24 * time.Hour
	r.Overrides = slices.DeleteFunc(slices.Clone(r.Overrides), func(old Override) bool { return now.Sub(old.To.In(zone)) > month })
	for _, other := range o.With(r.Overrides).Overrides {
		if v.overlaps(other, zone) {
			return fmt.Errorf("%s has %s from %v to %v already", other.Who, v.Rotation, other.From, other.To)
		}
	}
	r.Overrides = append(r.Overrides, v)
	return nil
}

// AddOverride keeps an override in the store. The error says why it cannot be.
func AddOverride(ctx context.Context, items Items, o OnCall, v Override, now time.Time) error {
	var refused error
	err := change(ctx, items, routeKey, func(r *Route) bool {
		refused = r.override(v, o, now)
		return refused == nil
	})
	if refused != nil {
		return refused
	}
	return err
}

// DropOverride removes the override that is in force at a moment from the store, and reports what it was.
func DropOverride(ctx context.Context, items Items, o OnCall, rotation string, at time.Time) (dropped Override, found bool, err error) {
	zone := time.UTC
	if r, ok := o.rotation(rotation); ok {
		zone = r.Zone.Location()
	}
	err = change(ctx, items, routeKey, func(r *Route) bool {
		i := slices.IndexFunc(r.Overrides, func(v Override) bool { return v.Rotation == rotation && v.holds(at, zone) })
		if found = i >= 0; !found {
			return false
		}
		dropped = r.Overrides[i]
		r.Overrides = slices.Delete(slices.Clone(r.Overrides), i, i+1)
		return true
	})
	return dropped, found, err
}
