package judge

import (
	"fmt"
	"math"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
	"valkyrie/probes/journey"
)

// A Background counts how many runs break, or do not come, by chance: Chrome dies once in a hundred starts on a small machine,
// and a queue loses or delays some invocations. It leaves out the runs of faults. As many in a row as chance makes are no fault:
// BrokenInARow and SilentAfter are for usualShare of the runs, and where it is more, so many more in a row are needed as make
// a false incident as rare. At 1 % it is one more, at 3 % two, at 10 % four broken and five missing ones.
type Background struct {
	Slots   float64 `json:"slots"` // so far; each slot takes 1/backgroundSlots from all counts
	Broken  float64 `json:"broken,omitempty"`
	Missing float64 `json:"missing,omitempty"`
}

const (
	backgroundSlots = 2000  // a day and a half at a run a minute
	usualShare      = 0.001 // of runs that break or do not come, with the weight of usualSlots
	usualSlots      = 500
	leastSlots      = 200 // until so many are known, it is usualShare
	mostShare       = 0.1 // more is a fault and no background

	// falseProbeFaults and falseSilences are how many incidents a month chance may open. From three regions two broken runs in a row
	// at usualShare are 43 200 · 3 · 0.001^2 = 0.13, and three missing ones 1.3e-4; they call.
	falseProbeFaults = 0.3
	falseSilences    = 0.02

	// oftenBroken, for runs that break now and then: of 180 runs of an hour 12 begin to break, or of 1080 of six hours 30, of which
	// chance is P < 1e-6. The incident lasts while stillBroken of the runs of six hours do, of 1080 runs 20.
	oftenBroken = 1e-6
	stillBroken = 1e-2

	settledAfter = 30 * time.Minute // without a broken run too many, after which a probe fault is over
	quietAfter   = 2 * time.Hour    // without a broken run at all: at one in ten from a single region P = 3e-6
)

// add counts a slot with so many broken and missing runs before it.
func (b Background) add(slots, broken, missing int) Background {
	left := math.Pow(1-1.0/backgroundSlots, float64(slots))
	return Background{b.Slots*left + float64(slots), b.Broken*left + float64(broken), b.Missing*left + float64(missing)}
}

// share returns the share of the slots that a count is, at most mostShare.
func (b Background) share(count float64) float64 {
	if b.Slots < leastSlots {
		return usualShare
	}
	return min(mostShare, (count+usualShare*usualSlots)/(b.Slots+usualSlots))
}

// moreInARow returns how many more in a row than at usualShare are as rare at another share: so many false incidents a month
// of a number of regions at most.
func moreInARow(share float64, regions int, every time.Duration, most float64) int {
	slots := float64(30*24*time.Hour/every) * float64(max(1, regions))
	need := func(share float64) int { return int(math.Ceil(math.Log(most/slots) / math.Log(share))) }
	return max(0, need(share)-need(usualShare))
}

// noteBackground counts the run's slot, before the run is folded. Broken runs count when they have ended and were too few for an
// incident, and missing ones likewise.
func (r *RegionState) noteBackground(run journey.Run, p JourneyPolicy, regions int) {
	every := RegionState{EveryMS: run.EveryMS}.interval(p)
	slots, broken, missing := 1, 0, 0
	if missed := slotOf(run.Slot, every) - slotOf(r.Slot, every) - 1; !r.Slot.IsZero() && missed > 0 && missed < int64(r.silentAfter(p, regions)) {
		missing, slots = int(missed), 1+int(missed)
	}
	if n := r.Broken.Count; run.Outcome != journey.Broken && n < r.brokenInARow(p, regions) {
		broken = n
	}
	r.Background = r.Background.add(slots, broken, missing)
}

// brokenInARow returns how many broken runs in a row are a fault of the region's probe.
func (r RegionState) brokenInARow(p JourneyPolicy, regions int) int {
	return p.BrokenInARow + moreInARow(r.Background.share(r.Background.Broken), regions, r.interval(p), falseProbeFaults)
}

// silentAfter returns how many missing runs in a row are a silence of the region.
func (r RegionState) silentAfter(p JourneyPolicy, regions int) int {
	if p.SilentAfter == 0 {
		return 0
	}
	return p.SilentAfter + moreInARow(r.Background.share(r.Background.Missing), regions, r.interval(p), falseSilences)
}

