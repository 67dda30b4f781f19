package mouse

import (
	"context"
	"encoding/json"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// A Point is a point of the window in CSS pixels.
type Point struct{ X, Y float64 }

// A Drag follows a drag from the press to the release. A page that listens to the mouse, or to a finger, gets its moves. When the
// page uses HTML drag and drop, Chrome reports that the drag has started and is sent its events instead.
type Drag struct {
	Finger  bool // it is dragged by a finger; Chrome starts no HTML drag and drop then
	to      cdp.Session
	started <-chan json.RawMessage
	data    *input.DragData // nil: by moves of the mouse
	at      Point
}

// steps is how many moves a drag has after it has begun: scripts compare a move with the one before.
const steps = 5

// nudge is how far the mouse moves before it counts as dragging, in both directions. Chrome's own threshold is 3 px.
const nudge = 6

// startGrace is how long Chrome's report of a drag may lag behind the response to the move that started it.
const startGrace = 100 * time.Millisecond

// BeginDrag prepares a drag before the button is pressed. The caller calls end after all.
func BeginDrag(ctx context.Context, to cdp.Session) (d *Drag, end func(), err error) {
	raw, stop := to.Subscribe(input.DragIntercepted.Method)
	started := make(chan json.RawMessage, 1)
	go func() {
		for v := range raw {
			select {
			case started <- json.RawMessage(v):
			default:
			}
		}
	}()
	intercept := func(ctx context.Context, on bool) error {
		_, err := cdp.Call(ctx, to, input.SetInterceptDrags, input.SetInterceptDragsParams{Enabled: on})
		return err
	}
	end = func() {
		_ = intercept(ctx, false) // when ctx has ended, so has the step
		stop()
	}
	return &Drag{to: to, started: started}, end, intercept(ctx, true)
}

// fingerRest is how long a finger rests before it moves, for lists that take an early move for scrolling. It is too short for the
// context menu.
const fingerRest = 300 * time.Millisecond

// Start moves the pressed mouse or finger a little, so that the page takes it for a drag.
func (d *Drag) Start(ctx context.Context, from Point, draggable bool) error {
	d.at = from
	if d.Finger {
		return rest(ctx, fingerRest)
	}
	for i := 1; i <= 2; i++ {
		if err := d.move(ctx, Point{from.X + float64(i*nudge)/2, from.Y + float64(i*nudge)/2}); err != nil {
			return err
		}
	}
	grace := startGrace
	if draggable {
		grace = 10 * startGrace
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case raw := <-d.started:
		var ev input.EventDragIntercepted
		if err := json.Unmarshal(raw, &ev); err != nil {
			return err
		}
		d.data = ev.Data
		return d.send(ctx, input.DispatchDragEventTypeDragEnter, d.at)
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err()
}

// Drop moves on to a point and releases the mouse there, or lifts the finger.
func (d *Drag) Drop(ctx context.Context, to Point) error {
	from := d.at
	for i := 1; i <= steps; i++ {
		part := float64(i) / steps
		if err := d.move(ctx, Point{from.X + (to.X-from.X)*part, from.Y + (to.Y-from.Y)*part}); err != nil {
			return err
		}
	}
	if d.data != nil {
		if err := d.move(ctx, to); err != nil { // a target answers to the second event over it
			return err
		}
		if err := d.send(ctx, input.DispatchDragEventTypeDrop, to); err != nil {
			return err
		}
	}
	if d.Finger {
		return touch(ctx, d.to, input.DispatchTouchEventTypeTouchEnd)
	}
	return Release(ctx, d.to, input.MouseButtonLeft, to.X, to.Y, 1)
}

// IsNative reports whether the page uses HTML drag and drop.
func (d *Drag) IsNative() bool { return d.data != nil }

func (d *Drag) move(ctx context.Context, to Point) error {
	d.at = to
	if d.data != nil {
		return d.send(ctx, input.DispatchDragEventTypeDragOver, to)
	}
	if d.Finger {
		return touch(ctx, d.to, input.DispatchTouchEventTypeTouchMove, &input.TouchPoint{X: to.X, Y: to.Y})
	}
	return dispatch(ctx, d.to, input.DispatchMouseEventParams{Type: chromedp.MouseMoved, Button: input.MouseButtonLeft, Buttons: 1, X: to.X, Y: to.Y})
}

func (d *Drag) send(ctx context.Context, kind input.DispatchDragEventType, at Point) error {
	_, err := cdp.Call(ctx, d.to, input.DispatchDragEvent, input.DispatchDragEventParams{Type: kind, X: at.X, Y: at.Y, Data: d.data})
	return err
}

// DropFile drags a file of this path from outside of the browser to a point, and drops it there. The page gets it only if it takes
// files there.
func DropFile(ctx context.Context, to cdp.Session, at Point, path string) error {
	const copying = 1
	d := Drag{to: to, data: &input.DragData{Items: []*input.DragDataItem{}, Files: []string{path}, DragOperationsMask: copying}}
	for _, kind := range []input.DispatchDragEventType{input.DispatchDragEventTypeDragEnter, input.DispatchDragEventTypeDragOver, input.DispatchDragEventTypeDragOver, input.DispatchDragEventTypeDrop} {
		if err := d.send(ctx, kind, at); err != nil { // a target answers to the second event over it
			return err
		}
	}
	return nil
}
