package oncall

import (
	"slices"
	"time"
)

// An Override replaces the person on duty for some time, such as for a swap or a holiday.
type Override struct {
	Rotation string   `yaml:"rotation" json:"rotation"`
	Who      string   `yaml:"who" json:"who"`
	From     WallTime `yaml:"from" json:"from"` // in the rotation's zone, unless it is exact
	To       WallTime `yaml:"to" json:"to"`     // exclusive; at most 366 days after From
}

// MaxOverride is the longest override; a longer one is a change of the rotation.
const MaxOverride = 366 * 24 * time.Hour

// ActiveAt reports whether the override is in force.
func (v Override) ActiveAt(at time.Time, zone *time.Location) bool {
	return !at.Before(v.From.In(zone)) && at.Before(v.To.In(zone))
}

// Overlaps reports whether both are in force at some time.
func (v Override) Overlaps(other Override, zone *time.Location) bool {
	return v.Rotation == other.Rotation && v.From.In(zone).Before(other.To.In(zone)) && other.From.In(zone).Before(v.To.In(zone))
}

// With returns o with overrides that were made at run time; they take precedence over those of the file.
func (o OnCall) With(more []Override) OnCall {
	o.Overrides = slices.Concat(more, o.Overrides)
	return o
}

// Equal reports whether both overrides are the same.
func (v Override) Equal(other Override) bool {
	return v.Rotation == other.Rotation && v.Who == other.Who && v.From.equalInstant(other.From) && v.To.equalInstant(other.To)
}
