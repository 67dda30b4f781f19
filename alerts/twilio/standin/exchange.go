package standin

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// The account that an Exchange has when its Config names none. They open nothing anywhere else.
const (
	DemoAccountSID = "AC00000000000000000000000000000000"
	DemoAuthToken  = "standin0000000000000000000000000"
)

// Config says how an Exchange behaves. The zero value is one to try things with by hand.
type Config struct {
	AccountSID string // empty: DemoAccountSID
	AuthToken  string // empty: DemoAuthToken; also the key that callbacks are signed with
	Account    Account

	Screen io.Writer // where calls and texts are shown; nil: nowhere

	RingTime       time.Duration // how long a phone rings before it is answered, or not; 0: 1 s
	SpeakTime      time.Duration // how long a sentence takes to say, and a silence to end; 0: 300 ms
	MessageLatency time.Duration // how long a text travels; 0: 300 ms

	Callbacks Manner           // how callbacks reach the client; empty: Prompt
	TimeNow   func() time.Time // nil: time.Now
	Client    *http.Client     // posts the callbacks; nil: one with Twilio's 15 s time-out
	Log       *slog.Logger     // nil: discard
}

func (c Config) withDefaults() Config {
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
		const patience = 15 * time.Second // docs: "webhook connection overrides", read time-out
		c.Client = &http.Client{Timeout: patience, Transport: http.DefaultTransport.(*http.Transport).Clone()}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// An Exchange is the telephone network: the API that places calls and texts, and the phones at the other end.
type Exchange struct {
	cfg    Config
	routes http.Handler
	screen *screen

	// power is the one context that is kept: calls outlive the requests that placed them, and end when the exchange does.
	power   context.Context
	cut     context.CancelFunc
	ongoing sync.WaitGroup

	mu       sync.Mutex
	closed   bool
	plans    plans
	manner   Manner
	incoming string // address that texts to our numbers are posted to
	calls    []*call
	texts    []*text
	creates  map[string]int // create requests by destination, whether or not they placed anything
	changed  chan struct{}  // closed and replaced whenever a call or a text has settled
}

// New starts an exchange. Close it when done.
func New(cfg Config) *Exchange {
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

// Close hangs up every call, drops the texts and callbacks that are under way, and waits until nothing runs any more.
// Requests that are kept waiting (TimeoutBefore, TimeoutAfter) end too, so close the exchange before its server.
func (ex *Exchange) Close() {
	ex.mu.Lock()
	ex.closed = true
	ex.mu.Unlock()
	ex.cut()
	ex.ongoing.Wait()
	ex.cfg.Client.CloseIdleConnections()
}

// begin runs life in its own goroutine, which Close waits for. The caller holds mu, so that Close cannot come between.
func (ex *Exchange) begin(life func()) {
	if !ex.closed {
		ex.ongoing.Go(life)
	}
}

// settled tells those who wait that a call or a text is over. The caller holds mu.
func (ex *Exchange) settled() {
	close(ex.changed)
	ex.changed = make(chan struct{})
}

// pause waits, and reports whether it was allowed to wait for that long.
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
