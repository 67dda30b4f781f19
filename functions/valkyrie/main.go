// Command valkyrie runs the journeys, judges the runs and pages people, all on one machine, and operates a deployment.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() { os.Exit(mainAt(time.Now)) }

// mainAt runs the command line by a clock, which the tests set, and returns the exit code.
func mainAt(timeNow func() time.Time) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return (&program{self: os.Args[0], stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, timeNow: timeNow}).run(ctx, os.Args[1:])
}
