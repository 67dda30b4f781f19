package browser

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/chromedp/cdproto/network"

	"valkyrie/probes/journey"
)

// maxParts bounds what sorting a step's requests into a waterfall may cost.
const maxParts = 1500

// rank is how much a customer waits for a request: most for the document, least for pictures, and for what the frame of
// another site asks for only when for nothing else.
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

// waterfall gives each moment between from and to (milliseconds since the epoch) to the part of the request that the
// customer waits for most, and finds what took most of the time.
func waterfall(all []exchange, latest, from, to float64) (w journey.Waterfall, most part, mostMS float64) {
	var parts []part
	for i := range all {
		for _, p := range all[i].parts(latest) {
			p.from, p.to = max(p.from, from), min(p.to, to)
			if p.to > p.from && len(parts) < maxParts {
				parts = append(parts, p)
			}
		}
	}
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(rank(b.x), rank(a.x)) })
	sums := map[string]float64{}
	by := map[*exchange]map[string]float64{}
	taken := spans{}
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

// spans are stretches of time that are given away, sorted and apart from each other.
type spans [][2]float64

// take gives away what is still free between from and to, and returns how much that was.
func (s *spans) take(from, to float64) float64 {
	free := to - from
	merged := [2]float64{from, to}
	var kept spans
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

// because says in a few words where most of the wait went, if one thing took at least half of it.
func because(w journey.Waterfall, most part, mostMS, wait float64, site string) string {
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
