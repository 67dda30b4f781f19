package demoshop

import (
	"context"
	"time"
)

// A Clock is the time that the shop lives by, and what waiting costs on it. A real shop has the wall clock; what takes
// weeks is played on a Simulated one.
type Clock interface {
	Now() time.Time
	// Work stands for d of real effort: a database answering, a picture being drawn. It ends early, with the reason, when
	// nobody waits for the result any more, so that a customer who leaves takes the work along.
	Work(ctx context.Context, d time.Duration) error
	// Until waits until the clock shows t, or ctx ends.
	Until(ctx context.Context, t time.Time) error
	// WithTimeout is context.WithTimeoutCause on this clock.
	WithTimeout(ctx context.Context, d time.Duration, cause error) (context.Context, context.CancelFunc)
}

// wallClock is real time; its calendar may run faster, so that nights and weeks come sooner. Effort takes as long as ever.
type wallClock struct {
	opened time.Time
	speed  float64
}

// NewWallClock returns a clock that shows the real time now, and from here on goes speed times as fast. Work is not
// hurried: an order takes 200 ms at any speed.
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
