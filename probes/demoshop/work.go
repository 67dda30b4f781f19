package demoshop

import (
	"context"
	"time"
)

// work stands for d of real effort: a printer running, a database answering. It ends early, with the reason, when
// nobody waits for the result any more, so that a customer who leaves takes the work along.
func work(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
