package paging_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio/standin"
	"valkyrie/probes/journey"
)

// TestConcurrentPagers checks that each page is sent once, however many pagers tick.
func TestConcurrentPagers(t *testing.T) {
	t.Parallel()
	w := newTestbed(t, 5*time.Second)
	offices := []*instance{w.open(nil), w.open(nil), w.open(nil)}
	offices[0].down()
	together := func() {
		var all sync.WaitGroup
		for _, o := range offices {
			all.Go(func() {
				for range 5 {
					if err := o.pager.Tick(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		w.waitIdle()
	}
	together()
	w.wantCalls("Ada")
	if err := offices[1].recordRun(2, journey.Passed); err != nil {
		t.Fatal(err)
	}
	together()
	together()
	w.wantCalls("Ada")
	w.wantTexts("Ada:alarm Ada:all-clear")
	offices[2].wantAcked("Ada")
}

// TestIdleTickWritesNothing checks that an idle tick writes nothing, so that it may run each second.
func TestIdleTickWritesNothing(t *testing.T) {
	t.Parallel()
	o := newTestbed(t, time.Second).open(nil)
	o.down()
	o.mustAdvance(10 * time.Minute)
	before, err := o.store.Item(t.Context(), "ROUTE#default")
	if err != nil {
		t.Fatal(err)
	}
	o.mustAdvance(10 * time.Minute)
	if after, err := o.store.Item(t.Context(), "ROUTE#default"); err != nil || after.Version != before.Version {
		t.Errorf("version %d, error %v: want it to stay at %d", after.Version, err, before.Version)
	}
}

// A hookedStore runs a test's hook before a write.
type hookedStore struct {
	incident.Store
	item     func() error // before an item is written
	incident func(context.Context) error
}

func (m *hookedStore) PutItem(ctx context.Context, i incident.Item) error {
	if m.item != nil {
		if err := m.item(); err != nil {
			return err
		}
	}
	return m.Store.PutItem(ctx, i)
}

func (m *hookedStore) PutIncident(ctx context.Context, r incident.Record) error {
	if m.incident != nil {
		if err := m.incident(ctx); err != nil {
			return err
		}
	}
	return m.Store.PutIncident(ctx, r)
}

// TestStoreFailsForAWhile checks that nothing is sent before it is stored, and that nothing is lost.
func TestStoreFailsForAWhile(t *testing.T) {
	t.Parallel()
	m := &hookedStore{}
	o := newTestbed(t, time.Second).open(func(s incident.Store) incident.Store { m.Store = s; return m })
	o.down()
	full := errors.New("the disk is full")
	m.item = func() error { return full }
	for range 20 {
		if err := o.pager.Tick(t.Context()); !errors.Is(err, full) {
			t.Fatalf("Tick: %v, want the store's error", err)
		}
		o.advanceClock(15 * time.Second)
	}
	o.wantCalls("")
	m.item = nil
	o.mustAdvance(10 * time.Minute)
	o.wantCalls("Ada")
	o.wantTexts("Ada:alarm")
	o.wantAcked("Ada")
}

// TestHistoryFails checks that a failing history delays no call, acknowledgement or all-clear, and is complete once it
// can be written.
func TestHistoryFails(t *testing.T) {
	t.Parallel()
	m := &hookedStore{}
	o := newTestbed(t, time.Second).open(func(s incident.Store) incident.Store { m.Store = s; return m })
	o.down()
	m.incident = func(context.Context) error { return errors.New("the disk is full") }
	for range 20 {
		_ = o.pager.Tick(t.Context()) // the history's error
		o.waitIdle()
		o.advanceClock(15 * time.Second)
	}
	o.wantCalls("Ada")
	if err := o.recordRun(2, journey.Passed); err != nil {
		t.Fatal(err)
	}
	for range 4 {
		_ = o.pager.Tick(t.Context())
		o.waitIdle()
	}
	o.wantTexts("Ada:alarm Ada:all-clear")
	m.incident = nil
	o.mustAdvance(time.Minute)
	o.wantAcked("Ada")
	if i := o.incident(); i.State != incident.Resolved || len(i.Pages) != 3 {
		t.Errorf("in the history it is %s, with %d pages", i.State, len(i.Pages))
	}
}

// TestHistoryHangs checks that no call waits for the history.
func TestHistoryHangs(t *testing.T) {
	t.Parallel()
	m := &hookedStore{}
	o := newTestbed(t, time.Second).open(func(s incident.Store) incident.Store { m.Store = s; return m })
	o.down()
	sent := make(chan struct{})
	o.pager.Phone = signallingPhone{o.phone, sync.OnceFunc(func() { close(sent) })}
	m.incident = func(context.Context) error {
		select {
		case <-sent:
			return nil
		case <-time.After(time.Second):
			return errors.New("nothing was sent yet")
		}
	}
	if err := o.pager.Tick(t.Context()); err != nil {
		t.Errorf("the call waits for the history: %v", err)
	}
}

// TestSuspendedWithAClaimedPage checks that a process suspended between claim and send does not send the page, which
// another pager has taken over.
func TestSuspendedWithAClaimedPage(t *testing.T) {
	t.Parallel()
	w := newTestbed(t, time.Second)
	m := &hookedStore{}
	sleepy := w.open(func(s incident.Store) incident.Store { m.Store = s; return m })
	sleepy.down()
	awake := w.open(nil)
	m.incident = func(context.Context) error { // after the claim, before or during the send
		m.incident = nil
		w.advanceClock(time.Minute)
		return awake.advance(2 * time.Minute)
	}
	if err := sleepy.advance(2 * time.Minute); err != nil {
		t.Fatal(err)
	}
	w.wantCalls("Ada")
	w.wantTexts("Ada:alarm")
}

// TestStaleUpdateOfArchivedIncident checks that a pager with a stale copy of an incident that is archived meanwhile
// causes no page.
func TestStaleUpdateOfArchivedIncident(t *testing.T) {
	t.Parallel()
	w := newTestbed(t, time.Second)
	m := &hookedStore{}
	slow := w.open(func(s incident.Store) incident.Store { m.Store = s; return m })
	slow.down()
	quick := w.open(nil)
	m.item = func() error { // the slow pager is about to write its stale copy
		m.item = nil
		return errors.Join(quick.advance(0), quick.recordRun(2, journey.Passed), quick.advance(0))
	}
	if err := slow.advance(20 * time.Minute); err != nil {
		t.Fatal(err)
	}
	w.wantCalls("Ada")
	w.wantTexts("Ada:alarm Ada:all-clear")
}

// TestStoppedWhileSending checks that the outcome of a page is stored even when the program stops during the send, or
// the provider closes the callback's connection.
func TestStoppedWhileSending(t *testing.T) {
	t.Parallel()
	o := newTestbed(t, time.Second).open(nil)
	o.down()
	ctx, stop := context.WithCancel(t.Context())
	o.pager.Phone = signallingPhone{o.phone, stop}
	o.exchange.Callbacks(standin.NoCallbacks)
	_ = o.pager.Tick(ctx)
	o.waitIdle()
	for _, p := range o.route().Pages {
		if p.State == incident.Claimed {
			t.Errorf("the %s is still %s: what came of it was not noted", p.Channel, p.State)
		}
	}
}

// A signallingPhone signals each send.
type signallingPhone struct {
	paging.Phone
	tell func()
}

func (p signallingPhone) Send(ctx context.Context, d paging.Dispatch) (string, error) {
	sid, err := p.Phone.Send(ctx, d)
	p.tell()
	return sid, err
}
