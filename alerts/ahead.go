package alerts

import (
	"errors"
	"fmt"
	"time"

	"valkyrie/probes/journey"
)

// ErrAhead is returned by Record for a run whose slot is still to come: the clock of the machine that made it is wrong, or
// ours is. It is not kept, as it would make all runs of its region late, and so mean nothing, until that time has come.
var ErrAhead = errors.New("the slot of the run is in the future")

// tolerance is how far two clocks may be apart.
const tolerance = 5 * time.Minute

// believe refuses a run from the future.
func (d Desk) believe(run journey.Run) error {
	if d.TimeNow == nil {
		return nil
	}
	now := d.TimeNow()
	if ahead := run.Slot.Sub(now); ahead > tolerance {
		return fmt.Errorf("the run of %s from %s is for %s, but it is %s: is the clock of one of the two machines wrong? it is not kept, and nobody is told of it: %w",
			run.Journey, run.Region, run.Slot.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339), ErrAhead)
	}
	return nil
}

// setRight forgets what is known of a run's region when that was judged into the future, by a clock that has been put
// right since. Otherwise its runs would be late ones until that time.
func (d Desk) setRight(s *JourneyState, run journey.Run) []Decision {
	last := s.Regions[run.Region].Slot
	if d.TimeNow == nil || last.Sub(d.TimeNow()) <= tolerance {
		return nil
	}
	s.Regions[run.Region] = RegionState{Slot: run.Slot.Add(-1)} // what came before is not judged again
	return []Decision{{Verb: Forgets, Reason: fmt.Sprintf("the last run of %s from %s was judged as that of %s, which is still to come: the clock was wrong; what was known of %s is forgotten",
		run.Journey, run.Region, last.UTC().Format(time.RFC3339), run.Region)}}
}
