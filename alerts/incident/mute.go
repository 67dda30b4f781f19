package incident

import (
	"slices"
	"time"
)

// A Mute keeps a journey from telling anybody until it ends by itself, which is then announced.
type Mute struct {
	Journey string    `json:"journey"` // empty: all
	Until   time.Time `json:"until"`
	By      string    `json:"by"` // a person's name, or empty
}

// Subject is the journey's name, or words for all of them.
func (m Mute) Subject() string {
	if m.Journey == "" {
		return "everything"
	}
	return m.Journey
}

func (m Mute) Equal(other Mute) bool {
	return m.Journey == other.Journey && m.By == other.By && m.Until.Equal(other.Until)
}

// A Window is a maintenance that is on: remembered so that its end is noticed, also when the file has changed meanwhile.
type ActiveMaintenance struct {
	Journeys []string  `json:"journeys,omitempty"` // none: all
	Until    time.Time `json:"until"`
}

func (w ActiveMaintenance) Equal(other ActiveMaintenance) bool {
	return w.Until.Equal(other.Until) && slices.Equal(w.Journeys, other.Journeys)
}
