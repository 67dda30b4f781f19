package alerts

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// A Ledger keeps a journey's daily medians for 13 months: for people to look at, and to compare a month with the same of
// last year. Judging has its own, shorter memory, so that its state, which every run writes, stays small.
type Ledger struct {
	Steps map[string]Days `json:"steps"` // by region and step, "eu-west-1/wait for the PDF"; oldest first
}

const ledgerDays = 397 // 13 months

func ledgerKey(name string) string { return "DAYS#" + name }

// Add takes in the days that judging remembers of a region. It is pure; adding them again changes nothing, so that a day
// that was missed because of a crash comes with the next.
func (l Ledger) Add(region string, r RegionState) Ledger {
	steps := map[string]Days{}
	for key, days := range l.Steps {
		steps[key] = slices.DeleteFunc(slices.Clone(days), func(d Daily) bool { return d.Day < r.Day-ledgerDays })
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

// LoadLedger reads a journey's daily medians from a store.
func LoadLedger(ctx context.Context, items Items, name string) (Ledger, error) {
	var l Ledger
	_, err := load(ctx, items, ledgerKey(name), &l)
	return l, err
}

// enter writes the days of a region into the ledger, when a day is over.
func (d Desk) enter(ctx context.Context, name, region string, r RegionState) error {
	err := change(ctx, d.Store, ledgerKey(name), func(l *Ledger) bool {
		*l = l.Add(region, r)
		return true
	})
	if err != nil {
		return fmt.Errorf("the daily medians of %s could not be kept; they come with the next day's: %w", name, err)
	}
	return nil
}
