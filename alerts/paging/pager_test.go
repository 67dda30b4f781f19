package paging_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio"
	"valkyrie/alerts/twilio/standin"
	"valkyrie/infra/sqlite"
	"valkyrie/probes/journey"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const grace = "+12025550187"

// A testbed is a provider with its phones, a database on disk and one clock. It outlives the instances of the program.
type testbed struct {
	t        *testing.T
	file     string
	exchange *standin.Exchange
	phone    *twilio.Client
	serving  atomic.Pointer[instance] // the instance that serves the callbacks
	step     time.Duration            // from tick to tick

	mu  sync.Mutex
	now time.Time
}

// newTestbed returns a testbed. patience is the phone's timeout for the provider.
func newTestbed(t *testing.T, patience time.Duration) *testbed {
	t.Helper()
	return newRingingTestbed(t, patience, time.Millisecond)
}

// newRingingTestbed returns a testbed whose phones ring for a given time.
func newRingingTestbed(t *testing.T, patience, ring time.Duration) *testbed {
	t.Helper()
	w := &testbed{t: t, file: filepath.Join(t.TempDir(), "valkyrie.db"), now: alertstest.Start, step: 15 * time.Second}
	w.exchange = standin.New(standin.Options{
		RingTime: ring, SpeakTime: time.Millisecond, MessageLatency: time.Millisecond, TimeNow: w.time,
	})
	api := httptest.NewServer(w.exchange)
	var callbacks http.Handler
	public := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { callbacks.ServeHTTP(rw, r) }))
	callbacks = twilio.NewCallbacks(twilio.CallbacksConfig{
		PublicURL: public.URL, Tokens: []string{standin.DemoAuthToken},
		Handle: func(ctx context.Context, r paging.Report) (paging.Answer, error) {
			return w.serving.Load().pager.Report(ctx, r)
		},
		Reply: func(ctx context.Context, r paging.Reply) (string, error) { return w.serving.Load().pager.Reply(ctx, r) },
	})
	w.exchange.Incoming(public.URL + "/twilio/reply")
	transport := http.DefaultTransport.(*http.Transport).Clone()
	var err error
	w.phone, err = twilio.New(twilio.ClientConfig{
		AccountSID: standin.DemoAccountSID, AuthToken: standin.DemoAuthToken, From: "+12025550100",
		BaseURL: api.URL, CallbackURL: public.URL, Timeout: patience, Transport: transport,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.exchange.Close()
		transport.CloseIdleConnections()
		api.Close()
		public.Close()
	})
	return w
}

