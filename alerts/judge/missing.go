package judge

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
)

// giveUpAfter is the silence after which a region is no longer expected, if it is not configured and other regions report.
const giveUpAfter = 7 * 24 * time.Hour

// Watch detects missing runs: it opens a silent incident for regions without the expected runs, a configured one that never
// reported included. watchedSince is the start of recording; time before it does not count as silence. It is pure and
// idempotent.
func (s JourneyState) Watch(p JourneyPolicy, name, title string, now, watchedSince time.Time) (JourneyState, []Decision) {
	if len(s.Copied) == 0 {
		s = s.awaitRegions(p, now)
	}
	var silent, expired, paused []string
	since := map[string]time.Time{} // time at which the region counted as silent
	for region, r := range s.Regions {
		at, expected := r.SilentAt(p)
		if !expected || slices.Contains(s.Copied, region) {
			continue
		}
		at = at.Add(time.Duration(r.silentAfter(p, len(s.Regions))-p.SilentAfter) * r.every(p))
		last := incident.Latest(r.Slot, r.Awaited)
		if watchedSince.After(last) {
			at = at.Add(watchedSince.Sub(last))
		}
		if s.Copy && !s.isUsed(p, region, at) {
			continue
		}
		until := p.pausedUntil(region)
		switch {
		case s.isGone(p, region, at, now):
			expired = append(expired, region)
		case until.After(now):
			if s.isSilent(region, r.Slot) {
				paused = append(paused, region)
			}
		case until.After(last) && now.Before(at.Add(until.Sub(incident.Latest(last, watchedSince)))): // awaited again since
		case !now.Before(at) && !s.isSilent(region, r.Slot):
			silent = append(silent, region)
			since[region] = at
		}
	}
	if len(silent)+len(expired)+len(paused) == 0 {
		return s, nil
	}
	slices.Sort(silent)
	slices.Sort(expired)
	slices.Sort(paused)
	s.Regions, s.Open, s.Closed, s.Outbox = maps.Clone(s.Regions), slices.Clone(s.Open), slices.Clone(s.Closed), slices.Clone(s.Outbox)
	var decisions []Decision
	for _, region := range silent {
		decisions = append(decisions, s.markSilent(p, name, title, region, since[region], now))
	}
	for _, region := range expired {
		decisions = append(decisions, s.stopExpecting(p, name, region, now)...)
	}
	for _, region := range paused {
		decisions = append(decisions, s.dropRegion(s.silentIncident(), region, incident.Unwatched, now,
			fmt.Sprintf("%s is paused until %s: runs of %s from there are not missed", region, phrase.ClockWithDate(p.pausedUntil(region), now), name)))
	}
	return s, decisions
}

// isUsed reports whether another region has sent a run to a standby's table since this one counts as silent. Otherwise it has
// most likely gone back to the home's table, which the standby does not see.
func (s JourneyState) isUsed(p JourneyPolicy, silent string, at time.Time) bool {
	for name, r := range s.Regions {
		if name != silent && !r.Slot.Before(at.Add(-r.every(p))) {
			return true
		}
	}
	return false
}

// awaitRegions adds the configured regions that never reported: their runs are expected from now on, as often as from the
// others.
func (s JourneyState) awaitRegions(p JourneyPolicy, now time.Time) JourneyState {
	var every int64
	for _, r := range s.Regions {
		every = max(every, r.EveryMS)
	}
	cloned := false
	for _, region := range p.Configured {
		if _, known := s.Regions[region]; known || every == 0 && p.Every == 0 {
			continue
		}
		if !cloned {
			s.Regions, cloned = maps.Clone(s.Regions), true
			if s.Regions == nil {
				s.Regions = map[string]RegionState{}
			}
		}
		s.Regions[region] = RegionState{Awaited: now, EveryMS: every}
	}
	return s
}

