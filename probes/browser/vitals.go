package browser

import (
	"context"
	"encoding/json"
	"math"
	"sync"

	"valkyrie/probes/browser/script"
	"valkyrie/probes/journey"
)

// vitals are those of each document so far.
type vitals struct {
	mu   sync.Mutex
	step string
	all  []told
}

// told is what a document says of itself; times are milliseconds.
type told struct {
	URL    string  `json:"url"`
	Opened float64 `json:"opened"`
	TTFB   float64 `json:"ttfb"`
	FCP    float64 `json:"fcp"`
	LCP    float64 `json:"lcp"`
	CLS    float64 `json:"cls"`
	INP    float64 `json:"inp"`
	step   string
}

// maxDocuments is of how many documents a run keeps the vitals.
const maxDocuments = 50

func (v *vitals) begin(step string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.step = step
}

// hear takes the word of a document.
func (v *vitals) hear(payload string) {
	var t told
	if json.Unmarshal([]byte(payload), &t) == nil {
		v.keep(t)
	}
}

// keep adds a document, or what is new of one. What has a blank address is no page.
func (v *vitals) keep(t told) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if t.URL == "about:blank" || t.URL == hintsPage {
		return
	}
	t.step = v.step
	for i, old := range v.all {
		if old.Opened == t.Opened {
			t.step = old.step
			v.all[i] = t
			return
		}
	}
	if len(v.all) < maxDocuments {
		v.all = append(v.all, t)
	}
}

// report is all of them, for the run.
func (v *vitals) report() []journey.Vitals {
	v.mu.Lock()
	defer v.mu.Unlock()
	all := []journey.Vitals{}
	for _, t := range v.all {
		all = append(all, journey.Vitals{
			Step: t.step, URL: t.URL, TTFBMS: ms(t.TTFB), FCPMS: ms(t.FCP), LCPMS: ms(t.LCP), INPMS: ms(t.INP),
			CLS: math.Round(t.CLS*10000) / 10000,
		})
	}
	return all
}

func ms(f float64) int64 { return int64(math.Round(f)) }

// askVitals asks the present document.
func (tab *Tab) askVitals(ctx context.Context) {
	var t told
	if tab.evaluate(ctx, script.Vitals, &t) == nil {
		tab.vitals.keep(t)
	}
}
