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

// jobStatus is what a customer's page is told while it waits.
type jobStatus string

const (
	jobQueued   jobStatus = "queued"
	jobPrinting jobStatus = "printing"
	jobReady    jobStatus = "ready"
	jobFailed   jobStatus = "failed"
)

// job is an order to print. Values of it are snapshots; the queue holds the truth.
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

// queue holds the print jobs from the moment they are asked for until they are forgotten. Jobs wait in it for as
// long as it takes, whether or not anybody works on them.
type queue struct {
	now  func() time.Time
	wake chan struct{} // holds one token while there may be waiting jobs

	mu       sync.Mutex
	jobs     map[string]*job
	waiting  []string // ids, first come first served
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
	q.ring()
	return j.ID, nil
}

// take waits for a job and hands it to the caller, who must then call finish or putBack.
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
		q.ring() // the token may stand for several jobs: pass it on
	}
	return *j, true
}

// takeOlder hands out all jobs that were asked for before at.
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

// putBack returns a job that was interrupted to the head of the queue.
func (q *queue) putBack(id string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.printing--
	q.jobs[id].Status = jobQueued
	q.waiting = slices.Insert(q.waiting, 0, id)
	q.ring()
}

// finish records what became of a job: its PDF, or a failure if err is not nil.
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

// ring leaves a token for whoever takes next. The caller holds q.mu.
func (q *queue) ring() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}
