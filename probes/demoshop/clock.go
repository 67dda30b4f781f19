package demoshop

import (
	"context"
	"sync"
	"time"
)

// A Clock provides the shop's time, and its waits. A shop for people uses the wall clock; a Simulated clock skips waits, so
// that weeks pass in seconds.
type Clock interface {
	Now() time.Time
	// Work simulates an effort of d: a database query, drawing a picture. It ends early, with the cause, when ctx does, so
	// that a customer who leaves cancels the work.
	Work(ctx context.Context, d time.Duration) error
	// Until waits until the clock's time is t, or ctx ends.
	Until(ctx context.Context, t time.Time) error
	// WithTimeout is context.WithTimeoutCause on this clock.
	WithTimeout(ctx context.Context, d time.Duration, cause error) (context.Context, context.CancelFunc)
}

// wallClock is real time; its calendar may run faster, so that nights and weeks come sooner. Work always takes real time.
type wallClock struct {
	opened time.Time
	speed  float64
}

// NewWallClock returns a clock that starts at the real time and runs speed times as fast. Work is not scaled: an order
// takes 200 ms at any speed.
func NewWallClock(speed float64) Clock { return wallClock{time.Now(), speed} }

func (c wallClock) Now() time.Time {
	return c.opened.Add(time.Duration(float64(time.Since(c.opened)) * c.speed)).UTC()
}

func (c wallClock) Work(ctx context.Context, d time.Duration) error { return pause(ctx, d) }

func (c wallClock) Until(ctx context.Context, t time.Time) error {
	return pause(ctx, time.Duration(float64(t.Sub(c.Now()))/c.speed))
}

func (c wallClock) WithTimeout(ctx context.Context, d time.Duration, cause error) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, d, cause)
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Simulated is a clock that stands still except during a wait, which moves it to the wait's end at once. Six weeks of
// customers pass in seconds, and each of them waits exactly as long as the shop made them.
//
// It serves one customer at a time: two concurrent waits would be added up.
type Simulated struct {
	mu sync.Mutex
	at time.Time
}

// NewSimulated returns a clock whose time is at.
func NewSimulated(at time.Time) *Simulated { return &Simulated{at: at} }

// Now is the clock's time.
func (c *Simulated) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Set moves the clock to t; it never moves backwards.
func (c *Simulated) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.at) {
		c.at = t
	}
}

// Work moves the clock by d, or to the context's deadline.
func (c *Simulated) Work(ctx context.Context, d time.Duration) error {
	return c.Until(ctx, c.Now().Add(d))
}

// Until moves the clock to t, or to the context's deadline.
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

// deadline is a context's deadline on a simulated clock, with its cause.
type deadline struct {
	at    time.Time
	cause error
}

// WithTimeout limits waits under the context to d from now, and to the limits it already has.
func (c *Simulated) WithTimeout(ctx context.Context, d time.Duration, cause error) (context.Context, context.CancelFunc) {
	end := deadline{c.Now().Add(d), cause}
	if outer, ok := ctx.Value(simulatedEnd{}).(deadline); ok && outer.at.Before(end.at) {
		end = outer
	}
	return context.WithCancel(context.WithValue(ctx, simulatedEnd{}, end))
}
