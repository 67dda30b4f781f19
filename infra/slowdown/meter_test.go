package slowdown

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestWorst(t *testing.T) {
	noon := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
	var samples []sample
	for i, f := range []float64{1, 1, 1, 1, 1, 1, 1, 1, 9, 9, 9, 9, 9, 9, 9, 9, 1, 1, 1, 1, 1, 1, 1, 1, 1} {
		samples = append(samples, sample{noon.Add(time.Duration(i) * time.Second), f})
	}
	for after, want := range map[time.Duration]float64{0: 9, 17 * time.Second: 7, 24 * time.Second: 1, time.Hour: 1} {
		if got := worst(samples, noon.Add(after)); got != want {
			t.Errorf("since %v: got %v, want %v", after, got, want)
		}
	}
	if got := worst(nil, noon); got != 1 {
		t.Errorf("without samples: got %v", got)
	}
}

func TestTimes(t *testing.T) {
	for factor, want := range map[float64]int{1: 1, 2.4: 1, 2.6: 2, 4: 3, 40: 8} {
		if got := Times(factor); got != want {
			t.Errorf("%v: got %d, want %d", factor, got, want)
		}
	}
}

// TestBusyMachine measures while threads of this process compete for each core.
func TestBusyMachine(t *testing.T) {
	if measure().factor < 1 {
		t.Error("a piece of work took less than its CPU time")
	}
	if runtime.GOOS != "linux" {
		t.Skip("the CPU time of a thread is known on Linux only")
	}
	var stop atomic.Bool
	var burners sync.WaitGroup
	const perCore = 8
	before := runtime.GOMAXPROCS(runtime.NumCPU() * perCore) // so that the kernel shares the cores out, not Go
	defer runtime.GOMAXPROCS(before)
	for range runtime.NumCPU() * perCore {
		burners.Go(func() {
			for !stop.Load() {
			}
		})
	}
	highest := 0.0
	for tries := 0; tries < 200 && highest < 3; tries++ {
		highest = max(highest, measure().factor)
	}
	stop.Store(true)
	burners.Wait()
	if highest < 3 {
		t.Errorf("got a factor of at most %.1f with %d threads per core", highest, perCore)
	}
}
