package paging

import (
	"time"

	"valkyrie/alerts/incident"
)

// apart is how much the clocks of two pagers may differ without being wrong.
const apart = 5 * time.Second

// repairClockSkew cuts every wait that is longer than it can be: it was noted by a clock that was ahead, or has been put back
// since. Nobody's call waits until the wrong time has come.
func (r *NotificationState) repairClockSkew(at evalContext) {
	cut := func(t *time.Time, longest time.Duration) {
		if limit := at.now.Add(longest); t.After(limit.Add(apart)) {
			*t = limit
		}
	}
	cut(&r.Escalation.Pause, at.onCall.LongestPause())
	cut(&r.ProviderOutage.Retry, retryFirst)
	for i := range r.Incidents {
		cut(&r.Incidents[i].Reopened, 0)
		cut(&r.Incidents[i].AckedAt, 0)
	}
	for i := range r.Pages {
		cut(&r.Pages[i].TriedAt, 0)
		cut(&r.Pages[i].HangUpAt, 0)
		switch p := &r.Pages[i]; {
		case p.State == incident.Planned && (p.Channel == incident.Call || p.Tries > 0): // a text that was never tried may wait for the morning
			cut(&p.NotBefore, max(longestBackoff, at.onCall.Gather))
		case p.State == incident.Claimed:
			cut(&p.LeaseUntil, lease)
		case p.State == incident.Unknown:
			cut(&p.ClaimedAt, 0)
		case p.State == incident.Accepted:
			cut(&p.LeaseUntil, max(callLength, textSilence))
		}
	}
}
