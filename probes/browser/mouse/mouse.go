// Package mouse moves the mouse over a page and presses its buttons, or touches it with a finger. It needs no Tab.
package mouse

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// A Mouse tracks the mouse of one tab. Its zero value is ready to use.
type Mouse struct {
	mu   sync.Mutex
	last *move // nil: the next action moves it again
}

// A move is a move to a point of the window.
type move struct {
	x, y float64
	sent chan struct{} // closed when the command is about to be written
	done chan struct{} // closed when Chrome has responded
}

// Announce starts to move the mouse to a point, {"x": 1, "y": 2}, that a script reports before an action: Chrome takes a frame for
// each move, and the script may take a frame or two to check stability, so the two overlap. It runs in background.
func (m *Mouse) Announce(ctx context.Context, to cdp.Session, background *sync.WaitGroup, point string) {
	next := &move{sent: make(chan struct{}), done: make(chan struct{})}
	var at struct{ X, Y float64 }
	if json.Unmarshal([]byte(point), &at) != nil {
		return
	}
	next.x, next.y = at.X, at.Y
	m.mu.Lock()
	before := m.last
	m.last = next
	m.mu.Unlock()
	background.Go(func() {
		defer close(next.done)
		sent := sync.OnceFunc(func() { close(next.sent) })
		defer sent()
		if before != nil {
			<-before.done // moves are sequential
		}
		_ = dispatchMove(ctx, to, next.x, next.y, sent) // the press would fail with the same error
	})
}

// Move moves the mouse to a point unless Announce has started that move for this action. Chrome takes a frame for a move, but
// handles it before a press that follows.
func (m *Mouse) Move(ctx context.Context, to cdp.Session, x, y float64) error {
	m.mu.Lock()
	last := m.last
	m.last = nil
	m.mu.Unlock()
	if last == nil {
		return dispatchMove(ctx, to, x, y, nil)
	}
	there := last.x == x && last.y == y
	until := last.done
	if there {
		until = last.sent
	}
	select {
	case <-until:
	case <-ctx.Done():
		return ctx.Err()
	}
	if there {
		return nil
	}
	return dispatchMove(ctx, to, x, y, nil)
}

// dispatchMove sends the command; it calls sent, unless nil, when the command is about to be written.
func dispatchMove(ctx context.Context, to cdp.Session, x, y float64, sent func()) error {
	p := input.DispatchMouseEventParams{Type: chromedp.MouseMoved, X: x, Y: y}
	return to.Call(ctx, input.DispatchMouseEvent.Method, onMarshal{p, sent}, nil)
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

// Press presses a button where the mouse is. The count is 2 for the second press of a double click.
func Press(ctx context.Context, to cdp.Session, button input.MouseButton, x, y float64, count int64) error {
	held := int64(1)
	if button == input.MouseButtonRight {
		held = 2
	}
	return dispatch(ctx, to, input.DispatchMouseEventParams{Type: chromedp.MousePressed, Button: button, Buttons: held, ClickCount: count, X: x, Y: y})
}

// Release releases the button.
func Release(ctx context.Context, to cdp.Session, button input.MouseButton, x, y float64, count int64) error {
	return dispatch(ctx, to, input.DispatchMouseEventParams{Type: chromedp.MouseReleased, Button: button, ClickCount: count, X: x, Y: y})
}

// Wheel turns the wheel over a point, by so many CSS pixels.
func Wheel(ctx context.Context, to cdp.Session, x, y, dx, dy float64) error {
	turn := struct { // Chrome wants both deltas, which input.DispatchMouseEventParams omits when they are 0
		Type   input.DispatchMouseEventType `json:"type"`
		X      float64                      `json:"x"`
		Y      float64                      `json:"y"`
		DeltaX float64                      `json:"deltaX"`
		DeltaY float64                      `json:"deltaY"`
	}{chromedp.MouseWheel, x, y, dx, dy}
	return to.Call(ctx, input.DispatchMouseEvent.Method, turn, nil)
}

func dispatch(ctx context.Context, to cdp.Session, p input.DispatchMouseEventParams) error {
	_, err := cdp.Call(ctx, to, input.DispatchMouseEvent, p)
	return err
}
