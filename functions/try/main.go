// Command try plays one journey for the person who writes it. "valkyrie try" builds it at each save, starts it and speaks with it: it
// links the journeys and the browser alone, so that it is ready within a second.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"valkyrie/probes"
	"valkyrie/probes/trial"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	out := os.Stdout
	os.Stdout = os.Stderr // what a journey prints itself
	child := trial.Child{Journeys: probes.All}
	os.Exit(child.Main(ctx, os.Stdin, out))
}
