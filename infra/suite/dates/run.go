package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// rare is how many dates a pure package is tried on one of.
const rare = 8

// A job is one run of a package's tests.
type job struct {
	suite
	day  time.Time
	zone string
}

func (j job) String() string {
	return fmt.Sprintf("%s on %s under %s", j.folder, j.day.Format("Mon 2006-01-02 15:04:05 MST"), j.zone)
}

type result struct {
	job
	output []byte
	err    error
}

// build compiles the tests of the package, and returns the path of the binary.
func (s suite) build(ctx context.Context, dir, overlay string) (string, error) {
	path := filepath.Join(dir, strings.ReplaceAll(s.folder, "/", "_")+".test")
	out, err := exec.CommandContext(ctx, "go", "test", "-overlay", overlay, "-c", "-o", path, "./"+s.folder).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the tests of %s: %w\n%s", s.folder, err, out)
	}
	return path, nil
}

// jobs are the runs of the package: on each Nth day, under every zone if N is 1, or under one in turn.
func (s suite) jobs(every int) []job {
	if s.rarely {
		every = max(every, rare)
	}
	var all []job
	for i := 0; i < len(days); i += every {
		for k, zone := range zones {
			if every == 1 || i/every%len(zones) == k {
				all = append(all, job{s, mustDay(days[i]), zone})
			}
		}
	}
	return all
}

// run runs the tests of the package by the job's clock.
func (j job) run(ctx context.Context, overlay string) result {
	args := []string{"-test.timeout", "10m"}
	if j.skip != "" {
		args = append(args, "-test.skip", j.skip)
	}
	cmd := exec.CommandContext(ctx, j.binary, args...)
	cmd.Dir = j.folder
	cmd.Env = append(os.Environ(), "TZ="+j.zone, fmt.Sprintf("%s=%d", shiftVariable, int64(time.Until(j.day).Seconds())), "GOFLAGS=-overlay="+overlay)
	out, err := cmd.CombinedOutput()
	return result{j, out, err}
}
