package cost

import (
	"fmt"
	"time"
)

// A Load is what a deployment asks of Lambda and of home's table at the same time.
type Load struct {
	Runs   float64 // per minute, from all regions
	Probes float64 // at work at the same time in each region, on average
	Peak   int     // probes that may begin in the same second in each region
	// Request units a second of home's table, on average: a table on demand begins with 4,000 writes and 12,000 reads, and grows with use.
	Writes, Reads float64
	// BurstWrites are those if all runs of a minute end within burst.
	BurstWrites float64
	// ItemWrites are those of the busiest item in a burst, the state of a journey, which its runs from all regions write. DynamoDB takes
	// 1,000 a second.
	ItemWrites float64
	// Batches are the requests with which a round of home's pager reads the states of all journeys.
	Batches int
}

// burst is a short time for the runs of a minute to end in. EventBridge Scheduler starts them within the minute, as it likes.
const burst = 10 * time.Second

// LoadOf returns the load of a plan.
func LoadOf(p Plan) Load {
	l := Load{Peak: len(p.Journeys), Batches: stateReads * ((len(p.Journeys) + batch - 1) / batch)}
	for _, j := range p.Journeys {
		runs := p.runs(j) / Month.Minutes()
		l.Runs += runs
		l.Probes += runs / float64(p.Regions) * j.Takes.Minutes()
	}
	rounds := 1 / time.Minute.Seconds()
	l.Writes = l.Runs/time.Minute.Seconds()*runWrites + rounds*roundWrites
	l.Reads = l.Runs/time.Minute.Seconds()*runReads + rounds*(roundReads+float64(len(p.Journeys))*stateReads)
	if p.Standby {
		l.Reads += rounds * float64(len(p.Journeys)) // the standby's copy
	}
	l.BurstWrites = l.Runs * runWrites / burst.Seconds()
	l.ItemWrites = float64(p.Regions) * stateWrites / burst.Seconds()
	return l
}

// batch is the number of states that one request reads, as in infra/dynamo.
const batch = 100

// String describes the load in one line.
func (l Load) String() string {
	return fmt.Sprintf("%s runs a minute; %.1f probes at once in each region, %d if all begin together; home's table: %.1f writes and %.1f reads a second, %s writes if all runs end within %v",
		thousands(l.Runs), l.Probes, l.Peak, l.Writes, l.Reads, thousands(l.BurstWrites), burst)
}
