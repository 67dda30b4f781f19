package alerts

import (
	"time"
)

// A Spell is one time that a journey was down, of an incident that has several.
type Spell struct {
	Since   time.Time `json:"since"` // slot of the first bad run
	Until   time.Time `json:"until"` // slot of the first good run after it; zero while it lasts
	Step    string    `json:"step"`
	Error   string    `json:"error"`
	Regions []string  `json:"regions"`
}
