package outages

import (
	"sync"
	"time"
)

// liveClock shows the time of a slot, and goes on from there as real time does. So a minute between two slots need not
// be waited for, and what a run and a call take is real.
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

// Now is what it shows.
func (c *liveClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.slot.Add(time.Since(c.real))
}
