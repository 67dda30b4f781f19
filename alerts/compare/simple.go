package compare

import (
	"fmt"
	"time"

	"valkyrie/alerts/judge"
	"valkyrie/probes/journey"
)

// A Named is a rule with its name.
type Named struct {
	Name string
	New  func() Rule
}

// SimpleRules returns the four rules that monitoring services offer, as they are usually set. Each calls when its condition
// begins to hold for a region, or for all, and again after it has not held.
func SimpleRules() []Named {
	return []Named{
		{"2 of 2 datapoints", func() Rule { return &inARow{need: 2} }},
		{"retry, then 2 failures", func() Rule { return &inARow{need: 2, retries: true} }},
		{"for 5 minutes", func() Rule { return &inARow{lasts: 5 * time.Minute} }},
		{"burn rate", func() Rule { return &burnRate{} }},
	}
}

// All returns the shipped policy, and the simple rules.
func All(p judge.JourneyPolicy) []Named {
	return append([]Named{{"Valkyrie", func() Rule { return Shipped(p) }}}, SimpleRules()...)
}

// inARow calls for a region that has failed so often, or for so long, without a good run between. A broken run is a failure:
// such a service does not tell it apart.
type inARow struct {
	need    int
	retries bool // a failure counts only if the second try, made at once, failed too
	lasts   time.Duration
	regions map[string]*streak
}

type streak struct {
	count  int
	since  time.Time
	firing bool
}

// Judge implements [Rule].
func (r *inARow) Judge(a Arrival) []Message {
	if r.regions == nil {
		r.regions = map[string]*streak{}
	}
	s := r.regions[a.Region]
	if s == nil {
		s = &streak{}
		r.regions[a.Region] = s
	}
	if a.Outcome.Good() || r.retries && a.Outcome == journey.Failed && !a.Second {
		*s = streak{}
		return nil
	}
	if s.count == 0 {
		s.since = a.Slot
	}
	s.count++
	if s.firing || s.count < r.need || a.Slot.Sub(s.since) < r.lasts {
		return nil
	}
	s.firing = true
	return []Message{{At: a.At, Call: true, Text: fmt.Sprintf("%s failed %d times in a row from %s", a.Journey, s.count, a.Region)}}
}

// burnRate calls when the error budget of 99 % burns 14.4 times too fast for an hour and for its last 5 minutes, or 6 times
// for 6 h and for the last 30 minutes (B. Beyer et al., "The Site Reliability Workbook", 2018, chapter 5).
type burnRate struct {
	minutes map[int64]*[2]int // runs and failures, by minute
	firing  bool
}

const allowed = 0.01 // of the runs may fail

// Judge implements [Rule].
func (b *burnRate) Judge(a Arrival) []Message {
	if b.minutes == nil {
		b.minutes = map[int64]*[2]int{}
	}
	now := a.Slot.Unix() / 60
	delete(b.minutes, now-6*60-1)
	if b.minutes[now] == nil {
		b.minutes[now] = &[2]int{}
	}
	b.minutes[now][0]++
	if !a.Outcome.Good() {
		b.minutes[now][1]++
	} else if !b.firing {
		return nil // only a failure raises a rate
	}
	fires := b.rate(now, 5) > 14.4*allowed && b.rate(now, 60) > 14.4*allowed || b.rate(now, 30) > 6*allowed && b.rate(now, 6*60) > 6*allowed
	if !fires || b.firing {
		b.firing = fires
		return nil
	}
	b.firing = true
	return []Message{{At: a.At, Call: true, Text: a.Journey + " burns its error budget"}}
}

// rate returns the share of failures in the last minutes.
func (b *burnRate) rate(now int64, minutes int64) float64 {
	runs, failed := 0, 0
	for m := now - minutes + 1; m <= now; m++ {
		if n := b.minutes[m]; n != nil {
			runs, failed = runs+n[0], failed+n[1]
		}
	}
	if runs == 0 {
		return 0
	}
	return float64(failed) / float64(runs)
}
