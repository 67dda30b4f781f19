// Package slowdown measures how much slower this machine is than an idle one, for tests whose limits assume a mostly idle
// machine. Chrome on a core shared with twenty other processes needs ten times as long for a page; such a test scales its
// limits by the measured factor, and on a still busier machine reports that as the cause of its failure.
package slowdown

import (
	"sync"
	"time"
)

// A sample is taken every samplePause: samplePiece of work is timed. That costs two percent of a core.
const (
	samplePause = 250 * time.Millisecond
	samplePiece = 5 * time.Millisecond
	kept        = 240 // samples: a minute
	smoothed    = 8   // samples that are averaged, as a single one is mostly luck
)

// A sample is the factor by which a piece of work took longer than its CPU time.
type sample struct {
	at     time.Time
	factor float64
}

// A meter samples from its first use until the process ends.
type meter struct {
	start   sync.Once
	mu      sync.Mutex
	samples []sample
}

var machine meter

// most is the maximum by which limits are lengthened: a test that expects nothing to happen waits for its whole limit, and
// a suite of them would not end.
const most = 8

// Factor returns how many times longer than its CPU time a process needed in the last two seconds, at least 1.
func Factor() float64 { return machine.worst(time.Now()) }

// Since returns the highest factor since a time within the last minute.
func Since(began time.Time) float64 { return machine.worst(began) }

// Scale lengthens a limit that was chosen for a machine on which one other process competes for each core.
func Scale(limit time.Duration) time.Duration { return limit * time.Duration(Times(Factor())) }

// Times returns the factor for such limits: 2 leaves them unchanged, and each further process adds the whole limit once
// more, up to eight times the limit.
func Times(factor float64) int { return min(most, Needed(factor)) }

// Needed is Times without its bound. A failed test must be repeated if Needed exceeds the factor of its limit.
func Needed(factor float64) int { return max(1, int(factor-0.5)) }

// worst returns the highest moving average of the samples since a time.
func (m *meter) worst(since time.Time) float64 {
	m.start.Do(func() {
		m.add(measure())
		go func() {
			for {
				time.Sleep(samplePause)
				m.add(measure())
			}
		}()
	})
	m.mu.Lock()
	defer m.mu.Unlock()
	return worst(m.samples, since)
}

func (m *meter) add(s sample) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.samples = append(m.samples[max(0, len(m.samples)-kept+1):], s)
}

// worst returns the highest average of neighbouring samples whose last is not older than since.
func worst(samples []sample, since time.Time) float64 {
	highest := 1.0
	for i := range samples {
		if i < len(samples)-1 && samples[i].at.Before(since) {
			continue
		}
		near := samples[max(0, i-smoothed+1) : i+1]
		sum := 0.0
		for _, s := range near {
			sum += s.factor
		}
		highest = max(highest, sum/float64(len(near)))
	}
	return highest
}
