// Package suite decides how much the tests of a run try, so that `make test` stays short and `make test-all` leaves nothing
// out. It is for tests only.
//
// Environment variables control it:
//
//	VALKYRIE_TESTS=all        run everything: all histories, mutants, months and scenarios (make test-all)
//	VALKYRIE_SEED=20261129    start the random tests from this seed; the default is the day's date, in UTC
//	VALKYRIE_HISTORIES=500    try so many random cases in each random test
//	VALKYRIE_GOLDEN=write     write the expected outputs in testdata, instead of comparing with them: see Golden
package suite

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The environment variables that control a test run.
const (
	allEnv   = "VALKYRIE_TESTS"
	seedEnv  = "VALKYRIE_SEED"
	countEnv = "VALKYRIE_HISTORIES"

	goldenEnv = "VALKYRIE_GOLDEN"
)

// All reports whether the run leaves nothing out.
func All() bool { return os.Getenv(allEnv) == "all" }

// Count returns how many random cases a test tries: few in a short run, all in a full one, or as many as the environment
// sets.
func Count(tb testing.TB, few, all int) int {
	tb.Helper()
	if n := number(tb, countEnv); n > 0 {
		return int(n) //nolint:gosec // a count of test cases
	}
	if All() {
		return all
	}
	return few
}

// Seed returns where the random cases of a test start: by default at the date, so that each day tries other cases, and
// everyone who runs the tests that day tries the same ones. A test that fails logs the command that repeats its cases.
func Seed(tb testing.TB) uint64 {
	tb.Helper()
	seed := number(tb, seedEnv)
	if seed == 0 {
		seed = daily(time.Now())
	}
	tb.Cleanup(func() {
		if tb.Failed() {
			tb.Logf("replay these cases: %s", replay(tb.Name(), seed))
		}
	})
	return seed
}

// Pick returns the cases that a run tries: all of them in a full run, else a few that follow each other, starting at a place
// that the seed determines. Over the days a short run tries each of them.
func Pick[T any](tb testing.TB, cases []T, few int) []T {
	tb.Helper()
	if All() || few >= len(cases) {
		return cases
	}
	n := len(cases)
	first := int(Seed(tb) * uint64(few) % uint64(n)) //nolint:gosec // less than n
	return slices.Concat(cases, cases)[first : first+few]
}

// daily is the seed of a day: its date in digits, such as 20261129.
func daily(now time.Time) uint64 {
	y, m, d := now.UTC().Date()
	return uint64(y)*10_000 + uint64(m)*100 + uint64(d) //nolint:gosec // dates are positive
}

// replay is the command that repeats the cases of a test.
func replay(test string, seed uint64) string {
	command := fmt.Sprintf("%s=%d", seedEnv, seed)
	for _, name := range []string{allEnv, countEnv} {
		if value := os.Getenv(name); value != "" {
			command += " " + name + "=" + value
		}
	}
	return fmt.Sprintf("%s go test . -count=1 -run '^%s$' (in the folder of this test)", command, strings.ReplaceAll(test, "/", "$/^"))
}

// number reads a positive number from the environment; 0 means that it is not set.
func number(tb testing.TB, name string) uint64 {
	tb.Helper()
	value := os.Getenv(name)
	if value == "" {
		return 0
	}
	n, err := strconv.ParseUint(value, 10, 63)
	if err != nil || n == 0 {
		tb.Fatalf("read %s: %q is not a positive number; set another, or unset it", name, value)
	}
	return n
}

// given are the flags of the command line, recorded before Rapid sets any.
var given = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { names[f.Name] = true })
	return names
})

// Rapid sets the number of cases and the seed of the properties that rapid checks next, unless the command line has. The
// test must not run in parallel with others that call Rapid, as rapid's settings are global.
func Rapid(tb testing.TB, few, all int) {
	tb.Helper()
	for name, value := range map[string]string{
		"rapid.checks": strconv.Itoa(Count(tb, few, all)), "rapid.seed": strconv.FormatUint(Seed(tb), 10),
	} {
		if given()[name] {
			continue
		}
		if err := flag.Set(name, value); err != nil {
			tb.Fatalf("set -%s: %v; import pgregory.net/rapid in this test", name, err)
		}
	}
}
