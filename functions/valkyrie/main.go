// Command valkyrie runs the journeys, judges the runs and pages people, all on one machine, and operates a deployment.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"valkyrie/functions/suite"
)

func main() { os.Exit(mainAt(suite.Yours(), time.Now)) }

// mainAt runs the command line for a suite, by a clock, and returns the exit code. Tests set both.
func mainAt(watched suite.Suite, timeNow func() time.Time) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return (&program{suite: watched, self: os.Args[0], stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, timeNow: timeNow}).run(ctx, os.Args[1:])
}
