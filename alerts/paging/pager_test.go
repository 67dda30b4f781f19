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

// A town is a carrier with its phones, the database on its disk, and a clock that everybody goes by. What is in it
// outlives an office.
type town struct {
	t        *testing.T
	file     string
	exchange *standin.Exchange
	phone    *twilio.Phone
	staffed  atomic.Pointer[office] // who takes the callbacks
	step     time.Duration          // from tick to tick

	mu  sync.Mutex
	now time.Time
}

// newTown builds one. patience is how long the phone waits for the carrier.
func newTown(t *testing.T, patience time.Duration) *town {
	t.Helper()
	return newRingingTown(t, patience, time.Millisecond)
}

// newRingingTown is one in which phones ring for so long.
func newRingingTown(t *testing.T, patience, ring time.Duration) *town {
	t.Helper()
	w := &town{t: t, file: filepath.Join(t.TempDir(), "valkyrie.db"), now: alertstest.Start, step: 15 * time.Second}
	w.exchange = standin.New(standin.Config{
		RingTime: ring, SpeakTime: time.Millisecond, MessageLatency: time.Millisecond, TimeNow: w.time,
	})
	api := httptest.NewServer(w.exchange)
	var callbacks http.Handler
	public := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { callbacks.ServeHTTP(rw, r) }))
	callbacks = twilio.NewCallbacks(twilio.CallbacksConfig{
		PublicURL: public.URL, Tokens: []string{standin.DemoAuthToken},
		Handle: func(ctx context.Context, r paging.Report) (paging.Answer, error) {
			return w.staffed.Load().pager.Report(ctx, r)
		},
		Reply: func(ctx context.Context, r paging.Reply) (string, error) { return w.staffed.Load().pager.Reply(ctx, r) },
	})
	w.exchange.Incoming(public.URL + "/twilio/reply")
	transport := http.DefaultTransport.(*http.Transport).Clone()
	var err error
	w.phone, err = twilio.New(twilio.Config{
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

func (w *town) time() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *town) later(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// An office is one run of the program: a desk and a pager over their own handle of the database.
type office struct {
	*town
	store incident.Store
	desk  judge.Recorder
	pager *paging.Pager
	close func()
}

// open starts an office, which takes the callbacks from now on. Its store is seen through wrap, if there is one.
func (w *town) open(wrap func(incident.Store) incident.Store) *office {
	w.t.Helper()
	db, err := sqlite.Open(w.t.Context(), w.file)
	if err != nil {
		w.t.Fatal(err)
	}
	o := &office{town: w, store: db, close: sync.OnceFunc(func() { db.Close() })}
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
	w.staffed.Store(o)
	return o
}

// hear records a run of print-card in the given minute of the town's clock.
func (o *office) hear(minute int, outcome journey.Outcome) error {
	_, err := o.desk.Record(o.t.Context(), alertstest.Run(minute, "eu", outcome))
	return err
}

// down records two failures, which open an incident.
func (o *office) down() {
	o.t.Helper()
	for minute := range 2 {
		if err := o.hear(minute, journey.Failed); err != nil {
			o.t.Fatal(err)
		}
	}
	o.later(time.Minute)
}

// work ticks until nothing moves any more, with the clock standing still.
func (o *office) work() error {
	for {
		before, err := o.store.Item(o.t.Context(), "ROUTE#default")
		if err != nil {
			return err
		}
		if err := o.pager.Tick(o.t.Context()); err != nil {
			return err
		}
		o.settle()
		after, err := o.store.Item(o.t.Context(), "ROUTE#default")
		if err != nil || after.Version == before.Version {
			return err
		}
	}
}

// settle waits until every call and text is over, and so is what their callbacks have led to.
func (w *town) settle() {
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

// pass lets time go by, with a tick at every step.
func (o *office) pass(d time.Duration) error {
	for ; d >= 0; d -= o.step {
		if err := o.work(); err != nil {
			return err
		}
		o.later(o.step)
	}
	return nil
}

func (o *office) mustPass(d time.Duration) {
	o.t.Helper()
	if err := o.pass(d); err != nil {
		o.t.Fatal(err)
	}
}

// called is who was called, in order.
func (w *town) called() string {
	var who []string
	for _, c := range w.exchange.Calls() {
		who = append(who, person(c.To))
	}
	return strings.Join(who, " ")
}

// texted is who got which text, in order of people.
func (w *town) texted() string {
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

// wantCalls compares who was called.
func (w *town) wantCalls(want string) {
	w.t.Helper()
	if got := w.called(); got != want {
		w.t.Errorf("called: %q, want %q", got, want)
	}
}

// wantTexts compares who was texted.
func (w *town) wantTexts(want string) {
	w.t.Helper()
	if got := w.texted(); got != want {
		w.t.Errorf("texted: %q, want %q", got, want)
	}
}

// incident is the only one in the history.
func (o *office) incident() incident.Record {
	o.t.Helper()
	all, err := o.store.Incidents(o.t.Context(), time.Time{})
	if err != nil || len(all) != 1 {
		o.t.Fatalf("%d incidents, error %v: want one", len(all), err)
	}
	return all[0]
}

// wantAcked checks who has acknowledged the only incident.
func (o *office) wantAcked(by string) {
	o.t.Helper()
	if i := o.incident(); i.AckedBy != by {
		o.t.Errorf("it is %s, acknowledged by %q, want by %q", i.State, i.AckedBy, by)
	}
}

// TestTheStory: two failures call, with all that has to be known; a key ends it; those who were paged hear of the end.
func TestTheStory(t *testing.T) {
	t.Parallel()
	o := newTown(t, time.Second).open(nil)
	o.mustPass(0)
	if err := o.hear(0, journey.Failed); err != nil {
		t.Fatal(err)
	}
	o.mustPass(30 * time.Second)
	o.wantCalls("")
	o.later(15 * time.Second)
	if err := o.hear(1, journey.Failed); err != nil {
		t.Fatal(err)
	}
	o.mustPass(0)
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
		if err := o.hear(minute, journey.Failed); err != nil {
			t.Fatal(err)
		}
		o.mustPass(45 * time.Second)
	}
	o.wantCalls("Ada")
	o.wantAcked("Ada")
	if err := o.hear(10, journey.Passed); err != nil {
		t.Fatal(err)
	}
	o.mustPass(time.Minute)
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

// TestNobodyAcknowledges: the next one at once, a voicemail and a silent listener are nobody, and after a pause it begins
// again; a text comes once.
func TestNobodyAcknowledges(t *testing.T) {
	t.Parallel()
	o := newTown(t, time.Second).open(nil)
	o.exchange.Behave("", standin.NoAnswer, standin.Voicemail, standin.Listen, standin.Busy, standin.FailCall, standin.Press("7"))
	o.down()
	o.mustPass(0)
	o.wantCalls("Ada Grace")
	o.mustPass(4 * time.Minute)
	o.wantCalls("Ada Grace")
	o.mustPass(time.Minute)
	o.wantCalls("Ada Grace Ada Grace")
	o.mustPass(5 * time.Minute)
	o.wantCalls("Ada Grace Ada Grace Ada Grace")
	o.mustPass(5 * time.Minute)
	o.wantCalls("Ada Grace Ada Grace Ada Grace Ada")
	o.mustPass(10 * time.Minute)
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
	if err := o.hear(2, journey.Passed); err != nil {
		t.Fatal(err)
	}
	o.mustPass(time.Minute)
	o.wantTexts("Ada:alarm Ada:all-clear Grace:alarm Grace:all-clear")
}

// TestTheCarrierMisbehaves: whatever its API does to Ada's first call and text, she is called once, or, if she cannot be
// called at all, Grace is.
func TestTheCarrierMisbehaves(t *testing.T) {
	for _, c := range []struct {
		behaviour    standin.Behaviour
		calls, texts string
		asked        int // create requests for Ada: two is one for the call and one for the text
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
				o := newTown(t, time.Second).open(nil)
				o.exchange.Callbacks(manner)
				o.exchange.Behave(alertstest.AdasNumber, c.behaviour, c.behaviour)
				o.down()
				o.mustPass(3 * time.Minute)
				o.wantCalls(c.calls)
				o.wantAcked(c.calls)
				asked := c.asked
				if settledInTurn := c.behaviour == standin.ServerError || c.behaviour == standin.TimeoutBefore; settledInTurn && o.texted() == "" {
					asked-- // the key of the call was quicker: nobody needs the text any more
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

// TestLostTwice: a page that was lost twice is not sent a third time; the next one is called.
func TestLostTwice(t *testing.T) {
	t.Parallel()
	o := newTown(t, time.Second).open(nil)
	o.exchange.Behave(alertstest.AdasNumber, standin.ServerError, standin.ServerError, standin.ServerError, standin.ServerError)
	o.down()
	o.mustPass(80 * time.Second)
	o.wantCalls("")
	o.mustPass(2 * time.Minute)
	o.wantCalls("Grace")
	o.wantAcked("Grace")
	if n := o.exchange.Creates(alertstest.AdasNumber); n != 4 {
		t.Errorf("%d create requests for Ada, want 4", n)
	}
}

// TestNoCallbacks: when the carrier cannot reach us, nobody is taken to have been reached, and nobody is called twice at
// once; as soon as it can again, a key ends it.
func TestNoCallbacks(t *testing.T) {
	t.Parallel()
	o := newTown(t, time.Second).open(nil)
	o.exchange.Callbacks(standin.NoCallbacks)
	o.down()
	o.mustPass(time.Minute)
	o.wantCalls("Ada")
	o.mustPass(2 * time.Minute)
	o.wantCalls("Ada Grace")
	o.exchange.Callbacks(standin.Prompt)
	o.mustPass(20 * time.Minute)
	o.wantCalls("Ada Grace Ada")
	o.wantAcked("Ada")
}

// TestForgedKey: a stranger's key press changes nothing.
func TestForgedKey(t *testing.T) {
	t.Parallel()
	o := newTown(t, time.Second).open(nil)
	o.exchange.Behave("", standin.ForgedKey("4"), standin.ForgedKey("4"))
	o.down()
	o.mustPass(0)
	o.wantCalls("Ada Grace")
	if i := o.incident(); i.State != incident.Notified || i.AckedBy != "" {
		t.Errorf("after the forged keys it is %s by %q", i.State, i.AckedBy)
	}
	for _, c := range o.exchange.Calls() {
		if !slices.ContainsFunc(c.Posts, func(p standin.PostedTo) bool { return p.Key == "4" && p.Code == http.StatusForbidden }) {
			t.Errorf("the forged key was not refused: %+v", c.Posts)
		}
	}
	o.mustPass(6 * time.Minute)
	o.wantCalls("Ada Grace Ada")
	o.wantAcked("Ada")
}

// TestTwoPagersAtOnce: however many tick, each page is sent once.
func TestTwoPagersAtOnce(t *testing.T) {
	t.Parallel()
	w := newTown(t, 5*time.Second)
	offices := []*office{w.open(nil), w.open(nil), w.open(nil)}
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
		w.settle()
	}
	together()
	w.wantCalls("Ada")
	if err := offices[1].hear(2, journey.Passed); err != nil {
		t.Fatal(err)
	}
	together()
	together()
	w.wantCalls("Ada")
	w.wantTexts("Ada:alarm Ada:all-clear")
	offices[2].wantAcked("Ada")
}

// TestATickWithNothingToDo writes nothing, so that it can be had every second.
func TestATickWithNothingToDo(t *testing.T) {
	t.Parallel()
	o := newTown(t, time.Second).open(nil)
	o.down()
	o.mustPass(10 * time.Minute)
	before, err := o.store.Item(t.Context(), "ROUTE#default")
	if err != nil {
		t.Fatal(err)
	}
	o.mustPass(10 * time.Minute)
	if after, err := o.store.Item(t.Context(), "ROUTE#default"); err != nil || after.Version != before.Version {
		t.Errorf("version %d, error %v: want it to stay at %d", after.Version, err, before.Version)
	}
}

var errDead = errors.New("the program was killed")

// A mortal store kills its program at one of its writes: after the kill nothing can be read or written any more. The
// write itself is still kept, or not.
type mortal struct {
	incident.Store
	mu   sync.Mutex
	left int // writes until then
	kept bool
	dead bool
}

func (m *mortal) write(do func() error) error {
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

func (m *mortal) alive() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dead {
		return errDead
	}
	return nil
}

func (m *mortal) PutRun(ctx context.Context, r journey.Run) error {
	return m.write(func() error { return m.Store.PutRun(ctx, r) })
}

func (m *mortal) PutItem(ctx context.Context, i incident.Item) error {
	return m.write(func() error { return m.Store.PutItem(ctx, i) })
}

func (m *mortal) PutIncident(ctx context.Context, r incident.Record) error {
	return m.write(func() error { return m.Store.PutIncident(ctx, r) })
}

func (m *mortal) Item(ctx context.Context, key string) (incident.Item, error) {
	if err := m.alive(); err != nil {
		return incident.Item{}, err
	}
	return m.Store.Item(ctx, key)
}

func (m *mortal) Runs(ctx context.Context, q incident.RunQuery) ([]journey.Run, error) {
	if err := m.alive(); err != nil {
		return nil, err
	}
	return m.Store.Runs(ctx, q)
}

// TestKilledAtEveryWrite: the program is killed at its n-th write, for every n, and started again a minute later. No
// page is lost, and none is repeated; but a call whose key press nobody took is followed by another.
func TestKilledAtEveryWrite(t *testing.T) {
	t.Parallel()
	const atOnce = 4
	for _, kept := range []bool{false, true} {
		name := map[bool]string{false: "before", true: "after"}[kept]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var all sync.WaitGroup
			var over atomic.Bool // so many writes are never reached
			var next atomic.Int64
			for range atOnce {
				all.Go(func() {
					for !over.Load() {
						n := int(next.Add(1) - 1)
						t.Run(fmt.Sprint(n), func(t *testing.T) {
							if !killedAt(t, n, kept) {
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

// killedAt plays a whole story in which the program is killed at the n-th write, and reports whether it came that far.
func killedAt(t *testing.T, n int, kept bool) bool {
	w := newTown(t, 5*time.Second)
	w.step = time.Minute
	m, killed := &mortal{left: n, kept: kept}, false
	o := w.open(func(s incident.Store) incident.Store { m.Store = s; return m })
	for _, scene := range []func() error{
		func() error { return o.hear(0, journey.Failed) },
		func() error { return o.hear(1, journey.Failed) },
		func() error { o.later(time.Minute); return o.pass(8 * time.Minute) },
		func() error { return o.hear(2, journey.Passed) },
		func() error { return o.pass(6 * time.Minute) },
	} {
		err := scene()
		if !killed && m.alive() != nil { // perhaps while it took a callback
			killed = true
			w.settle()
			o.close()
			w.later(time.Minute)
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

// A moody store does what a test wants before a write.
type moody struct {
	incident.Store
	item     func() error // before an item is written
	incident func(context.Context) error
}

func (m *moody) PutItem(ctx context.Context, i incident.Item) error {
	if m.item != nil {
		if err := m.item(); err != nil {
			return err
		}
	}
	return m.Store.PutItem(ctx, i)
}

func (m *moody) PutIncident(ctx context.Context, r incident.Record) error {
	if m.incident != nil {
		if err := m.incident(ctx); err != nil {
			return err
		}
	}
	return m.Store.PutIncident(ctx, r)
}

// TestTheStoreFailsForAWhile: nothing is sent that could not be noted first, and nothing is forgotten.
func TestTheStoreFailsForAWhile(t *testing.T) {
	t.Parallel()
	m := &moody{}
	o := newTown(t, time.Second).open(func(s incident.Store) incident.Store { m.Store = s; return m })
	o.down()
	full := errors.New("the disk is full")
	m.item = func() error { return full }
	for range 20 {
		if err := o.pager.Tick(t.Context()); !errors.Is(err, full) {
			t.Fatalf("Tick: %v, want the store's error", err)
		}
		o.later(15 * time.Second)
	}
	o.wantCalls("")
	m.item = nil
	o.mustPass(10 * time.Minute)
	o.wantCalls("Ada")
	o.wantTexts("Ada:alarm")
	o.wantAcked("Ada")
}

// TestTheHistoryFails: that the history cannot be written keeps nobody from being called, acknowledging and hearing of
// the end; when it can be again, all of it is there.
func TestTheHistoryFails(t *testing.T) {
	t.Parallel()
	m := &moody{}
	o := newTown(t, time.Second).open(func(s incident.Store) incident.Store { m.Store = s; return m })
	o.down()
	m.incident = func(context.Context) error { return errors.New("the disk is full") }
	for range 20 {
		_ = o.pager.Tick(t.Context()) // its error is the history's
		o.settle()
		o.later(15 * time.Second)
	}
	o.wantCalls("Ada")
	if err := o.hear(2, journey.Passed); err != nil {
		t.Fatal(err)
	}
	for range 4 {
		_ = o.pager.Tick(t.Context())
		o.settle()
	}
	o.wantTexts("Ada:alarm Ada:all-clear")
	m.incident = nil
	o.mustPass(time.Minute)
	o.wantAcked("Ada")
	if i := o.incident(); i.State != incident.Resolved || len(i.Pages) != 3 {
		t.Errorf("in the history it is %s, with %d pages", i.State, len(i.Pages))
	}
}

// TestTheHistoryHangs: a call does not wait for the history to be written.
func TestTheHistoryHangs(t *testing.T) {
	t.Parallel()
	m := &moody{}
	o := newTown(t, time.Second).open(func(s incident.Store) incident.Store { m.Store = s; return m })
	o.down()
	sent := make(chan struct{})
	o.pager.Phone = telling{o.phone, sync.OnceFunc(func() { close(sent) })}
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

// TestAsleepWithAPageInHand: a machine that slept between claiming a page and sending it does not send it any more, as
// somebody else has taken over.
func TestAsleepWithAPageInHand(t *testing.T) {
	t.Parallel()
	w := newTown(t, time.Second)
	m := &moody{}
	sleepy := w.open(func(s incident.Store) incident.Store { m.Store = s; return m })
	sleepy.down()
	awake := w.open(nil)
	m.incident = func(context.Context) error { // after the claim, before or while it is sent
		m.incident = nil
		w.later(time.Minute)
		return awake.pass(2 * time.Minute)
	}
	if err := sleepy.pass(2 * time.Minute); err != nil {
		t.Fatal(err)
	}
	w.wantCalls("Ada")
	w.wantTexts("Ada:alarm")
}

// TestOldNewsOfAnOldIncident: a pager that has read of an incident while it was open, and says so after it is over and
// filed, wakes nobody.
func TestOldNewsOfAnOldIncident(t *testing.T) {
	t.Parallel()
	w := newTown(t, time.Second)
	m := &moody{}
	slow := w.open(func(s incident.Store) incident.Store { m.Store = s; return m })
	slow.down()
	quick := w.open(nil)
	m.item = func() error { // the slow pager is about to write what it has read
		m.item = nil
		return errors.Join(quick.pass(0), quick.hear(2, journey.Passed), quick.pass(0))
	}
	if err := slow.pass(20 * time.Minute); err != nil {
		t.Fatal(err)
	}
	w.wantCalls("Ada")
	w.wantTexts("Ada:alarm Ada:all-clear")
}

// TestStoppedWhileSending: what came of a page is noted even when the program is told to stop while it is sent, or the
// carrier hangs up on the callback that led to it.
func TestStoppedWhileSending(t *testing.T) {
	t.Parallel()
	o := newTown(t, time.Second).open(nil)
	o.down()
	ctx, stop := context.WithCancel(t.Context())
	o.pager.Phone = telling{o.phone, stop}
	o.exchange.Callbacks(standin.NoCallbacks)
	_ = o.pager.Tick(ctx)
	o.settle()
	for _, p := range o.route().Pages {
		if p.State == incident.Claimed {
			t.Errorf("the %s is still %s: what came of it was not noted", p.Channel, p.State)
		}
	}
}

// A telling phone tells when something was sent.
type telling struct {
	paging.Phone
	tell func()
}

func (p telling) Send(ctx context.Context, d paging.Dispatch) (string, error) {
	sid, err := p.Phone.Send(ctx, d)
	p.tell()
	return sid, err
}

func (o *office) route() paging.NotificationState {
	o.t.Helper()
	r, err := o.pager.State(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	return r
}

// TestRouteUnderAttack: stories that once went wrong.
func TestRouteUnderAttack(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(w *world)
		want string
	}{
		"a text that is lost is not mistaken for another to the same person": {func(w *world) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Degraded, 1, false)})
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("b", incident.ProbeFault, 1, false)})
			w.step(paging.SendUnknown{PageID: w.sent[0].ID}) // and never reached the carrier
			w.step(paging.Sent{PageID: w.sent[1].ID, SID: "SM2"})
			w.now = w.now.Add(time.Minute)
			w.step(paging.SendResolved{PageID: w.sent[0].ID, SID: "SM2"}) // the newest to this person
		}, "[alarm text Ada alarm text Ada alarm text Ada]"},
		"a doubled key does not begin the chain anew for another incident": {func(w *world) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
			w.step(paging.Report{PageID: w.sent[0].ID, SID: "CA1", Key: paging.AckKey})
			w.step(paging.Report{PageID: w.sent[0].ID, SID: "CA1", Result: incident.Human})
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("b", incident.Down, 1, false)}) // calls Ada
			w.step(paging.Report{PageID: w.sent[0].ID, SID: "CA1", Key: paging.AckKey})
			w.step(paging.Report{PageID: last(w, incident.Call).ID, SID: "CA2", Result: incident.Busy})
		}, "[alarm call Ada alarm text Ada alarm call Ada alarm text Ada alarm call Grace alarm text Grace]"},
		"the first call about an incident does not wait for the pause of another": {func(w *world) {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
			w.step(paging.Report{PageID: last(w, incident.Call).ID, SID: "CA1", Result: incident.Busy})
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident("b", incident.Down, 1, false)}) // while Grace, the last, is called
			w.step(paging.Report{PageID: last(w, incident.Call).ID, SID: "CA2", Result: incident.Busy})
			w.step(paging.Report{PageID: last(w, incident.Call).ID, SID: "CA3", Result: incident.Busy})
			w.step(paging.Report{PageID: last(w, incident.Call).ID, SID: "CA4", Result: incident.Busy}) // and now both wait
		}, "[alarm call Ada alarm text Ada alarm call Grace alarm text Grace alarm call Ada alarm text Ada alarm call Grace alarm text Grace]"},
		"somebody who listens for long is not called again meanwhile": {func(w *world) {
			w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
			w.now = w.now.Add(100 * time.Second) // it had waited in the carrier's queue
			w.step(paging.Report{PageID: w.sent[0].ID, SID: "CA" + w.sent[0].ID})
			w.now = w.now.Add(100 * time.Second)
			w.step(paging.Tick{})
		}, "[alarm call Ada alarm text Ada]"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{now: alertstest.Start}
			c.do(w)
			if got := names(w.sent); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestDegradedInOneRegion: a journey that is slow from one region stays degraded while it is fast from another.
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

// TestSecondRegionAfterTheFirst: an incident that begins in another region when one is just over continues it, and rings
// again, although somebody had acknowledged the first.
func TestSecondRegionAfterTheFirst(t *testing.T) {
	var s judge.JourneyState
	w := &world{now: alertstest.Start}
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
