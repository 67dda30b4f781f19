package judge

import (
	"slices"
	"time"

	"valkyrie/probes/journey"
)

// A RegionState is what is remembered of the runs from one region.
type RegionState struct {
	Slot           time.Time `json:"slot"`           // of the last run that was judged; anything up to it changes nothing
	EveryMS        int64     `json:"every_ms"`       // from slot to slot, as that run said; 0: it did not
	Doubt          time.Time `json:"doubt,omitzero"` // the runs that are kept up to this slot may be those of a clock that was ahead: they are not made up for
	Failed         Streak    `json:"failed"`         // failures in a row. Broken runs say nothing of the site, so they do not end it
	Good           int       `json:"good"`           // good runs in a row, likewise
	Broken         Streak    `json:"broken"`
	Wrong          Streak    `json:"wrong"` // runs in a row whose counts were not what they must be
	ConclusiveRuns int       `json:"told"`  // runs so far that told something of the site
	Bad            []BadRun  `json:"bad"`   // the slow and the failed ones of the last few, oldest first

	Day       int64          `json:"day"`               // of Slot, days since 1970 in UTC
	Steps     []StepDays     `json:"steps"`             // each step's daily times
	Entered   int64          `json:"entered,omitempty"` // the day up to which they are in the ledger
	Baselines []BaselineRate `json:"usual,omitempty"`   // of the counts that have a usual rate
}

// A Streak counts bad runs in a row.
type Streak struct {
	Count int       `json:"count"`
	Since time.Time `json:"since"` // slot of the first
}

func (s Streak) more(slot time.Time) Streak {
	if s.Count == 0 {
		s.Since = slot
	}
	return Streak{Count: s.Count + 1, Since: s.Since}
}

// A BadRun is a run that was slow or failed.
type BadRun struct {
	No     int       `json:"no"` // the how-manieth that told something; so it is known how far back it lies
	Slot   time.Time `json:"slot"`
	Failed bool      `json:"failed"` // else it was slow
}

// clone copies what fold writes to. What fold replaces as a whole is shared.
func (r RegionState) clone() RegionState {
	r.Bad, r.Steps, r.Baselines = slices.Clone(r.Bad), slices.Clone(r.Steps), slices.Clone(r.Baselines)
	return r
}

// fold folds a run into the region, in place. It reports whether the run is the first of a new day.
func (r *RegionState) fold(run journey.Run, p JourneyPolicy) (dayIsOver bool) {
	r.Slot, r.EveryMS = run.Slot, run.EveryMS
	if run.Slot.After(r.Doubt) {
		r.Doubt = time.Time{}
	}
	dayIsOver = r.closeDay(run.Slot)
	if run.Outcome == journey.Broken {
		r.Broken = r.Broken.more(run.Slot)
		return dayIsOver
	}
	r.Broken = Streak{}
	r.ConclusiveRuns++
	if run.Outcome == journey.Failed {
		r.Failed, r.Good = r.Failed.more(run.Slot), 0
	} else {
		r.Failed, r.Good = Streak{}, r.Good+1
		r.addStepTimes(run)
	}
	for len(r.Bad) > 0 && r.Bad[0].No <= r.ConclusiveRuns-p.window() {
		r.Bad = r.Bad[1:]
	}
	if run.Outcome != journey.Passed {
		r.Bad = append(r.Bad, BadRun{No: r.ConclusiveRuns, Slot: run.Slot, Failed: run.Outcome == journey.Failed})
	}
	return dayIsOver
}

// countRecent counts the failed, or the slow, among the last n runs that told something, from the first of them on.
func (r RegionState) countRecent(failed bool, n int) Streak {
	var s Streak
	for _, b := range r.Bad {
		if b.Failed == failed && b.No > r.ConclusiveRuns-n {
			s = s.more(b.Slot)
		}
	}
	return s
}

// clearFailures forgets the failures that an incident was about, once it is over: they are no part of the next one.
func (j *judging) clearFailures() {
	for name, r := range j.Regions {
		r.Bad = slices.DeleteFunc(slices.Clone(r.Bad), func(b BadRun) bool { return b.Failed })
		j.Regions[name] = r
	}
	j.now = j.Regions[j.run.Region]
}

// ReportsFor is for how long a run tells how its region is, where nobody said how often it runs.
const ReportsFor = time.Hour

// SilentAt is when the region's silence is long enough to be an incident; false when no run of it is expected.
func (r RegionState) SilentAt(p JourneyPolicy) (time.Time, bool) {
	every := p.Every
	if every == 0 {
		every = time.Duration(r.EveryMS) * time.Millisecond
	}
	if every == 0 || p.SilentAfter == 0 {
		return time.Time{}, false
	}
	return r.Slot.Add(time.Duration(p.SilentAfter)*every + p.SilentGrace), true
}

// reportsAt reports whether the region's last run is recent enough to say how it is there at a time.
func (r RegionState) reportsAt(p JourneyPolicy, at time.Time) bool {
	until, ok := r.SilentAt(p)
	if !ok {
		until = r.Slot.Add(ReportsFor)
	}
	return at.Before(until)
}
