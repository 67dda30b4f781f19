package paging

import (
	"context"
	"encoding/json"
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

// CopiedFrom holds the settings that people make at run time, as they were in a version of a table's state. A standby keeps
// them in the same item as its copy, so that no interrupted copy makes a setting look changed.
type CopiedFrom struct {
	Version   int64              `json:"version"` // of the home's item
	Overrides []oncall.Override  `json:"overrides,omitempty"`
	Mutes     []incident.Mute    `json:"mutes,omitempty"`
	Releases  []incident.Release `json:"releases,omitempty"`
	Pauses    []incident.Pause   `json:"pauses,omitempty"`
}

// CopyOf returns the data of a standby's copy of the home's notification state. It keeps the fields that a later version has
// written.
func CopyOf(home incident.Item) ([]byte, error) {
	var r NotificationState
	fields := map[string]json.RawMessage{}
	for _, into := range []any{&r, &fields} {
		if err := json.Unmarshal(home.Data, into); err != nil {
			return nil, fmt.Errorf("decode the state %s: %w", home.Key, err)
		}
	}
	base, err := json.Marshal(CopiedFrom{Version: home.Version, Overrides: r.Overrides, Mutes: r.Mutes, Releases: r.Releases, Pauses: r.Pauses})
	if err != nil {
		return nil, err
	}
	delete(fields, "handed_over")
	fields["copied"] = base
	return json.Marshal(fields)
}

// mergeSettings applies the changes of settings that were made at the other table since they were copied, or since they were
// merged last.
func (r *NotificationState) mergeSettings(theirs, base NotificationState, now time.Time) {
	from := CopiedFrom{Overrides: base.Overrides, Mutes: base.Mutes, Releases: theirs.Releases, Pauses: theirs.Pauses}
	if theirs.Copied != nil {
		from = *theirs.Copied
		if r.HandedOver != nil && r.HandedOver.Version == from.Version {
			from = *r.HandedOver
		}
	}
	r.mergeMutes(theirs.Mutes, from.Mutes, now)
	r.mergeOverrides(theirs.Overrides, from.Overrides)
	r.mergeReleases(theirs.Releases, from.Releases)
	r.mergePauses(theirs.Pauses, from.Pauses, now)
	if theirs.Copied != nil {
		r.HandedOver = &CopiedFrom{theirs.Copied.Version, theirs.Overrides, theirs.Mutes, theirs.Releases, theirs.Pauses}
	}
}

// mergeMutes applies the mutes that were started and ended.
func (r *NotificationState) mergeMutes(theirs, base []incident.Mute, now time.Time) {
	for _, m := range theirs {
		if !slices.ContainsFunc(base, m.Equal) && now.Before(m.Until) {
			r.addMute(m, now)
		}
	}
	r.Mutes = slices.DeleteFunc(r.Mutes, func(m incident.Mute) bool {
		return slices.ContainsFunc(base, m.Equal) && !slices.ContainsFunc(theirs, m.Equal) && now.Before(m.Until)
	})
}

func (r *NotificationState) mergeOverrides(theirs, base []oncall.Override) {
	for _, v := range theirs {
		if !slices.ContainsFunc(base, v.Equal) && !slices.ContainsFunc(r.Overrides, v.Equal) {
			r.Overrides = append(r.Overrides, v)
		}
	}
	r.Overrides = slices.DeleteFunc(r.Overrides, func(v oncall.Override) bool {
		return slices.ContainsFunc(base, v.Equal) && !slices.ContainsFunc(theirs, v.Equal)
	})
}

// mergeReleases adds the releases that were marked. None is ever taken back.
func (r *NotificationState) mergeReleases(theirs, base []incident.Release) {
	for _, m := range theirs {
		same := func(o incident.Release) bool { return o.Name == m.Name && !o.At.Before(m.At) }
		if !slices.ContainsFunc(base, same) && !slices.ContainsFunc(r.Releases, same) {
			r.addRelease(m)
		}
	}
}

// mergePauses applies the pauses that were started and ended.
func (r *NotificationState) mergePauses(theirs, base []incident.Pause, now time.Time) {
	for _, p := range theirs {
		if !slices.ContainsFunc(base, p.Equal) {
			r.addPause(p, now)
		}
	}
}

// maxPauses bounds the stored pauses: AWS has fewer regions.
const maxPauses = 100

// addPause replaces the pause of a region. Those that ended a month ago are dropped: every silence since would have been noticed.
func (r *NotificationState) addPause(p incident.Pause, now time.Time) {
	const month = 31 * 24 * time.Hour
	r.Pauses = slices.DeleteFunc(slices.Clone(r.Pauses), func(old incident.Pause) bool { return old.Region == p.Region || now.Sub(old.Until) > month })
	r.Pauses = append(r.Pauses, p)
	r.Pauses = r.Pauses[max(0, len(r.Pauses)-maxPauses):]
}

// PutPause stores the pause of a region. One that has ended already has the region's runs awaited from then on.
func PutPause(ctx context.Context, items incident.Items, p incident.Pause, now time.Time) error {
	return incident.UpdateItem(ctx, items, incident.NotificationKey, func(r *NotificationState) bool {
		r.addPause(p, now)
		return true
	})
}

// Paused returns the pause of a region that is in force.
func (r NotificationState) Paused(region string, now time.Time) (incident.Pause, bool) {
	i := slices.IndexFunc(r.Pauses, func(p incident.Pause) bool { return p.Region == region && p.Until.After(now) })
	if i < 0 {
		return incident.Pause{}, false
	}
	return r.Pauses[i], true
}

// An Announcement is a fact about the monitor itself, which is texted to the first on call, at any hour.
type Announcement struct{ Text string }

func (r *NotificationState) announce(e Announcement, at evalContext) {
	if steps := at.onCall.EscalationAt(at.now); len(steps) > 0 {
		r.addPage(incident.Text, incident.Notice, steps[0].Person, nil, at.now).Words = e.Text
	}
}

// Announce texts a fact about the monitor itself to the first on call.
func (p *Pager) Announce(ctx context.Context, text string) error {
	return p.applyEvent(ctx, Announcement{text})
}
