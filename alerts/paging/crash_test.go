package paging_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/twilio/standin"
	"valkyrie/probes/journey"
)

// A crashingStore crashes its program at one write: afterwards nothing can be read or written. The write itself is
// kept, or not.
type crashingStore struct {
	incident.Store
	mu   sync.Mutex
	left int // writes until the crash
	kept bool
	dead bool
}

func (m *crashingStore) write(do func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.dead:
		return errDead
	case m.left > 0:
		m.left--
		return do()
	}
	m.dead = true
	if m.kept {
		if err := do(); err != nil {
			return err
		}
	}
	return errDead
}

func (m *crashingStore) alive() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dead {
		return errDead
	}
	return nil
}

func (m *crashingStore) PutRun(ctx context.Context, r journey.Run) error {
	return m.write(func() error { return m.Store.PutRun(ctx, r) })
}

func (m *crashingStore) PutItem(ctx context.Context, i incident.Item) error {
	return m.write(func() error { return m.Store.PutItem(ctx, i) })
}

func (m *crashingStore) PutIncident(ctx context.Context, r incident.Record) error {
	return m.write(func() error { return m.Store.PutIncident(ctx, r) })
}

func (m *crashingStore) Item(ctx context.Context, key string) (incident.Item, error) {
	if err := m.alive(); err != nil {
		return incident.Item{}, err
	}
	return m.Store.Item(ctx, key)
}

func (m *crashingStore) Runs(ctx context.Context, q incident.RunQuery) ([]journey.Run, error) {
	if err := m.alive(); err != nil {
		return nil, err
	}
	return m.Store.Runs(ctx, q)
}

// TestCrashAtEveryWrite crashes the program at each write and restarts it a minute later. No page is lost or repeated;
// only a call whose key press was lost is followed by another.
func TestCrashAtEveryWrite(t *testing.T) {
	t.Parallel()
	const atOnce = 4
	for _, kept := range []bool{false, true} {
		name := map[bool]string{false: "before", true: "after"}[kept]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var all sync.WaitGroup
			var over atomic.Bool // no later write exists
			var next atomic.Int64
			for range atOnce {
				all.Go(func() {
					for !over.Load() {
						n := int(next.Add(1) - 1)
						t.Run(fmt.Sprint(n), func(t *testing.T) {
							if !crashAt(t, n, kept) {
								over.Store(true)
							}
						})
					}
				})
			}
			all.Wait()
			if n := next.Load(); n < 20 {
				t.Errorf("the story has only %d writes", n)
			}
		})
	}
}

// crashAt plays an incident with a crash at the n-th write, and reports whether the write was reached.
func crashAt(t *testing.T, n int, kept bool) bool {
	w := newTestbed(t, 5*time.Second)
	w.step = time.Minute
	m, killed := &crashingStore{left: n, kept: kept}, false
	o := w.open(func(s incident.Store) incident.Store { m.Store = s; return m })
	for _, scene := range []func() error{
		func() error { return o.recordRun(0, journey.Failed) },
		func() error { return o.recordRun(1, journey.Failed) },
		func() error { o.advanceClock(time.Minute); return o.advance(8 * time.Minute) },
		func() error { return o.recordRun(2, journey.Passed) },
		func() error { return o.advance(6 * time.Minute) },
	} {
		err := scene()
		if !killed && m.alive() != nil { // perhaps while it handled a callback
			killed = true
			w.waitIdle()
			o.close()
			w.advanceClock(time.Minute)
			o = w.open(nil)
			if err := o.desk.CatchUp(t.Context(), o.pager.Journeys); err != nil {
				t.Fatal(err)
			}
			err = scene()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	calls := w.exchange.Calls()
	for i, c := range calls {
		heard := slices.ContainsFunc(c.Posts, func(p standin.PostedTo) bool { return p.Key == "4" && p.Code == http.StatusOK })
		if heard && i < len(calls)-1 {
			t.Errorf("called %q, though call %d was acknowledged", w.called(), i+1)
		}
	}
	everybody := map[string]string{"Ada": "Ada:alarm Ada:all-clear", "Ada Grace": "Ada:alarm Ada:all-clear Grace:alarm Grace:all-clear"}
	if want, ok := everybody[w.called()]; !ok || w.texted() != want {
		t.Errorf("called %q, texted %q: want texts %q", w.called(), w.texted(), want)
	}
	if i := o.incident(); i.State != incident.Resolved || i.AckedBy == "" {
		t.Errorf("in the history it is %s, acknowledged by %q", i.State, i.AckedBy)
	}
	if r, err := o.pager.State(t.Context()); err != nil || len(r.Incidents) != 0 {
		t.Errorf("the route still has %d incidents, error %v", len(r.Incidents), err)
	}
	return killed
}
