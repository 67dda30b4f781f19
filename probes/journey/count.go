package journey

import (
	"slices"
	"sync"
)

// A Count is a number that came with a run, such as how many jobs are pending. What it must be is said in alerts.yaml.
type Count struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
}

// Count records a number that the step has read. Of two of the same name in one run, the later one counts.
func (t *T) Count(name string, value float64) {
	if t.tally != nil {
		t.tally.add(Count{name, value})
	}
}

// A tally collects counts. It is locked because a step that hangs is left behind, and may still count.
type tally struct {
	mu     sync.Mutex
	counts []Count
}

func (t *tally) add(c Count) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if i := slices.IndexFunc(t.counts, func(o Count) bool { return o.Name == c.Name }); i >= 0 {
		t.counts[i] = c
		return
	}
	t.counts = append(t.counts, c)
}

// list is what was counted, in the order in which it was first.
func (t *tally) list() []Count {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]Count{}, t.counts...)
}
