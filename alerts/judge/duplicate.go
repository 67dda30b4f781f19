package judge

import (
	"fmt"

	"valkyrie/alerts/phrase"
	"valkyrie/probes/journey"
)

// Each slot of a region is judged once, so that a duplicate or late run changes no decision. Two guards ensure it: the store
// keeps the first run of a slot (incident.RunLog), and Fold ignores a run unless it is later than the last judged one of its
// region. Record judges runs that a crash left unjudged before the next run, in slot order.
//
// A run that is not good is judged as soon as its verdict is known, and recorded again when it has ended. The store then
// replaces it, and Fold judges only what its end adds: the evidence and the cleanup. A crash in between loses no more.

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
