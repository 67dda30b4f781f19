package demoshop

import (
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// Shop is the whole application: an http.Handler and the background workers behind it.
type Shop struct {
	cfg     Config
	log     *slog.Logger
	now     func() time.Time
	handler http.Handler

	pages    *pageSet
	assets   *assetSet
	sessions *sessionStore
	cache    *cache
	queue    *queue
	printers *printers
	orders   *orderBook

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
		now:      cfg.TimeNow,
		pages:    pages,
		assets:   loadAssets(),
		sessions: newSessionStore(cfg.TimeNow),
		cache:    newCache(cfg.TimeNow),
		queue:    newQueue(cfg.TimeNow),
		orders:   newOrderBook(cfg),
		active:   map[string]bool{},
	}
	s.printers = newPrinters(s.queue, cfg)
	s.handler = s.routes()
	s.warmCache()
	s.printers.start()
	for _, name := range cfg.Faults {
		if err := s.SetFault(name, true); err != nil {
			s.Close()
			return nil, err
		}
	}
	return s, nil
}

// ServeHTTP answers one request.
func (s *Shop) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close stops the workers and waits for them. The shop still answers afterwards, but it prints nothing and its
// faults can no longer be switched. Closing twice is harmless.
func (s *Shop) Close() error {
	s.faultMu.Lock()
	defer s.faultMu.Unlock()
	s.closed = true
	s.printers.stop()
	return nil
}
