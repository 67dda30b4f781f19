// Package suite holds what a program watches, so that only the programs' main functions name the user's journeys and
// policy: all else is given a suite, and is tested with the practice shop's.
package suite

import (
	"context"
	"time"

	"valkyrie/alerts"
	"valkyrie/alerts/config"
	"valkyrie/alerts/watchdog"
	"valkyrie/probes"
	"valkyrie/probes/journey"
)

// A Suite is the journeys to run, and the policy by which to judge them.
type Suite struct {
	Journeys []func() journey.Journey
	Alerts   []byte // the alerts.yaml that is built in
}

// Yours is the suite of this tree: probes.All and alerts/alerts.yaml.
func Yours() Suite { return Suite{Journeys: probes.All, Alerts: alerts.Shipped()} }

// Names lists the scheduled journeys, in their order.
func (s Suite) Names() []string { return journey.Names(s.Journeys) }

// Titles returns the titles of the scheduled journeys, by name.
func (s Suite) Titles() map[string]string { return journey.Titles(s.Journeys) }

// Scheduled returns the makers of the scheduled journeys.
func (s Suite) Scheduled() []func() journey.Journey { return journey.Scheduled(s.Journeys) }

// parseLimit bounds reading an alerts.yaml, which takes milliseconds.
const parseLimit = 20 * time.Second

// Policy parses the text of an alerts.yaml for these journeys; file is what its errors call it. Whatever the file contains,
// it returns.
func (s Suite) Policy(file string, text []byte) (config.Config, error) {
	return policyWithin(parseLimit, file, func() (config.Config, error) { return config.Parse(file, text, s.Names()) })
}

func policyWithin(limit time.Duration, file string, parse func() (config.Config, error)) (config.Config, error) {
	return watchdog.Value(context.Background(), "reading "+file, limit, parse)
}
