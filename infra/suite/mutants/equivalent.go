package main

import (
	"fmt"
	"path/filepath"
)

// equivalents are the mutants that no test can notice, by their changes: the result is the same, or has no effect outside. Each row of
// the file gives its reason.
type equivalents map[[3]string]bool

func readEquivalent() (equivalents, error) {
	rows, err := readRows(equivalentFile, 4)
	all := equivalents{}
	for _, row := range rows {
		all[[3]string(row[:3])] = true
	}
	return all, err
}

func (m mutant) identity() [3]string { return [3]string{m.path, m.within, m.what} }

func (e equivalents) has(m mutant) bool { return e[m.identity()] }

// stale returns an error if a row of a package is of no mutant any more.
func (e equivalents) stale(folder string, all []mutant) error {
	present := map[[3]string]bool{}
	for _, m := range all {
		present[m.identity()] = true
	}
	for id := range e {
		if filepath.Dir(id[0]) == folder && !present[id] {
			return fmt.Errorf("%s: no mutant of %s, function %s, is %q; correct the row or remove it", equivalentFile, id[0], id[1], id[2])
		}
	}
	return nil
}
