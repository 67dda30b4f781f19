package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// An event is a line of `go test -json`. (`go doc test2json`)
type event struct {
	Action, Package, ImportPath, Test, Output string
	Elapsed                                   float64 // seconds
}

// A timing is how long a test took, its subtests included, and the waiting for others.
type timing struct {
	pkg, test string
	seconds   float64
}

// A reporter collects the data for the end of the report.
type reporter struct {
	out     io.Writer
	outputs map[string][]string // of the tests that still run, by package and test
	closing []string            // the packages' last lines
	timings []timing
	failed  bool
}

// report copies r to w as described in the package comment, and reports whether anything failed.
func report(r io.Reader, w io.Writer, listed int) (failed bool, err error) {
	rep := reporter{out: w, outputs: map[string][]string{}}
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			rep.line(line)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return true, err
		}
	}
	rep.slowest(listed)
	for _, line := range rep.closing {
		fmt.Fprint(w, line)
	}
	if rep.failed {
		fmt.Fprintln(w, "FAIL")
	}
	return rep.failed, nil
}

// line processes a line. It ignores lines that are no events, such as make's.
func (r *reporter) line(line string) {
	var e event
	if err := json.Unmarshal([]byte(line), &e); err != nil || e.Action == "" {
		fmt.Fprint(r.out, line)
		return
	}
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output":
		r.output(key, e)
	case "build-output":
		fmt.Fprint(r.out, e.Output)
	case "build-fail":
		r.failed = true
	case "fail":
		r.failed = true
		if e.Test == "" || len(r.outputs[key]) > 0 {
			fmt.Fprint(r.out, strings.Join(r.outputs[key], ""))
		}
		fallthrough
	case "pass", "skip":
		delete(r.outputs, key)
		if e.Test != "" {
			r.timings = append(r.timings, timing{e.Package, e.Test, e.Elapsed})
		}
	}
}

// output keeps a test's output until its result is known, and a package's last line for the end.
func (r *reporter) output(key string, e event) {
	if e.Test == "" {
		for _, prefix := range []string{"ok  \t", "FAIL\t", "?   \t", "\t"} {
			if strings.HasPrefix(e.Output, prefix) {
				r.closing = append(r.closing, e.Output)
				return
			}
		}
	}
	for _, prefix := range []string{"=== ", "PASS\n"} {
		if strings.HasPrefix(e.Output, prefix) {
			return
		}
	}
	r.outputs[key] = append(r.outputs[key], e.Output)
}

// slowest lists the slowest tests. Of a test and its subtests it lists only the subtests.
func (r *reporter) slowest(listed int) {
	parents := map[string]bool{}
	for _, t := range r.timings {
		if i := strings.LastIndex(t.test, "/"); i > 0 {
			parents[t.pkg+" "+t.test[:i]] = true
		}
	}
	leaves := slices.DeleteFunc(r.timings, func(t timing) bool { return parents[t.pkg+" "+t.test] })
	slices.SortStableFunc(leaves, func(a, b timing) int { return cmp.Compare(b.seconds, a.seconds) })
	if len(leaves) == 0 {
		return
	}
	fmt.Fprintln(r.out, "the slowest tests:")
	for _, t := range leaves[:min(listed, len(leaves))] {
		fmt.Fprintf(r.out, "%8.1f s  %s %s\n", t.seconds, t.pkg, t.test)
	}
}
