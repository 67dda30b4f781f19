// Package slowdown measures how much slower this machine is than an idle one, for tests whose limits assume a machine
// that does little else. Chrome on a core that twenty other processes share needs ten times as long for a page; such a
// test scales its limits by what is measured, and reports a machine that is busier still as the cause of its failure.
package slowdown

import (
	"sync"
	"time"
)

// A sample is taken each samplePause: samplePiece of work is timed. That costs two percent of a core.
const (
	samplePause = 250 * time.Millisecond
	samplePiece = 5 * time.Millisecond
	kept        = 240 // samples: a minute
	smoothed    = 8   // samples that are averaged, as a single one is mostly luck
)

// A sample is by which factor a piece of work took longer than its CPU time.
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

// most is by how much limits are lengthened at most: a test whose outcome is that nothing happens waits for all of its
// limit, and a suite of them would not end.
const most = 8

// Factor is how many times longer than its CPU time a process has needed in the last two seconds, at least 1.
func Factor() float64 { return machine.worst(time.Now()) }

// Since is the highest factor since a time within the last minute.
func Since(began time.Time) float64 { return machine.worst(began) }

// Scale lengthens a limit that was chosen for a machine on which one other process competes for each core.
func Scale(limit time.Duration) time.Duration { return limit * time.Duration(Times(Factor())) }

// Times is by how much such limits are lengthened at a factor: 2 leaves them as they are, each further process adds the
// whole limit once more, up to eight times the limit.
func Times(factor float64) int { return min(most, Needed(factor)) }

// Needed is Times without its bound. A test that failed where it is more than its limit allowed for has to be repeated.
func Needed(factor float64) int { return max(1, int(factor-0.5)) }

// worst is the highest moving average of the samples since a time.
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

// worst is the highest average of neighbouring samples, of which the last is not older than since.
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
