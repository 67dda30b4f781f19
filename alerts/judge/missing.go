package judge

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
)

// giveUpAfter is the silence after which a region is no longer expected.
const giveUpAfter = 7 * 24 * time.Hour

// Watch detects missing runs: it opens a silent incident for regions without the expected runs. watchedSince is the start of
// recording; time before it does not count as silence. It is pure and idempotent.
func (s JourneyState) Watch(p JourneyPolicy, name, title string, now, watchedSince time.Time) (JourneyState, []Decision) {
	var silent, expired []string
	since := map[string]time.Time{} // time at which the region counted as silent
	for region, r := range s.Regions {
		at, expected := r.SilentAt(p)
		if !expected {
			continue
		}
		if watchedSince.After(r.Slot) {
			at = at.Add(watchedSince.Sub(r.Slot))
		}
		switch {
		case now.Sub(r.Slot) >= giveUpAfter:
			expired = append(expired, region)
		case !now.Before(at) && !s.isSilent(region):
			silent = append(silent, region)
			since[region] = at
		}
	}
	if len(silent)+len(expired) == 0 {
		return s, nil
	}
	slices.Sort(silent)
	slices.Sort(expired)
	s.Regions, s.Open, s.Outbox = maps.Clone(s.Regions), slices.Clone(s.Open), slices.Clone(s.Outbox)
	var decisions []Decision
	for _, region := range silent {
		decisions = append(decisions, s.markSilent(p, name, title, region, since[region], now))
	}
	for _, region := range expired {
		decisions = append(decisions, s.stopExpecting(name, region, now)...)
	}
	return s, decisions
}

func (s JourneyState) isSilent(region string) bool {
	i := s.silentIncident()
	return i >= 0 && slices.Contains(s.Open[i].Regions, region)
}

func (s JourneyState) silentIncident() int {
	return slices.IndexFunc(s.Open, func(i incident.Incident) bool { return i.Kind == incident.Silent })
}

// markSilent opens the silent incident, or adds to it, for a region that counts as silent since at.
func (s *JourneyState) markSilent(p JourneyPolicy, name, title, region string, at, now time.Time) Decision {
	r := s.Regions[region]
	every := p.Every
	if every == 0 {
		every = time.Duration(r.EveryMS) * time.Millisecond
	}
	due := r.Slot.Add(every)
	reason := fmt.Sprintf("no run of %s has come from %s since the one of %s, though one is due every %s%s", name, region, phrase.Clock(r.Slot), phrase.Duration(every), s.otherRegions(p, region, now))
	verb := Continues
	i := s.silentIncident()
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

// otherRegions returns the suffix of a reason that names the other regions that report.
func (s JourneyState) otherRegions(p JourneyPolicy, silent string, now time.Time) string {
	var reporting []string
	for name, r := range s.Regions {
		if name != silent && r.reportsAt(p, now) {
			reporting = append(reporting, name)
		}
	}
	slices.Sort(reporting)
	switch {
	case len(reporting) > 0:
		return "; runs do come from " + phrase.List(reporting)
	case len(s.Regions) > 1:
		return "; none comes from anywhere"
	}
	return ""
}

// stopExpecting drops a region, and ends its silence.
func (s *JourneyState) stopExpecting(name, region string, now time.Time) []Decision {
	delete(s.Regions, region)
	reason := fmt.Sprintf("%s is no longer expected from %s: no run has come for %d days", name, region, int(giveUpAfter.Hours())/24)
	d := Decision{Verb: NoChange, Reason: reason}
	if i := s.silentIncident(); i >= 0 && slices.Contains(s.Open[i].Regions, region) {
		d = s.endRegionSilence(i, region, now, reason)
	}
	return []Decision{d}
}

// endSilenceOfRun ends the silence of the run's region.
func (j *judging) endSilenceOfRun() {
	if i := j.silentIncident(); i >= 0 && slices.Contains(j.Open[i].Regions, j.run.Region) {
		since := j.Open[i].Since
		j.decisions = append(j.decisions, j.endRegionSilence(i, j.run.Region, j.run.Slot,
			fmt.Sprintf("a run of %s has come from %s again, that of %s, after %s", j.run.Journey, j.run.Region, phrase.Clock(j.run.Slot), phrase.Duration(j.run.Slot.Sub(since)))))
	}
}

// endRegionSilence removes a region from the silent incident, and closes the incident after the last one.
func (s *JourneyState) endRegionSilence(i int, region string, at time.Time, reason string) Decision {
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
