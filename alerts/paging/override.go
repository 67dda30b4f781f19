package paging

import (
	"context"
	"fmt"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
)

// override adds one to those made while the program runs. One person has a duty, so it must not overlap another, here or
// in the file; those that ended a month ago are forgotten.
func (r *NotificationState) override(v oncall.Override, o oncall.OnCall, now time.Time) error {
	rotation, ok := o.FindRotation(v.Rotation)
	if !ok {
		return fmt.Errorf("there is no rotation %q", v.Rotation)
	}
	if _, ok := o.FindPerson(v.Who); !ok {
		return fmt.Errorf("there is nobody called %q among the people on call", v.Who)
	}
	zone := rotation.Zone.Location()
	if !v.From.In(zone).Before(v.To.In(zone)) {
		return fmt.Errorf("an override must end after it begins: from %v to %v", v.From, v.To)
	}
	const month = 31 * 24 * time.Hour
	r.Overrides = slices.DeleteFunc(slices.Clone(r.Overrides), func(old oncall.Override) bool { return now.Sub(old.To.In(zone)) > month })
	for _, other := range o.With(r.Overrides).Overrides {
		if v.Overlaps(other, zone) {
			return fmt.Errorf("%s has %s from %v to %v already", other.Who, v.Rotation, other.From, other.To)
		}
	}
	r.Overrides = append(r.Overrides, v)
	return nil
}

// AddOverride keeps an override in the store. The error says why it cannot be.
func AddOverride(ctx context.Context, items incident.Items, o oncall.OnCall, v oncall.Override, now time.Time) error {
	var refused error
	err := incident.UpdateItem(ctx, items, incident.NotificationKey, func(r *NotificationState) bool {
		refused = r.override(v, o, now)
		return refused == nil
	})
	if refused != nil {
		return refused
	}
	return err
}

// DropOverride removes the override that is in force at a moment from the store, and reports what it was.
func DropOverride(ctx context.Context, items incident.Items, o oncall.OnCall, rotation string, at time.Time) (dropped oncall.Override, found bool, err error) {
	zone := time.UTC
	if r, ok := o.FindRotation(rotation); ok {
		zone = r.Zone.Location()
	}
	err = incident.UpdateItem(ctx, items, incident.NotificationKey, func(r *NotificationState) bool {
		i := slices.IndexFunc(r.Overrides, func(v oncall.Override) bool { return v.Rotation == rotation && v.ActiveAt(at, zone) })
		if found = i >= 0; !found {
			return false
		}
		dropped = r.Overrides[i]
		r.Overrides = slices.Delete(slices.Clone(r.Overrides), i, i+1)
		return true
	})
	return dropped, found, err
}
