package alerts

import "time"

// apart is how much the clocks of two pagers may differ without being wrong.
const apart = 5 * time.Second

// putRight cuts every wait that is longer than it can be: it was noted by a clock that was ahead, or has been put back
// since. Nobody's call waits until the wrong time has come.
func (r *Route) putRight(at hour) {
	cut := func(t *time.Time, longest time.Duration) {
		if limit := at.now.Add(longest); t.After(limit.Add(apart)) {
			*t = limit
		}
	}
	cut(&r.Chain.Pause, at.onCall.longestPause())
	cut(&r.Outage.Retry, retryFirst)
	for i := range r.Incidents {
		cut(&r.Incidents[i].Reopened, 0)
		cut(&r.Incidents[i].AckedAt, 0)
	}
	for i := range r.Pages {
		cut(&r.Pages[i].TriedAt, 0)
		cut(&r.Pages[i].HangUpAt, 0)
		switch p := &r.Pages[i]; {
		case p.State == Planned && (p.Channel == Call || p.Tries > 0): // a text that was never tried may wait for the morning
			cut(&p.NotBefore, max(longestBackoff, at.onCall.Gather))
		case p.State == Claimed:
			cut(&p.LeaseUntil, lease)
		case p.State == Unknown:
			cut(&p.ClaimedAt, 0)
		case p.State == Accepted:
			cut(&p.LeaseUntil, max(callLength, textSilence))
		}
	}
}

// longestPause is the longest that the escalation lets pass between two calls.
func (o OnCall) longestPause() time.Duration {
	longest := o.RepeatAfter
	for _, r := range o.Escalation {
		longest = max(longest, r.After)
	}
	return longest
}
