package paging

import (
	"fmt"
	"time"
)

// A HomeStatus is the standby region's view of the home region.
type HomeStatus struct {
	Reachable  bool      // the home's table answers
	Beat       time.Time // when the home's pager last wrote its heartbeat; zero: never
	Since      time.Time // when the standby began to watch
	HasOwnRuns bool      // the standby's table has runs: probes could not reach the home's table either
}

// A StandbyRole is the table from which the standby's pager works, if it does.
type StandbyRole string

// The roles of the standby. Their values are logged.
const (
	StandbyIdle        StandbyRole = "nowhere" // the home's pager works
	StandbyOnHomeTable StandbyRole = "at home" // the home's pager is silent, its table answers
	StandbyOnOwnTable  StandbyRole = "here"    // the home's table does not answer
)

// Silence of the home after which the standby pages. The home's pager writes each minute, so three minutes are two
// missed writes. When probes could not reach the home's table either, one is enough.
const (
	HomeSilence  = 3 * time.Minute
	shortSilence = 90 * time.Second
)

// Role decides whether and from which table the standby pages, and returns the reason.
func (s HomeStatus) Role(now time.Time) (StandbyRole, string) {
	last := s.Beat
	if last.Before(s.Since) {
		last = s.Since // a home that was never seen gets as much time as one that was
	}
	silence := now.Sub(last)
	switch {
	case s.Reachable && silence < HomeSilence:
		return StandbyIdle, "the home's pager is at work"
	case s.Reachable:
		return StandbyOnHomeTable, fmt.Sprintf("the home's pager has been silent for %s, and its table answers", silence.Round(time.Second))
	case silence >= HomeSilence, s.HasOwnRuns && silence >= shortSilence:
		return StandbyOnOwnTable, fmt.Sprintf("the home's table does not answer, and nothing was seen of its pager for %s", silence.Round(time.Second))
	}
	return StandbyIdle, fmt.Sprintf("the home's table does not answer; its pager was at work %s ago", silence.Round(time.Second))
}
