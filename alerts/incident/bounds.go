package incident

import (
	"slices"
	"time"

	"valkyrie/probes/journey"
)

// The bounds of an incident's texts, in bytes of JSON, and of its lists. The pager's state holds many incidents in one item.
const (
	maxErrorText = 1000
	maxReason    = 600 // of the opening and of the closing
	maxTitle     = 200 // of the journey, and of the step
	maxRegion    = 60
	maxRegions   = 12
	maxFiles     = 40 // of evidence
	maxPath      = 300
	maxBouts     = 50
	maxOutageErr = 250 // phrase.Shorten, in JSON
)

// Bounded returns the incident with each text and list within its bound, whatever the site's output, so that no incident can
// keep the pager's state from being written. One that is within all of them is unchanged.
func (i Incident) Bounded() Incident {
	clip := func(s string, n int) string { return journey.Clip(journey.Printable(s), n) }
	i.Title, i.Step, i.Error = clip(i.Title, maxTitle), clip(i.Step, maxTitle), clip(i.Error, maxErrorText)
	i.Reason, i.Closing = clip(i.Reason, maxReason), clip(i.Closing, maxReason)
	i.Regions, i.StillFails = boundedRegions(i.Regions), boundedRegions(i.StillFails)
	if len(i.Outages) > 0 {
		i.Outages = slices.Clone(i.Outages)
		if n := len(i.Outages) - MaxOutages; n > 0 {
			i.Outages = slices.Delete(i.Outages, 1, 1+n)
		}
		for n := range i.Outages {
			o := &i.Outages[n]
			o.Step, o.Error, o.Regions = clip(o.Step, maxTitle), clip(o.Error, maxOutageErr), boundedRegions(o.Regions)
		}
	}
	if len(i.Evidence) > 0 {
		i.Evidence = slices.Clone(i.Evidence[:min(len(i.Evidence), maxFiles)])
		for n := range i.Evidence {
			e := &i.Evidence[n]
			e.Kind, e.Path, e.Missing = clip(e.Kind, maxRegion), clip(e.Path, maxPath), clip(e.Missing, maxPath)
		}
	}
	if n := len(i.Bouts) - maxBouts; n > 0 {
		i.Bouts = append([]time.Time{i.Bouts[0]}, i.Bouts[n+1:]...)
	}
	return i
}

func boundedRegions(names []string) []string {
	if len(names) == 0 {
		return names
	}
	names = slices.Clone(names[:min(len(names), maxRegions)])
	for n := range names {
		names[n] = journey.Clip(names[n], maxRegion)
	}
	return names
}

// Reduced returns the incident with its least important parts left out, in three degrees, for a state that is full.
func (i Incident) Reduced(degree int) Incident {
	files, outages, text := []int{4, 1, 0}[degree], []int{10, 3, 1}[degree], []int{500, 200, 100}[degree]
	i = i.Bounded()
	i.Error, i.Reason, i.Closing = journey.Clip(i.Error, text), journey.Clip(i.Reason, text), journey.Clip(i.Closing, text)
	i.Evidence = i.Evidence[:min(files, len(i.Evidence))]
	if n := len(i.Outages) - outages; n > 0 {
		i.Outages = append(i.Outages[:1:1], i.Outages[n+1:]...)
	}
	if degree > 0 {
		for n := range i.Outages {
			i.Outages[n].Error = journey.Clip(i.Outages[n].Error, text)
		}
	}
	return i
}

// Clip returns s as valid text of at most n bytes in JSON; see [journey.Clip].
func Clip(s string, n int) string { return journey.Clip(s, n) }