// isGone reports whether a silent region is no longer expected: it is not configured any more; or, where the configuration is
// unknown, nothing has come from it for giveUpAfter while other regions report. If all are silent, something is wrong.
func (s JourneyState) isGone(p JourneyPolicy, region string, silentAt, now time.Time) bool {
	if len(p.Configured) > 0 {
		return !slices.Contains(p.Configured, region) && !now.Before(silentAt)
	}
	if now.Sub(s.Regions[region].Slot) < giveUpAfter {
		return false
	}
	for name, r := range s.Regions {
		if name != region && r.reportsAt(p, now) {
			return true
		}
	}
	return false
}

// isSilent reports whether a region is part of the silent incident, and has not reported since, at its last slot.
func (s JourneyState) isSilent(region string, last time.Time) bool {
	i := s.silentIncident()
	return i >= 0 && slices.Contains(s.Open[i].Regions, region) && !last.After(s.Open[i].Last)
}

func (s JourneyState) silentIncident() int {
	return slices.IndexFunc(s.Open, func(i incident.Incident) bool { return i.Kind == incident.Silent })
}

// markSilent opens the silent incident, or adds to it, for a region that counts as silent since at.
func (s *JourneyState) markSilent(p JourneyPolicy, name, title, region string, at, now time.Time) Decision {
	r := s.Regions[region]
	every := r.every(p)
	last, seen := r.Slot, fmt.Sprintf("since the one of %s", phrase.Clock(r.Slot))
	detail := fmt.Sprintf("a run is due %s; the last from %s was that of %s", phrase.Every(every), region, phrase.Clock(r.Slot))
	if last.IsZero() {
		last, seen = r.Awaited, "so far"
		detail = fmt.Sprintf("a run is due %s; none has ever come from %s", phrase.Every(every), region)
	}
	due := incident.Latest(last, p.pausedUntil(region)).Add(every)
	reason := fmt.Sprintf("no run of %s has come from %s %s, though one is due %s%s", name, region, seen, phrase.Every(every), s.otherRegions(p, region, now))
	verb := Continues
	i := s.silentIncident()
	if i < 0 {
		verb, i = s.openSilent(newIncident(name, title, incident.Silent, due, at, reason), region), len(s.Open)-1
	}
	inc := &s.Open[i]
	inc.Runs++
	if len(inc.Bouts) == 0 || inc.Slow.After(inc.Last) { // it has just begun, or its regions had reported again
		inc.Bouts = append(slices.Clone(inc.Bouts), now)[max(0, len(inc.Bouts)+1-MaxRuns):]
	}
	inc.Last, inc.Streak, inc.Regions = now, max(inc.Streak, int(now.Sub(last)/every)), incident.AddName(inc.Regions, region)
	inc.Error, inc.Only = detail, len(s.reporting(p, region, now)) > 0
	s.addToOutbox(*inc)
	return Decision{Verb: verb, Reason: reason, Incident: *inc}
}

