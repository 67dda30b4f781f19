// Command layer lays the pinned Chrome out as a Lambda layer: DIR/chrome, which Lambda mounts as /opt/chrome. The
// Makefile runs it, and through it SAM.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"valkyrie/infra/chrome"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := lay(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

func lay(ctx context.Context, args []string) int {
	if len(args) != 1 {
		fmt.Fprintln(os.Stderr, "usage: go run ./infra/chrome/layer DIR")
		return 2
	}
	if err := chrome.Lay(ctx, chrome.Config{Progress: os.Stderr}, args[0]); err != nil {
		fmt.Fprintln(os.Stderr, "layer:", err)
		return 1
	}
	return 0
}
