package main

import (
	"context"
	"errors"
	"flag"
	"time"

	"valkyrie/alerts"
	"valkyrie/functions/valkyrie/cli"
)

// Who makes a drill's calls, and how long to wait for them to begin: a watch on the same file looks every second, and a
// deployed pager every minute, when it is not woken.
const (
	watchBegins = 3 * time.Second
	pagerBegins = 150 * time.Second
)

// drillFlags refuses flags that are for calls of this program, where the deployed pager makes them.
func drillFlags(db *storage) (err error) {
	address, err := db.table()
	if err != nil || address == "" {
		return err
	}
	db.flags.Visit(func(f *flag.Flag) {
		if f.Name == "answer" || f.Name == "listen" {
			err = cli.Usage("--%s: expected no such flag with --store, as the deployed pager makes the calls, and real phones ring", f.Name)
		}
	})
	return err
}

// inCloud reports whether a deployed pager makes the calls: then this program never does.
func (d *drilling) inCloud() bool {
	_, ok := d.store.(table)
	return ok
}

func (d *drilling) caller() string {
	if d.inCloud() {
		return "the deployed pager"
	}
	return "a watch on the same store"
}

// patience is how long the caller may take to begin.
func (d *drilling) patience() time.Duration {
	if d.within > 0 {
		return d.within
	}
	if d.inCloud() {
		return pagerBegins
	}
	return watchBegins
}

// often is how often the store is asked what has become of the calls: a table takes a request for a few milliseconds, and
// money.
func (d *drilling) often() time.Duration {
	if d.inCloud() {
		return time.Second
	}
	return 200 * time.Millisecond
}

// begins waits until somebody else has begun to call, or ended the drill without; false: nobody has in time.
func (d *drilling) begins(ctx context.Context) (bool, error) {
	waiting, cancel := context.WithTimeout(ctx, d.patience())
	defer cancel()
	_, err := d.await(waiting, func(r alerts.Record) bool { return r.Begun() || r.State == alerts.Resolved })
	switch {
	case ctx.Err() != nil:
		return false, cli.Broken("the drill was interrupted")
	case errors.Is(err, context.DeadlineExceeded):
		return false, nil
	}
	return err == nil, err
}
