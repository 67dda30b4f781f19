package demoshop

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

// newFakeClock is a clock that a test moves.
func newFakeClock() *Simulated { return NewSimulated(time.Date(2026, 12, 24, 9, 0, 0, 0, time.UTC)) }

func TestSessionsAreBounded(t *testing.T) {
	clock := newFakeClock()
	st := newSessionStore(clock.Now)
	var first, second session
	for i := range maxSessions + 1 {
		v := st.open()
		switch i {
		case 0:
			first = v
		case 1:
			second = v
		}
		clock.at = clock.at.Add(time.Millisecond)
	}
	if len(st.byToken) != maxSessions {
		t.Errorf("%d sessions kept, want %d", len(st.byToken), maxSessions)
	}
	if _, ok := st.find(first.Token); ok {
		t.Error("the session not seen for longest is still there")
	}
	if _, ok := st.find(second.Token); !ok {
		t.Error("the second session is gone; one had to go, not two")
	}
	clock.at = clock.at.Add(sessionIdle + time.Minute)
	if _, ok := st.find(second.Token); ok {
		t.Error("a session idle for half a day is still valid")
	}
	if st.open(); len(st.byToken) != 1 {
		t.Errorf("%d sessions kept, want only the new one: all others have expired", len(st.byToken))
	}
}

func TestFinishedJobsAreBounded(t *testing.T) {
	q := newQueue(newFakeClock().Now)
	var first string
	for i := range maxFinishedJobs + 1 {
		id, err := q.add(job{Owner: DemoEmail})
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = id
		}
		if _, err := q.take(t.Context()); err != nil {
			t.Fatal(err)
		}
		q.finish(id, nil, nil)
	}
	if _, ok := q.find(first, DemoEmail); ok || len(q.jobs) != maxFinishedJobs {
		t.Errorf("%d jobs kept and the first among them is %t, want %d without it", len(q.jobs), ok, maxFinishedJobs)
	}
}

func TestWaitingJobsAreBounded(t *testing.T) {
	clock := newFakeClock()
	q := newQueue(clock.Now)
	for range maxPendingJobs {
		if _, err := q.add(job{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := q.add(job{}); !errors.Is(err, errQueueFull) {
		t.Errorf("error %v, want %v", err, errQueueFull)
	}
	clock.at = clock.at.Add(12 * time.Hour)
	if count, oldest := q.pending(); count != maxPendingJobs || oldest != 12*time.Hour {
		t.Errorf("%d jobs, oldest %v; want %d and 12h", count, oldest, maxPendingJobs)
	}
}

func TestFailedJob(t *testing.T) {
	q := newQueue(newFakeClock().Now)
	id, _ := q.add(job{Owner: DemoEmail})
	if _, err := q.take(t.Context()); err != nil {
		t.Fatal(err)
	}
	q.finish(id, nil, errors.New("out of toner"))
	if j, _ := q.find(id, DemoEmail); j.Status != jobFailed {
		t.Errorf("status %q, want failed", j.Status)
	}
	if count, _ := q.pending(); count != 0 {
		t.Errorf("%d jobs pending, want 0: a failed job is finished", count)
	}
}

func TestOrdersAreBounded(t *testing.T) {
	clock := newFakeClock()
	b := newOrderBook(Config{Clock: clock, OrderTime: 1, LookupTime: 1})
	for i := range maxOrders + 1 {
		b.keep(order{Number: fmt.Sprint(i), Owner: "me", Placed: clock.at})
		clock.at = clock.at.Add(time.Second)
	}
	if _, ok := b.find("0", "me"); ok || len(b.byID) != maxOrders {
		t.Errorf("%d orders kept and the first among them is %t, want %d without it", len(b.byID), ok, maxOrders)
	}
	if perMinute, total := b.counts(); perMinute != 59 || total != maxOrders+1 {
		t.Errorf("%d a minute of %d, want 59 of %d", perMinute, total, maxOrders+1)
	}
}

func TestCacheForgets(t *testing.T) {
	clock := newFakeClock()
	c := newCache(clock.Now)
	for i := range cacheEntries + 1 {
		if err := c.set(fmt.Sprint(i), "picture"); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.entries) != cacheEntries {
		t.Errorf("%d entries, want %d", len(c.entries), cacheEntries)
	}
	last := fmt.Sprint(cacheEntries)
	if _, ok, err := c.get(last); !ok || err != nil {
		t.Errorf("the newest entry: found %t, error %v", ok, err)
	}
	clock.at = clock.at.Add(cacheTTL)
	if _, ok, _ := c.get(last); ok {
		t.Error("an entry outlives its time")
	}
	c.stop()
	if _, _, err := c.get(last); !errors.Is(err, errCacheDown) {
		t.Errorf("error %v, want %v", err, errCacheDown)
	}
}
