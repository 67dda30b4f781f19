// Command pictures writes the pictures of the README into the folder in which it runs: failure.png, the evidence of a real
// outage of the practice shop, and flow.svg, the way from a schedule to the person on call.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := write(ctx, "."); err != nil {
		fmt.Fprintln(os.Stderr, "pictures:", err)
		os.Exit(1)
	}
}