// reporting returns the other regions that report, sorted.
func (s JourneyState) reporting(p JourneyPolicy, silent string, now time.Time) []string {
	var names []string
	for name, r := range s.Regions {
		if name != silent && r.reportsAt(p, now) && !r.Slot.IsZero() {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// otherRegions returns the suffix of a reason that names the other regions that report.
func (s JourneyState) otherRegions(p JourneyPolicy, silent string, now time.Time) string {
	reporting := s.reporting(p, silent, now)
	switch {
	case len(reporting) > 0:
		return "; runs do come from " + phrase.List(reporting)
	case len(s.Regions) > 1:
		return "; none comes from anywhere"
	}
	return ""
}

// stopExpecting drops a region, and ends its silence and the incidents that were bad from there only.
func (s *JourneyState) stopExpecting(p JourneyPolicy, name, region string, now time.Time) []Decision {
	delete(s.Regions, region)
	ending, reason := incident.GivenUp, fmt.Sprintf("%s is no longer expected from %s: no run has come for %d days", name, region, int(giveUpAfter.Hours())/24)
	if len(p.Configured) > 0 {
		ending, reason = incident.Unwatched, fmt.Sprintf("%s is no longer run from %s, which is not among its regions any more", name, region)
	}
	decisions := []Decision{{Verb: NoChange, Reason: reason}}
	for i := len(s.Open) - 1; i >= 0; i-- {
		if slices.Contains(s.Open[i].Regions, region) {
			decisions = append(decisions, s.dropRegion(i, region, ending, now, reason))
		}
	}
	return decisions
}

// openSilent opens a silent incident, or reopens the one of the region that closed less than ReturnWithin before.
func (s *JourneyState) openSilent(inc incident.Incident, region string) Verb {
	c := slices.IndexFunc(s.Closed, func(c incident.Incident) bool {
		return c.Kind == incident.Silent && inc.Since.Before(c.Returns) && slices.Contains(c.Regions, region)
	})
	if c < 0 {
		s.Open = append(s.Open, inc)
		return Opens
	}
	again := s.Closed[c]
	s.Closed = slices.Delete(s.Closed, c, c+1)
	again.State, again.Ending, again.ResolvedAt, again.Closing, again.Returns, again.Streak = incident.Open, "", time.Time{}, "", time.Time{}, 0
	again.Since, again.Reason, again.Slow, again.Last = inc.Since, inc.Reason+"; it has come back", inc.Opened, time.Time{}
	s.Open = append(s.Open, again)
	return Reopens
}

// settledAgain is how long runs must come again, or in how many slots, until a silence that has come back is over. A region that delivers
// every fifth run would else be as many incidents, each of which calls.
const (
	settledAgain      = time.Hour
	settledAgainSlots = 10
)

// endSilenceOfRun ends the silence of the run's region; one that has come back, only once its runs have come for a while.
func (j *judging) endSilenceOfRun() {
	i := j.silentIncident()
	if i < 0 || !slices.Contains(j.Open[i].Regions, j.run.Region) {
		return
	}
	inc := &j.Open[i]
	reason := fmt.Sprintf("a run of %s has come from %s again, that of %s, after %s", j.run.Journey, j.run.Region, phrase.Clock(j.run.Slot), phrase.Duration(j.run.Slot.Sub(inc.Since)))
	if len(inc.Bouts) > 1 {
		silent := func(name string) bool { return !j.Regions[name].Slot.After(inc.Last) }
		if !inc.Slow.After(inc.Last) && !slices.ContainsFunc(inc.Regions, silent) {
			inc.Slow = j.run.Slot
			inc.Runs++
			j.addToOutbox(*inc)
			j.decide(Continues, *inc, fmt.Sprintf("%s, %s; it is over when runs have come for %s", reason, phrase.Times(len(inc.Bouts)), phrase.Duration(settledAgain)))
		}
		if !inc.Slow.After(inc.Last) || j.run.Slot.Sub(inc.Slow) < max(settledAgain, settledAgainSlots*j.now.interval(j.policy)) {
			return
		}
	}
	d := j.dropRegion(i, j.run.Region, incident.Recovered, j.run.Slot, reason)
	if d.Verb == Resolves {
		d.Incident.Slow = j.run.Slot
		d.Incident = j.keepForReopening(d.Incident)
		j.addToOutbox(d.Incident)
	}
	j.decisions = append(j.decisions, d)
}

// dropRegion removes a region from an incident, and closes the incident after the last one.
func (s *JourneyState) dropRegion(i int, region string, ending incident.Ending, at time.Time, reason string) Decision {
	inc := s.Open[i]
	verb := Continues
	if len(inc.Regions) > 1 {
		inc.Runs++
		inc.Regions = slices.DeleteFunc(slices.Clone(inc.Regions), func(name string) bool { return name == region })
		s.Open[i] = inc
	} else {
		verb, inc = Resolves, inc.End(ending, at, reason)
		s.Open = slices.Delete(s.Open, i, i+1)
	}
	s.addToOutbox(inc)
	return Decision{Verb: verb, Reason: reason, Incident: inc}
}
