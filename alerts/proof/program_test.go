package proof

import (
	"log/slog"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/probes/journey"
)

// A program is one life of a pager or of a probe: from its start until it has done one thing, or crashed on the way. It
// is the store of the code that it runs.
type program struct {
	w       *simulation
	file    setting // that it has read
	machine int     // the machine, for its clock
	mishap  mishap
	asked   int          // requests to the disk so far
	run     *journey.Run // the run that it judges
	watches time.Time    // instead, it checks for silence at this time
	acks    bool         // it applies a person's acknowledgement
	puts    bool         // it only puts something into the notification state
	said    atomic.Int64 // the clock's last reading
	dead    atomic.Bool
	toEnd   []string        // sids of calls that it has to hang up
	hung    map[string]bool // those for which it asked the provider
}

// run starts a program on a machine, and reports whether it completed.
func (w *simulation) run(machine int, do func(*program) error) bool {
	p := &program{w: w, file: w.setting, machine: machine, mishap: w.mishap(), hung: map[string]bool{}}
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

// saidLast returns the time of the step that was just written.
func (p *program) saidLast() time.Time { return time.Unix(0, p.said.Load()).UTC() }

func (p *program) pager() *paging.Pager {
	pager := &paging.Pager{
		Store: p, Phone: line{p, incident.Primary}, OnCall: p.file.onCall, Journeys: p.file.watched, Log: slog.New(slog.DiscardHandler), TimeNow: p.time,
	}
	if p.file.onCall.Failover != nil {
		pager.Failover = line{p, incident.Failover}
	}
	return pager
}

func (p *program) desk() judge.Recorder {
	watched := maps.Clone(titles)
	maps.DeleteFunc(watched, func(name, _ string) bool {
		own := p.run != nil && p.run.Journey == name // a program knows the journey that it has run, whatever the file is by now
		return !own && !slices.Contains(p.file.watched, name)
	})
	return judge.Recorder{Store: p, Policy: p.file.policy, Titles: watched, RunningSince: p.w.awake, TimeNow: p.time}
}
