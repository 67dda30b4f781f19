package incident

import (
	"slices"
	"time"

	"valkyrie/probes/journey"
)

// A Mute suppresses the pages of a journey until its end, which is announced.
type Mute struct {
	Journey string    `json:"journey"` // empty: all
	Until   time.Time `json:"until"`
	By      string    `json:"by"` // a person's name, or empty
}

// Subject returns the journey's name, or a word for all journeys.
func (m Mute) Subject() string {
	if m.Journey == "" {
		return "everything"
	}
	return m.Journey
}

// ReservedName reports whether no batch may have a name, as no journey may: see journey.ReservedName.
func ReservedName(name string) bool { return journey.ReservedName(name) }

// Equal reports whether both mutes are the same.
func (m Mute) Equal(other Mute) bool {
	return m.Journey == other.Journey && m.By == other.By && m.Until.Equal(other.Until)
}

// An ActiveMaintenance is a maintenance window in force. It is stored so that its end is announced, even if the file changed
// meanwhile.
type ActiveMaintenance struct {
	Journeys []string  `json:"journeys,omitempty"` // none: all
	Until    time.Time `json:"until"`
}

// Equal reports whether both windows are the same.
func (w ActiveMaintenance) Equal(other ActiveMaintenance) bool {
	return w.Until.Equal(other.Until) && slices.Equal(w.Journeys, other.Journeys)
}

// A Pause is the time for which runs from a region are not missed: its schedules are off, or it is being removed. It stays for a while
// after its end, from which on runs are awaited again.
type Pause struct {
	Region  string    `json:"region"`
	Until   time.Time `json:"until"`
	Removed bool      `json:"removed,omitempty"` // the region is not to come back
}

// Equal reports whether both pauses are the same.
func (p Pause) Equal(other Pause) bool {
	return p.Region == other.Region && p.Removed == other.Removed && p.Until.Equal(other.Until)
}
