package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// build builds the tests of a package with mutants in it, into a folder, and returns the program; "": the package has no tests. One
// build has all of them, as linking takes longer than most tests: the environment chooses one, or none. See chosen.go.txt.
func (c *code) build(ctx context.Context, folder string, mutants []mutant) (string, error) {
	overlay, err := c.overlay(folder, mutants)
	if err != nil {
		return "", fmt.Errorf("write the mutants of %s: %w", c.folder, err)
	}
	program := filepath.Join(folder, "mutants.test")
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", program, "./"+c.folder)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the mutants of %s: %w: %s", c.folder, err, out)
	}
	if _, err := os.Stat(program); errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	return program, nil
}

// overlay writes the files with mutants, and the file that makes the compiler take them: see go help build.
func (c *code) overlay(folder string, mutants []mutant) (string, error) {
	replaced := map[string]string{}
	write := func(name string, text []byte) error {
		path := filepath.Join(folder, name)
		replaced[filepath.Join(c.dir, name)] = path
		return os.WriteFile(path, text, 0o600)
	}
	for i, f := range c.files {
		var edits []edit
		for n, m := range mutants {
			for _, e := range m.edits {
				if e.file == i {
					e.before = strings.ReplaceAll(e.before, "%", strconv.Itoa(n+1))
					edits = append(edits, e)
				}
			}
		}
		if len(edits) == 0 {
			continue
		}
		if err := write(f.name, rewrite(f.text, edits)); err != nil {
			return "", err
		}
	}
	if err := write("zz_mutants.go", append([]byte("package "+c.name+"\n"), chosen...)); err != nil {
		return "", err
	}
	text, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, "overlay.json")
	return path, os.WriteFile(path, text, 0o600)
}

// An edit puts texts around a part of a file; in the first, % stands for the mutant's number.
type edit struct {
	file          int // its index
	order         int // of the visit: an outer part comes before the parts in it
	from, to      int // offsets
	before, after string
	drop          bool // the part itself is left out
}

// rewrite returns a file's text with edits.
func rewrite(text []byte, edits []edit) []byte {
	type insertion struct {
		at, rank, skip int
		text           string
	}
	var all []insertion
	for _, e := range edits {
		if e.drop {
			all = append(all, insertion{e.from, 0, e.to - e.from, e.before})
			continue
		}
		// At one place what ends comes first, from the inside out; then what begins, from the outside in.
		all = append(all, insertion{e.from, 1 + e.order, 0, e.before}, insertion{e.to, -1 - e.order, 0, e.after})
	}
	slices.SortStableFunc(all, func(a, b insertion) int { return cmp.Or(a.at-b.at, a.rank-b.rank) })
	var out bytes.Buffer
	at := 0
	for _, i := range all {
		out.Write(text[at:i.at])
		out.WriteString(i.text)
		at = i.at + i.skip
	}
	out.Write(text[at:])
	return out.Bytes()
}
