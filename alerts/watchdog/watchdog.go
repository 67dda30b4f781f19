package watchdog

import (
	"context"
	"errors"
	"time"

	"valkyrie/alerts/paging"
)

// A Watchdog runs the work of a program's rounds under the limits of a Guard, and pages from memory about work that does not
// end. The other work of the round goes on.
type Watchdog struct {
	Guard
	Emergency *paging.Emergency
}

// Run runs work; see Guard.Do.
func (w *Watchdog) Run(ctx context.Context, name string, limit time.Duration, work func(context.Context) error) error {
	err := w.Do(ctx, name, limit, work)
	if errors.Is(err, ErrStuck) {
		w.Emergency.Stuck(ctx, name, err)
	} else {
		w.Emergency.Ended(name)
	}
	return err
}

// Value is Guard.Do for work that has a result. Abandoned work never changes a result that was returned.
func Value[T any](ctx context.Context, name string, limit time.Duration, work func() (T, error)) (T, error) {
	var g Guard
	got := make(chan T, 1)
	err := g.Do(ctx, name, limit, func(context.Context) error {
		value, err := work()
		got <- value
		return err
	})
	var value T
	if !errors.Is(err, ErrStuck) {
		value = <-got
	}
	return value, err
}
