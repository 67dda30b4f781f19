// Package demoshop is the practice shop, "Bingo & Co", bingo cards for teachers.
//
// It exists because a monitor must be tried against real outages. The shop is a small web application with background
// workers, a cache and an order-number pool, and each of them can fail the way it failed in a real outage. A fault never
// returns a canned error: it stops the workers, stops the cache or fills the pool, and the symptoms follow. That includes
// the misleading ones: while Print is down, Preview works and /healthz answers ok.
//
// The shop keeps everything in memory, bounded. It imports nothing else from this module.
package demoshop

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Shop is the whole application: an http.Handler and its background workers.
type Shop struct {
	cfg     Config
	log     *slog.Logger
	now     func() time.Time
	handler http.Handler

	pages     *pageSet
	assets    *assetSet
	sessions  *sessionStore
	cache     *cache
	queue     *queue
	printers  *printers
	orders    *orderBook
	plan      *planRunner
	process   *process
	database  *database
	texts     *texts
	customers *customers
	mailer    *mailer

	previewDown atomic.Bool
	analytics   atomic.Bool // pages load a third party's script, which fails

	life context.Context // ends when the shop closes
	end  context.CancelFunc

	faultMu sync.Mutex // held for a whole switch, so that two switches never interleave
	active  map[string]bool
	closed  bool
}

// New opens the shop: it parses the pages, warms the cache, starts the workers and then switches on cfg.Faults. It fails
// for an unknown fault. The caller must Close the shop.
func New(cfg Config) (*Shop, error) {
	cfg = cfg.withDefaults()
	pages, err := loadPages()
	if err != nil {
		return nil, fmt.Errorf("demo shop pages: %w", err)
	}
	s := &Shop{
		cfg:      cfg,
		log:      cfg.Log,
		now:      cfg.Clock.Now,
		pages:    pages,
		assets:   loadAssets(),
		sessions: newSessionStore(cfg.Clock.Now),
		cache:    newCache(cfg.Clock.Now),
		queue:    newQueue(cfg.Clock.Now),
		orders:   newOrderBook(cfg),
		plan:     newPlanRunner(cfg),
		database: newDatabase(cfg),
		texts:    newTexts(cfg),
		mailer:   newMailer(cfg),
		active:   map[string]bool{},
	}
	s.printers = newPrinters(s.queue, cfg)
	s.customers = newCustomers(cfg, s.orders.numbers)
	s.process = newProcess(cfg, s.sessions.clear)
	s.life, s.end = context.WithCancel(context.Background())
	s.handler = s.routes()
	s.warmCache()
	s.printers.start()
	for _, o := range cfg.Plan {
		if _, err := findMechanism(o.Fault); err != nil {
			s.Close()
			return nil, fmt.Errorf("plan: %w", err)
		}
	}
	for _, name := range cfg.Faults {
		if err := s.SetFault(name, true); err != nil {
			s.Close()
			return nil, err
		}
	}
	return s, nil
}

// ServeHTTP answers one request, after it has advanced the shop to its clock's time.
func (s *Shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.applyPlan()
	s.customers.advance()
	s.printers.catchUp()
	s.handler.ServeHTTP(w, r)
}

// Close stops the workers and the mailer and waits for them. The shop still answers afterwards, but prints nothing, and its
// faults can no longer be switched. It may be called twice.
func (s *Shop) Close() error {
	s.faultMu.Lock()
	defer s.faultMu.Unlock()
	s.closed = true
	s.end()
	s.printers.stop()
	s.mailer.done.Wait()
	return nil
}

// process simulates the site's process. While the fault is on, it crashes after uptime, drops every connection until it has
// been restarted, and loses its memory: carts and sign-ins.
type process struct {
	clock  Clock
	uptime time.Duration // from start to crash
	boot   time.Duration // from crash to restart
	reset  func()        // deletes its memory

	mu        sync.Mutex
	crashing  bool
	crashedAt time.Time // time of the latest crash
}

func newProcess(cfg Config, lost func()) *process {
	return &process{clock: cfg.Clock, uptime: cfg.Uptime, boot: cfg.BootTime, reset: lost}
}

// crash makes the process crash, now and again after each uptime.
func (p *process) crash() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.crashing, p.crashedAt = true, p.clock.Now()
	p.reset()
}

// fix ends that; the process is up at once.
func (p *process) fix() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.crashing = false
}

// up plays the crashes that are due and reports whether the process answers.
func (p *process) up() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	for p.crashing && !now.Before(p.crashedAt.Add(p.boot+p.uptime)) {
		p.crashedAt = p.crashedAt.Add(p.boot + p.uptime)
		p.reset()
	}
	return !p.crashing || !now.Before(p.crashedAt.Add(p.boot))
}

// handler passes requests on while the process is up, and aborts their connections otherwise.
func (p *process) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !p.up() {
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(w, r)
	})
}
