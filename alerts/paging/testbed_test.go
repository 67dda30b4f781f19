package paging_test

import (
	"context"
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

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio"
	"valkyrie/alerts/twilio/standin"
	"valkyrie/infra/sqlite"
	"valkyrie/probes/journey"
)

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

func (o *instance) route() paging.NotificationState {
	o.t.Helper()
	r, err := o.pager.State(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	return r
}

func open(r paging.NotificationState, id string) bool {
	return slices.ContainsFunc(r.Incidents, func(i incident.Incident) bool {
		return i.ID == id && i.State != incident.Resolved && i.State != incident.Acknowledged
	})
}
