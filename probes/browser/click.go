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

// Click clicks the one element that the locator means, once a person could: it is visible, enabled, stable and not covered.
func (tab *Tab) Click(l Locator) {
	q, failure := query{Op: "click", Target: l}, fmt.Sprintf("could not click the %s", l)
	tab.clickAt(tab.aim(q, failure), q, failure)
}

// clickAt presses where q was found. If the guard intercepted the press, because the pointer's arrival changed the page, it
// locates the element again and retries until the step's limit.
func (tab *Tab) clickAt(r result, q query, failure string) {
	tab.keepFrame()
	refused := ""
	for {
		tab.snapshotRoots(r)
		tab.drainClicks()
		before := time.Now()
		err := tab.press(r.X, r.Y)
		if err == nil {
			c := tab.confirmClick(before)
			if c.Why == "" && !c.Hit {
				tab.fail("%s: the click was intercepted by %s", failure, c.By)
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
		r = tab.aimFrom(q, failure, refused)
	}
}

// Hover moves the mouse onto the element and leaves it there.
func (tab *Tab) Hover(l Locator) {
	failure := fmt.Sprintf("could not point at the %s", l)
	r := tab.aim(query{Op: "hover", Target: l}, failure)
	tab.mustCall(failure, tab.movePointer(r.X, r.Y))
	tab.wait.begin(tab.step, epochMS(time.Now()))
}

// press moves the mouse to a point of the window, and presses and releases the left button there.
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

// A clickReport is the guard's report of a press (script/guard.js).
type clickReport struct {
	At  float64 `json:"at"`  // the event's own time stamp, epoch milliseconds
	Hit bool    `json:"hit"` // the intended element received the click
	By  string  `json:"by"`  // which element received it
	Why string  `json:"why"` // why the press was intercepted; empty: it was not
}

// clickTimeout bounds the wait for the guard's report. A busy page dispatches the click late; the report has its time.
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

// confirmClick waits for the guard's report; without one the click counts from the time it was dispatched.
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
	default: // more reports than presses
	}
}

// A pointer tracks the mouse.
type pointer struct {
	mu   sync.Mutex
	last *pointerMove // nil: the next action moves it again
}

// A pointerMove is a move to a point of the window.
type pointerMove struct {
	x, y float64
	sent chan struct{} // closed when the command is about to be written
	done chan struct{} // closed when Chrome has responded
}

// receivePoint moves the mouse to the point that a script reports before an action: Chrome takes a frame for each move,
// and the script may take a frame or two to check stability, so the two overlap.
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
			<-before.done // moves are sequential
		}
		_ = tab.dispatchMove(tab.root, m.x, m.y, sent) // the press would fail with the same error
	})
}

// movePointer moves the mouse to a point of the window unless receivePoint has started that move for this action. Chrome
// takes a frame for a move, but handles it before a press that follows.
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

// dispatchMove sends the command; it calls sent, unless nil, when the command is about to be written.
func (tab *Tab) dispatchMove(ctx context.Context, x, y float64, sent func()) error {
	p := input.DispatchMouseEventParams{Type: chromedp.MouseMoved, X: x, Y: y}
	return tab.target().Call(ctx, input.DispatchMouseEvent.Method, onMarshal{p, sent}, nil)
}

// onMarshal wraps a command's parameters: chromedp sends a command as soon as it has marshalled it.
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
