package paging

import (
	"fmt"
	"time"
)

// A HomeStatus is what the standby region knows of the home region.
type HomeStatus struct {
	Reachable bool      // the home's table answers
	Beat      time.Time // when the home's pager was last seen at work; zero: never
	Since     time.Time // since when the standby has been looking
	Own       bool      // the standby's table has runs of its own: probes could not reach the home's table either
}

// A Place is where the standby's pager works.
type Place string

// The places.
const (
	Nowhere Place = "nowhere" // the home's pager is at work
	AtHome  Place = "at home" // from the home's table, whose own pager is silent
	Here    Place = "here"    // from the standby's own table, as the home's does not answer
)

// For how long the home may be silent before the standby steps in. Its pager works every minute, so three are two that
// it has missed. Where probes say the same, that the home cannot be reached, one is enough.
const (
	HomeSilence  = 3 * time.Minute
	shortSilence = 90 * time.Second
)

// Place decides where the standby works, and why.
func (s HomeStatus) Place(now time.Time) (Place, string) {
	last := s.Beat
	if last.Before(s.Since) {
		last = s.Since // a home that never was there is given as much time as one that was
	}
	silence := now.Sub(last)
	switch {
	case s.Reachable && silence < HomeSilence:
		return Nowhere, "the home's pager is at work"
	case s.Reachable:
		return AtHome, fmt.Sprintf("the home's pager has been silent for %s, and its table answers", silence.Round(time.Second))
	case silence >= HomeSilence, s.Own && silence >= shortSilence:
		return Here, fmt.Sprintf("the home's table does not answer, and nothing was seen of its pager for %s", silence.Round(time.Second))
	}
	return Nowhere, fmt.Sprintf("the home's table does not answer; its pager was at work %s ago", silence.Round(time.Second))
}
