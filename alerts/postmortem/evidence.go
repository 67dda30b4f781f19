package postmortem

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"valkyrie/probes/journey"
)

// runEvidence is the evidence of one run.
type runEvidence struct {
	of    string
	files []journey.Evidence
}

// evidence returns that of the first and last bad run of each region, or the incident's own, if no runs are stored.
func (a Document) evidence() []runEvidence {
	first, last := map[string]bool{}, map[string]int{}
	var all []runEvidence
	for _, e := range a.Timeline {
		if e.What != Run || len(e.Evidence) == 0 || e.Outcome.Good() && e.Outcome != journey.Slow {
			continue
		}
		k := runEvidence{fmt.Sprintf("run of %s from %s, %s", e.At.UTC().Format(stamp), e.Region, e.Outcome), e.Evidence}
		switch at, again := last[e.Region]; {
		case !first[e.Region]:
			first[e.Region] = true
			all = append(all, k)
		case again:
			all[at] = k
		default:
			last[e.Region] = len(all)
			all = append(all, k)
		}
	}
	if len(all) == 0 && len(a.Evidence) > 0 {
		all = append(all, runEvidence{"the latest bad run, of " + a.Last.UTC().Format(time.DateTime) + " UTC", a.Evidence})
	}
	return all
}

// where returns the address of a piece of evidence, else its path, else the reason for its absence.
func (a Document) where(e journey.Evidence) string {
	switch {
	case e.Path == "":
		return "missing: " + e.Missing
	case a.evidenceURL == "":
		return e.Path
	}
	u := url.URL{Path: strings.TrimPrefix(e.Path, "/")}
	return strings.TrimSuffix(a.evidenceURL, "/") + "/" + u.EscapedPath()
}
