package judge

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
	"valkyrie/probes/journey"
)

// A RegionState is the stored state of the runs from one region.
type RegionState struct {
	Slot           time.Time `json:"slot"`             // of the last judged run; a run at or before it is ignored
	EveryMS        int64     `json:"every_ms"`         // interval of the slots that the run reported; 0: none
	Awaited        time.Time `json:"awaited,omitzero"` // a time: runs are expected since then, of a region that never reported
	Doubt          time.Time `json:"doubt,omitzero"`   // runs stored up to this slot may come from a clock that was ahead: they are never judged later
	Failed         Streak    `json:"failed"`           // consecutive failed runs; a broken run is inconclusive and does not end the streak
	Good           int       `json:"good"`             // consecutive good runs, likewise
	Broken         Streak    `json:"broken"`
	Wrong          Streak    `json:"wrong"`                // consecutive runs with wrong counts
	Uncleaned      Streak    `json:"uncleaned,omitzero"`   // consecutive runs whose cleanup failed
	Unfinished     string    `json:"unfinished,omitempty"` // id of the last judged run while its evidence and cleanup follow
	ConclusiveRuns int       `json:"told"`                 // runs so far that passed, were slow or failed
	Bad            []BadRun  `json:"bad"`                  // slow and failed runs among the last few, oldest first

	Recent string `json:"recent,omitempty"` // results of the last recentSlots slots, a letter each, that of Slot last
	Rates  []Rate `json:"rates,omitempty"`  // failed and broken runs of the last rateHours hours, oldest first

	Background Background `json:"background,omitzero"` // how often runs break or do not come by chance

	Day       int64          `json:"day"`               // of Slot, in days since 1970, UTC
	Steps     []StepDays     `json:"steps"`             // daily times of each step
	Entered   int64          `json:"entered,omitempty"` // the day up to which Steps is in the ledger
	Baselines []BaselineRate `json:"usual,omitempty"`   // of the counts that have a baseline
}

// A Streak counts consecutive bad runs.
type Streak struct {
	Count int       `json:"count"`
	Since time.Time `json:"since"`           // slot of the first
	Step  string    `json:"step,omitempty"`  // of a streak of failures: the step of the first
	Mixed bool      `json:"mixed,omitempty"` // they failed at different steps
}

func (s Streak) more(slot time.Time) Streak {
	if s.Count == 0 {
		s.Since = slot
	}
	s.Count++
	return s
}

// moreAt is more for a failed run, with its step.
func (s Streak) moreAt(slot time.Time, step string) Streak {
	if s.Count == 0 {
		s.Step = step
	}
	s.Mixed = s.Mixed || s.Step != step
	return s.more(slot)
}

// A BadRun is a run that was slow or failed.
type BadRun struct {
	No     int       `json:"no"` // index among the conclusive runs of the region, from 1
	Slot   time.Time `json:"slot"`
	Failed bool      `json:"failed"` // else it was slow
}

// clone copies the slices that fold writes to; fields that fold replaces as a whole are shared.
func (r RegionState) clone() RegionState {
	r.Bad, r.Steps, r.Baselines, r.Rates = slices.Clone(r.Bad), slices.Clone(r.Steps), slices.Clone(r.Baselines), slices.Clone(r.Rates)
	return r
}

