package demoshop

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestIDsExhausted(t *testing.T) {
	cfg := instant()
	cfg.LookupTime, cfg.OrderTimeout = time.Millisecond, 150*time.Millisecond
	_, server := open(t, cfg)
	c := arrives(t, server)
	free := c.getDiagnostics().OrderNumbersFree
	if free != numberCount-historySize {
		t.Errorf("%d numbers free at the start, want %d", free, numberCount-historySize)
	}
	c.switchFault("ids-exhausted", "true")
	if got := c.getDiagnostics().OrderNumbersFree; got != 1 {
		t.Errorf("%d numbers free, want 1", got)
	}
	c.fillCart()
	c.post("/orders").wantPage(t, http.StatusGatewayTimeout, "The shop took too long")
	c.get("/cart").wantPage(t, http.StatusOK, "Space Bingo", "Place order")
	if number := c.post("/orders", "test", "yes").number(t); !strings.HasSuffix(number, "-T") {
		t.Errorf("test order %q, want it to pass with -T", number)
	}
	c.get("/healthz").wantPage(t, http.StatusOK, "ok")

	c.switchFault("ids-exhausted", "false")
	if got := c.getDiagnostics().OrderNumbersFree; got != free {
		t.Errorf("%d numbers free after the repair, want %d", got, free)
	}
	c.fillCart()
	c.post("/orders").wantPage(t, http.StatusOK, "Thank you for your order")
	if d := c.getDiagnostics(); d.OrdersTotal != 1 || d.OrdersPerMinute != 1 {
		t.Errorf("diagnostics %+v, want one order", d)
	}
}

// A customer who gives up cancels the search for a number: open's Close waits for the request to end, and would
// wait for an hour.
func TestCustomerLeavesWhileOrdering(t *testing.T) {
	cfg := instant()
	cfg.OrderTimeout = time.Hour
	cfg.Faults = []string{"ids-exhausted"}
	shop, server := open(t, cfg)
	c := arrives(t, server)
	c.fillCart()
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := c.http.Do(c.form("/orders").WithContext(ctx))
		left <- err
	}()
	for !shop.isOrdering() {
	}
	c.post("/orders").wantPage(t, http.StatusConflict, "Your order is being placed already.")
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("the customer got %v, want to have left", err)
	}
}

// isOrdering reports whether any visitor is placing an order.
func (s *Shop) isOrdering() bool {
	s.sessions.mu.Lock()
	defer s.sessions.mu.Unlock()
	for _, v := range s.sessions.byToken {
		if v.Ordering {
			return true
		}
	}
	return false
}

func TestLastOrderNumber(t *testing.T) {
	p := newNumberPool(NewWallClock(1), 0, time.Nanosecond, 10)
	p.fill()
	for i := range numberCount {
		if p.claim(i) {
			break
		}
	}
	if got := p.freeCount(); got != 0 {
		t.Fatalf("%d numbers free, want 0: the last was claimed", got)
	}
	ctx, cancel := context.WithTimeoutCause(t.Context(), time.Millisecond, errOrderTimeout)
	defer cancel()
	if _, err := p.draw(ctx); !errors.Is(err, errOrderTimeout) {
		t.Errorf("error %v, want %v", err, errOrderTimeout)
	}
	p.drain()
	if got, want := p.freeCount(), numberCount-11; got != want {
		t.Errorf("%d numbers free, want %d: a number that was drawn stays taken", got, want)
	}
}
