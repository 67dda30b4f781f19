package bench

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A Footprint is a driver's use of memory in bytes and CPU time in milliseconds.
type Footprint struct {
	Memory int64 // proportional memory of all processes, including Chrome's
	CPU    int64 // of all processes
	RSS    int64 // resident memory of the driver's own process, including its program
	PSS    int64 // the same, with shared pages divided
	Heap   int64 // the part of RSS that is not its program: heap, stacks, the runtime's own
	Peak   int64 // the maximum of RSS
}

// footprint measures this process and its descendants. The peak is known only at the end.
func footprint() Footprint {
	self := os.Getpid()
	tree := map[int]bool{self: true}
	stats := procStats()
	for grown := true; grown; {
		grown = false
		for pid, s := range stats {
			if tree[s.parent] && !tree[pid] {
				tree[pid], grown = true, true
			}
		}
	}
	f := Footprint{RSS: procField(self, "status", "VmRSS:"), PSS: procField(self, "smaps_rollup", "Pss:"), Heap: procField(self, "status", "RssAnon:")}
	for pid := range tree {
		f.Memory += procField(pid, "smaps_rollup", "Pss:")
		f.CPU += stats[pid].ticks * 10 // a tick is a hundredth of a second
	}
	return f
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

// procField reads a field of /proc in kB and returns bytes.
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
	_ = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return nil
		}
		if info, err := e.Info(); err == nil {
			bytes += info.Size()
		}
		return nil
	})
	return bytes
}
