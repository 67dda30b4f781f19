// Package practice holds the practice shop's journeys, one per file. The demo, the outages, the benchmark and the tests
// play these, whatever journeys a deployment runs, so replacing probes.All changes none of them.
package practice

import (
	_ "embed"

	"valkyrie/probes/journey"
)

// Alerts is the practice shop's alerts.yaml: whom to page, and what its batches and counts must be.
//
//go:embed alerts.yaml
var Alerts []byte

// Schedules are the schedules of the practice shop's journeys, as template.yaml has them between its marks.
//
//go:embed schedules.yaml
var Schedules string

// All lists the practice shop's journeys.
var All = []func() journey.Journey{
	PrintCard,
	CreateOrder,
	OrderAPI,
	JobAPI,
	Diagnostics,
	OrderRate,
	SiteSweep,
	WeeklyCards,
}
