package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// measuring is for how long a package's tests are measured before the mutants of changed lines are tried.
const measuring = 30 * time.Second

// tryChanged tries mutants of the changed lines in turn, until all are tried or the time is over, and prints those that survive. Each
// package has its share of the time, which building and measuring its tests do not count for.
func tryChanged(ctx context.Context, since string, budget time.Duration, stdout io.Writer) error {
	files, err := changedLines(ctx, since)
	if err != nil {
		return err
	}
	known, err := readEquivalent()
	if err != nil {
		return err
	}
	var packages []string
	for _, f := range files {
		if folder := filepath.Dir(f.path); !slices.Contains(packages, folder) {
			packages = append(packages, folder)
		}
	}
	tried, lived, number := 0, 0, 0
	for i, folder := range packages {
		c, err := load(ctx, folder)
		if err != nil {
			return err
		}
		mutants := slices.DeleteFunc(c.mutants(), func(m mutant) bool { return !isChanged(files, m) || known.has(m) })
		if len(mutants) == 0 {
			continue
		}
		t, err := c.prepare(ctx, mutants, measuring)
		if err != nil {
			return err
		}
		if t == nil {
			fmt.Fprintf(stdout, "%s: it has no quick test to try mutants with\n", folder)
			continue
		}
		began := time.Now()
		n, survived, err := t.survivors(ctx, budget/time.Duration(len(packages)-i), stdout)
		t.end()
		if err != nil {
			return err
		}
		budget -= time.Since(began)
		tried, lived, number = tried+n, lived+survived, number+len(mutants)
	}
	fmt.Fprintf(stdout, "%d of %d mutants on changed lines were tried: %d survived\n", tried, number, lived)
	return nil
}

// survivors tries mutants for a time, and prints those that no test notices. A function that no test reaches is one line, not one for each
// of its mutants.
func (t *trial) survivors(ctx context.Context, atMost time.Duration, stdout io.Writer) (tried, lived int, err error) {
	began := time.Now()
	unreached := t.unreached()
	for _, n := range spread(len(t.mutants)) {
		m := t.mutants[n]
		if f := (function{m.path, m.within}); unreached[f] > 0 {
			fmt.Fprintf(stdout, "%s:%d: no quick test reaches %s: %d mutants\n", m.path, m.line, m.within, unreached[f])
			tried, lived, unreached[f] = tried+unreached[f], lived+unreached[f], -1
		}
		if unreached[function{m.path, m.within}] < 0 {
			continue
		}
		if time.Since(began) > atMost {
			break
		}
		caught, err := t.caught(ctx, n+1)
		if err != nil {
			return 0, 0, err
		}
		if tried++; !caught {
			lived++
			fmt.Fprintln(stdout, m)
		}
	}
	return tried, lived, nil
}

// A function is one of a file; its name is empty for mutants outside of any.
type function struct{ path, name string }

// unreached counts the mutants of each function that no test reaches.
func (t *trial) unreached() map[function]int {
	n, reached := map[function]int{}, map[function]bool{}
	for i, m := range t.mutants {
		f := function{m.path, m.within}
		n[f]++
		reached[f] = reached[f] || m.within == "" || len(t.tests[i+1]) > 0
	}
	maps.DeleteFunc(n, func(f function, _ int) bool { return reached[f] })
	return n
}

// spread orders mutants so that a part of them comes from all changed places, and not from the first file only.
func spread(n int) (out []int) {
	const step = 7 // of every seventh, then those after them
	for first := range step {
		for i := first; i < n; i += step {
			out = append(out, i)
		}
	}
	return out
}

// isChanged reports whether a mutant is on a changed line.
func isChanged(files []changed, m mutant) bool {
	return slices.ContainsFunc(files, func(f changed) bool { return f.path == m.path && f.lines[m.line] })
}

// A changed is a file with its changed lines.
type changed struct {
	path  string
	lines map[int]bool
}

// changedLines returns the changed lines of the Go files that are not tests, which differ from a commit; "": see the package's comment.
func changedLines(ctx context.Context, since string) ([]changed, error) {
	if since == "" {
		since = "HEAD~1"
		base, err := git(ctx, "merge-base", "HEAD", "main")
		head, headErr := git(ctx, "rev-parse", "HEAD")
		if err == nil && headErr == nil && !bytes.Equal(base, head) {
			since = strings.TrimSpace(string(base))
		}
	}
	diff, err := git(ctx, "diff", "--unified=0", "--no-color", "--no-ext-diff", "--relative", since, "--", "*.go", ":!*_test.go")
	if err != nil {
		return nil, err
	}
	return parseDiff(bytes.NewReader(diff))
}

func git(ctx context.Context, args ...string) ([]byte, error) {
	out, err := exec.CommandContext(ctx, "git", args...).Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		err = fmt.Errorf("%w: %s", err, bytes.TrimSpace(exit.Stderr))
	}
	if err != nil {
		return nil, fmt.Errorf("git %s: %w", args[0], err)
	}
	return out, nil
}

// hunk matches the head of a part of a unified diff: the first new line, and their number.
var hunk = regexp.MustCompile(`^@@ -\S+ \+(\d+)(?:,(\d+))? @@`)

// parseDiff returns the new lines of a unified diff without context.
func parseDiff(r io.Reader) (all []changed, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		if path, ok := strings.CutPrefix(lines.Text(), "+++ b/"); ok {
			all = append(all, changed{path, map[int]bool{}})
			continue
		}
		m := hunk.FindStringSubmatch(lines.Text())
		if m == nil || len(all) == 0 {
			continue
		}
		first, _ := strconv.Atoi(m[1]) // digits
		count := 1
		if m[2] != "" {
			count, _ = strconv.Atoi(m[2])
		}
		for n := range count {
			all[len(all)-1].lines[first+n] = true
		}
	}
	return all, lines.Err()
}
