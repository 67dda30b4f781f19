package demoshop

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// database stands for the one that the job queue lives in. Two rarely used reports read it all, because nobody made an
// index for them, and nothing else gets through meanwhile. Its charts look fine.
type database struct {
	clock  Clock
	random *rand.Rand

	mu      sync.Mutex
	slow    bool      // the reports lack their index
	from    time.Time // when the latest, or the next, report begins
	through time.Time // when it is done
}

func newDatabase(cfg Config) *database {
	return &database{clock: cfg.Clock, random: rand.New(rand.NewPCG(cfg.Seed, 1))}
}

// How often somebody wants such a report, and how long it takes.
const (
	reportGapLeast, reportGapMost   = 2 * time.Hour, 6 * time.Hour
	reportTimeLeast, reportTimeMost = 5 * time.Minute, 10 * time.Minute
)

// dropIndex makes the reports slow; the first is asked for at once.
func (d *database) dropIndex() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.slow, d.from = true, d.clock.Now()
	d.through = d.from.Add(d.between(reportTimeLeast, reportTimeMost))
}

// addIndex makes them quick, also the one that is being made.
func (d *database) addIndex() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.slow = false
}

// query waits for its turn.
func (d *database) query(ctx context.Context) error {
	for {
		until, locked := d.locked()
		if !locked {
			return ctx.Err()
		}
		if err := d.clock.Until(ctx, until); err != nil {
			return err
		}
	}
}

// locked reports whether a report is being made, and until when, at most a little: the index may come meanwhile.
func (d *database) locked() (until time.Time, locked bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.clock.Now()
	for d.slow && !now.Before(d.through) {
		d.from = d.through.Add(d.between(reportGapLeast, reportGapMost))
		d.through = d.from.Add(d.between(reportTimeLeast, reportTimeMost))
	}
	if !d.slow || now.Before(d.from) {
		return time.Time{}, false
	}
	if soon := now.Add(time.Second); soon.Before(d.through) {
		return soon, true
	}
	return d.through, true
}

func (d *database) between(least, most time.Duration) time.Duration {
	return least + time.Duration(d.random.Int64N(int64(most-least)))
}
