// Command dates runs the tests that depend on the date on forty dates under three time zones: no test may fail on a Monday,
// in a leap year, or where summer time ends.
//
//	go run ./infra/suite/dates           # all dates, in all zones
//	go run ./infra/suite/dates -every 8  # each eighth of them
//
// The clock of every Go program in a test is shifted, that of the test itself and of the programs it starts: the tests are
// built with an overlay of package time whose Now adds the seconds in VALKYRIE_CLOCK_SHIFT. Deployed programs do not
// contain it. Chrome has a separate clock, so tests that drive it run on the real date only.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	every := flag.Int("every", 1, "run each Nth day, in turn of the zones")
	flag.Parse()
	began := time.Now()
	failed, runs, err := check(ctx, *every)
	if err != nil {
		fmt.Fprintf(os.Stderr, "dates: %v\n", err)
		os.Exit(2)
	}
	fmt.Printf("%d runs of %d packages in %v: %d failed\n", runs, len(watched)+len(pure), time.Since(began).Round(time.Second), failed)
	if failed > 0 {
		os.Exit(1)
	}
}

// check builds the tests and runs them, and counts the runs that failed.
func check(ctx context.Context, every int) (failed, runs int, err error) {
	dir, err := os.MkdirTemp("", "valkyrie-dates-")
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(dir)
	overlay, err := writeOverlay(ctx, dir)
	if err != nil {
		return 0, 0, err
	}
	var jobs []job
	for _, s := range append(watched, pure...) {
		if s.binary, err = s.build(ctx, dir, overlay); err != nil {
			return 0, 0, err
		}
		jobs = append(jobs, s.jobs(every)...)
	}
	results := make(chan result)
	queue := make(chan job, len(jobs))
	for _, j := range jobs {
		queue <- j
	}
	close(queue)
	for range runtime.NumCPU() {
		go func() {
			for j := range queue {
				results <- j.run(ctx, overlay)
			}
		}()
	}
	for range jobs {
		if r := <-results; r.err != nil {
			failed++
			fmt.Printf("FAIL %v: %v\n%s\n", r.job, r.err, r.output)
		}
	}
	return failed, len(jobs), ctx.Err()
}
