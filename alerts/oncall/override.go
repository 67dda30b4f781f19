package oncall

import (
	"slices"
	"time"
)

// An Override puts somebody else on a duty for a while: a swap, a holiday.
type Override struct {
	Rotation string   `yaml:"rotation" json:"rotation"`
	Who      string   `yaml:"who" json:"who"`
	From     WallTime `yaml:"from" json:"from"` // by the clock of the rotation, unless it is exact
	To       WallTime `yaml:"to" json:"to"`     // the first moment that is not in it
}

// ActiveAt reports whether the override is in force.
func (v Override) ActiveAt(at time.Time, zone *time.Location) bool {
	return !at.Before(v.From.In(zone)) && at.Before(v.To.In(zone))
}

// Overlaps reports whether there is a moment at which both are in force.
func (v Override) Overlaps(other Override, zone *time.Location) bool {
	return v.Rotation == other.Rotation && v.From.In(zone).Before(other.To.In(zone)) && other.From.In(zone).Before(v.To.In(zone))
}

// With is the same with overrides that were made while the program runs; they come before the written ones.
func (o OnCall) With(more []Override) OnCall {
	o.Overrides = slices.Concat(more, o.Overrides)
	return o
}

func (v Override) Equal(other Override) bool {
	return v.Rotation == other.Rotation && v.Who == other.Who && v.From.same(other.From) && v.To.same(other.To)
}
