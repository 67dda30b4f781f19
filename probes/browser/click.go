package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// A pointer is the customer's mouse, on its way.
type pointer struct {
	mu   sync.Mutex
	last *pointerMove // nil: the next act sends it anew
}

// A move takes the mouse to a place of the window.
type pointerMove struct {
	x, y float64
	sent chan struct{} // closed when Chrome is about to be told
	done chan struct{} // closed when it has answered
}

// hearNear is told by the page where an act is about to be, and sends the mouse there: Chrome takes a frame for each move,
// and the page may take a frame or two to make sure that nothing moves. So both take the same ones.
func (tab *Tab) receivePoint(payload string) {
	m := &pointerMove{sent: make(chan struct{}), done: make(chan struct{})}
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
		_ = tab.dispatchMove(tab.root, m.x, m.y, sent) // the press would fail of the same
	})
}

// pointAt moves the mouse to a place of the window, unless it is there already, or on its way, for the sake of this act:
// Chrome takes a frame for a move, but if a press follows, it is done with before that.
func (tab *Tab) movePointer(x, y float64) error {
	tab.pointer.mu.Lock()
	m := tab.pointer.last
	tab.pointer.last = nil
	tab.pointer.mu.Unlock()
	if m == nil {
		return tab.dispatchMove(tab.ctx, x, y, nil)
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
	return tab.dispatchMove(tab.ctx, x, y, nil)
}

// moveTo tells Chrome, and calls sent, if that is not nil, when it is about to be told.
func (tab *Tab) dispatchMove(ctx context.Context, x, y float64, sent func()) error {
	p := input.DispatchMouseEventParams{Type: chromedp.MouseMoved, X: x, Y: y}
	return tab.target().Call(ctx, input.DispatchMouseEvent.Method, onMarshal{p, sent}, nil)
}

// noted are the parameters of a command. chromedp has a command on its way as soon as it has written them as JSON.
type onMarshal struct {
	params any
	sent   func()
}

func (n onMarshal) MarshalJSON() ([]byte, error) {
	if n.sent != nil {
		defer n.sent()
	}
	return json.Marshal(n.params)
}

// Click clicks on the one element that the locator means, once a person could: it is visible, enabled, still, and
// nothing covers it.
func (tab *Tab) Click(l Locator) {
	w, failure := query{Op: "click", Target: l}, fmt.Sprintf("could not click the %s", l)
	tab.clickAt(tab.aim(w, failure), w, failure)
}

// strikeAt clicks where w was seen. If the pointer's coming has changed that, the page has heard nothing of the press, and
// it is looked for anew.
func (tab *Tab) clickAt(s result, w query, failure string) {
	refused := ""
	for {
		tab.snapshotRoots(s)
		tab.drainClicks()
		before := time.Now()
		err := tab.press(s.X, s.Y)
		if err == nil {
			c := tab.confirmClick(before)
			if c.Why == "" && !c.Hit {
				tab.fail("%s: at the last moment %s was in its place and got the click", failure, c.By)
			}
			if c.Why == "" {
				tab.wait.begin(tab.step, c.At)
				return
			}
			refused = c.Why
		} else if refused == "" || tab.ctx.Err() == nil {
			tab.fail("%s: %v", failure, tab.callError(err))
		}
		if !sleep(tab.ctx, aimPause) {
			tab.fail("%s %s: %s", failure, tab.step.LimitNote(), refused)
		}
		s = tab.aimFrom(w, failure, refused)
	}
}

// Hover moves the mouse onto the element and leaves it there.
func (tab *Tab) Hover(l Locator) {
	failure := fmt.Sprintf("could not point at the %s", l)
	s := tab.aim(query{Op: "hover", Target: l}, failure)
	tab.mustCall(failure, tab.movePointer(s.X, s.Y))
	tab.wait.begin(tab.step, epochMS(time.Now()))
}

// mouse moves to a point of the window, and presses and releases the left button there.
func (tab *Tab) press(x, y float64) error {
	if err := tab.movePointer(x, y); err != nil {
		return err
	}
	for _, p := range []input.DispatchMouseEventParams{
		{Type: chromedp.MousePressed, Button: input.MouseButtonLeft, Buttons: 1, ClickCount: 1},
		{Type: chromedp.MouseReleased, Button: input.MouseButtonLeft, ClickCount: 1},
	} {
		p.X, p.Y = x, y
		if _, err := cdp.Call(tab.ctx, tab.target(), input.DispatchMouseEvent, p); err != nil {
			return err
		}
	}
	return nil
}

// A click is what the page saw of ours.
type clickReport struct {
	At  float64 `json:"at"`  // the event's own time stamp, epoch milliseconds
	Hit bool    `json:"hit"` // the element that we meant got it
	By  string  `json:"by"`  // which one did
	Why string  `json:"why"` // why a person would not have pressed: it was kept from the page; empty: it was not
}

// clickNotice is how long the page's word of the click may take. A busy page dispatches it late, and says when it was.
const clickTimeout = time.Second

func (tab *Tab) drainClicks() {
	for {
		select {
		case <-tab.clicked:
		default:
			return
		}
	}
}

// heardClick waits for the page's word of the click; a page that says nothing was clicked not later than our own clock says.
func (tab *Tab) confirmClick(before time.Time) clickReport {
	timer := time.NewTimer(clickTimeout)
	defer timer.Stop()
	select {
	case c := <-tab.clicked:
		return c
	case <-timer.C:
	case <-tab.ctx.Done():
	}
	return clickReport{At: epochMS(before), Hit: true}
}

func (tab *Tab) receiveClick(payload string) {
	var c clickReport
	if json.Unmarshal([]byte(payload), &c) != nil {
		return
	}
	select {
	case tab.clicked <- c:
	default: // nobody is waiting for so many
	}
}
