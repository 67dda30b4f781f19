package browser

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// A pointer is the customer's mouse, on its way.
type pointer struct {
	mu   sync.Mutex
	last *move // nil: the next act sends it anew
}

// A move takes the mouse to a place of the window.
type move struct {
	x, y float64
	done chan struct{}
}

// hearNear is told by the page where an act is about to be, and sends the mouse there: Chrome takes a frame for each move,
// and the page takes a frame or two to make sure that nothing moves. So both take the same ones.
func (tab *Tab) hearNear(payload string) {
	m := &move{done: make(chan struct{})}
	var at struct{ X, Y float64 }
	if json.Unmarshal([]byte(payload), &at) != nil {
		return
	}
	m.x, m.y = at.X, at.Y
	tab.pointer.mu.Lock()
	before := tab.pointer.last
	tab.pointer.last = m
	tab.pointer.mu.Unlock()
	tab.background.Go(func() {
		defer close(m.done)
		if before != nil {
			<-before.done // one after the other
		}
		_ = tab.moveTo(tab.root, m.x, m.y) // the press would fail of the same
	})
}

// pointAt moves the mouse to a place of the window, unless it is there already, or on its way, for the sake of this act.
func (tab *Tab) pointAt(x, y float64) error {
	tab.pointer.mu.Lock()
	m := tab.pointer.last
	tab.pointer.last = nil
	tab.pointer.mu.Unlock()
	if m != nil && m.x == x && m.y == y {
		return nil // Chrome takes a frame for a move, unless a press follows: that comes after it at once
	}
	if m != nil {
		select {
		case <-m.done:
		case <-tab.ctx.Done():
			return tab.ctx.Err()
		}
	}
	return tab.moveTo(tab.ctx, x, y)
}

func (tab *Tab) moveTo(ctx context.Context, x, y float64) error {
	_, err := cdp.Call(ctx, tab.target(), input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: chromedp.MouseMoved, X: x, Y: y})
	return err
}