// probeFault opens, continues or closes the probe fault incident by the broken runs, which could not test the site.
func (j *judging) probeFault() {
	streak, need := j.now.Broken, j.now.brokenInARow(j.policy, len(j.Regions))
	i := j.find(incident.ProbeFault)
	if streak.Count == 0 {
		if i >= 0 && j.isSettled(j.Open[i]) {
			j.closeBout(i, fmt.Sprintf("%s can be tested from %s again, at %s", j.run.Journey, phrase.List(j.Open[i].Regions), phrase.Clock(j.run.Slot)))
			j.clearBroken()
		}
		return
	}
	t, hours, often := j.breaksOften(oftenBroken, 1, rateHours)
	switch {
	case i >= 0:
		j.continueIncident(i, streak, fmt.Sprintf("%s still broken from %s, %s in a row", j.run.Journey, j.run.Region, phrase.Times(streak.Count)))
		inc := &j.Open[i]
		inc.Often = inc.Often || often
		if _, _, still := j.breaksOften(stillBroken, rateHours); still || streak.Count >= need {
			inc.Slow = j.run.Slot
		}
		j.updateOutbox(*inc)
	case streak.Count >= need:
		j.addBout(j.open(incident.ProbeFault, streak, fmt.Sprintf("%s broken %s in a row from %s, the first at %s", j.run.Journey, phrase.Times(streak.Count), j.run.Region, phrase.Clock(streak.Since))))
	case often:
		inc := j.open(incident.ProbeFault, Streak{Count: streak.Count, Since: t.since}, fmt.Sprintf("%s broke %s within %s from %s, the first at %s",
			j.run.Journey, phrase.Times(t.sum), phrase.Duration(time.Duration(hours)*time.Hour), phrase.List(t.regions()), phrase.Clock(t.since)))
		inc.Often, inc.Regions = true, t.regions()
		j.addBout(inc)
	default:
		j.decide(Waits, incident.Incident{}, fmt.Sprintf("%s broken from %s, %s in a row; %d open an incident", j.run.Journey, j.run.Region, phrase.Times(streak.Count), need))
	}
}

// breaksOften reports whether more runs of the last hours began to break than chance makes with a probability of tail, from all
// regions together or from one. A long fault of the probe begins once.
func (j *judging) breaksOften(tail float64, spans ...int) (tally, int, bool) {
	for _, hours := range spans {
		t := tally{}
		since := j.run.Slot.Add(-time.Duration(hours) * time.Hour).Unix()
		for name, r := range j.Regions {
			for _, b := range r.Rates {
				if b.Since >= since {
					t.add(name, b.Broken, time.Unix(b.Since, 0).UTC())
				}
			}
		}
		slots := int(time.Duration(hours) * time.Hour / j.now.interval(j.policy))
		if slots > 0 && (t.sum >= leastFailures(len(j.Regions)*slots, tail) || t.worst >= leastFailures(slots, tail)) {
			return t, hours, true
		}
	}
	return tally{}, 0, false
}

// isSettled reports whether a probe fault is over: no region of it is broken, none was for quietAfter, or not beyond chance for
// settledAfter.
func (j *judging) isSettled(inc incident.Incident) bool {
	broken := slices.ContainsFunc(inc.Regions, func(name string) bool {
		r := j.Regions[name]
		return r.reportsAt(j.policy, j.run.Slot) && r.Broken.Count > 0
	})
	_, _, often := j.breaksOften(stillBroken, rateHours)
	settled := !often && j.run.Slot.Sub(inc.Slow) >= settledAfter
	return !broken && (settled || j.run.Slot.Sub(inc.Last) >= quietAfter)
}

// clearBroken drops the broken runs of a probe fault that is closed, so that they do not count for the next one.
func (j *judging) clearBroken() {
	if j.find(incident.ProbeFault) >= 0 {
		return // it is intermittent, and lasts
	}
	for name, r := range j.Regions {
		r.Rates = slices.Clone(r.Rates)
		for i := range r.Rates {
			r.Rates[i].Broken = 0
		}
		j.Regions[name] = r
	}
	j.now = j.Regions[j.run.Region]
}
