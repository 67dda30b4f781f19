package cost

import (
	_ "embed"
	"encoding/json"
	"time"

	"valkyrie/probes/journey"
)

// A Kind is a kind of run.
type Kind string

// The kinds.
const (
	Browser Kind = "browser" // Chrome
	API     Kind = "api"     // an HTTP client only
)

// A Measured is the result of "make measure": the median billed time of a warm run of the practice journeys, by kind and by the
// function's memory in MB. A real site mostly takes longer than the practice shop.
type Measured struct {
	Date     string                 `json:"date"` // such as 2026-11-30
	BilledMS map[Kind]map[int]int64 `json:"billed_ms"`
	// OverheadMS is the part of a billed browser run after its last step, at 1769 MB: Chrome's end, the verdict, the answer.
	OverheadMS int64 `json:"overhead_ms"`
}

// Billed returns the time that a stored run was billed for, about: from its start to the end of its last step, and the overhead.
func (m Measured) Billed(r journey.Run) time.Duration {
	end := r.Started
	for _, s := range r.Steps {
		if at := s.Started.Add(time.Duration(s.DurationMS) * time.Millisecond); at.After(end) {
			end = at
		}
	}
	return end.Sub(r.Started) + time.Duration(m.OverheadMS)*time.Millisecond
}

//go:embed measured.json
var measuredJSON []byte

// LastMeasured returns the last stored measurement.
func LastMeasured() Measured {
	var m Measured
	if err := json.Unmarshal(measuredJSON, &m); err != nil {
		panic("infra/cost/measured.json: " + err.Error()) // TestMeasured reads it
	}
	return m
}

// Takes returns the billed time of a run with that memory: that of the next smaller measured size, as more memory only makes
// it quicker, or else of the smallest.
func (m Measured) Takes(kind Kind, memoryMB int) time.Duration {
	best, ms := 0, int64(0)
	for size, took := range m.BilledMS[kind] {
		below := size <= memoryMB
		switch {
		case best == 0, below && (best > memoryMB || size > best), !below && best > memoryMB && size < best:
			best, ms = size, took
		}
	}
	return time.Duration(ms) * time.Millisecond
}
