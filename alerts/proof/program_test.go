package proof

import (
	"log/slog"
	"sync/atomic"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/probes/journey"
)

// A program is one life of a pager or of a probe: from its start until it has done one thing, or was killed in the middle
// of it. It is the store of what it runs.
type program struct {
	w       *world
	machine int // whose clock it goes by
	mishap  mishap
	asked   int          // requests to the disk so far
	run     *journey.Run // that it judges
	watches time.Time    // it looks for silence instead, at this time
	acks    bool         // it takes in a person's acknowledgement
	said    atomic.Int64 // what the clock said when it was last asked
	dead    atomic.Bool
	toEnd   []string        // sids of calls that it has to hang up
	hung    map[string]bool // those that it asked the carrier to
}

// run starts a program on a machine, and reports whether it could do what it was to do.
func (w *world) run(machine int, do func(*program) error) bool {
	p := &program{w: w, machine: machine, mishap: w.mishap(), hung: map[string]bool{}}
	w.counts.programs++
	if err := do(p); err != nil {
		return false
	}
	w.allHungUp(p)
	return true
}

func (p *program) time() time.Time {
	now := p.w.now.Add(p.w.skew[p.machine])
	p.said.Store(now.UnixNano())
	return now
}

// saidLast is the time that a step which was just written went by.
func (p *program) saidLast() time.Time { return time.Unix(0, p.said.Load()).UTC() }

func (p *program) pager() *paging.Pager {
	pager := &paging.Pager{
		Store: p, Phone: line{p, incident.Primary}, OnCall: p.w.onCall, Journeys: journeys, Log: slog.New(slog.DiscardHandler), TimeNow: p.time,
	}
	if p.w.onCall.Failover != nil {
		pager.Failover = line{p, incident.Failover}
	}
	return pager
}

func (p *program) desk() judge.Recorder {
	return judge.Recorder{Store: p, Policy: p.w.policy, Titles: titles, RunningSince: p.w.awake, TimeNow: p.time}
}
