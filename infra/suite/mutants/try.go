package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"valkyrie/infra/slowdown"
)

// A program is the tests of a package with mutants in it.
type program struct {
	path, folder string
	flags        []string
	tests        map[int][]test // by mutant: those that reach it, the fastest first
	quick        int            // number of tests that mutants are tried with
}

// A test is one that mutants are tried with.
type test struct {
	name string
	took time.Duration
}

// longest is the time of a test that mutants are tried with. It is scaled by how slow the machine is, as a score would fall by the tests
// that take longer there.
const longest = 5 * time.Second

// measure runs each test of a program without a mutant, to know how long it takes and which mutants it reaches, for at most a time:
// mutants are tried with the tests that have passed in it. A test that fails is an error.
func measure(ctx context.Context, path, folder string, atMost time.Duration) (*program, error) {
	p := &program{path: path, folder: folder, tests: map[int][]test{}}
	// Without its flags, rapid stores its findings among the sources, and takes long to make it small.
	if help, _ := p.command(ctx, "-help").CombinedOutput(); bytes.Contains(help, []byte("rapid.nofailfile")) {
		p.flags = []string{"-rapid.nofailfile", "-rapid.shrinktime=1s"}
	}
	out, err := p.command(ctx, "-test.list", "^(Test|Example|Fuzz)").Output()
	if err != nil {
		return nil, fmt.Errorf("list the tests of %s: %w", folder, err)
	}
	began := time.Now()
	for name := range strings.Lines(string(out)) {
		if name = strings.TrimSpace(name); time.Since(began) > atMost {
			break
		}
		if err := p.reach(ctx, name); err != nil {
			return nil, err
		}
	}
	for _, tests := range p.tests {
		slices.SortFunc(tests, func(a, b test) int { return cmp.Compare(a.took, b.took) })
	}
	return p, ctx.Err()
}

// reach runs one test without a mutant.
func (p *program) reach(ctx context.Context, name string) error {
	reached := filepath.Join(filepath.Dir(p.path), "reached")
	if err := os.WriteFile(reached, nil, 0o600); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, slowdown.Scale(longest))
	defer cancel()
	cmd := p.command(limited, p.only(name)...)
	cmd.Env = append(cmd.Environ(), "MUTANTS_REACHED="+reached)
	began := time.Now()
	out, err := cmd.CombinedOutput()
	if limited.Err() != nil {
		return ctx.Err() // no quick one
	}
	if err != nil {
		return fmt.Errorf("%s of %s fails without a mutant: %w: %s", name, p.folder, err, out)
	}
	t := test{name, time.Since(began)}
	p.quick++
	ids, err := os.ReadFile(reached)
	if err != nil {
		return err
	}
	seen := map[int]bool{} // a process that a test starts writes, too
	for id := range strings.FieldsSeq(string(ids)) {
		n, err := strconv.Atoi(id)
		if err == nil && !seen[n] {
			seen[n] = true
			p.tests[n] = append(p.tests[n], t)
		}
	}
	return nil
}

// caught reports whether a test fails with a mutant, or does not end.
func (p *program) caught(ctx context.Context, id int) (bool, error) {
	limit := 10 * time.Second
	var names []string
	for _, t := range p.tests[id] {
		limit += 3 * t.took
		names = append(names, t.name)
	}
	if len(names) == 0 {
		return false, ctx.Err()
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := p.command(limited, append(p.only(names...), "-test.failfast")...)
	cmd.Env = append(cmd.Environ(), "MUTANT="+strconv.Itoa(id))
	err := cmd.Run()
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if exit := (*exec.ExitError)(nil); err != nil && limited.Err() == nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		return false, fmt.Errorf("run the tests of %s: %w", p.folder, err)
	}
	return err != nil, nil
}

// only returns the flags that run some tests.
func (p *program) only(names ...string) []string {
	return append([]string{"-test.run=^(" + strings.Join(names, "|") + ")$", "-test.count=1", "-test.short"}, p.flags...)
}

// command returns a run of the program in its package's folder. Its random cases are the same each time, so that a score is; it ends with
// the processes that it has started.
func (p *program) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.path, args...)
	cmd.Dir, cmd.WaitDelay = p.folder, time.Second
	cmd.Env = append(os.Environ(), "VALKYRIE_SEED=1", "VALKYRIE_TESTS=")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return cmd
}
