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

// Shop is the whole application: an http.Handler and the background workers behind it.
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
	follower  *follower
	process   *process
	database  *database
	texts     *texts
	customers *customers
	mailer    *mailer

	previewDown atomic.Bool
	analytics   atomic.Bool // pages ask for a third party's script, which cannot be had

	life context.Context // ends when the shop closes
	end  context.CancelFunc

	faultMu sync.Mutex // held for a whole switch, so that two switches never interleave
	active  map[string]bool
	closed  bool
}

// New opens the shop: it parses the pages, warms the cache, starts the workers and then switches on cfg.Faults.
// It fails for a fault it does not know. The caller must Close the shop.
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
		follower: newFollower(cfg),
		database: newDatabase(cfg),
		texts:    newTexts(cfg),
		mailer:   newMailer(cfg),
		active:   map[string]bool{},
	}
	s.printers = newPrinters(s.queue, cfg)
	s.customers = newCustomers(cfg, s.orders.numbers)
	s.process = newProcess(cfg, s.sessions.forget)
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

// ServeHTTP answers one request, by the shop as it is at that time of its clock.
func (s *Shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.follow()
	s.customers.arrive()
	s.printers.catchUp()
	s.handler.ServeHTTP(w, r)
}

// Close stops the workers and the mailer, and waits for them. The shop still answers afterwards, but it prints nothing and its
// faults can no longer be switched. Closing twice is harmless.
func (s *Shop) Close() error {
	s.faultMu.Lock()
	defer s.faultMu.Unlock()
	s.closed = true
	s.end()
	s.printers.stop()
	s.mailer.done.Wait()
	return nil
}
