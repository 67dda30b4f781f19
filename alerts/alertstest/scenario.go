package alertstest

import (
	"fmt"
	"strings"
	"time"

	"valkyrie/alerts/judge"
	"valkyrie/probes/journey"
)

// A Scenario judges runs in order and records the decisions.
type Scenario struct {
	Policy    judge.JourneyPolicy
	State     judge.JourneyState
	Changes   []string // openings, reopenings and closings, with their minute: "down opens@2"
	Decisions []judge.Decision
}

// Run judges one run.
func (c *Scenario) Run(r journey.Run) []judge.Decision {
	var ds []judge.Decision
	c.State, ds = judge.Judge(c.Policy, c.State, r, "print a card")
	c.record(ds, r.Slot)
	return ds
}

func (c *Scenario) record(ds []judge.Decision, at time.Time) {
	c.Decisions = append(c.Decisions, ds...)
	for _, d := range ds {
		if d.Verb == judge.Opens || d.Verb == judge.Reopens || d.Verb == judge.Resolves {
			c.Changes = append(c.Changes, fmt.Sprintf("%s %s@%d", d.Incident.Kind, d.Verb, int(at.Sub(Start).Minutes())))
		}
	}
}

// Sequence judges runs of one region, a letter and a minute each: "pff", or "p*30" for thirty of them. It returns the changes.
func (c *Scenario) Sequence(text string) string {
	minute := 0
	for _, word := range strings.Fields(text) {
		runes, n, _ := strings.Cut(word, "*")
		times := 1
		fmt.Sscan(n, &times)
		for range times {
			for _, l := range runes {
				c.Run(Run(minute, "eu", Outcomes[l]))
				minute++
			}
		}
	}
	return strings.Join(c.Changes, " ")
}

// Regions judges runs of several regions: a word is a slot, a letter a region, "." a missing run. It returns the changes.
func (c *Scenario) Regions(text string) string {
	for minute, word := range strings.Fields(text) {
		for i, l := range word {
			if l != '.' {
				c.Run(Run(minute, []string{"eu", "us", "ap"}[i], Outcomes[l]))
			}
		}
	}
	return strings.Join(c.Changes, " ")
}

// Watch checks for missing runs at a minute.
func (c *Scenario) Watch(minute float64, awake time.Time) {
	now := Start.Add(time.Duration(minute * float64(time.Minute)))
	var ds []judge.Decision
	c.State, ds = c.State.Watch(c.Policy, "print-card", "print a card", now, awake)
	c.record(ds, now)
}
