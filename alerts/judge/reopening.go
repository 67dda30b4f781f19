package judge

import (
	"slices"
	"time"

	"valkyrie/alerts/incident"
)

// keepForReopening keeps a closed incident for ReturnWithin: bad runs within that time reopen it. It drops the incidents whose
// time is over.
func (j *judging) keepForReopening(inc incident.Incident) incident.Incident {
	j.Closed = slices.DeleteFunc(j.Closed, func(c incident.Incident) bool { return !j.run.Slot.Before(c.Returns) })
	if inc.MayReopen() {
		inc.Returns = j.run.Slot.Add(j.policy.ReturnWithin)
		j.Closed = append(j.Closed, inc)
	}
	return inc
}

// reopen reopens a matching incident that closed less than ReturnWithin before the streak; nil if there is none.
func (j *judging) reopen(s Streak, matches func(incident.Incident) bool) *incident.Incident {
	i := slices.IndexFunc(j.Closed, func(c incident.Incident) bool { return matches(c) && s.Since.Before(c.Returns) })
	if i < 0 {
		return nil
	}
	inc := j.Closed[i].AddBadRun(j.run, s.Count)
	inc.State, inc.ResolvedAt, inc.Closing, inc.Returns, inc.Streak = incident.Open, time.Time{}, "", time.Time{}, s.Count
	j.Closed = slices.Delete(j.Closed, i, i+1)
	j.Open = append(j.Open, inc)
	j.decide(Reopens, inc, "")
	return &j.Open[len(j.Open)-1]
}
