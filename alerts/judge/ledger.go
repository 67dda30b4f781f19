package judge

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge/trend"
)

// A Ledger keeps a journey's daily times for 13 months: for people to look at, and to compare a month with the same of
// last year. Judging has its own, shorter memory, so that its state, which every run writes, stays small.
type Ledger struct {
	Steps map[string]trend.Days `json:"steps"` // by region and step, "eu-west-1/wait for the PDF"; oldest first
}

const ledgerDays = int64(incident.RetainDailyTimes / (24 * time.Hour))

func ledgerKey(name string) string { return "DAYS#" + name }

// Add takes in the days that judging remembers of a region. It is pure; adding them again changes nothing, so that a day
// that was missed because of a crash comes with the next.
func (l Ledger) Add(region string, r RegionState) Ledger {
	steps := map[string]trend.Days{}
	for key, days := range l.Steps {
		steps[key] = slices.DeleteFunc(slices.Clone(days), func(d trend.Daily) bool { return d.Day < r.Day-ledgerDays })
		if len(steps[key]) == 0 {
			delete(steps, key)
		}
	}
	for _, s := range r.Steps {
		key := region + "/" + s.Name
		days := steps[key]
		for _, d := range s.Days {
			if len(days) == 0 || d.Day > days[len(days)-1].Day {
				days = append(days, d)
			}
		}
		if len(days) > 0 {
			steps[key] = days
		}
	}
	return Ledger{Steps: steps}
}

// Step splits a key of Steps.
func (l Ledger) Step(key string) (region, step string) {
	region, step, _ = strings.Cut(key, "/")
	return region, step
}

// LoadLedger reads a journey's daily times from a store.
func LoadLedger(ctx context.Context, items incident.Items, name string) (Ledger, error) {
	var l Ledger
	_, err := incident.LoadItem(ctx, items, ledgerKey(name), &l)
	return l, err
}

// lastDay is the latest day whose times judging remembers of the region; 0 when there is none.
func (r RegionState) lastDay() int64 {
	var last int64
	for _, s := range r.Steps {
		if len(s.Days) > 0 {
			last = max(last, s.Days[len(s.Days)-1].Day)
		}
	}
	return last
}

// updateLedger brings the days of a journey that the ledger lacks into it, and then notes in the journey's state that they are
// there. It is no part of taking in a run, which is to cost the same at any hour.
func (d Recorder) updateLedger(ctx context.Context, name string, s JourneyState) error {
	days := map[string]int64{} // by region: up to which they are entered now
	for region, r := range s.Regions {
		if last := r.lastDay(); last > r.Entered {
			days[region] = last
		}
	}
	if len(days) == 0 {
		return nil
	}
	err := incident.UpdateItem(ctx, d.Store, ledgerKey(name), func(l *Ledger) bool {
		for region := range days {
			*l = l.Add(region, s.Regions[region])
		}
		return true
	})
	if err != nil {
		return fmt.Errorf("the daily times of %s could not be kept; it is tried again: %w", name, err)
	}
	return incident.UpdateItem(ctx, d.Store, incident.JourneyKey(name), func(s *JourneyState) bool {
		for region, day := range days {
			if r, ok := s.Regions[region]; ok {
				r.Entered = max(r.Entered, day)
				s.Regions[region] = r
			}
		}
		return true
	})
}
