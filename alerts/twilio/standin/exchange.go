package standin

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// The default account of an Exchange. Its credentials are valid nowhere else.
const (
	DemoAccountSID = "AC00000000000000000000000000000000"
	DemoAuthToken  = "standin0000000000000000000000000"
)

// Options configure an Exchange. The zero value suits manual use.
type Options struct {
	AccountSID string // empty: DemoAccountSID
	AuthToken  string // empty: DemoAuthToken; also signs the callbacks
	Account    AccountState

	Screen io.Writer // shows calls and texts; nil: none

	RingTime       time.Duration // how long a phone rings; 0: 1 s
	SpeakTime      time.Duration // duration of a sentence, and of a silence; 0: 300 ms
	MessageLatency time.Duration // delay of a text; 0: 300 ms

	Callbacks Manner           // how callbacks reach the client; empty: Prompt
	TimeNow   func() time.Time // nil: time.Now
	Client    *http.Client     // posts the callbacks; nil: one with Twilio's 15 s timeout
	Log       *slog.Logger     // nil: discard
}

func (c Options) withDefaults() Options {
	if c.AccountSID == "" {
		c.AccountSID = DemoAccountSID
	}
	if c.AuthToken == "" {
		c.AuthToken = DemoAuthToken
	}
	if c.Screen == nil {
		c.Screen = io.Discard
	}
	for _, d := range []struct {
		value    *time.Duration
		standard time.Duration
	}{{&c.RingTime, time.Second}, {&c.SpeakTime, 300 * time.Millisecond}, {&c.MessageLatency, 300 * time.Millisecond}} {
		if *d.value == 0 {
			*d.value = d.standard
		}
	}
	if c.Callbacks == "" {
		c.Callbacks = Prompt
	}
	if c.TimeNow == nil {
		c.TimeNow = time.Now
	}
	if c.Client == nil {
		const patience = 15 * time.Second // docs: "webhook connection overrides", read timeout
		c.Client = &http.Client{Timeout: patience, Transport: http.DefaultTransport.(*http.Transport).Clone()}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// An Exchange is the telephone network: the API that places calls and texts, and the phones at the other end.
type Exchange struct {
	cfg    Options
	routes http.Handler
	screen *screen

	// power is the only stored context: calls outlive the requests that placed them, and end when the exchange does.
	power   context.Context
	cut     context.CancelFunc
	ongoing sync.WaitGroup

	mu       sync.Mutex
	closed   bool
	plans    plans
	manner   Manner
	incoming string // address for texts to our numbers
	calls    []*call
	texts    []*text
	creates  map[string]int // create requests by destination, whether or not they placed anything
	changed  chan struct{}  // closed and replaced whenever a call or a text has settled
}

// New starts an exchange. Close it when done.
func New(cfg Options) *Exchange {
	cfg = cfg.withDefaults()
	power, cut := context.WithCancel(context.Background())
	ex := &Exchange{
		cfg: cfg, screen: &screen{out: cfg.Screen}, power: power, cut: cut,
		plans: plans{call: Press("4"), text: Deliver}, manner: cfg.Callbacks,
		creates: map[string]int{}, changed: make(chan struct{}),
	}
	ex.routes = ex.newRoutes()
	return ex
}

// ServeHTTP answers the API, and the paths under /standin/ that drive the exchange from another process.
func (ex *Exchange) ServeHTTP(w http.ResponseWriter, r *http.Request) { ex.routes.ServeHTTP(w, r) }

// Close hangs up every call, drops the texts and callbacks in progress, and waits for all goroutines. Delayed requests
// (TimeoutBefore, TimeoutAfter) end too, so close the exchange before its server.
func (ex *Exchange) Close() {
	ex.mu.Lock()
	ex.closed = true
	ex.mu.Unlock()
	ex.cut()
	ex.ongoing.Wait()
	ex.cfg.Client.CloseIdleConnections()
}

// begin runs life in its own goroutine, which Close waits for. The caller holds mu, so that Close cannot run in
// between.
func (ex *Exchange) begin(life func()) {
	if !ex.closed {
		ex.ongoing.Go(life)
	}
}

// settled wakes the waiters after a call or a text is over. The caller holds mu.
func (ex *Exchange) settled() {
	close(ex.changed)
	ex.changed = make(chan struct{})
}

// pause waits, and reports whether it waited in full.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
