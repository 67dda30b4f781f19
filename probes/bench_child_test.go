package probes_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// childKey makes this test program play one driver once and report on stdout, so that memory and CPU are one run's own.
const childKey = "VALKYRIE_BENCH_DRIVER"

var drivers = map[string]driver{"bare": byHand, "ours": byOurs}

func child(name string) error {
	stage, err := stageOf(os.Getenv("BENCH_SITE"), os.Getenv("BENCH_CHROME"), os.Getenv("BENCH_ENV"))
	if err != nil {
		return err
	}
	if flags := os.Getenv("BENCH_FLAGS"); flags != "" {
		stage.Chrome.Args = strings.Fields(flags)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	defer cancel()
	var memory, own, cpu int64
	var sampling time.Duration
	began := time.Now()
	p, err := drivers[name](ctx, stage, func() {
		at := time.Now()
		memory, own, cpu = footprint()
		sampling = time.Since(at)
	})
	p.Wall = time.Since(began) - sampling
	p.Memory, p.Own, p.CPU, p.Disk = memory, own, cpu, diskUnder(os.TempDir())
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(p)
}

// footprint is what this process and its descendants use: proportional memory of all in bytes, resident memory of this
// one, and CPU time in milliseconds.
func footprint() (all, own, cpu int64) {
	tree := map[int]bool{os.Getpid(): true}
	stats := procStats()
	for grown := true; grown; {
		grown = false
		for pid, s := range stats {
			if tree[s.parent] && !tree[pid] {
				tree[pid], grown = true, true
			}
		}
	}
	for pid := range tree {
		all += procField(pid, "smaps_rollup", "Pss:")
		cpu += stats[pid].ticks * 10 // a tick is a hundredth of a second
	}
	return all, procField(os.Getpid(), "status", "VmRSS:"), cpu
}

type procStat struct {
	parent int
	ticks  int64
}

func procStats() map[int]procStat {
	paths, _ := filepath.Glob("/proc/[0-9]*/stat")
	all := map[int]procStat{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		f := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		parent, _ := strconv.Atoi(f[1])
		user, _ := strconv.ParseInt(f[11], 10, 64)
		system, _ := strconv.ParseInt(f[12], 10, 64)
		all[pid] = procStat{parent, user + system}
	}
	return all
}

// procField reads a field of /proc that is in kB, as bytes.
func procField(pid int, file, name string) int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			n, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return n << 10
		}
	}
	return 0
}

func diskUnder(dir string) (bytes int64) {
	_ = filepath.Walk(dir, func(_ string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			bytes += info.Size()
		}
		return nil
	})
	return bytes
}
