// Command dashboard draws the CloudWatch dashboard of template.yaml as pictures, in Chrome, without an AWS account: dashboard-1.png
// is its head, and each further one is a region. The history is generated, or that of a store:
//
//	go run ./functions/dashboard --to /tmp/pictures --journey print-card
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var o options
	flag.StringVar(&o.to, "to", ".", "folder for the pictures")
	flag.StringVar(&o.template, "template", "template.yaml", "the template")
	flag.StringVar(&o.store, "store", "", "file of a store; empty: a generated history")
	flag.StringVar(&o.journey, "journey", "print-card", "the journey that is chosen above the dashboard")
	flag.IntVar(&o.step, "step", 1, "the step that is chosen, from 1")
	flag.StringVar(&o.until, "until", "2026-06-04T09:00:00Z", "end of the day that is drawn, RFC 3339")
	flag.Parse()
	if err := o.write(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "dashboard:", err)
		os.Exit(1)
	}
}
