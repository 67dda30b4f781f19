package mouse

import (
	"context"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
)

// Tap touches a point of a window with a touch screen. Chrome turns it into a click, as it does for a finger.
func Tap(ctx context.Context, to cdp.Session, x, y float64) error { return tapAt(ctx, to, x, y, 0) }

// doubleTap is the time between the two taps of a double tap. Chrome takes 40 to 300 ms.
const doubleTap = 100 * time.Millisecond

// DoubleTap taps twice in a row, which Chrome turns into a double click. The events carry their own times, since the second tap
// waits for the page's handlers of the first.
func DoubleTap(ctx context.Context, to cdp.Session, x, y float64) error {
	first := float64(time.Now().UnixMicro()) / 1e6
	if err := tapAt(ctx, to, x, y, first); err != nil {
		return err
	}
	return tapAt(ctx, to, x, y, first+doubleTap.Seconds())
}

// tapAt taps at a time in seconds since the epoch; 0: now.
func tapAt(ctx context.Context, to cdp.Session, x, y float64, at float64) error {
	p := input.DispatchTouchEventParams{Type: input.DispatchTouchEventTypeTouchStart, TouchPoints: []*input.TouchPoint{{X: x, Y: y}}, Timestamp: input.TimeSinceEpoch(at)}
	if _, err := cdp.Call(ctx, to, input.DispatchTouchEvent, p); err != nil {
		return err
	}
	p.Type, p.TouchPoints = input.DispatchTouchEventTypeTouchEnd, []*input.TouchPoint{}
	_, err := cdp.Call(ctx, to, input.DispatchTouchEvent, p)
	return err
}

// Touch puts the finger down at a point.
func Touch(ctx context.Context, to cdp.Session, x, y float64) error {
	return touch(ctx, to, input.DispatchTouchEventTypeTouchStart, &input.TouchPoint{X: x, Y: y})
}

// CancelTouch ends a touch, of which Chrome makes no click then.
func CancelTouch(ctx context.Context, to cdp.Session) error {
	return touch(ctx, to, input.DispatchTouchEventTypeTouchCancel)
}

// longPress is how long a finger rests for a long press. Android's own takes 500 ms, as do most that pages make of a timer.
const longPress = 700 * time.Millisecond

// LongPress rests a finger at a point until the context menu opens, and lifts it. Headless Chrome makes no such event of a touch,
// so a right button does; script/guard.js hides its other events from the page.
func LongPress(ctx context.Context, to cdp.Session, x, y float64) error {
	if err := Touch(ctx, to, x, y); err != nil {
		return err
	}
	err := rest(ctx, longPress)
	if err == nil {
		err = Press(ctx, to, input.MouseButtonRight, x, y, 1)
	}
	if err == nil {
		err = Release(ctx, to, input.MouseButtonRight, x, y, 1)
	}
	if ended := CancelTouch(ctx, to); err == nil { // as Chrome does when its menu opens
		err = ended
	}
	return err
}

// rest waits for d, or until ctx ends.
func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func touch(ctx context.Context, to cdp.Session, kind input.DispatchTouchEventType, at ...*input.TouchPoint) error {
	if at == nil {
		at = []*input.TouchPoint{}
	}
	_, err := cdp.Call(ctx, to, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: at})
	return err
}
