// Command mutants changes the code of changed lines, one small change at a time, and prints those that no test of the package notices:
// a line that may as well do something else is not tested. `make mutants` runs it, for two minutes.
//
// The lines are those that differ from a commit, of files that are not tests: by default where the branch left main, or on main the last
// commit. The tests are the quick ones of the same package.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("mutants", flag.ContinueOnError)
	flags.SetOutput(stderr)
	budget := flags.Duration("for", 2*time.Minute, "time for all mutants")
	since := flags.String("since", "", "commit that the lines differ from")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if err := report(ctx, *since, *budget, stdout); err != nil {
		fmt.Fprintln(stderr, "mutants:", err)
		return 1
	}
	return 0
}

// report tries mutants of the changed lines in turn, until all are tried or the time is over, and prints those that survive. Each package
// has its share of the time, which building and measuring its tests do not count for.
func report(ctx context.Context, since string, budget time.Duration, stdout io.Writer) error {
	files, err := changedLines(ctx, since)
	if err != nil {
		return err
	}
	var packages []string
	all := map[string][]mutant{}
	for _, f := range files {
		found, err := mutantsOf(f.path, f.lines)
		if err != nil {
			return err
		}
		pkg := filepath.Dir(f.path)
		if all[pkg] == nil && len(found) > 0 {
			packages = append(packages, pkg)
		}
		all[pkg] = append(all[pkg], found...)
	}
	tried, lived, number := 0, 0, 0
	for i, pkg := range packages {
		t, err := measure(ctx, pkg)
		if err != nil {
			return err
		}
		if t.quick == "" {
			fmt.Fprintf(stdout, "%s: it has no quick test to try mutants with\n", pkg)
			continue
		}
		number += len(all[pkg])
		began := time.Now()
		limited, cancel := context.WithTimeout(ctx, budget/time.Duration(len(packages)-i))
		for _, m := range spread(all[pkg]) {
			v, err := try(limited, t, m)
			if limited.Err() != nil {
				break
			}
			if err != nil {
				cancel()
				return err
			}
			if v == invalid {
				number--
				continue
			}
			if tried++; v == survived {
				lived++
				fmt.Fprintf(stdout, "%s:%d: %s\n", m.path, m.line, m.what)
			}
		}
		cancel()
		budget -= time.Since(began)
	}
	fmt.Fprintf(stdout, "%d of %d mutants on changed lines were tried: %d survived\n", tried, number, lived)
	return ctx.Err()
}

// spread orders mutants so that a part of them comes from all changed places, and not from the first file only.
func spread(all []mutant) []mutant {
	const step = 7 // of every seventh, then those after them
	var out []mutant
	for first := range step {
		for i := first; i < len(all); i += step {
			out = append(out, all[i])
		}
	}
	return out
}
