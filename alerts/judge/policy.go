package judge

import (
	"cmp"
	"time"
)

// A Policy says what it takes to open an incident, for all journeys and for single ones, and which batches report here.
type Policy struct {
	JourneyPolicy `yaml:",inline"`
	Journeys      map[string]JourneyPolicy `yaml:"journeys"` // a field that is left out takes the policy for all
	Heartbeats    []HeartbeatPolicy        `yaml:"heartbeats"`
}

// A JourneyPolicy is the policy for one journey.
type JourneyPolicy struct {
	FailuresInARow int    `yaml:"failures_in_a_row"` // runs in one region; 1 to 100, default 2
	RecoverAfter   int    `yaml:"recover_after"`     // good runs in a row that end it; 1 to 100, default 1
	Regions        Quorum `yaml:"regions"`           // how many regions must agree; default: majority of 3 or more, else any

	FlappingFailures   int           `yaml:"flapping_failures"`    // runs; 1 to FlappingOutOf, default 5
	FlappingOutOf      int           `yaml:"flapping_out_of"`      // runs; up to 100, default 20
	FlappingOutages    int           `yaml:"flapping_spells"`      // outages within ReturnWithin; 2 to 100, default 3
	FlappingRingsAfter time.Duration `yaml:"flapping_rings_after"` // from the first failure to the latest; default 30m
	ReturnWithin       time.Duration `yaml:"return_within"`        // an outage that returns continues the incident; default 24h
	QuietFor           time.Duration `yaml:"quiet_for"`            // no failure for so long ends flapping; default 6h

	SlowRuns  int `yaml:"slow_runs"`   // runs; 1 to SlowOutOf, default 3
	SlowOutOf int `yaml:"slow_out_of"` // runs; up to 100, default 5

	TrendDays    int `yaml:"creeping_days"`  // days that a trend is made of; 14 to 42, default 28
	TrendHorizon int `yaml:"creeping_ahead"` // days until the limit is crossed, at most; 1 to 365, default 45

	BrokenInARow int `yaml:"broken_in_a_row"` // runs; 1 to 100, default 2

	Every       time.Duration `yaml:"every"`        // from slot to slot; default: what the runs say themselves
	SilentAfter int           `yaml:"silent_after"` // runs in a row that did not come; 1 to 100, default 3
	SilentGrace time.Duration `yaml:"silent_grace"` // for the last of them to end and be reported; default 1m

	Counts       []CountRule `yaml:"counts"`
	CountsInARow int         `yaml:"counts_in_a_row"` // runs whose numbers are wrong; 1 to 100, default 2
}

// DefaultPolicy is the one place where the defaults are.
//
// Flapping, 5 of 20, is chosen so that a site where each run fails by itself once in a hundred times stays silent: a run
// opens it when it fails and at least 4 of the 19 before it did, 0.01 · C(19,4) · 0.01⁴ · 0.99¹⁵ = 3.3e-7 of the runs,
// or 0.014 false alarms in a month of 43 200 runs. 4 of 20 would be 0.36 a month, and 3 of 20 would be 6.
// Down, 2 in a row, is for failures that are not chance: at the same rate chance alone gives 43 200 · 0.01² = 4.3 a
// month where one region decides, and 3 in a row 0.04. A majority of three regions makes it 43 200 · 3 · 4 · 0.01⁴ = 0.005, as each
// of two may be so in this run or the one before. For ten journeys that is a call every other year; so where the third
// region works, both must have failed once more, which is 1e-6 a month. What is down everywhere is told as soon as ever.
func DefaultPolicy() Policy {
	return Policy{JourneyPolicy: JourneyPolicy{
		FailuresInARow: 2, RecoverAfter: 1,
		FlappingFailures: 5, FlappingOutOf: 20, FlappingOutages: 3, FlappingRingsAfter: 30 * time.Minute,
		ReturnWithin: 24 * time.Hour, QuietFor: 6 * time.Hour,
		SlowRuns: 3, SlowOutOf: 5, TrendDays: 28, TrendHorizon: 45,
		BrokenInARow: 2, SilentAfter: 3, SilentGrace: time.Minute, CountsInARow: 2,
	}}
}

// For is the policy for a journey.
func (p Policy) For(name string) JourneyPolicy {
	own, all := p.Journeys[name], p.JourneyPolicy
	own.FailuresInARow = cmp.Or(own.FailuresInARow, all.FailuresInARow)
	own.RecoverAfter = cmp.Or(own.RecoverAfter, all.RecoverAfter)
	own.Regions = cmp.Or(own.Regions, all.Regions)
	own.FlappingFailures = cmp.Or(own.FlappingFailures, all.FlappingFailures)
	own.FlappingOutOf = cmp.Or(own.FlappingOutOf, all.FlappingOutOf)
	own.FlappingOutages = cmp.Or(own.FlappingOutages, all.FlappingOutages)
	own.FlappingRingsAfter = cmp.Or(own.FlappingRingsAfter, all.FlappingRingsAfter)
	own.ReturnWithin = cmp.Or(own.ReturnWithin, all.ReturnWithin)
	own.QuietFor = cmp.Or(own.QuietFor, all.QuietFor)
	own.SlowRuns = cmp.Or(own.SlowRuns, all.SlowRuns)
	own.SlowOutOf = cmp.Or(own.SlowOutOf, all.SlowOutOf)
	own.TrendDays = cmp.Or(own.TrendDays, all.TrendDays)
	own.TrendHorizon = cmp.Or(own.TrendHorizon, all.TrendHorizon)
	own.BrokenInARow = cmp.Or(own.BrokenInARow, all.BrokenInARow)
	own.Every = cmp.Or(own.Every, all.Every)
	own.SilentAfter = cmp.Or(own.SilentAfter, all.SilentAfter)
	own.SilentGrace = cmp.Or(own.SilentGrace, all.SilentGrace)
	own.CountsInARow = cmp.Or(own.CountsInARow, all.CountsInARow)
	if own.Counts == nil {
		own.Counts = all.Counts
	}
	return own
}

// window is how many runs a region has to remember.
func (p JourneyPolicy) window() int { return max(p.SlowOutOf, p.FlappingOutOf) }

const (
	MaxRuns      = 100 // runs; more would be slower to notice than any customer
	MinTrendDays = 14  // of a trend: below, a weekday has no second one to be compared with
	MaxTrendDays = 42  // of a trend; so many are remembered
)
