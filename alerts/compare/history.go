package compare

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"valkyrie/probes/journey"
)

// A History is a made-up series of runs: a climate, and a fault in it. The fault begins at a random second.
type History struct {
	Climate Climate
	Fault   Fault         // zero: none
	Before  time.Duration // healthy time before the fault
	After   time.Duration // and after it
	Regions int           // default 3
	Seed    uint64
}

// An Arrival is a run and the time at which it was recorded.
type Arrival struct {
	journey.Run
	At     time.Time
	Second bool // a second try, made at once, failed too
}

// regionNames are the regions of the probes.
var regionNames = []string{"eu-west-1", "us-east-1", "ap-southeast-2", "ca-central-1", "sa-east-1"}

const (
	every    = time.Minute
	budgetMS = 2500
	limitMS  = 8000
)

// begin is the first slot.
var begin = time.Date(2026, time.November, 2, 0, 0, 0, 0, time.UTC)

// Begins returns when the fault begins.
func (h History) Begins() time.Time {
	dice := rand.New(rand.NewPCG(h.Seed, 77))
	return begin.Add(h.Before).Truncate(every).Add(time.Duration(dice.Float64() * float64(every)))
}

// Ends returns when the fault ends.
func (h History) Ends() time.Time { return h.Begins().Add(h.Fault.Lasts) }

// triesFor returns how many tries a run has by default: a second one where so few regions probe that no quorum helps. None: three.
func triesFor(regions int) int {
	if regions == 1 || regions == 2 {
		return 2
	}
	return 1
}

// regions returns how many regions probe.
func (h History) regions() int { return cmp.Or(h.Fault.Regions, h.Regions, 3) }

// Runs yields the runs in the order of their arrival.
func (h History) Runs() iter.Seq[Arrival] {
	dice := rand.New(rand.NewPCG(h.Seed, 1))
	until := h.Ends().Add(h.After)
	p := newPlan(dice, int(until.Sub(begin).Hours()/24)+1)
	return func(yield func(Arrival) bool) {
		var waiting []Arrival
		flush := func(before time.Time) bool {
			slices.SortStableFunc(waiting, func(a, b Arrival) int { return a.At.Compare(b.At) })
			for len(waiting) > 0 && waiting[0].At.Before(before) {
				if !yield(waiting[0]) {
					return false
				}
				waiting = waiting[1:]
			}
			return true
		}
		n := 0
		for slot := begin; slot.Before(until); slot = slot.Add(every) {
			if !flush(slot) {
				return
			}
			for region := range h.regions() {
				w := &weather{Rand: dice, region: region, regions: h.regions(), slot: n, day: n / minutesADay, minute: n % minutesADay, plan: p, fails: h.Climate.Fails, slower: 1}
				waiting = append(waiting, h.run(w, slot)...)
			}
			n++
		}
		flush(until.Add(time.Hour))
	}
}

// run makes the run of a region and a slot: none, one, or the same one twice.
func (h History) run(w *weather, slot time.Time) []Arrival {
	if h.Climate.Mood != nil {
		h.Climate.Mood(w)
	}
	if begins := h.Begins(); h.Fault.Fails != nil && !slot.Before(begins) && slot.Before(h.Ends()) {
		w.fails = max(w.fails, h.Fault.Fails(w, int(slot.Sub(begins)/every)))
		w.breaks = max(w.breaks, h.Fault.Breaks)
	}
	a := Arrival{Run: journey.Run{
		Journey: "create-order", Region: regionNames[w.region], Slot: slot.Add(w.skew), EveryMS: every.Milliseconds(), Outcome: journey.Passed, Tries: 1,
	}}
	a.ID = fmt.Sprint(a.Region, slot.Unix())
	ms := 900 * math.Exp(0.25*w.NormFloat64()) * w.slower
	fails, broken, missing := w.Float64() < w.fails, w.Float64() < w.breaks+0.001, w.Float64() < w.missing+0.001
	a.Second = w.Float64() < w.fails
	for n := 1; n < h.Climate.Tries && fails; n++ {
		fails, a.Tries = a.Second, n+1
	}
	a.At = slot.Add(time.Duration((1.2 + ms/1000 + 2.5*w.Float64()) * float64(time.Second))).Add(w.late)
	step := journey.StepResult{Name: "see the number", Outcome: journey.Passed, DurationMS: int64(ms), SlowMS: budgetMS, LimitMS: limitMS}
	switch {
	case missing:
		return nil
	case broken:
		a.Outcome, a.Error = journey.Broken, "Chrome did not start"
		return []Arrival{a}
	case fails:
		a.Outcome, step.Outcome, step.Error = journey.Failed, journey.Failed, "no number within 8s"
		a.Error = `step "see the number": no number within 8s`
	case ms > budgetMS:
		a.Outcome, step.Outcome = journey.Slow, journey.Slow
	}
	a.DurationMS, a.Steps = step.DurationMS, []journey.StepResult{step}
	if w.Float64() < w.twice {
		again := a
		again.At = a.At.Add(time.Second)
		return []Arrival{a, again}
	}
	return []Arrival{a}
}
