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
	slow  string        // a regular expression of those that take too long; empty: none
	limit time.Duration // for all others
}

// longest is the time of one test, at most.
const longest = 2 * time.Second

// try runs the tests of a mutant's package with it. known keeps the measurements of the packages.
func try(ctx context.Context, known map[string]*tests, m mutant) (verdict, error) {
	folder, err := os.MkdirTemp("", "mutants-*")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(folder)
	pkg := filepath.Dir(m.path)
	if known[pkg] == nil {
		if known[pkg], err = measure(ctx, folder, pkg); err != nil {
			return "", err
		}
	}
	overlay, err := m.overlay(folder)
	if err != nil {
		return "", err
	}
	program := filepath.Join(folder, "mutant.test")
	if err := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", program, "./"+pkg).Run(); err != nil {
		return invalid, nil
	}
	if _, err := os.Stat(program); err != nil {
		return survived, nil // the package has no tests
	}
	limited, cancel := context.WithTimeout(ctx, known[pkg].limit)
	defer cancel()
	if _, err := command(limited, program, pkg, known[pkg].slow, "-test.failfast").CombinedOutput(); err != nil {
		return killed, nil // also by its time
	}
	return survived, nil
}

// command returns the run of a test program in its package's folder.
func command(ctx context.Context, program, pkg, skip string, more ...string) *exec.Cmd {
	args := append([]string{"-test.count=1"}, more...)
	if skip != "" {
		args = append(args, "-test.skip="+skip)
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.WaitDelay = pkg, time.Second
	return cmd
}

// passed matches a test of a verbose output with its time.
var passed = regexp.MustCompile(`(?m)^--- PASS: (\S+) \((\d+\.\d+)s\)`)

// measure runs a package's tests without a mutant, to know the slow ones. Their failure is an error.
func measure(ctx context.Context, folder, pkg string) (*tests, error) {
	program := filepath.Join(folder, "whole.test")
	if out, err := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-o", program, "./"+pkg).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the tests of %s: %w: %s", pkg, err, out)
	}
	t := &tests{limit: 5 * longest}
	if _, err := os.Stat(program); errors.Is(err, os.ErrNotExist) {
		return t, nil
	}
	out, err := command(ctx, program, pkg, "", "-test.v", "-test.short").CombinedOutput()
	if err != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("the tests of %s fail without a mutant: %w", pkg, err)
	}
	var slow []string
	for _, m := range passed.FindAllStringSubmatch(string(out), -1) {
		took, _ := time.ParseDuration(m[2] + "s") // digits
		if took > longest {
			slow = append(slow, regexp.QuoteMeta(m[1]))
			continue
		}
		t.limit += 3 * took
	}
	if len(slow) > 0 {
		t.slow = "^(" + strings.Join(slow, "|") + ")$"
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
