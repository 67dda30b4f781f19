// Command bundle zips folders the way Lambda takes them: DIR becomes DIR.zip. Names are sorted and times are left out, so
// that the same files make the same zip, and nothing is deployed that has not changed. It says how large everything is,
// and fails when it is more than Lambda takes.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./infra/bundle DIR...")
		os.Exit(2)
	}
	if err := bundle(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
}
