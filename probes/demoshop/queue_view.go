package demoshop

import (
	"slices"
	"time"
)

// find returns the job with this id if it belongs to owner. A stranger's job is as absent as one that never was.
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

// pending counts the jobs that are not finished and says how long the oldest of them has been waiting.
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
