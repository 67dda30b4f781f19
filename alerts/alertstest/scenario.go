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
func (s *Scenario) Run(r journey.Run) []judge.Decision {
	var decisions []judge.Decision
	s.State, decisions = judge.Judge(s.Policy, s.State, r, "print a card")
	s.record(decisions, r.Slot)
	return decisions
}

func (s *Scenario) record(decisions []judge.Decision, at time.Time) {
	s.Decisions = append(s.Decisions, decisions...)
	for _, d := range decisions {
		if d.Verb == judge.Opens || d.Verb == judge.Reopens || d.Verb == judge.Resolves {
			s.Changes = append(s.Changes, fmt.Sprintf("%s %s@%d", d.Incident.Kind, d.Verb, int(at.Sub(Start).Minutes())))
		}
	}
}

// Sequence judges runs of one region, a letter and a minute each: "pff", or "p*30" for thirty of them. It returns the changes.
func (s *Scenario) Sequence(text string) string {
	minute := 0
	for _, word := range strings.Fields(text) {
		runes, n, _ := strings.Cut(word, "*")
		times := 1
		fmt.Sscan(n, &times)
		for range times {
			for _, l := range runes {
				s.Run(Run(minute, "eu", Outcomes[l]))
				minute++
			}
		}
	}
	return strings.Join(s.Changes, " ")
}

// Regions judges runs of several regions: a word is a slot, a letter a region, "." a missing run. It returns the changes.
func (s *Scenario) Regions(text string) string {
	for minute, word := range strings.Fields(text) {
		for i, l := range word {
			if l != '.' {
				s.Run(Run(minute, []string{"eu", "us", "ap"}[i], Outcomes[l]))
			}
		}
	}
	return strings.Join(s.Changes, " ")
}

// Watch checks for missing runs at a minute.
func (s *Scenario) Watch(minute float64, watchedSince time.Time) {
	now := Start.Add(time.Duration(minute * float64(time.Minute)))
	var decisions []judge.Decision
	s.State, decisions = s.State.Watch(s.Policy, "print-card", "print a card", now, watchedSince)
	s.record(decisions, now)
}
