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

// A Ledger keeps a journey's daily times for 13 months, for reports and for comparing a month with the same month last year.
// It is separate from JourneyState, which holds fewer days, as every run writes that state.
type Ledger struct {
	Steps map[string]trend.Days `json:"steps"` // by region and step, "eu-west-1/wait for the PDF"; oldest first
}

const ledgerDays = int64(incident.RetainDailyTimes / (24 * time.Hour))

func ledgerKey(name string) string { return "DAYS#" + name }

// Add returns the ledger with the days in a region's state. It is pure and idempotent, so that a day missed because of a
// crash is added with the next one.
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
	return Ledger{Steps: steps}.fit()
}

// Step splits a key of Steps into region and step.
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

// lastDay returns the latest day in the region's state; 0 if there is none.
func (r RegionState) lastDay() int64 {
	var last int64
	for _, s := range r.Steps {
		if len(s.Days) > 0 {
			last = max(last, s.Days[len(s.Days)-1].Day)
		}
	}
	return last
}

// updateLedger adds the days that the ledger lacks, then marks them as entered in the journey's state. Watch calls it, not
// Record, so that recording a run costs the same at any hour.
func (rec Recorder) updateLedger(ctx context.Context, name string, s JourneyState) error {
	days := map[string]int64{} // by region: the last day that is entered now
	for region, r := range s.Regions {
		if last := r.lastDay(); last > r.Entered {
			days[region] = last
		}
	}
	if len(days) == 0 {
		return nil
	}
	err := incident.UpdateItem(ctx, rec.Store, ledgerKey(name), func(l *Ledger) bool {
		for region := range days {
			*l = l.Add(region, s.Regions[region])
		}
		return true
	})
	if err != nil {
		return fmt.Errorf("update the ledger of daily times of %s: %w; retried at the next watch", name, err)
	}
	return incident.UpdateItem(ctx, rec.Store, incident.JourneyKey(name), func(s *JourneyState) bool {
		for region, day := range days {
			if r, ok := s.Regions[region]; ok {
				r.Entered = max(r.Entered, day)
				s.Regions[region] = r
			}
		}
		return true
	})
}
