package judge

import (
	"slices"
	"time"

	"valkyrie/probes/journey"
)

// A RegionState is the stored state of the runs from one region.
type RegionState struct {
	Slot           time.Time `json:"slot"`           // of the last judged run; a run at or before it is ignored
	EveryMS        int64     `json:"every_ms"`       // interval of the slots that the run reported; 0: none
	Doubt          time.Time `json:"doubt,omitzero"` // runs stored up to this slot may come from a clock that was ahead: they are never judged later
	Failed         Streak    `json:"failed"`         // consecutive failed runs; a broken run is inconclusive and does not end the streak
	Good           int       `json:"good"`           // consecutive good runs, likewise
	Broken         Streak    `json:"broken"`
	Wrong          Streak    `json:"wrong"`                // consecutive runs with wrong counts
	Uncleaned      Streak    `json:"uncleaned,omitzero"`   // consecutive runs whose cleanup failed
	Unfinished     string    `json:"unfinished,omitempty"` // id of the last judged run while its evidence and cleanup follow
	ConclusiveRuns int       `json:"told"`                 // runs so far that passed, were slow or failed
	Bad            []BadRun  `json:"bad"`                  // slow and failed runs among the last few, oldest first

	Day       int64          `json:"day"`               // of Slot, in days since 1970, UTC
	Steps     []StepDays     `json:"steps"`             // daily times of each step
	Entered   int64          `json:"entered,omitempty"` // the day up to which Steps is in the ledger
	Baselines []BaselineRate `json:"usual,omitempty"`   // of the counts that have a baseline
}

// A Streak counts consecutive bad runs.
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
	No     int       `json:"no"` // index among the conclusive runs of the region, from 1
	Slot   time.Time `json:"slot"`
	Failed bool      `json:"failed"` // else it was slow
}

// clone copies the slices that fold writes to; fields that fold replaces as a whole are shared.
func (r RegionState) clone() RegionState {
	r.Bad, r.Steps, r.Baselines = slices.Clone(r.Bad), slices.Clone(r.Steps), slices.Clone(r.Baselines)
	return r
}

// fold adds a run to the region in place. It reports whether the run is the first of a new day.
func (r *RegionState) fold(run journey.Run, p JourneyPolicy) (dayIsOver bool) {
	r.Slot, r.EveryMS, r.Unfinished = run.Slot, run.EveryMS, ""
	if run.Unfinished() {
		r.Unfinished = run.ID
	}
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

// countRecent counts the failed, or else the slow, runs among the last n conclusive ones.
func (r RegionState) countRecent(failed bool, n int) Streak {
	var s Streak
	for _, b := range r.Bad {
		if b.Failed == failed && b.No > r.ConclusiveRuns-n {
			s = s.more(b.Slot)
		}
	}
	return s
}

// ReportsFor is the time for which a run counts as the state of its region if the interval of the runs is unknown.
const ReportsFor = time.Hour

// SilentAt returns the time at which the region counts as silent; false if no run is expected from it.
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

// reportsAt reports whether the region's last run is recent enough to count at a given time.
func (r RegionState) reportsAt(p JourneyPolicy, at time.Time) bool {
	until, ok := r.SilentAt(p)
	if !ok {
		until = r.Slot.Add(ReportsFor)
	}
	return at.Before(until)
}
