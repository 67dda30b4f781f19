package demoshop

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// database simulates the job queue's database. Two rarely used reports scan it all for lack of an index and block every
// other query meanwhile, while its averages stay normal.
type database struct {
	clock  Clock
	random *rand.Rand

	mu    sync.Mutex
	slow  bool      // the index is missing
	from  time.Time // start of the current or next report
	until time.Time // its end
}

func newDatabase(cfg Config) *database {
	return &database{clock: cfg.Clock, random: rand.New(rand.NewPCG(cfg.Seed, 1))}
}

// The pause between such reports, and their duration.
const (
	reportGapLeast, reportGapMost   = 2 * time.Hour, 6 * time.Hour
	reportTimeLeast, reportTimeMost = 5 * time.Minute, 10 * time.Minute
)

// dropIndex makes the reports slow and starts one.
func (d *database) dropIndex() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.slow, d.from = true, d.clock.Now()
	d.until = d.from.Add(d.between(reportTimeLeast, reportTimeMost))
}

// addIndex makes them quick, including a running one.
func (d *database) addIndex() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.slow = false
}

// query waits until no report blocks it.
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

// locked reports whether a report is running, and when to check again: at most a second later, as the index may be added.
func (d *database) locked() (until time.Time, locked bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.clock.Now()
	for d.slow && !now.Before(d.until) {
		d.from = d.until.Add(d.between(reportGapLeast, reportGapMost))
		d.until = d.from.Add(d.between(reportTimeLeast, reportTimeMost))
	}
	if !d.slow || now.Before(d.from) {
		return time.Time{}, false
	}
	if soon := now.Add(time.Second); soon.Before(d.until) {
		return soon, true
	}
	return d.until, true
}

func (d *database) between(least, most time.Duration) time.Duration {
	return least + time.Duration(d.random.Int64N(int64(most-least)))
}
