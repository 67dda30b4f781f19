// Command mutants makes small changes of the code, one at a time, and prints those that no test of the package notices: a line that may
// as well do something else is not tested. The tests are the quick ones of the same package.
//
// `make mutants` tries the changed lines, for two minutes: those that differ from a commit, of files that are not tests; by default where
// the branch left main, or on main the last commit.
//
// `make scores`, which is part of `make test-all`, tries a sample of each package, and fails when the share of the mutants that are
// caught has fallen: see scores.tsv, and equivalent.tsv for the changes that no test can notice.
package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

//go:embed chosen.go.txt
var chosen []byte

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("mutants", flag.ContinueOnError)
	flags.SetOutput(stderr)
	budget := flags.Duration("for", 2*time.Minute, "time for all mutants of changed lines")
	since := flags.String("since", "", "commit that the lines differ from")
	sample := flags.Bool("sample", false, "try a sample of the packages that are named, default all, and compare it with "+scoresFile)
	write := flags.Bool("write", false, "with -sample: write the scores instead")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	var err error
	if *sample {
		err = compareScores(ctx, flags.Args(), *write, stdout)
	} else {
		err = tryChanged(ctx, *since, *budget, stdout)
	}
	if err != nil {
		fmt.Fprintln(stderr, "mutants:", err)
		return 1
	}
	return 0
}

// A trial is a package with the mutants that are tried.
type trial struct {
	*program
	mutants []mutant
}

// prepare builds and measures the tests of a package with some of its mutants; nil: the package has no quick tests. The caller removes
// the folder of the program.
func (c *code) prepare(ctx context.Context, mutants []mutant, atMost time.Duration) (*trial, error) {
	folder, err := os.MkdirTemp("", "mutants-*")
	if err != nil {
		return nil, err
	}
	path, err := c.build(ctx, folder, mutants)
	if err != nil || path == "" {
		_ = os.RemoveAll(folder)
		return nil, err
	}
	p, err := measure(ctx, path, c.folder, atMost)
	if err != nil || p.quick == 0 {
		_ = os.RemoveAll(folder)
		return nil, err
	}
	return &trial{p, mutants}, nil
}

// end removes what prepare has made.
func (t *trial) end() { _ = os.RemoveAll(filepath.Dir(t.path)) }

// String is a mutant as it is printed: a place that an editor opens, and the change.
func (m mutant) String() string { return fmt.Sprintf("%s:%d: %s", m.path, m.line, m.what) }
