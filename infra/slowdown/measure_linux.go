package slowdown

import (
	"runtime"
	"syscall"
	"time"
)

// measure works until the thread has used its share of CPU time.
func measure() sample {
	const rusageThread = 1
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	used := func() time.Duration {
		var u syscall.Rusage
		if syscall.Getrusage(rusageThread, &u) != nil {
			return time.Duration(time.Now().UnixNano()) // every kernel that Go supports has this clock
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	wall, cpu := time.Now(), used()
	for used()-cpu < samplePiece {
	}
	now := time.Now()
	return sample{now, float64(now.Sub(wall)) / float64(used()-cpu)}
}
