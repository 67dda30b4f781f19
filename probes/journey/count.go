package journey

import (
	"math"
	"slices"
	"sync"
)

// A Count is a number that came with a run, such as the pending jobs. alerts.yaml sets its bounds.
type Count struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
}

// Count records a number that the step has read. A later Count of the same name in a run replaces it. Without a number (NaN,
// an infinity) the step fails: what the site shows cannot be compared with any bound.
func (t *T) Count(name string, value float64) {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		t.Failf("expected a number for the count %q, got %v", name, value)
	}
	if t.counts != nil {
		t.counts.add(Count{name, value})
	}
}

// A counter collects counts. It is locked because a blocked step is abandoned and may still count.
type counter struct {
	mu     sync.Mutex
	counts []Count
}

func (t *counter) add(c Count) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if i := slices.IndexFunc(t.counts, func(o Count) bool { return o.Name == c.Name }); i >= 0 {
		t.counts[i] = c
		return
	}
	t.counts = append(t.counts, c)
}

// list returns the counts in the order in which they were first recorded.
func (t *counter) list() []Count {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]Count{}, t.counts...)
}
