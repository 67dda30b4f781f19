package outages

import (
	"sync"
	"time"
)

// liveClock shows the time of a slot, and advances from there in real time. The minute between two slots is skipped, while
// runs and calls take their real time.
type liveClock struct {
	mu   sync.Mutex
	slot time.Time
	real time.Time
}

func newLiveClock(at time.Time) *liveClock { return &liveClock{slot: at, real: time.Now()} }

// Set moves the clock to t, unless it is later already.
func (c *liveClock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.slot.Add(time.Since(c.real))) {
		c.slot, c.real = t, time.Now()
	}
}

// Now returns the time shown.
func (c *liveClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.slot.Add(time.Since(c.real))
}
