package alerts

import (
	_ "embed"
	"time"
)

// Config is what alerts.yaml says: when an incident is opened, and who is told.
type Config struct {
	Judge  Policy `yaml:"judge"`
	OnCall OnCall `yaml:"on_call"`
	Phone  Caller `yaml:"phone"`
}

// A Policy says what it takes to open an incident, for all journeys and for single ones.
type Policy struct {
	JourneyPolicy `yaml:",inline"`
	Journeys      map[string]JourneyPolicy `yaml:"journeys"` // a zero field takes the policy for all
}

// A JourneyPolicy is the policy for one journey.
type JourneyPolicy struct {
	FailuresInARow int `yaml:"failures_in_a_row"` // runs; 1 to 100, default 2
	BrokenInARow   int `yaml:"broken_in_a_row"`   // runs; 1 to 100, default 2
	SlowRuns       int `yaml:"slow_runs"`         // runs; 1 to SlowOutOf, default 3
	SlowOutOf      int `yaml:"slow_out_of"`       // runs; up to 100, default 5
}

// For is the policy for a journey.
func (p Policy) For(name string) JourneyPolicy {
	own := p.Journeys[name]
	inherit := func(field *int, all int) {
		if *field == 0 {
			*field = all
		}
	}
	inherit(&own.FailuresInARow, p.FailuresInARow)
	inherit(&own.BrokenInARow, p.BrokenInARow)
	inherit(&own.SlowRuns, p.SlowRuns)
	inherit(&own.SlowOutOf, p.SlowOutOf)
	return own
}

// A Caller is the number that calls come from.
type Caller struct {
	From string `yaml:"from"` // E.164
}

// defaults is the one place where they are.
func defaults() Config {
	return Config{
		Judge:  Policy{JourneyPolicy: JourneyPolicy{FailuresInARow: 2, BrokenInARow: 2, SlowRuns: 3, SlowOutOf: 5}},
		OnCall: OnCall{RepeatAfter: 5 * time.Minute},
	}
}

//go:embed alerts.yaml
var shipped []byte

// Shipped is the alerts.yaml that was built into the program.
func Shipped() []byte { return shipped }