func (w *testbed) time() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *testbed) advanceClock(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// An instance is one run of the program: a recorder and a pager with their own handle of the database.
type instance struct {
	*testbed
	store incident.Store
	desk  judge.Recorder
	pager *paging.Pager
	close func()
}

// open starts an instance, which serves the callbacks from now on. wrap, if any, wraps its store.
func (w *testbed) open(wrap func(incident.Store) incident.Store) *instance {
	w.t.Helper()
	db, err := sqlite.Open(w.t.Context(), w.file)
	if err != nil {
		w.t.Fatal(err)
	}
	o := &instance{testbed: w, store: db, close: sync.OnceFunc(func() { db.Close() })}
	w.t.Cleanup(o.close)
	if wrap != nil {
		o.store = wrap(db)
	}
	o.desk = judge.Recorder{
		Store: o.store, Policy: judge.Policy{JourneyPolicy: alertstest.Policy}, Titles: map[string]string{"print-card": "print a card"},
	}
	o.pager = &paging.Pager{
		Store: o.store, OnCall: alertstest.OnCall, Phone: w.phone, Journeys: []string{"print-card", "create-order"},
		Log: slog.New(slog.DiscardHandler), TimeNow: w.time,
	}
	w.serving.Store(o)
	return o
}

// recordRun records a run of print-card in the given minute.
func (o *instance) recordRun(minute int, outcome journey.Outcome) error {
	_, err := o.desk.Record(o.t.Context(), alertstest.Run(minute, "eu", outcome))
	return err
}

// down records two failures, which open an incident.
func (o *instance) down() {
	o.t.Helper()
	for minute := range 2 {
		if err := o.recordRun(minute, journey.Failed); err != nil {
			o.t.Fatal(err)
		}
	}
	o.advanceClock(time.Minute)
}

// tickUntilIdle ticks until nothing changes, with the clock stopped.
func (o *instance) tickUntilIdle() error {
	for {
		before, err := o.store.Item(o.t.Context(), "ROUTE#default")
		if err != nil {
			return err
		}
		if err := o.pager.Tick(o.t.Context()); err != nil {
			return err
		}
		o.waitIdle()
		after, err := o.store.Item(o.t.Context(), "ROUTE#default")
		if err != nil || after.Version == before.Version {
			return err
		}
	}
}

// waitIdle waits until each call and text is over and its callbacks are handled.
func (w *testbed) waitIdle() {
	w.t.Helper()
	for {
		calls, texts := len(w.exchange.Calls()), len(w.exchange.Texts())
		if _, err := w.exchange.WaitCalls(w.t.Context(), calls); err != nil {
			w.t.Fatal(err)
		}
		if _, err := w.exchange.WaitTexts(w.t.Context(), texts); err != nil {
			w.t.Fatal(err)
		}
		if calls == len(w.exchange.Calls()) && texts == len(w.exchange.Texts()) {
			return
		}
	}
}

// advance moves the clock, with a tick at each step.
func (o *instance) advance(d time.Duration) error {
	for ; d >= 0; d -= o.step {
		if err := o.tickUntilIdle(); err != nil {
			return err
		}
		o.advanceClock(o.step)
	}
	return nil
}

func (o *instance) mustAdvance(d time.Duration) {
	o.t.Helper()
	if err := o.advance(d); err != nil {
		o.t.Fatal(err)
	}
}

// called returns the people who were called, in order.
func (w *testbed) called() string {
	var who []string
	for _, c := range w.exchange.Calls() {
		who = append(who, person(c.To))
	}
	return strings.Join(who, " ")
}

// texted returns the texts, ordered by person.
func (w *testbed) texted() string {
	var who []string
	for _, x := range w.exchange.Texts() {
		what := "alarm"
		if strings.Contains(x.Body, "all clear") {
			what = "all-clear"
		}
		who = append(who, person(x.To)+":"+what)
	}
	slices.Sort(who)
	return strings.Join(who, " ")
}

func person(number string) string {
	switch number {
	case alertstest.AdasNumber:
		return "Ada"
	case grace:
		return "Grace"
	}
	return number
}

// wantCalls compares the people who were called.
func (w *testbed) wantCalls(want string) {
	w.t.Helper()
	if got := w.called(); got != want {
		w.t.Errorf("called: %q, want %q", got, want)
	}
}

// wantTexts compares the people who were texted.
func (w *testbed) wantTexts(want string) {
	w.t.Helper()
	if got := w.texted(); got != want {
		w.t.Errorf("texted: %q, want %q", got, want)
	}
}

// incident returns the only incident in the history.
func (o *instance) incident() incident.Record {
	o.t.Helper()
	all, err := o.store.Incidents(o.t.Context(), time.Time{})
	if err != nil || len(all) != 1 {
		o.t.Fatalf("%d incidents, error %v: want one", len(all), err)
	}
	return all[0]
}

// wantAcked checks by whom the only incident is acknowledged.
func (o *instance) wantAcked(by string) {
	o.t.Helper()
	if i := o.incident(); i.AckedBy != by {
		o.t.Errorf("it is %s, acknowledged by %q, want by %q", i.State, i.AckedBy, by)
	}
}

// TestIncidentEndToEnd checks that two failures call with all facts, that a key acknowledges, and that the person who
// was paged gets the all-clear.
func TestIncidentEndToEnd(t *testing.T) {
	t.Parallel()
	o := newTestbed(t, time.Second).open(nil)
	o.mustAdvance(0)
	if err := o.recordRun(0, journey.Failed); err != nil {
		t.Fatal(err)
	}
	o.mustAdvance(30 * time.Second)
	o.wantCalls("")
	o.advanceClock(15 * time.Second)
	if err := o.recordRun(1, journey.Failed); err != nil {
		t.Fatal(err)
	}
	o.mustAdvance(0)
	o.wantCalls("Ada")
	words := strings.Join(o.exchange.Calls()[0].Words, "\n")
	for _, part := range []string{"print a card", "wait for the PDF", "No PDF", "3 o'clock in the morning, UTC", "eu", "twice in a row", paging.Prompt, "Thank you, Ada"} {
		if !strings.Contains(words, part) {
			t.Errorf("the call does not say %q:\n%s", part, words)
		}
	}
	body := o.exchange.Texts()[0].Body
	for _, part := range []string{"print a card", "wait for the PDF", "03:00 UTC", "eu", "twice in a row", "#" + o.incident().Short()} {
		if !strings.Contains(body, part) {
			t.Errorf("the text does not say %q: %s", part, body)
		}
	}
	for minute := 2; minute < 10; minute++ {
		if err := o.recordRun(minute, journey.Failed); err != nil {
			t.Fatal(err)
		}
		o.mustAdvance(45 * time.Second)
	}
	o.wantCalls("Ada")
	o.wantAcked("Ada")
	if err := o.recordRun(10, journey.Passed); err != nil {
		t.Fatal(err)
	}
	o.mustAdvance(time.Minute)
	o.wantCalls("Ada")
	o.wantTexts("Ada:alarm Ada:all-clear")
	rec := o.incident()
	if rec.State != incident.Resolved || len(rec.Pages) != 3 || rec.Streak != 10 || rec.Runs != 10 {
		t.Errorf("in the history: %s, %d pages, %d in a row, %d runs folded", rec.State, len(rec.Pages), rec.Streak, rec.Runs)
	}
	route, err := o.pager.State(t.Context())
	if err != nil || len(route.Incidents) != 0 || len(route.Pages) != 0 {
		t.Errorf("the route still has %d incidents and %d pages, error %v", len(route.Incidents), len(route.Pages), err)
	}
}

// TestUnacknowledged checks that the next person is called at once, that a voicemail and a silent listener do not
// acknowledge, that the escalation repeats after a pause, and that each text is sent once.
func TestUnacknowledged(t *testing.T) {
	t.Parallel()
	o := newTestbed(t, time.Second).open(nil)
	o.exchange.Behave("", standin.NoAnswer, standin.Voicemail, standin.Listen, standin.Busy, standin.FailCall, standin.Press("7"))
	o.down()
	o.mustAdvance(0)
	o.wantCalls("Ada Grace")
	o.mustAdvance(4 * time.Minute)
	o.wantCalls("Ada Grace")
	o.mustAdvance(time.Minute)
	o.wantCalls("Ada Grace Ada Grace")
	o.mustAdvance(5 * time.Minute)
	o.wantCalls("Ada Grace Ada Grace Ada Grace")
	o.mustAdvance(5 * time.Minute)
	o.wantCalls("Ada Grace Ada Grace Ada Grace Ada")
	o.mustAdvance(10 * time.Minute)
	o.wantCalls("Ada Grace Ada Grace Ada Grace Ada")
	o.wantAcked("Ada")
	o.wantTexts("Ada:alarm Grace:alarm")
	for i, want := range []string{"", "", "This is the second round; Ada and Grace have not acknowledged.", "This is the second round; Ada and Grace have not acknowledged.", "This is the third round; Ada and Grace have not acknowledged."} {
		if words := strings.Join(o.exchange.Calls()[i].Words, "\n"); len(words) > 0 && (want == "" && strings.Contains(words, "round") || !strings.Contains(words, want)) {
			t.Errorf("call %d does not say %q:\n%s", i+1, want, words)
		}
	}
	if want, words := "This is the fourth round; ", strings.Join(o.exchange.Calls()[6].Words, "\n"); !strings.Contains(words, want) {
		t.Errorf("the last call does not say %q:\n%s", want, words)
	}
	var results []string
	for _, p := range o.incident().Pages {
		if p.Channel == incident.Call {
			results = append(results, p.Result+p.Key)
		}
	}
	if got := fmt.Sprint(results); got != "[no-answer machine human busy failed human7 human4]" {
		t.Errorf("results: %s", got)
	}
	if err := o.recordRun(2, journey.Passed); err != nil {
		t.Fatal(err)
	}
	o.mustAdvance(time.Minute)
	o.wantTexts("Ada:alarm Ada:all-clear Grace:alarm Grace:all-clear")
}

// TestProviderFaults checks that for each fault of the API at Ada's first call and text, she is called once, or Grace
// is if Ada cannot be called.
func TestProviderFaults(t *testing.T) {
	for _, c := range []struct {
		behaviour    standin.Behaviour
		calls, texts string
		asked        int // create requests for Ada: one for the call and one for the text
	}{
		{standin.TooMany, "Ada", "Ada:alarm", 4},
		{standin.ServerError, "Ada", "Ada:alarm", 4},
		{standin.Refuse(21211), "Grace", "Grace:alarm", 2},
		{standin.Refuse(20003), "Grace", "Grace:alarm", 2},
		{standin.TimeoutBefore, "Ada", "Ada:alarm", 4},
		{standin.TimeoutAfter, "Ada", "Ada:alarm", 2},
		{standin.NoSID, "Ada", "Ada:alarm", 2},
		{standin.Truncated, "Ada", "Ada:alarm", 2},
	} {
		for _, manner := range []standin.Manner{standin.Prompt, standin.DoubledCallbacks, standin.LateCallbacks} {
			t.Run(string(c.behaviour)+" "+string(manner), func(t *testing.T) {
				t.Parallel()
				o := newTestbed(t, time.Second).open(nil)
				o.exchange.Callbacks(manner)
				o.exchange.Behave(alertstest.AdasNumber, c.behaviour, c.behaviour)
				o.down()
				o.mustAdvance(3 * time.Minute)
				o.wantCalls(c.calls)
				o.wantAcked(c.calls)
				asked := c.asked
				if settledInTurn := c.behaviour == standin.ServerError || c.behaviour == standin.TimeoutBefore; settledInTurn && o.texted() == "" {
					asked-- // the call's key was quicker, so that the text was cancelled
				} else {
					o.wantTexts(c.texts)
				}
				if n := o.exchange.Creates(alertstest.AdasNumber); n != asked {
					t.Errorf("%d create requests for Ada, want %d", n, asked)
				}
			})
		}
	}
}

// TestUnknownTwice checks that a page with two unknown outcomes is not sent a third time, and that the next person is
// called.
func TestUnknownTwice(t *testing.T) {
	t.Parallel()
	o := newTestbed(t, time.Second).open(nil)
	o.exchange.Behave(alertstest.AdasNumber, standin.ServerError, standin.ServerError, standin.ServerError, standin.ServerError)
	o.down()
	o.mustAdvance(80 * time.Second)
	o.wantCalls("")
	o.mustAdvance(2 * time.Minute)
	o.wantCalls("Grace")
	o.wantAcked("Grace")
	if n := o.exchange.Creates(alertstest.AdasNumber); n != 4 {
		t.Errorf("%d create requests for Ada, want 4", n)
	}
}

// TestNoCallbacks checks that without callbacks no page counts as answered and no two calls are in progress at once,
// and that a key acknowledges once callbacks work.
func TestNoCallbacks(t *testing.T) {
	t.Parallel()
	o := newTestbed(t, time.Second).open(nil)
	o.exchange.Callbacks(standin.NoCallbacks)
	o.down()
	o.mustAdvance(time.Minute)
	o.wantCalls("Ada")
	o.mustAdvance(2 * time.Minute)
	o.wantCalls("Ada Grace")
	o.exchange.Callbacks(standin.Prompt)
	o.mustAdvance(20 * time.Minute)
	o.wantCalls("Ada Grace Ada")
	o.wantAcked("Ada")
}

// TestForgedKey checks that a key press with a wrong signature changes nothing.
func TestForgedKey(t *testing.T) {
	t.Parallel()
	o := newTestbed(t, time.Second).open(nil)
	o.exchange.Behave("", standin.ForgedKey("4"), standin.ForgedKey("4"))
	o.down()
	o.mustAdvance(0)
	o.wantCalls("Ada Grace")
	if i := o.incident(); i.State != incident.Notified || i.AckedBy != "" {
		t.Errorf("after the forged keys it is %s by %q", i.State, i.AckedBy)
	}
	for _, c := range o.exchange.Calls() {
		if !slices.ContainsFunc(c.Posts, func(p standin.PostedTo) bool { return p.Key == "4" && p.Code == http.StatusForbidden }) {
			t.Errorf("the forged key was not refused: %+v", c.Posts)
		}
	}
	o.mustAdvance(6 * time.Minute)
	o.wantCalls("Ada Grace Ada")
	o.wantAcked("Ada")
}

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

var errDead = errors.New("the program was killed")

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

func (o *instance) route() paging.NotificationState {
	o.t.Helper()
	r, err := o.pager.State(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	return r
}

// TestNotificationStateRegressions replays histories that once failed.
func TestNotificationStateRegressions(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(w *simulation)
		want string
	}{
		"a text that is lost is not mistaken for another to the same person": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Degraded, 1, false)})
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("b", incident.ProbeFault, 1, false)})
			w.step(paging.SendUnknown{PageID: w.sent[0].ID}) // and never reached the provider
			w.step(paging.Sent{PageID: w.sent[1].ID, SID: "SM2"})
			w.now = w.now.Add(time.Minute)
			w.step(paging.SendResolved{PageID: w.sent[0].ID, SID: "SM2"}) // the newest to this person
		}, "[alarm text Ada alarm text Ada alarm text Ada]"},
		"a doubled key does not begin the chain anew for another incident": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
			w.step(paging.Report{PageID: w.sent[0].ID, SID: "CA1", Key: paging.AckKey})
			w.step(paging.Report{PageID: w.sent[0].ID, SID: "CA1", Result: incident.Human})
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("b", incident.Down, 1, false)}) // calls Ada
			w.step(paging.Report{PageID: w.sent[0].ID, SID: "CA1", Key: paging.AckKey})
			w.step(paging.Report{PageID: last(w, incident.Call).ID, SID: "CA2", Result: incident.Busy})
		}, "[alarm call Ada alarm text Ada alarm call Ada alarm text Ada alarm call Grace alarm text Grace]"},
		"the first call about an incident does not wait for the pause of another": {func(w *simulation) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
			w.step(paging.Report{PageID: last(w, incident.Call).ID, SID: "CA1", Result: incident.Busy})
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("b", incident.Down, 1, false)}) // during the call to Grace, the last
			w.step(paging.Report{PageID: last(w, incident.Call).ID, SID: "CA2", Result: incident.Busy})
			w.step(paging.Report{PageID: last(w, incident.Call).ID, SID: "CA3", Result: incident.Busy})
			w.step(paging.Report{PageID: last(w, incident.Call).ID, SID: "CA4", Result: incident.Busy}) // now both wait
		}, "[alarm call Ada alarm text Ada alarm call Grace alarm text Grace alarm call Ada alarm text Ada alarm call Grace alarm text Grace]"},
		"a person who listens for long is not called again meanwhile": {func(w *simulation) {
			w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
			w.now = w.now.Add(100 * time.Second) // it had waited in the provider's queue
			w.step(paging.Report{PageID: w.sent[0].ID, SID: "CA" + w.sent[0].ID})
			w.now = w.now.Add(100 * time.Second)
			w.step(paging.Tick{})
		}, "[alarm call Ada alarm text Ada]"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &simulation{now: alertstest.Start}
			c.do(w)
			if got := names(w.sent); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestDegradedInOneRegion checks that a journey which is slow from one region stays degraded while it is fast from
// another.
func TestDegradedInOneRegion(t *testing.T) {
	var s judge.JourneyState
	var said []string
	for minute := range 8 {
		for region, outcome := range map[string]journey.Outcome{"us": journey.Slow, "eu": journey.Passed} {
			var ds []judge.Decision
			s, ds = judge.Judge(alertstest.Policy, s, alertstest.Run(minute, region, outcome), "")
			for _, d := range ds {
				if d.Verb == judge.Opens || d.Verb == judge.Resolves {
					said = append(said, fmt.Sprintf("%s@%d", d.Verb, minute))
				}
			}
		}
	}
	if got := strings.Join(said, " "); got != "opens@2" {
		t.Errorf("got %q, want that it opens once and stays open", got)
	}
}

// TestSecondRegionAfterTheFirst checks that a failure in another region just after a resolution reopens the incident
// and calls again, despite the earlier acknowledgement.
func TestSecondRegionAfterTheFirst(t *testing.T) {
	var s judge.JourneyState
	w := &simulation{now: alertstest.Start}
	for _, r := range []journey.Run{
		alertstest.Run(0, "us", journey.Failed), alertstest.Run(0, "eu", journey.Failed), alertstest.Run(1, "eu", journey.Failed),
		alertstest.Run(1, "us", journey.Broken), alertstest.Run(2, "eu", journey.Passed), alertstest.Run(2, "us", journey.Failed), alertstest.Run(3, "us", journey.Passed),
	} {
		w.now = r.Slot
		var ds []judge.Decision
		s, ds = judge.Judge(alertstest.Policy, s, r, "")
		for _, d := range ds {
			if d.Incident.ID == "" {
				continue
			}
			w.accept(w.step(paging.IncidentUpdated{Incident: d.Incident}))
			if d.Verb == judge.Opens || d.Verb == judge.Reopens {
				w.accept(w.step(paging.Report{PageID: last(w, incident.Call).ID, Key: paging.AckKey, Result: incident.Human}))
			}
		}
	}
	const once = "alarm call Ada alarm text Ada all-clear text Ada"
	if got := names(w.sent); got != "["+once+" "+once+"]" {
		t.Errorf("got %s", got)
	}
}
