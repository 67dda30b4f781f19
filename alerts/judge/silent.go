package judge

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
)

// giveUpAfter is for how long a region is missed. Then it is no longer expected: it was given up.
const giveUpAfter = 7 * 24 * time.Hour

// Watch looks for runs that were expected and did not come. awake is since when somebody has been there to take them
// in: before, none could come. It is pure; watching twice at the same time decides nothing new.
func (s JourneyState) Watch(p JourneyPolicy, name, title string, now, awake time.Time) (JourneyState, []Decision) {
	var silent, gone []string
	since := map[string]time.Time{} // when the silence was long enough
	for region, r := range s.Regions {
		at, expected := r.SilentAt(p)
		if !expected {
			continue
		}
		if awake.After(r.Slot) {
			at = at.Add(awake.Sub(r.Slot))
		}
		switch {
		case now.Sub(r.Slot) >= giveUpAfter:
			gone = append(gone, region)
		case !now.Before(at) && !s.isSilent(region):
			silent = append(silent, region)
			since[region] = at
		}
	}
	if len(silent)+len(gone) == 0 {
		return s, nil
	}
	slices.Sort(silent)
	slices.Sort(gone)
	s.Regions, s.Open, s.Outbox = maps.Clone(s.Regions), slices.Clone(s.Open), slices.Clone(s.Outbox)
	var decisions []Decision
	for _, region := range silent {
		decisions = append(decisions, s.missRegion(p, name, title, region, since[region], now))
	}
	for _, region := range gone {
		decisions = append(decisions, s.giveUpRegion(name, region, now)...)
	}
	return s, decisions
}

func (s JourneyState) isSilent(region string) bool {
	i := s.silence()
	return i >= 0 && slices.Contains(s.Open[i].Regions, region)
}

func (s JourneyState) silence() int {
	return slices.IndexFunc(s.Open, func(i incident.Incident) bool { return i.Kind == incident.Silent })
}

// missRegion opens, or adds to, the incident about a region that is silent for long enough since at.
func (s *JourneyState) missRegion(p JourneyPolicy, name, title, region string, at, now time.Time) Decision {
	r := s.Regions[region]
	every := p.Every
	if every == 0 {
		every = time.Duration(r.EveryMS) * time.Millisecond
	}
	due := r.Slot.Add(every)
	reason := fmt.Sprintf("no run of %s has come from %s since the one of %s, though one is due every %s%s", name, region, phrase.Clock(r.Slot), phrase.Duration(every), s.whoReports(p, region, now))
	verb := Continues
	i := s.silence()
	if i < 0 {
		verb, i = Opens, len(s.Open)
		s.Open = append(s.Open, newIncident(name, title, incident.Silent, due, at, reason))
	}
	inc := &s.Open[i]
	inc.Runs++
	inc.Last, inc.Streak, inc.Regions = now, max(inc.Streak, int(now.Sub(r.Slot)/every)), incident.AddName(inc.Regions, region)
	inc.Error = fmt.Sprintf("a run is due every %s; the last from %s was that of %s", phrase.Duration(every), region, phrase.Clock(r.Slot))
	s.addToOutbox(*inc)
	return Decision{Verb: verb, Reason: reason, Incident: *inc}
}

// whoReports says which other regions are heard of.
func (s JourneyState) whoReports(p JourneyPolicy, silent string, now time.Time) string {
	var heard []string
	for name, r := range s.Regions {
		if name != silent && r.reportsAt(p, now) {
			heard = append(heard, name)
		}
	}
	slices.Sort(heard)
	switch {
	case len(heard) > 0:
		return "; runs do come from " + phrase.List(heard)
	case len(s.Regions) > 1:
		return "; none comes from anywhere"
	}
	return ""
}

// giveUpRegion stops to expect a region.
func (s *JourneyState) giveUpRegion(name, region string, now time.Time) []Decision {
	delete(s.Regions, region)
	reason := fmt.Sprintf("%s is no longer expected from %s: no run has come for %d days", name, region, int(giveUpAfter.Hours())/24)
	d := Decision{Verb: NoChange, Reason: reason}
	if i := s.silence(); i >= 0 && slices.Contains(s.Open[i].Regions, region) {
		d = s.regionReports(i, region, now, reason)
	}
	return []Decision{d}
}

// endSilence ends the silence of the run's region.
func (j *judging) endSilence() {
	if i := j.silence(); i >= 0 && slices.Contains(j.Open[i].Regions, j.run.Region) {
		since := j.Open[i].Since
		j.decisions = append(j.decisions, j.regionReports(i, j.run.Region, j.run.Slot,
			fmt.Sprintf("a run of %s has come from %s again, that of %s, after %s", j.run.Journey, j.run.Region, phrase.Clock(j.run.Slot), phrase.Duration(j.run.Slot.Sub(since)))))
	}
}

// regionReports takes a region out of the silent ones; without the last of them the incident is over.
func (s *JourneyState) regionReports(i int, region string, at time.Time, reason string) Decision {
	inc := s.Open[i]
	inc.Runs++
	verb := Continues
	if len(inc.Regions) > 1 {
		inc.Regions = slices.DeleteFunc(slices.Clone(inc.Regions), func(name string) bool { return name == region })
		s.Open[i] = inc
	} else {
		verb, inc.State, inc.ResolvedAt, inc.Closing = Resolves, incident.Resolved, at, reason
		s.Open = slices.Delete(s.Open, i, i+1)
	}
	s.addToOutbox(inc)
	return Decision{Verb: verb, Reason: reason, Incident: inc}
}
