package journey

import (
	"slices"
	"sync"
	"time"
)

// starvedEvery is the interval of the timer that measures starvation.
const starvedEvery = 10 * time.Millisecond

// watchClock measures how late a timer fires: the times of a probe that is starved of CPU are not the site's. The returned
// function stops it and returns the longest delay and the 95th percentile, in milliseconds.
func watchClock() func() (most, p95 int64) {
	stop := make(chan struct{})
	var late []time.Duration
	var clock sync.WaitGroup
	clock.Go(func() {
		timer := time.NewTimer(starvedEvery)
		defer timer.Stop()
		for {
			asked := time.Now()
			select {
			case <-stop:
				return
			case <-timer.C:
			}
			late = append(late, max(0, time.Since(asked)-starvedEvery))
			timer.Reset(starvedEvery)
		}
	})
	return func() (most, p95 int64) {
		close(stop)
		clock.Wait()
		if len(late) == 0 {
			return 0, 0
		}
		slices.Sort(late)
		return late[len(late)-1].Milliseconds(), late[len(late)*95/100].Milliseconds()
	}
}
