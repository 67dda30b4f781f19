// Command bundle zips folders for Lambda: DIR becomes DIR.zip. Names are sorted and times are left out, so that the same files
// make the same zip, and unchanged functions are not deployed again. It prints all sizes, and fails above Lambda's limit.
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
