package lambdatest

import (
	_ "embed"
	"path"
	"strings"
	"testing"
)

// needs lists the requests for rows that functions make, as lines "function action key", where * in a key stands for anything. The tests
// of all functions keep to it, infra/template compares it with the roles, and functions/cloud with what a deployment does.
//
//go:embed needs.txt
var needs string

// A Need is a request for rows of a table that a function has to make.
type Need struct{ Function, Action, Key string }

// Needs returns the requests that functions make.
func Needs() (all []Need) {
	for line := range strings.Lines(needs) {
		if f := strings.Fields(line); len(f) == 3 && f[0] != "#" {
			all = append(all, Need{f[0], f[1], f[2]})
		}
	}
	return all
}

// Met returns the needs that requests of this world's functions have had, and the requests that none of them lists.
func (w *World) Met() (met map[Need]bool, others []string) {
	met = map[Need]bool{}
	for _, c := range w.Cloud.TableCalls() {
		listed := false
		for _, n := range Needs() {
			if ok, err := path.Match(n.Key, strings.ReplaceAll(c.Key, "/", "-")); err == nil && ok && n.Function == c.Caller && n.Action == c.Action {
				met[n], listed = true, true
			}
		}
		if !listed {
			others = append(others, strings.Join([]string{c.Caller, c.Action, c.Key}, " "))
		}
	}
	return met, others
}

// WantNeeds checks that a function has made all requests that needs.txt lists for it: its role must not allow others.
func (w *World) WantNeeds(tb testing.TB, function string) {
	tb.Helper()
	met, _ := w.Met()
	for _, n := range Needs() {
		if n.Function == function && !met[n] {
			tb.Errorf("the %s has not made the request %s %s, which needs.txt lists", function, n.Action, n.Key)
		}
	}
}

// checkNeeds reports requests of functions that needs.txt does not list, and their roles therefore do not allow.
func (w *World) checkNeeds(tb testing.TB) {
	if _, others := w.Met(); len(others) > 0 {
		tb.Errorf("requests that the functions' roles do not allow; list those that are right in needs.txt, and in template.yaml:\n  %s", strings.Join(others, "\n  "))
	}
}