// fold adds a run to the region in place, one of so many. It reports whether the run is the first of a new day.
func (r *RegionState) fold(run journey.Run, p JourneyPolicy, regions int) (dayIsOver bool) {
	r.noteBackground(run, p, regions)
	r.addRecent(run, p)
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
		step, _ := run.Culprit()
		r.Failed, r.Good = r.Failed.moreAt(run.Slot, step.Name), 0
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

// fineRuns is how many of the latest conclusive runs of a region must be good, and not slow, for it to be called fine.
const fineRuns = 3

// isFine reports whether the latest runs were good, none of them slow, and at most one of the last recentSlots failed.
func (r RegionState) isFine() bool {
	bad := r.Failed.Count+r.Broken.Count+r.Wrong.Count > 0 || r.Good == 0
	lately := slices.ContainsFunc(r.Bad, func(b BadRun) bool { return b.No > r.ConclusiveRuns-fineRuns })
	return !bad && !lately && strings.Count(r.Recent, string(failedRun)) <= 1
}

// ReportsFor is the time for which a run counts as the state of its region if the interval of the runs is unknown.
const ReportsFor = time.Hour

// every returns the interval of the region's slots; 0: unknown.
func (r RegionState) every(p JourneyPolicy) time.Duration {
	return cmp.Or(p.Every, time.Duration(r.EveryMS)*time.Millisecond)
}

// firstRunWithin is the time that a configured region has for its first run: it may be deployed after home.
const firstRunWithin = 30 * time.Minute

// SilentAt returns the time at which the region counts as silent; false if no run is expected from it.
func (r RegionState) SilentAt(p JourneyPolicy) (time.Time, bool) {
	every := r.every(p)
	if every == 0 || p.SilentAfter == 0 {
		return time.Time{}, false
	}
	patience := time.Duration(p.SilentAfter)*every + p.SilentGrace
	if r.Slot.IsZero() {
		patience = max(patience, firstRunWithin)
	}
	return incident.Latest(r.Slot, r.Awaited).Add(patience), true
}

// reportsAt reports whether the region's last run is recent enough to count at a given time.
func (r RegionState) reportsAt(p JourneyPolicy, at time.Time) bool {
	until, ok := r.SilentAt(p)
	if !ok {
		until = r.Slot.Add(ReportsFor)
	}
	return at.Before(until)
}

// The results of a slot, in RegionState.Recent.
const (
	goodRun    = 'p'
	failedRun  = 'f'
	brokenRun  = 'b'
	noRun      = '.'
	settledRun = '-' // failed, and part of an incident that is over
)

const (
	recentSlots = 16              // slots that a region remembers one by one
	rateBucket  = 5 * time.Minute // resolution of Rates
	rateHours   = 6               // hours that Rates covers
)

// A Rate is the number of failed runs within one rateBucket, and of those that began to break.
type Rate struct {
	Since  int64 `json:"t"` // slot of the first of them, Unix seconds
	Failed int   `json:"f"`
	Broken int   `json:"b,omitempty"`
}

// slotOf returns the index of the slot to which a time belongs, so that regions whose clocks or schedules differ by some
// seconds share it.
func slotOf(t time.Time, every time.Duration) int64 {
	return t.UnixMilli() / max(every, time.Second).Milliseconds()
}

// interval returns the interval that slots are counted by: a minute if it is unknown.
func (r RegionState) interval(p JourneyPolicy) time.Duration {
	if every := r.every(p); every > 0 {
		return every
	}
	return time.Minute
}

// addRecent records a run by its slot, before Slot moves on.
func (r *RegionState) addRecent(run journey.Run, p JourneyPolicy) {
	letter := byte(goodRun)
	switch run.Outcome {
	case journey.Failed:
		letter = failedRun
		r.addRate(Rate{Since: run.Slot.Unix(), Failed: 1})
	case journey.Broken:
		letter = brokenRun
		if r.Broken.Count == 0 {
			r.addRate(Rate{Since: run.Slot.Unix(), Broken: 1})
		}
	}
	next := RegionState{EveryMS: run.EveryMS}.interval(p)
	missed := slotOf(run.Slot, next) - slotOf(r.Slot, next) - 1
	switch {
	case r.Recent == "" || missed >= recentSlots:
		r.Recent = ""
	case missed < 0: // two runs in one slot
		r.Recent = r.Recent[:len(r.Recent)-1]
	default:
		r.Recent += strings.Repeat(string(noRun), int(missed))
	}
	r.Recent += string(letter)
	r.Recent = r.Recent[max(0, len(r.Recent)-recentSlots):]
}

func (r *RegionState) addRate(add Rate) {
	bucket := func(t int64) int64 { return t / int64(rateBucket/time.Second) }
	r.Rates = slices.DeleteFunc(r.Rates, func(b Rate) bool { return b.Since < add.Since-rateHours*3600 })
	if n := len(r.Rates); n > 0 && bucket(r.Rates[n-1].Since) == bucket(add.Since) {
		r.Rates[n-1].Failed += add.Failed
		r.Rates[n-1].Broken += add.Broken
		return
	}
	r.Rates = append(r.Rates, add)
}

// result returns the result of a slot by its index; noRun if it is unknown.
func (r RegionState) result(slot int64, p JourneyPolicy) byte {
	at := len(r.Recent) - 1 - int(slotOf(r.Slot, r.interval(p))-slot)
	if at < 0 || at >= len(r.Recent) {
		return noRun
	}
	return r.Recent[at]
}

// worksSince returns the index of the first slot after the latest failed one.
func (r RegionState) worksSince(p JourneyPolicy) int64 {
	slot := slotOf(r.Slot, r.interval(p))
	for i := len(r.Recent) - 1; i >= 0 && r.Recent[i] != failedRun && r.Recent[i] != settledRun; i-- {
		slot--
	}
	return slot + 1
}

// settle marks the failures so far as part of an incident that is over, so that they do not count for the next one.
func (r *RegionState) settle() {
	r.Bad = slices.DeleteFunc(slices.Clone(r.Bad), func(b BadRun) bool { return b.Failed })
	r.Rates = slices.Clone(r.Rates)
	for i := range r.Rates {
		r.Rates[i].Failed = 0
	}
	r.Recent = strings.ReplaceAll(r.Recent, string(failedRun), string(settledRun))
}

// Each slot of a region is judged once, so that a duplicate or late run changes no decision. Two guards ensure it: the store
// keeps the first run of a slot (incident.RunLog), and Fold ignores a run unless it is later than the last judged one of its
// region. Record judges runs that a crash left unjudged before the next run, in slot order.
//
// A run that is not good is judged as soon as its verdict is known, and recorded again when it has ended. The store then
// replaces it, and Fold judges only the additions of its end: the evidence and the cleanup. A crash in between loses no more.

// isDuplicate reports whether the slot of a run, or a later one of its region, is judged already.
func (r RegionState) isDuplicate(run journey.Run) bool { return !run.Slot.After(r.Slot) }

// isEndOf reports whether the run is the last judged one, which was judged before its end: its verdict counts already.
func (r RegionState) isEndOf(run journey.Run) bool {
	return r.Unfinished != "" && r.Unfinished == run.ID && run.Slot.Equal(r.Slot) && !run.Unfinished()
}

// ignoreDuplicateRun returns the decision to drop a duplicate or late run.
func ignoreDuplicateRun(run journey.Run) Decision {
	return Decision{Verb: Ignores, Reason: fmt.Sprintf("the slot %s from %s was already judged", phrase.Clock(run.Slot), run.Region)}
}

// isDuplicate reports whether a beat, or a later one of its batch, is recorded already. The end of a run in progress is none: a
// clock that was put back may have timed it before the start.
func (b BatchState) isDuplicate(beat Beat) bool {
	ends := b.Running && (beat.Stage == Finishes || beat.Stage == Fails) && !isFuture(b.Last, beat.At)
	return !beat.At.After(b.Last) && !ends
}

// ignoreDuplicateBeat returns the decision to drop a duplicate or late beat.
func ignoreDuplicateBeat(b Beat) Decision {
	return Decision{Verb: Ignores, Reason: fmt.Sprintf("%s had said something later already", b.Batch)}
}
