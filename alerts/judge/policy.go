package judge

import (
	"cmp"
	"time"

	"valkyrie/alerts/incident"
)

// A Policy holds the thresholds for opening incidents, for all journeys and per journey, and the batches to watch.
type Policy struct {
	JourneyPolicy `yaml:",inline"`
	Journeys      map[string]JourneyPolicy `yaml:"journeys"` // an omitted field inherits the policy for all
	Heartbeats    []HeartbeatPolicy        `yaml:"heartbeats"`
}

// A JourneyPolicy is the policy for one journey.
type JourneyPolicy struct {
	FailuresInARow int    `yaml:"failures_in_a_row"` // consecutive failed runs in one region that count as down; 1 to 100, default 2
	RecoverAfter   int    `yaml:"recover_after"`     // consecutive good runs that close it; 1 to 100, default 1
	Regions        Quorum `yaml:"regions"`           // quorum of regions; default: majority of 3 or more, else any

	FlappingFailures   int           `yaml:"flapping_failures"`    // runs of one region; 1 to FlappingOutOf, default 5
	FlappingOutOf      int           `yaml:"flapping_out_of"`      // runs; up to 100, default 20
	FlappingOutages    int           `yaml:"flapping_spells"`      // outages within ReturnWithin; 2 to 100, default 3
	FlappingRingsAfter time.Duration `yaml:"flapping_rings_after"` // length of an outage that the failures add up to, before flapping calls; 1m to 24h, default 1h
	ReturnWithin       time.Duration `yaml:"return_within"`        // a new outage within this time reopens the incident; 1m to 7d, default 24h
	QuietFor           time.Duration `yaml:"quiet_for"`            // time without a failure that closes flapping; 1m to 7d, default 6h

	SlowRuns  int `yaml:"slow_runs"`   // runs; 1 to SlowOutOf, default 3
	SlowOutOf int `yaml:"slow_out_of"` // runs; up to 100, default 5

	TrendDays    int `yaml:"creeping_days"`  // days that a trend is computed from; 14 to 42, default 28
	TrendHorizon int `yaml:"creeping_ahead"` // days until the predicted crossing, at most; 1 to 365, default 45

	BrokenInARow  int `yaml:"broken_in_a_row"`  // runs; 1 to 100, default 2
	CleanupInARow int `yaml:"cleanup_in_a_row"` // consecutive runs whose cleanup failed; 1 to 100, default 3

	Every       time.Duration `yaml:"every"`        // interval of the slots, 1s to 24h; default: as the runs report it
	SilentAfter int           `yaml:"silent_after"` // consecutive missing runs; 1 to 100, default 3
	SilentGrace time.Duration `yaml:"silent_grace"` // time for the last of them to end and be recorded; 1s to 1h, default 1m

	Configured []string         // regions that should report, which alerts.yaml does not say; nil: those that have
	Paused     []incident.Pause // regions whose runs are not missed; Recorder.Watch reads them from the store

	Counts       []CountRule `yaml:"counts"`
	CountsInARow int         `yaml:"counts_in_a_row"` // consecutive runs with wrong counts; 1 to 100, default 2
}

// DefaultPolicy returns the default of every field, with the false alarms of each threshold where each run fails at random
// once in a hundred, with a run each minute (43 200 a month).
//
// Flapping, 5 of 20: a run opens it if it fails and at least 4 of the 19 before it did,
// 0.01 · C(19,4) · 0.01⁴ · 0.99¹⁵ = 3.3e-7 of the runs, or 0.014 false alarms a month. 4 of 20 would give 0.36 a month,
// 3 of 20 would give 6.
//
// Down, 2 in a row: one region gives 43 200 · 0.01² = 4.3 false alarms a month, and with a second try of each failed run
// (the default from one or two regions) 4e-4. A majority of three regions gives 43 200 · 3 · 4 · 0.01⁴ = 0.005, as each of
// two may be down in this run or the one before. So while the third region works, both must have failed in the same two
// slots, which gives 43 200 · 3 · 0.01⁴ = 0.0013: a call in 60 years. Where failures are as frequent as that, in one slot more: see
// falseQuorums.
//
// The pooled evidence is derived beside its constants, in pooled.go, and slow runs in degraded.go.
func DefaultPolicy() Policy {
	return Policy{JourneyPolicy: JourneyPolicy{
		FailuresInARow: 2, RecoverAfter: 1,
		FlappingFailures: 5, FlappingOutOf: 20, FlappingOutages: 3, FlappingRingsAfter: time.Hour,
		ReturnWithin: 24 * time.Hour, QuietFor: 6 * time.Hour,
		SlowRuns: 3, SlowOutOf: 5, TrendDays: 28, TrendHorizon: 45,
		BrokenInARow: 2, CleanupInARow: 3, SilentAfter: 3, SilentGrace: time.Minute, CountsInARow: 2,
	}}
}

// For returns the policy of a journey: its own fields, else those for all.
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
	own.CleanupInARow = cmp.Or(own.CleanupInARow, all.CleanupInARow)
	own.Every = cmp.Or(own.Every, all.Every)
	own.SilentAfter = cmp.Or(own.SilentAfter, all.SilentAfter)
	own.SilentGrace = cmp.Or(own.SilentGrace, all.SilentGrace)
	own.CountsInARow = cmp.Or(own.CountsInARow, all.CountsInARow)
	own.Configured, own.Paused = all.Configured, all.Paused
	if own.Counts == nil {
		own.Counts = all.Counts
	}
	return own
}

// window returns the number of conclusive runs that a region must remember.
func (p JourneyPolicy) window() int { return max(p.SlowOutOf, p.FlappingOutOf, aloneRuns) }

// pausedUntil returns the end of a region's pause, which may be over; zero: there is none.
func (p JourneyPolicy) pausedUntil(region string) (until time.Time) {
	for _, pause := range p.Paused {
		if pause.Region == region {
			until = incident.Latest(until, pause.Until)
		}
	}
	return until
}

// Bounds of the policy.
const (
	MaxRuns      = 100 // runs in any threshold; more would detect later than customers do
	MinTrendDays = 14  // of a trend, so that each weekday occurs twice
	MaxTrendDays = 42  // of a trend, and the number that a state keeps
)
