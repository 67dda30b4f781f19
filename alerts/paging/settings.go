package paging

import (
	"context"
	"fmt"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
)

// PutMute mutes a journey, or all of them, in the store, and returns the mute in force: m, or that of another person which lasts
// longer. A mute that has ended already unmutes, which is announced too.
func PutMute(ctx context.Context, items incident.Items, m incident.Mute, now time.Time) (incident.Mute, error) {
	inForce := m
	err := incident.UpdateItem(ctx, items, incident.NotificationKey, func(r *NotificationState) bool {
		longer, added := r.addMute(m, now)
		if inForce = m; !added {
			inForce = longer
		}
		return added
	})
	return inForce, err
}

// override adds an override to those made at run time. It must not overlap another, here or in alerts.yaml, because one
// person is on duty; overrides that ended a month ago are dropped.
func (r *NotificationState) override(v oncall.Override, o oncall.OnCall, now time.Time) error {
	rotation, ok := o.FindRotation(v.Rotation)
	if !ok {
		return fmt.Errorf("no rotation %q; see on_call.rotations in alerts.yaml", v.Rotation)
	}
	who, ok := o.FindPerson(v.Who)
	if !ok {
		return errNoPerson(v.Who)
	}
	v.Who = who.Name
	zone := rotation.Zone.Location()
	if !v.From.In(zone).Before(v.To.In(zone)) {
		return fmt.Errorf("override from %v to %v: it must end after it begins", v.From, v.To)
	}
	if v.To.In(zone).Sub(v.From.In(zone)) > oncall.MaxOverride {
		return fmt.Errorf("override from %v to %v: expected at most 366 days; change the rotation in alerts.yaml instead", v.From, v.To)
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

// PutOverride stores an override. The error says why it is invalid.
func PutOverride(ctx context.Context, items incident.Items, o oncall.OnCall, v oncall.Override, now time.Time) error {
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

// DropOverride removes the override in force at a given time from the store, and returns it.
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

// maxReleases bounds the stored releases.
const maxReleases = 30

// addRelease inserts a release in order of time. A release of the same name is moved to its new time.
func (r *NotificationState) addRelease(m incident.Release) {
	r.Releases = slices.DeleteFunc(slices.Clone(r.Releases), func(old incident.Release) bool { return old.Name == m.Name })
	at := len(r.Releases)
	for at > 0 && m.At.Before(r.Releases[at-1].At) {
		at--
	}
	r.Releases = slices.Insert(r.Releases, at, m)
	r.Releases = r.Releases[max(0, len(r.Releases)-maxReleases):]
}

// PutRelease stores a release. Beyond maxReleases, the oldest are dropped.
func PutRelease(ctx context.Context, items incident.Items, m incident.Release) error {
	if err := m.Validate(); err != nil {
		return err
	}
	return incident.UpdateItem(ctx, items, incident.NotificationKey, func(r *NotificationState) bool {
		r.addRelease(m)
		return true
	})
}

func errNoPerson(name string) error {
	return fmt.Errorf("no person %q on call; see on_call.people in alerts.yaml", name)
}
