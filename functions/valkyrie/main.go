// Command valkyrie runs the journeys, judges the runs and pages people, all on one machine, and operates a deployment.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"valkyrie/functions/suite"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/functions/valkyrie/subprocess"
)

func main() { os.Exit(mainAt(suite.Yours(), time.Now)) }

// mainAt runs the command line for a suite, by a clock, and returns the exit code. Tests set both.
func mainAt(watched suite.Suite, timeNow func() time.Time) (code int) {
	defer func() {
		if crash := recover(); crash != nil { // Go's own exit code would be that of a wrong usage
			fmt.Fprintf(os.Stderr, "valkyrie: the program crashed: %v\n%s", crash, debug.Stack())
			code = cli.ExitBroken
		}
	}()
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) // else writing to a pipe that nothing reads ends the program
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p := &program{suite: watched, self: os.Args[0], stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, timeNow: timeNow}
	if len(os.Args) == 2 && os.Args[1] == subprocess.Argument {
		return subprocess.Child{Journeys: watched.Journeys, Secrets: p.secretsFor}.Main(ctx)
	}
	if path, err := os.Executable(); err == nil {
		p.isolated = &subprocess.Parent{Path: path, Stderr: os.Stderr}
	}
	return p.run(ctx, os.Args[1:])
}
