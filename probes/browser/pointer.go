package browser

import (
	"context"
	"encoding/json"
	"sync"

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
	sent chan struct{} // closed when Chrome is about to be told
	done chan struct{} // closed when it has answered
}

// hearNear is told by the page where an act is about to be, and sends the mouse there: Chrome takes a frame for each move,
// and the page may take a frame or two to make sure that nothing moves. So both take the same ones.
func (tab *Tab) hearNear(payload string) {
	m := &move{sent: make(chan struct{}), done: make(chan struct{})}
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
		sent := sync.OnceFunc(func() { close(m.sent) })
		defer sent()
		if before != nil {
			<-before.done // one after the other
		}
		_ = tab.moveTo(tab.root, m.x, m.y, sent) // the press would fail of the same
	})
}

// pointAt moves the mouse to a place of the window, unless it is there already, or on its way, for the sake of this act:
// Chrome takes a frame for a move, but if a press follows, it is done with before that.
func (tab *Tab) pointAt(x, y float64) error {
	tab.pointer.mu.Lock()
	m := tab.pointer.last
	tab.pointer.last = nil
	tab.pointer.mu.Unlock()
	if m == nil {
		return tab.moveTo(tab.ctx, x, y, nil)
	}
	there := m.x == x && m.y == y
	until := m.done
	if there {
		until = m.sent
	}
	select {
	case <-until:
	case <-tab.ctx.Done():
		return tab.ctx.Err()
	}
	if there {
		return nil
	}
	return tab.moveTo(tab.ctx, x, y, nil)
}

// moveTo tells Chrome, and calls sent, if that is not nil, when it is about to be told.
func (tab *Tab) moveTo(ctx context.Context, x, y float64, sent func()) error {
	p := input.DispatchMouseEventParams{Type: chromedp.MouseMoved, X: x, Y: y}
	return tab.target().Call(ctx, input.DispatchMouseEvent.Method, noted{p, sent}, nil)
}

// noted are the parameters of a command. chromedp has a command on its way as soon as it has written them as JSON.
type noted struct {
	params any
	sent   func()
}

func (n noted) MarshalJSON() ([]byte, error) {
	if n.sent != nil {
		defer n.sent()
	}
	return json.Marshal(n.params)
}
