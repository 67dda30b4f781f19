package judge

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge/trend"
	"valkyrie/probes/journey"
)

// StepDays holds a step's duration per day.
type StepDays struct {
	Name    string       `json:"name"`
	SlowMS  int64        `json:"slow_ms"`
	LimitMS int64        `json:"limit_ms"`
	Today   trend.Median `json:"today"`
	Days    trend.Days   `json:"days"` // oldest first; the last MaxTrendDays days

	Hour   int64        `json:"hour,omitempty"`   // the current hour, in hours since 1970
	Now    trend.Median `json:"now,omitzero"`     // of that hour
	Peak   int64        `json:"peak,omitempty"`   // highest hourly median of today, milliseconds
	Peaks  trend.Days   `json:"peaks,omitempty"`  // of each day, as Days
	Raised int          `json:"raised,omitempty"` // consecutive hours that took raisedBy times as long as usual
	Fast   time.Time    `json:"fast,omitzero"`    // a time: slot of the latest run that was not slower than usual by half
}

// Thresholds of a step that became slower all at once: its median of raisedHours hours in a row is raisedBy times that of the
// days before. A daily peak of twice the usual time is none, nor is an hour of trouble.
const (
	raisedBy    = 2.5
	raisedHours = 2
	fastBelow   = 1.5
	raisedLeast = 100 // milliseconds: less is no news
	usualDays   = 7
	usualNeeds  = 3 // of them
	hourNeeds   = 3 // runs
)

// usual returns the typical time of the last days; false until enough are known.
func (s StepDays) usual() (float64, bool) {
	all := make([]float64, 0, usualDays)
	for _, d := range s.Days[max(0, len(s.Days)-usualDays):] {
		all = append(all, float64(d.MS))
	}
	return trend.MedianOf(all), len(all) >= usualNeeds
}

// isRaised reports whether the step was raised for raisedHours, and still is in the current hour: an hour whose first half was
// slow may have a raised median, though its end was not.
func (s StepDays) isRaised() bool {
	if s.Raised < raisedHours || s.Now.N < hourNeeds {
		return false
	}
	usual, known := s.usual()
	return known && s.Now.Value() >= fastBelow*usual
}

// addToHour adds a duration to the median of its hour. The end of an hour moves it into the day's peak, and tells whether
// the step is raised.
func (s *StepDays) addToHour(slot time.Time, ms float64) {
	usual, known := s.usual()
	if hour := hourOf(slot); hour != s.Hour {
		if s.Now.N >= hourNeeds {
			median := s.Now.Value()
			s.Peak = max(s.Peak, int64(math.Round(median)))
			switch {
			case known && median >= raisedBy*usual && median-usual >= raisedLeast:
				s.Raised++
			case s.Raised < raisedHours || median < fastBelow*usual: // else it may be raised by a little less
				s.Raised = 0
			}
		}
		s.Hour, s.Now = hour, trend.Median{}
	}
	if s.Now.Add(ms); known && ms < fastBelow*usual {
		s.Fast = slot
	}
}

// closeDay adds the daily times of the last run's day when slot is on a later day. It reports whether there are any.
func (r *RegionState) closeDay(slot time.Time) bool {
	today := dayOf(slot)
	if today == r.Day {
		return false
	}
	var kept []StepDays
	for _, s := range r.Steps {
		days := slices.Clone(s.Days)
		if s.Today.N > 0 {
			days = append(days, trend.Daily{Day: r.Day, MS: int64(math.Round(s.Today.Typical()))})
		}
		s.Days = slices.DeleteFunc(days, func(d trend.Daily) bool { return d.Day < today-MaxTrendDays })
		peaks := slices.Clone(s.Peaks)
		if s.Peak > 0 {
			peaks = append(peaks, trend.Daily{Day: r.Day, MS: s.Peak})
		}
		s.Peaks = slices.DeleteFunc(peaks, func(d trend.Daily) bool { return d.Day < today-MaxTrendDays })
		s.Today, s.Peak = trend.Median{}, 0
		if len(s.Days) > 0 { // else the journey has not had this step for weeks
			kept = append(kept, s)
		}
	}
	r.Day, r.Steps = today, kept
	return len(kept) > 0
}

// addStepTimes adds the step durations of a good run to the medians of the day.
func (r *RegionState) addStepTimes(run journey.Run) {
	for i := range run.Steps {
		res := &run.Steps[i]
		if res.Cleanup || !res.Outcome.Good() {
			continue
		}
		s := r.step(res.Name)
		s.SlowMS, s.LimitMS = res.SlowMS, res.LimitMS
		s.Today.Add(float64(res.DurationMS))
		s.addToHour(run.Slot, float64(res.DurationMS))
	}
}

func (r *RegionState) step(name string) *StepDays {
	for i := range r.Steps {
		if r.Steps[i].Name == name {
			return &r.Steps[i]
		}
	}
	r.Steps = append(r.Steps, StepDays{Name: name})
	return &r.Steps[len(r.Steps)-1]
}

const secondsADay = 24 * 60 * 60

func dayOf(t time.Time) int64 { return int64(math.Floor(float64(t.Unix()) / secondsADay)) }

// date returns midnight UTC of the day.
func date(day int64) time.Time { return time.Unix(day*secondsADay, 0).UTC() }

// pooledDays averages a step's days, or its busiest hour of each day, over the regions with about as many days as the best one, and returns these regions.
// Averaging reduces the random variation: over three regions, to little more than half.
//
// Each day averages the same regions, as a region that is added, removed or misses a day would look like a rise. Most of
// them must rise by at least minShare of the average; otherwise the result is empty, as the trend belongs to single regions.
func (j *judging) pooledDays(step StepDays, peaks bool) (StepDays, []string) {
	const maxMissed = 3   // days that a region may have less than the best
	const minShare = 0.25 // of the average slope
	seen := map[string]map[int64]int64{}
	most := 0
	for name, r := range j.Regions {
		i := slices.IndexFunc(r.Steps, func(s StepDays) bool { return s.Name == step.Name })
		if i < 0 {
			continue
		}
		seen[name] = map[int64]int64{}
		days := r.Steps[i].Days
		if peaks {
			days = r.Steps[i].Peaks
		}
		for _, d := range days {
			if d.Day >= j.now.Day-int64(j.policy.TrendDays) {
				seen[name][d.Day] = d.MS
			}
		}
		most = max(most, len(seen[name]))
	}
	maps.DeleteFunc(seen, func(_ string, days map[int64]int64) bool { return len(days) < most-maxMissed })
	all := StepDays{Name: step.Name, SlowMS: step.SlowMS, LimitMS: step.LimitMS}
	for day := j.now.Day - int64(j.policy.TrendDays); day < j.now.Day; day++ {
		sum, n := int64(0), 0
		for _, days := range seen {
			if ms, ok := days[day]; ok {
				sum, n = sum+ms, n+1
			}
		}
		if n > 0 && n == len(seen) {
			all.Days = append(all.Days, trend.Daily{Day: day, MS: sum / int64(n)})
		}
	}
	least, rising := minShare*trend.Of(all.Days).Slope, 0
	for _, days := range seen {
		if trend.Of(daysOf(days)).Slope >= least {
			rising++
		}
	}
	if 2*rising <= len(seen) {
		return StepDays{}, nil
	}
	return all, slices.Sorted(maps.Keys(seen))
}

// daysOf returns the days in order, oldest first.
func daysOf(of map[int64]int64) trend.Days {
	var days trend.Days
	for _, day := range slices.Sorted(maps.Keys(of)) {
		days = append(days, trend.Daily{Day: day, MS: of[day]})
	}
	return days
}

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
