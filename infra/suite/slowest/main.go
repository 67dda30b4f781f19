// Command slowest reads the output of `go test -json` and prints that of plain `go test`: the output of the failed tests,
// and a line for each package. Before those lines it lists the slowest tests, since a suite grows slow unnoticed.
//
//	go test -json ./... | go run ./infra/suite/slowest
package main

import (
	"fmt"
	"os"
)

func main() {
	const listed = 10
	failed, err := report(os.Stdin, os.Stdout, listed)
	if err != nil {
		fmt.Fprintln(os.Stderr, "report the tests:", err)
	}
	if failed || err != nil {
		os.Exit(1)
	}
}
