package postmortem

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"valkyrie/probes/journey"
)

// kept is the evidence of one run.
type kept struct {
	of    string
	files []journey.Evidence
}

// evidence is that of the first bad run of each region, and of the last one; of the incident itself, where no runs are
// kept.
func (a Account) evidence() []kept {
	first, last := map[string]bool{}, map[string]int{}
	var all []kept
	for _, e := range a.Timeline {
		if e.What != Run || len(e.Evidence) == 0 || e.Outcome.Good() && e.Outcome != journey.Slow {
			continue
		}
		k := kept{fmt.Sprintf("run of %s from %s, %s", e.At.UTC().Format(stamp), e.Region, e.Outcome), e.Evidence}
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
		all = append(all, kept{"the latest bad run, of " + a.Last.UTC().Format(time.DateTime) + " UTC", a.Evidence})
	}
	return all
}

// where is the address of a piece of evidence, else its path, else why there is none.
func (a Account) where(e journey.Evidence) string {
	switch {
	case e.Path == "":
		return "missing: " + e.Missing
	case a.evidenceURL == "":
		return e.Path
	}
	u := url.URL{Path: strings.TrimPrefix(e.Path, "/")}
	return strings.TrimSuffix(a.evidenceURL, "/") + "/" + u.EscapedPath()
}
