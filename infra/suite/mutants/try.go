package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// A verdict is the outcome of a mutant's tests.
type verdict string

const (
	killed   verdict = "killed"   // a test failed
	survived verdict = "survived" // all tests passed
	invalid  verdict = "invalid"  // it does not compile
)

// tests are the tests of one package that mutants are tried with.
type tests struct {
	quick string        // a regular expression of those that take little time; empty: the package has none
	limit time.Duration // for all of them
}

const (
	longest   = 2 * time.Second  // of one test
	measuring = 10 * time.Second // of a package's tests, of which those count that have ended by then
)

// try runs the quick tests of a mutant's package with it.
func try(ctx context.Context, t *tests, m mutant) (verdict, error) {
	folder, err := os.MkdirTemp("", "mutants-*")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(folder)
	pkg := filepath.Dir(m.path)
	overlay, err := m.overlay(folder)
	if err != nil {
		return "", err
	}
	program := filepath.Join(folder, "mutant.test")
	if err := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", program, "./"+pkg).Run(); err != nil {
		return invalid, nil
	}
	limited, cancel := context.WithTimeout(ctx, t.limit)
	defer cancel()
	if _, err := command(limited, program, pkg, t.quick, "-test.failfast").CombinedOutput(); err != nil {
		return killed, nil // also by its time
	}
	return survived, nil
}

// command returns the run of a test program in its package's folder.
func command(ctx context.Context, program, pkg, only string, more ...string) *exec.Cmd {
	args := append([]string{"-test.count=1", "-test.run=" + only}, more...)
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.WaitDelay = pkg, time.Second
	return cmd
}

// passed matches a test of a verbose output with its time.
var passed = regexp.MustCompile(`(?m)^--- PASS: (\S+) \((\d+\.\d+)s\)`)

// measure runs a package's tests for a while without a mutant, to know the quick ones. A failure is an error.
func measure(ctx context.Context, pkg string) (*tests, error) {
	folder, err := os.MkdirTemp("", "mutants-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	program := filepath.Join(folder, "whole.test")
	if out, err := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-o", program, "./"+pkg).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the tests of %s: %w: %s", pkg, err, out)
	}
	t := &tests{limit: 5 * longest}
	if _, err := os.Stat(program); errors.Is(err, os.ErrNotExist) {
		return t, nil
	}
	limited, cancel := context.WithTimeout(ctx, measuring)
	defer cancel()
	out, err := command(limited, program, pkg, "", "-test.v", "-test.short").CombinedOutput()
	if err != nil && limited.Err() == nil {
		return nil, fmt.Errorf("the tests of %s fail without a mutant: %w", pkg, err)
	}
	var quick []string
	for _, m := range passed.FindAllStringSubmatch(string(out), -1) {
		if took, err := time.ParseDuration(m[2] + "s"); err == nil && took <= longest {
			quick = append(quick, regexp.QuoteMeta(m[1]))
			t.limit += 3 * took
		}
	}
	if len(quick) > 0 {
		t.quick = "^(" + strings.Join(quick, "|") + ")$"
	}
	return t, nil
}

// overlay writes the mutant and the file that makes the compiler take it: see go help build.
func (m mutant) overlay(folder string) (string, error) {
	path, err := filepath.Abs(m.path)
	if err != nil {
		return "", err
	}
	changed := filepath.Join(folder, "mutant.go")
	text, err := json.Marshal(map[string]any{"Replace": map[string]string{path: changed}})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(folder, "overlay.json")
	return overlay, errors.Join(os.WriteFile(changed, m.text, 0o600), os.WriteFile(overlay, text, 0o600))
}
