package journey

import (
	"slices"
	"sync"
	"time"
)

// starvedEvery is how often a run looks whether its own clock is late.
const starvedEvery = 10 * time.Millisecond

// watchClock asks to be woken again and again, and notes how late that happens: a probe that does not get the CPU when it
// wants it takes times that are not the site's. The function it returns ends it, and gives the longest delay and the 95th
// percentile of all, in milliseconds.
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
