package slots

import (
	"os"
	"runtime"
	"strconv"
	"strings"
)

// runMemory is the memory of one run in MB: a Chrome of some 250 MB (PSS), and the pages of a heavy site.
const runMemory = 512

// Capacity returns how many journeys this machine carries at once: one per CPU, and as many as fit into its memory, at
// least 1.
func Capacity() int {
	return capacity(runtime.GOMAXPROCS(0), read("/proc/meminfo"), read("/sys/fs/cgroup/memory.max"))
}

// read returns a file of the system; "" where there is none.
func read(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(text)
}

// capacity is Capacity for a number of CPUs, Linux's description of the memory, and the limit of a container in bytes.
// Unknown amounts do not count.
func capacity(cpus int, meminfo, container string) int {
	n := cpus
	if limit, err := strconv.Atoi(strings.TrimSpace(container)); err == nil {
		n = min(n, limit>>20/runMemory)
	}
	for line := range strings.Lines(meminfo) {
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[0] != "MemAvailable:" {
			continue
		}
		if kb, err := strconv.Atoi(fields[1]); err == nil {
			n = min(n, kb>>10/runMemory)
		}
	}
	return max(1, n)
}
