package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// kinds is a package in which each line that has mutants lists them in the comment at its end, in their order.
const kinds = `package kinds

import (
	"errors"
	"fmt"
)

const hours = 24 // hours is larger

type day int

const monday day = 1

type shift struct {
	Name string
	Day  day
	On   bool
}

var first = shift{Name: "first", Day: monday} // the field Name: "first" is left out; the field Day: monday is left out

// Check does something.
func Check(list []int, name string, least float64) (string, error) { // Check does nothing
	sum := 0 // 0 is larger
	for _, n := range list { // the loop over list does nothing
		sum += n // sum += n is dropped
	}
	for i := 0; i < 3; i++ { // the loop for i < 3 does nothing; i < 3 has <= for <; 0 is larger; 3 is larger
		fmt.Print(i) // fmt.Print(i) is dropped
	}
	if sum > hours && name != "" { // if sum > hours && name != "": never; if sum > hours && name != "": always; sum > hours is not asked; sum > hours has >= for >; name != "" is not asked; name != "" is negated
		return "", errors.New("too many") // returns nil for errors.New("too many")
	}
	switch {
	case least <= 0.5: // least <= 0.5 has < for <=; 0.5 is larger
		defer fmt.Print(name) // defer fmt.Print(name) is dropped
	}
	return name + "s", nil // returns "" for name + "s"
}

func odd(n int) bool {
	return n%2 == 1 || n-1 < 0 // returns the opposite of n%2 == 1 || n-1 < 0; n%2 == 1 is not asked; n%2 == 1 is negated; 2 is larger; 1 is larger; n-1 < 0 is not asked; n-1 < 0 has <= for <; n-1 has + for -; 1 is larger; 0 is larger
}

func generic[T any](v T) bool { return v2(3) }

func v2(int) bool { panic("never") }
`

// TestKinds checks each kind of mutant.
func TestKinds(t *testing.T) {
	c, _ := pack(t, kinds, "")
	got := map[int][]string{}
	for _, m := range c.mutants() {
		got[m.line] = append(got[m.line], m.what)
	}
	for i, line := range strings.Split(kinds, "\n") {
		_, comment, listed := strings.Cut(line, " // ")
		var want []string
		if listed {
			want = strings.Split(comment, "; ")
		}
		slices.Sort(want)
		slices.Sort(got[i+1])
		if !slices.Equal(got[i+1], want) {
			t.Errorf("%s\ngot  %q\nwant %q", line, got[i+1], want)
		}
	}
}

// pack returns a package of a file and its test, in the current folder, which it sets.
func pack(t *testing.T, text, test string) (*code, string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module kinds\n\ngo 1.26\n", "kinds.go": text, "kinds_test.go": "package kinds\n" + test} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	c, err := load(t.Context(), ".")
	if err != nil {
		t.Fatal(err)
	}
	return c, dir
}

// Each operator once, and a test that compares every value.
const (
	expressions = `package kinds

type pair struct{ A, B int }

const week = 100

func all(a, b int, s string) []any {
	return []any{a < b, a > b, a <= b, a >= b, a + b, a - b, a * b, a / b, a == b, a != b, a < 2 && b > 5, a > 2 || b > 9, pair{A: a}, 3, week, s < "b"}
}
`
	expressionsTest = `
import (
	"fmt"
	"testing"
)

func TestAll(t *testing.T) {
	got := fmt.Sprint(all(6, 6, "b"), all(1, 6, "b"), all(6, 1, "b"), all(1, 1, "b"), all(1, 12, "b"))
	if want := "[false false true true 12 0 36 1 true false false true {6 0} 3 100 false] " +
		"[true false true false 7 -5 6 0 false true true false {1 0} 3 100 false] " +
		"[false true false true 7 5 6 6 false true false true {6 0} 3 100 false] " +
		"[false false true true 2 0 1 1 true false false false {1 0} 3 100 false] " +
		"[true false true false 13 -11 12 0 false true true true {1 0} 3 100 false]"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
`
)

// TestBehaviour checks that each mutant compiles, is the only one, and does what its words say: a test that checks each value catches it;
// and that one without a test's line is not caught.
func TestBehaviour(t *testing.T) {
	c, _ := pack(t, expressions, expressionsTest)
	trial, err := c.prepare(t.Context(), c.mutants(), measuring)
	if err != nil {
		t.Fatal(err)
	}
	defer trial.end()
	var lived []string
	for n, m := range trial.mutants {
		caught, err := trial.caught(t.Context(), n+1)
		if err != nil {
			t.Fatal(err)
		}
		if !caught {
			lived = append(lived, m.what)
		}
	}
	// No case of the test has an a of 2, or a b of 5, 9 or 10.
	want := []string{"2 is larger", "2 is larger", "9 is larger", "a < 2 has <= for <", "a > 2 has >= for >", "b > 5 has >= for >", "b > 9 has >= for >"}
	slices.Sort(lived)
	if !slices.Equal(lived, want) {
		t.Errorf("survived: %q\nwant      %q", lived, want)
	}
}
