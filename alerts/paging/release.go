package paging

import (
	"context"
	"slices"

	"valkyrie/alerts/incident"
)

const (
	maxReleases = 30 // are remembered: the latest
)

// addRelease remembers a mark, in the order of their times. Marking it again moves it to its new time.
func (r *NotificationState) addRelease(m incident.Release) {
	r.Releases = slices.DeleteFunc(slices.Clone(r.Releases), func(old incident.Release) bool { return old.Name == m.Name })
	at := len(r.Releases)
	for at > 0 && m.At.Before(r.Releases[at-1].At) {
		at--
	}
	r.Releases = slices.Insert(r.Releases, at, m)
	r.Releases = r.Releases[max(0, len(r.Releases)-maxReleases):]
}

// PutRelease remembers a mark in the store. Of more than thirty, the oldest are forgotten.
func PutRelease(ctx context.Context, items incident.Items, m incident.Release) error {
	if err := m.Validate(); err != nil {
		return err
	}
	return incident.UpdateItem(ctx, items, incident.NotificationKey, func(r *NotificationState) bool {
		r.addRelease(m)
		return true
	})
}
