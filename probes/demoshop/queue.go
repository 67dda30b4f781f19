package demoshop

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
)

const (
	maxPendingJobs  = 20_000 // three times the worst night on record
	maxFinishedJobs = 200    // a finished job keeps its PDF
)

var errQueueFull = errors.New("the print queue is full")

// jobStatus is the state of a job, as the waiting page polls it.
type jobStatus string

const (
	jobQueued   jobStatus = "queued"
	jobPrinting jobStatus = "printing"
	jobReady    jobStatus = "ready"
	jobFailed   jobStatus = "failed"
)

// job is a print job. Values of it are snapshots; the queue holds the current state.
type job struct {
	ID     string
	Owner  string
	Title  string
	Words  []string
	Copies int
	Status jobStatus
	Asked  time.Time
	PDF    []byte // set when ready
}

// queue holds print jobs until they are evicted. Jobs wait in it as long as it takes, whether or not workers run.
type queue struct {
	now  func() time.Time
	wake chan struct{} // holds one token while there may be waiting jobs

	mu       sync.Mutex
	jobs     map[string]*job
	waiting  []string // ids, oldest first
	printing int
	finished []string // ids, oldest first
}

func newQueue(now func() time.Time) *queue {
	return &queue{now: now, wake: make(chan struct{}, 1), jobs: map[string]*job{}}
}

// add queues a job and returns its id.
func (q *queue) add(j job) (string, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting)+q.printing >= maxPendingJobs {
		return "", errQueueFull
	}
	j.ID, j.Status, j.Asked = uuid.NewString(), jobQueued, q.now()
	q.jobs[j.ID] = &j
	q.waiting = append(q.waiting, j.ID)
	q.signal()
	return j.ID, nil
}

// take waits for a job and returns it; the caller must then call finish or putBack.
func (q *queue) take(ctx context.Context) (job, error) {
	for {
		if ctx.Err() != nil {
			return job{}, ctx.Err()
		}
		if j, ok := q.takeWaiting(); ok {
			return j, nil
		}
		select {
		case <-q.wake:
		case <-ctx.Done():
		}
	}
}

func (q *queue) takeWaiting() (job, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		return job{}, false
	}
	j := q.jobs[q.waiting[0]]
	q.waiting = q.waiting[1:]
	q.printing++
	j.Status = jobPrinting
	if len(q.waiting) > 0 {
		q.signal() // the token may stand for several jobs: pass it on
	}
	return *j, true
}

// takeOlder takes all jobs that were queued before at.
func (q *queue) takeOlder(at time.Time) []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := 0
	for n < len(q.waiting) && q.jobs[q.waiting[n]].Asked.Before(at) {
		n++
	}
	taken := q.waiting[:n]
	q.waiting = q.waiting[n:]
	q.printing += n
	return taken
}

// putBack returns an interrupted job to the head of the queue.
func (q *queue) putBack(id string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.printing--
	q.jobs[id].Status = jobQueued
	q.waiting = slices.Insert(q.waiting, 0, id)
	q.signal()
}

// finish records a job's result: its PDF, or a failure if err is not nil.
func (q *queue) finish(id string, pdf []byte, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.printing--
	j := q.jobs[id]
	j.Status, j.PDF = jobReady, pdf
	if err != nil {
		j.Status, j.PDF = jobFailed, nil
	}
	q.finished = append(q.finished, id)
	if len(q.finished) > maxFinishedJobs {
		delete(q.jobs, q.finished[0])
		q.finished = q.finished[1:]
	}
}

// signal wakes the next take. The caller holds q.mu.
func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// find returns the job with this id if it belongs to owner.
func (q *queue) find(id, owner string) (job, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	j, ok := q.jobs[id]
	if !ok || j.Owner != owner {
		return job{}, false
	}
	return *j, true
}

// recent returns up to limit of owner's jobs, newest first.
func (q *queue) recent(owner string, limit int) []job {
	q.mu.Lock()
	defer q.mu.Unlock()
	var mine []job
	for _, j := range q.jobs {
		if j.Owner == owner {
			mine = append(mine, *j)
		}
	}
	slices.SortFunc(mine, func(a, b job) int { return b.Asked.Compare(a.Asked) })
	return mine[:min(limit, len(mine))]
}

// pending counts the unfinished jobs and returns how long the oldest has been waiting.
func (q *queue) pending() (count int, oldest time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.now()
	for _, j := range q.jobs {
		if j.Status == jobQueued || j.Status == jobPrinting {
			count++
			oldest = max(oldest, now.Sub(j.Asked))
		}
	}
	return count, oldest
}
