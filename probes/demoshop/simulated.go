package demoshop

import (
	"context"
	"sync"
	"time"
)

// Simulated is a clock that stands still, except when somebody waits on it: then it shows at once the time at which the
// waiting is over. Six weeks of customers pass in seconds, and each of them waits exactly as long as the shop made them.
//
// It is for one customer at a time: two who wait side by side would wait in turn.
type Simulated struct {
	mu sync.Mutex
	at time.Time
}

// NewSimulated returns a clock that shows at.
func NewSimulated(at time.Time) *Simulated { return &Simulated{at: at} }

// Now is what the clock shows.
func (c *Simulated) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Set moves the clock to t; it never goes back.
func (c *Simulated) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.at) {
		c.at = t
	}
}

// Work is over at once, d later; or when the time of the context is over.
func (c *Simulated) Work(ctx context.Context, d time.Duration) error {
	return c.Until(ctx, c.Now().Add(d))
}

// Until is over at once, at t; or when the time of the context is over.
func (c *Simulated) Until(ctx context.Context, t time.Time) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	end, limited := ctx.Value(simulatedEnd{}).(deadline)
	if limited && end.at.Before(t) {
		c.Set(end.at)
		return end.cause
	}
	c.Set(t)
	return nil
}

type simulatedEnd struct{}

// deadline is when the time of a context is over on a simulated clock, and why.
type deadline struct {
	at    time.Time
	cause error
}

// WithTimeout limits what is waited for under the context to d from now, and to what limited it already.
func (c *Simulated) WithTimeout(ctx context.Context, d time.Duration, cause error) (context.Context, context.CancelFunc) {
	end := deadline{c.Now().Add(d), cause}
	if outer, ok := ctx.Value(simulatedEnd{}).(deadline); ok && outer.at.Before(end.at) {
		end = outer
	}
	return context.WithCancel(context.WithValue(ctx, simulatedEnd{}, end))
}
