package regions

import (
	"encoding/json"
	"maps"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
)

// helpFor is how long the standby goes on paging from the home's table after the home's pager let a page wait.
const helpFor = 10 * time.Minute

// noteWaiting notes what waits for the home's pager in the home's states: pages that were due and are with no provider, and
// incidents in the outboxes of journeys. A pager that wakes each minute and sends nothing, as its secrets cannot be read, its
// provider refuses it, or it dies on the way, is seen by them, whatever its heartbeat says.
func (c *copied) noteWaiting(home []incident.Item, now time.Time) {
	var route paging.NotificationState
	if last := home[len(home)-1]; last.Version > 0 && json.Unmarshal(last.Data, &route) != nil {
		return
	}
	waiting := map[string]time.Time{}
	for _, id := range route.Overdue(now) {
		waiting[id] = now
	}
	for _, item := range home[:len(home)-1] {
		var s judge.JourneyState
		if json.Unmarshal(item.Data, &s) != nil {
			continue
		}
		for _, i := range s.Outbox {
			if i.State != incident.Resolved && i.Rings() && !route.Knows(i) {
				waiting[i.ID] = now
			}
		}
	}
	for id := range waiting {
		if since, known := c.Waiting[id]; known {
			waiting[id] = since
		}
	}
	c.Waiting = waiting
	if since := c.waitingSince(); !since.IsZero() && now.Sub(since) >= paging.HomeSilence {
		c.Helps = now.Add(helpFor)
	}
}

// waitingSince returns since when something has waited; zero: nothing does.
func (c copied) waitingSince() (first time.Time) {
	for since := range maps.Values(c.Waiting) {
		if first.IsZero() || since.Before(first) {
			first = since
		}
	}
	return first
}
