package judge

import (
	"fmt"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
	"valkyrie/probes/journey"
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

// reopen reopens a matching incident that closed less than ReturnWithin before the streak, with its latest bad run; nil if
// there is none.
func (j *judging) reopen(run journey.Run, s Streak, matches func(incident.Incident) bool) *incident.Incident {
	i := slices.IndexFunc(j.Closed, func(c incident.Incident) bool { return matches(c) && s.Since.Before(c.Returns) })
	if i < 0 {
		return nil
	}
	inc := j.Closed[i].AddBadRun(run, s.Count)
	inc.State, inc.Ending, inc.ResolvedAt, inc.Closing, inc.Returns, inc.Streak = incident.Open, "", time.Time{}, "", time.Time{}, s.Count
	inc.Mixed, inc.Calmed, inc.StillFails = false, false, nil
	j.Closed = slices.Delete(j.Closed, i, i+1)
	j.Open = append(j.Open, inc)
	j.decide(Reopens, inc, "")
	return &j.Open[len(j.Open)-1]
}

// An incident that is slow, broken or wrong now and then has bouts: each time it crossed its threshold. With FlappingOutages
// bouts within ReturnWithin it is intermittent, and stays open until it has been right for that long, so that people get at
// most one text a day instead of two per bout.

// addBout records that an incident crossed its threshold, and counts how often it did within ReturnWithin.
func (j *judging) addBout(inc *incident.Incident) {
	inc.Slow = j.run.Slot
	inc.Bouts = slices.DeleteFunc(slices.Clone(inc.Bouts), j.isLongAgo)
	j.noteBout(inc)
	if j.isIntermittent(*inc) {
		inc.Reason += fmt.Sprintf(", %s since %s; it is over when it has not been so for %s", phrase.Times(len(inc.Bouts)), phrase.ClockWithDate(inc.Bouts[0], j.run.Slot), phrase.Duration(j.policy.ReturnWithin))
	}
	j.recordOpened(*inc)
}

// noteBout adds a bout. Of the earlier ones it keeps the latest, which shows that the incident came back, and those within ReturnWithin.
func (j *judging) noteBout(inc *incident.Incident) {
	earlier := max(0, len(inc.Bouts)-1)
	bouts := slices.DeleteFunc(slices.Clone(inc.Bouts[:earlier]), j.isLongAgo)
	bouts = append(append(bouts, inc.Bouts[earlier:]...), j.run.Slot)
	inc.Bouts = bouts[max(0, len(bouts)-MaxRuns):]
}

// isLongAgo reports whether an incident that ended then does not return.
func (j *judging) isLongAgo(at time.Time) bool { return j.run.Slot.Sub(at) > j.policy.ReturnWithin }

// quietFor returns how long a flapping incident must not be evident until it is over. One that only texts and came back, as with each
// deploy, stays open as long as it may come back, so that people get one text; one that calls ends earlier, and calls anew.
func (j *judging) quietFor(inc incident.Incident) time.Duration {
	if !inc.PagesNow && len(inc.Bouts) > 1 {
		return max(j.policy.QuietFor, j.policy.ReturnWithin)
	}
	return j.policy.QuietFor
}

// isIntermittent reports whether an incident has had FlappingOutages bouts within ReturnWithin.
func (j *judging) isIntermittent(inc incident.Incident) bool {
	return j.policy.FlappingOutages > 0 && len(inc.Bouts) >= j.policy.FlappingOutages
}

// closeBout closes an incident whose threshold is no longer crossed, an intermittent one only after ReturnWithin.
func (j *judging) closeBout(i int, closing string) {
	inc := j.Open[i]
	if quiet := j.run.Slot.Sub(inc.Slow); !j.isIntermittent(inc) {
		j.close(i, incident.Recovered, closing)
	} else if quiet >= j.policy.ReturnWithin {
		j.close(i, incident.Recovered, fmt.Sprintf("%s, and has been for %s", closing, phrase.Duration(quiet)))
	}
}
