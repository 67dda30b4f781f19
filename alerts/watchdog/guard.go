// Package watchdog bounds work that might never end, such as judging by a schedule that never comes, so that nothing that a
// site, a batch or a file contains can stop the pager. Go cannot end a goroutine: work that does not return is abandoned,
// and not begun again until it has returned.
package watchdog

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrStuck is wrapped by the errors of work that has not ended within its limit.
var ErrStuck = errors.New("it has not ended")

// A Guard runs work under time limits. The zero Guard is ready for use, by several goroutines.
type Guard struct {
	mu    sync.Mutex
	stuck map[string]time.Time // by name: since when abandoned work is running
}

// Do runs work and returns its error, or an error that wraps ErrStuck after limit, or when earlier work of that name is
// still running. The context of the work ends with the limit.
func (g *Guard) Do(ctx context.Context, name string, limit time.Duration, work func(context.Context) error) error {
	g.mu.Lock()
	since, busy := g.stuck[name]
	g.mu.Unlock()
	if busy {
		return fmt.Errorf("%s: %w since %s; restart the program", name, ErrStuck, since.UTC().Format("2 January 15:04:05 UTC"))
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	began := time.Now()
	done := make(chan error, 1)
	go func() {
		defer cancel()
		err := work(ctx)
		g.mu.Lock()
		delete(g.stuck, name)
		g.mu.Unlock()
		done <- err
	}()
	timer := time.NewTimer(limit + grace)
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case err := <-done:
		return err
	default:
	}
	if g.stuck == nil {
		g.stuck = map[string]time.Time{}
	}
	g.stuck[name] = began
	return fmt.Errorf("%s: %w within %v", name, ErrStuck, limit)
}

// grace is the time for work whose context has ended to return.
const grace = time.Second
