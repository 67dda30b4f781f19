package demoshop

import (
	"context"
	"strconv"
	"sync"
	"time"
)

const maxOrders = 2_000 // older orders are forgotten; their numbers stay taken

// order is a placed order. Values of it are snapshots.
type order struct {
	Number    string // six digits, and "-T" for a test order
	Owner     string
	Lines     []cartLine
	Total     cents
	Placed    time.Time
	Test      bool
	Cancelled bool
}

// orderBook places orders and keeps the latest maxOrders.
type orderBook struct {
	clock       Clock
	orderTime   time.Duration
	numbers     *numberPool
	testNumbers *numberPool // test orders have a pool of their own, so they never fail

	mu      sync.Mutex
	byID    map[string]*order
	history []string    // numbers in byID, oldest first
	total   int         // real orders ever placed
	minute  []time.Time // real orders of the last minute, oldest first
}

func newOrderBook(cfg Config) *orderBook {
	return &orderBook{
		clock:       cfg.Clock,
		orderTime:   cfg.OrderTime,
		numbers:     newNumberPool(cfg.Clock, cfg.Seed, cfg.LookupTime, cfg.OrdersTaken),
		testNumbers: newNumberPool(cfg.Clock, cfg.Seed, cfg.LookupTime, 0),
		byID:        map[string]*order{},
	}
}

// place allocates a number and stores the order. It fails only when ctx ends first; then nothing was ordered.
func (b *orderBook) place(ctx context.Context, o order) (order, error) {
	if err := b.clock.Work(ctx, b.orderTime); err != nil {
		return order{}, err
	}
	pool, suffix := b.numbers, ""
	if o.Test {
		pool, suffix = b.testNumbers, "-T"
	}
	n, err := pool.draw(ctx)
	if err != nil {
		return order{}, err
	}
	o.Number, o.Placed = strconv.Itoa(n)+suffix, b.clock.Now()
	b.keep(o)
	return o, nil
}

func (b *orderBook) keep(o order) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.byID[o.Number] = &o
	b.history = append(b.history, o.Number)
	if len(b.history) > maxOrders {
		delete(b.byID, b.history[0])
		b.history = b.history[1:]
	}
	if !o.Test {
		b.total++
		b.minute = append(b.lastMinute(), o.Placed)
	}
}

// find returns owner's order with this number. Another owner's order is not found.
func (b *orderBook) find(number, owner string) (order, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	o, ok := b.byID[number]
	if !ok || o.Owner != owner {
		return order{}, false
	}
	return *o, true
}

// open lists owner's orders that are not cancelled, oldest first.
func (b *orderBook) open(owner string) (all []order) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, number := range b.history {
		if o := b.byID[number]; o.Owner == owner && !o.Cancelled {
			all = append(all, *o)
		}
	}
	return all
}

// cancel cancels owner's order and reports whether there is one. Its number stays taken.
func (b *orderBook) cancel(number, owner string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	o, ok := b.byID[number]
	if !ok || o.Owner != owner {
		return false
	}
	o.Cancelled = true
	return true
}

// counts returns the real orders of the last minute and of all time.
func (b *orderBook) counts() (perMinute, total int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.minute = b.lastMinute()
	return len(b.minute), b.total
}

// lastMinute returns the last minute's part of b.minute. The caller holds b.mu.
func (b *orderBook) lastMinute() []time.Time {
	since := b.clock.Now().Add(-time.Minute)
	i := 0
	for i < len(b.minute) && !b.minute[i].After(since) {
		i++
	}
	return b.minute[i:]
}
