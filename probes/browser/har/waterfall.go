package har

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/chromedp/cdproto/network"

	"valkyrie/probes/journey"
)

// maxParts bounds the cost of sorting a step's requests into a waterfall.
const maxParts = 1500

// rank orders requests by how much a customer waits for them: the document most, pictures least, and requests of another
// site's frame only when there is nothing else.
func rank(x *exchange) int {
	if x.framed {
		return 0
	}
	switch x.kind {
	case network.ResourceTypeDocument:
		return 4
	case network.ResourceTypeXHR, network.ResourceTypeFetch:
		return 3
	case network.ResourceTypeScript, network.ResourceTypeStylesheet:
		return 2
	}
	return 1
}

// Waterfall sums up where the step's time between from and to (milliseconds since the epoch) went, and explains a wait of
// waitMS in a few words if one thing took at least half of it. busyMS is how long the page's scripts and painting ran.
func (r *Recorder) Waterfall(step string, from, to, busyMS, waitMS float64) (journey.Waterfall, string) {
	w, most, mostMS := waterfall(r.during(step), from, to)
	w.ScriptMS = min(w.IdleMS, ms(busyMS))
	w.IdleMS -= w.ScriptMS
	r.mu.Lock()
	defer r.mu.Unlock()
	return w, explain(w, most, mostMS, waitMS, r.problems.site)
}

// waterfall assigns each instant to the phase of the request with the highest rank, and finds the longest phase.
func waterfall(all []exchange, from, to float64) (w journey.Waterfall, most part, mostMS float64) {
	var parts []part
	for i := range all {
		for _, p := range all[i].parts(to) {
			p.from, p.to = max(p.from, from), min(p.to, to)
			if p.to > p.from && len(parts) < maxParts {
				parts = append(parts, p)
			}
		}
	}
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(rank(b.x), rank(a.x)) })
	sums := map[string]float64{}
	by := map[*exchange]map[string]float64{}
	taken := intervals{}
	for _, p := range parts {
		ms := taken.take(p.from, p.to)
		sums[p.kind] += ms
		if by[p.x] == nil {
			by[p.x] = map[string]float64{}
		}
		by[p.x][p.kind] += ms
		if by[p.x][p.kind] > mostMS {
			most, mostMS = p, by[p.x][p.kind]
		}
	}
	rest := to - from
	for _, ms := range sums {
		rest -= ms
	}
	return journey.Waterfall{
		QueueMS: ms(sums[partQueue]), DNSMS: ms(sums[partDNS]), ConnectMS: ms(sums[partConnect]), TLSMS: ms(sums[partTLS]),
		FirstByteMS: ms(sums[partFirstByte]), DownloadMS: ms(sums[partDownload]), IdleMS: ms(max(0, rest)),
	}, most, mostMS
}

// intervals are disjoint intervals that are assigned already.
type intervals [][2]float64

// take assigns the free part between from and to, and returns its length.
func (s *intervals) take(from, to float64) float64 {
	free := to - from
	merged := [2]float64{from, to}
	var kept intervals
	for _, x := range *s {
		if x[1] < from || x[0] > to {
			kept = append(kept, x)
			continue
		}
		free -= max(0, min(to, x[1])-max(from, x[0]))
		merged[0], merged[1] = min(merged[0], x[0]), max(merged[1], x[1])
	}
	*s = append(kept, merged)
	return free
}

// explain names the one thing that took at least half of the wait; "": none did.
func explain(w journey.Waterfall, most part, mostMS, wait float64, site string) string {
	switch {
	case most.x != nil && mostMS >= wait/2:
		return fmt.Sprintf("mostly waiting for %s %s (%d of %d ms)", most.kind, most.x.name(site), ms(mostMS), ms(wait))
	case float64(w.ScriptMS) >= wait/2:
		return fmt.Sprintf("mostly the page's own scripts and painting (%d of %d ms)", w.ScriptMS, ms(wait))
	case float64(w.IdleMS) >= wait/2:
		return fmt.Sprintf("mostly with no request under way and the page at rest (%d of %d ms)", w.IdleMS, ms(wait))
	}
	return ""
}

func ms(f float64) int64 { return int64(math.Round(f)) }
