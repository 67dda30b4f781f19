package alerts

import "time"

// Answered is what a Reply is answered by a route, for the tests.
func (r Route) Answered(rep Reply, o OnCall, now time.Time) string {
	return r.clone().reply(rep, hour{o, now})
}

// Heard is what a key press is answered by a route, for the tests.
func (r Route) Heard(rep Report, o OnCall, now time.Time) Answer { return answer(r, rep, hour{o, now}) }

// Fine are the regions from which a journey works while an incident of it is elsewhere.
func (s JourneyState) Fine(i Incident) []string { return s.fine(i) }
