package proof

import (
	"context"
	"errors"
	"slices"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

// A disk is an in-memory store that outlives every program. Its outage affects all of them.
type disk struct {
	items   map[string]incident.Item
	runs    []journey.Run // by slot, then region
	dropped []journey.Run // by retention
	records map[string]incident.Record
	outage  outage
}

// An outage is the part of the disk that fails.
type outage string

const (
	none    outage = ""
	all     outage = "all"
	writes  outage = "writes"
	history outage = "history" // of incidents; the states can be written
)

func newDisk() *disk {
	return &disk{items: map[string]incident.Item{}, records: map[string]incident.Record{}}
}

// putItem is the conditional write.
func (d *disk) putItem(i incident.Item) error {
	if d.items[i.Key].Version != i.Version {
		return incident.ErrConflict
	}
	i.Version++
	d.items[i.Key] = i
	return nil
}

func (d *disk) putRun(run journey.Run) {
	same := func(r journey.Run) bool {
		return r.Journey == run.Journey && r.Region == run.Region && r.Slot.Equal(run.Slot)
	}
	if slices.ContainsFunc(d.runs, same) {
		return
	}
	after := func(r journey.Run) bool { return r.Slot.After(run.Slot) }
	at := slices.IndexFunc(d.runs, after)
	if at < 0 {
		at = len(d.runs)
	}
	d.runs = slices.Insert(d.runs, at, run)
}

// retain drops the runs from before a time, as the store does with old ones.
func (w *simulation) retain() {
	cut := w.now.Add(-time.Duration(rapid.IntRange(1, 10).Draw(w.T, "minutes kept")) * time.Minute)
	old := func(r journey.Run) bool { return r.Slot.Before(cut) }
	for _, r := range w.disk.runs {
		if old(r) {
			w.disk.dropped = append(w.disk.dropped, r)
		}
	}
	w.disk.runs = slices.DeleteFunc(w.disk.runs, old)
}

func (d *disk) list(q incident.RunQuery) []journey.Run {
	var found []journey.Run
	for _, r := range d.runs {
		if r.Journey == q.Journey && !r.Slot.Before(q.Since) && (q.Until.IsZero() || r.Slot.Before(q.Until)) {
			found = append(found, r)
		}
	}
	slices.SortStableFunc(found, func(a, b journey.Run) int { return a.Slot.Compare(b.Slot) })
	return found
}

func (d *disk) putIncident(r incident.Record) {
	if old, ok := d.records[r.ID]; !ok || r.Rev >= old.Rev {
		d.records[r.ID] = r
	}
}

var (
	errKilled = errors.New("the program was killed")
	errDisk   = errors.New("the disk does not answer")
)

// A mishap is the fault of one of a program's requests to the disk.
type mishap struct {
	what trouble
	at   int // index of the request
}

// A trouble is a kind of mishap.
type trouble string

const (
	fine          trouble = ""
	killed        trouble = "killed"         // before the request takes effect
	killedAfter   trouble = "killed after"   // after it took effect
	fails         trouble = "fails"          // without effect
	failsAfter    trouble = "fails after"    // with effect, unknown to the program
	conflict      trouble = "conflict"       // another program wrote first, without a trace
	conflictAfter trouble = "conflict after" // it took effect, and was retried on the way: a conflict with itself
	meanwhile     trouble = "meanwhile"      // others act before it
	pausesAfter   trouble = "pauses after"   // others act after its effect, and before the program continues
)

var troubles = []trouble{
	fine, fine, fine, fine, fine, fine, fine, fine, meanwhile, meanwhile, pausesAfter, pausesAfter,
	killed, killedAfter, killedAfter, fails, failsAfter, conflict, conflictAfter,
}

// do makes a request to the disk; other programs may run before and after it.
func (p *program) do(can func(outage) bool, request func() error) error {
	p.w.wrongs()
	if p.dead.Load() {
		return errKilled
	}
	what := fine
	if p.asked == p.mishap.at {
		what = p.mishap.what
	}
	p.asked++
	if what != fine {
		p.w.counts.troubles++
	}
	switch what {
	case killed:
		return p.die()
	case fails:
		return errDisk
	case meanwhile:
		p.w.others()
	}
	if !can(p.w.disk.outage) {
		return errDisk
	}
	if what == conflict {
		return incident.ErrConflict
	}
	err := request()
	switch {
	case what == killedAfter:
		return p.die()
	case what == failsAfter:
		return errDisk
	case what == conflictAfter && err == nil:
		return incident.ErrConflict
	case what == pausesAfter:
		p.w.others()
	}
	return err
}

func (p *program) die() error {
	p.dead.Store(true)
	p.w.counts.crashes++
	return errKilled
}

func readable(o outage) bool { return o != all }
func writable(o outage) bool { return o != all && o != writes }
func notable(o outage) bool  { return o == none }

// The incident.Store of a program.

func (p *program) Item(_ context.Context, key string) (i incident.Item, err error) {
	err = p.do(readable, func() error { i = p.w.disk.items[key]; return nil })
	if errors.Is(err, incident.ErrConflict) { // it applies to writes only
		err = nil
		i = p.w.disk.items[key]
	}
	return i, err
}

func (p *program) PutItem(_ context.Context, i incident.Item) error {
	return p.do(writable, func() error {
		if err := p.w.disk.putItem(i); err != nil {
			p.w.counts.conflicts++
			return err
		}
		p.w.written(p, i)
		return nil
	})
}

func (p *program) PutRun(_ context.Context, run journey.Run) error {
	return p.certain(p.do(writable, func() error { p.w.disk.putRun(run); return nil }))
}

func (p *program) Runs(_ context.Context, q incident.RunQuery) (runs []journey.Run, err error) {
	err = p.certain(p.do(readable, func() error { runs = p.w.disk.list(q); return nil }))
	return runs, err
}

func (p *program) PutIncident(_ context.Context, r incident.Record) error {
	return p.certain(p.do(notable, func() error { p.w.disk.putIncident(r); return nil }))
}

func (p *program) Incidents(context.Context, time.Time) ([]incident.Record, error) {
	panic("no program under test reads the history")
}

// certain converts the error of a request that cannot conflict.
func (p *program) certain(err error) error {
	if errors.Is(err, incident.ErrConflict) {
		return errDisk
	}
	return err
}
