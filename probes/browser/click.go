package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/input"

	"valkyrie/probes/browser/mouse"
)

// Click clicks the one element that the locator means, once a person could: it is visible, enabled, stable and not covered.
func (tab *Tab) Click(l Locator) {
	q, failure := query{Op: "click", Target: l}, fmt.Sprintf("could not click the %s", l)
	tab.clickAt(tab.aim(q, failure), q, failure)
}

// clickAt presses where q was found. If the guard intercepted the press, because the pointer's arrival changed the page, it
// locates the element again and retries until the step's limit. It returns where it pressed.
func (tab *Tab) clickAt(r result, q query, failure string) result {
	tab.keepFrame()
	refused := ""
	for {
		tab.snapshotRoots(r)
		tab.drainClicks()
		before := time.Now()
		listened := tab.listened(r)
		err := tab.press(q.Option, r.X, r.Y)
		if err == nil {
			c := tab.confirmClick(r.frame, before)
			if c.Why == "" && !c.Hit {
				tab.fail("%s: the click was intercepted by %s", failure, c.By)
			}
			if c.Why == "" {
				tab.wait.begin(tab.step, c.At)
				if heard := <-listened; heard < 0 || !tab.startsListening(r.frame, q, heard) {
					return r
				}
				c.Why = noAnswer
			}
			refused = c.Why
			tab.mustCall(failure, tab.unpress(q.Option, r.X, r.Y))
		} else if tab.closedItself() {
			tab.wait.begin(tab.step, epochMS(before))
			return r
		} else if refused == "" || tab.ctx.Err() == nil {
			tab.fail("%s: %v", failure, tab.callError(err))
		}
		if !sleep(tab.ctx, aimPause) {
			tab.fail("%s %s: %s", failure, tab.step.LimitNote(), refused)
		}
		r = tab.aimFrom(q, failure, refused)
	}
}

// hasReacted reports whether the page has changed, or sent a request, since the latest action.
func (tab *Tab) hasReacted(r result) bool {
	sent, _ := tab.recorder.Answers(tab.id, tab.wait.acted)
	return r.Acted > tab.wait.acted || len(sent) > 0
}

// DoubleClick clicks twice in a row on the element, on the conditions of Click. On a phone it taps twice.
func (tab *Tab) DoubleClick(l Locator) {
	q, failure := query{Op: "click", Target: l}, fmt.Sprintf("could not double-click the %s", l)
	if tab.device.Phone {
		q.Option = "double"
		tab.clickAt(tab.aim(q, failure), q, failure)
		return
	}
	r := tab.clickAt(tab.aim(q, failure), q, failure)
	at := time.Now()
	err := mouse.Press(tab.ctx, tab.target(), input.MouseButtonLeft, r.X, r.Y, 2)
	if err == nil {
		err = mouse.Release(tab.ctx, tab.target(), input.MouseButtonLeft, r.X, r.Y, 2)
	}
	tab.mustCall(failure, err)
	tab.beginWait(0, at)
}

// RightClick clicks on the element with the right button, on the conditions of Click, for the page's own context menu. On a phone
// it is a long press.
func (tab *Tab) RightClick(l Locator) {
	q, failure := query{Op: "click", Target: l, Option: "right"}, fmt.Sprintf("could not right-click the %s", l)
	if tab.device.Phone {
		q.Option, failure = "hold", fmt.Sprintf("could not press long on the %s", l)
	}
	tab.clickAt(tab.aim(q, failure), q, failure)
}

// DragTo presses the mouse on the element, on the conditions of Click, moves it onto another and releases it there: HTML drag
// and drop, or a page's own. A page that does not take a dragged element there fails the step. On a phone a finger does it, except
// for an element that is draggable by its attribute: then the mouse does what Android makes of a long press.
func (tab *Tab) DragTo(l, to Locator) {
	failure := fmt.Sprintf("could not drag the %s to the %s", l, to)
	over := query{Op: "hover", Target: to, Option: "drop"}
	goal, shown := tab.shownGoal(over) // it can be reached, before something that is dragged covers it
	q := query{Op: "click", Target: l, Option: "drag"}
	r := tab.aim(q, failure)
	drag, end, err := mouse.BeginDrag(tab.ctx, tab.target())
	defer end()
	tab.mustCall(failure, err)
	if tab.device.Phone && r.Text != "draggable" {
		drag.Finger, q.Option = true, "touch"
	}
	begun := tab.clickAt(r, q, failure)
	tab.mustCall(failure, drag.Start(tab.ctx, mouse.Point{X: begun.X, Y: begun.Y}, r.Text != ""))
	if !shown {
		goal = tab.aim(over, failure) // many a place shows only while something is dragged
	} else if now, err := tab.evaluateOnce(goal.frame, over); err == nil && now.OK && tab.toWindow(&now) == "" {
		goal = now // the page may have moved it, to make room
	}
	at := time.Now()
	tab.mustCall(failure, drag.Drop(tab.ctx, mouse.Point{X: goal.X, Y: goal.Y}))
	got, err := tab.evaluateOnce(goal.frame, query{Op: "dropped", Target: to})
	if err == nil && !got.OK && drag.IsNative() {
		tab.fail("%s: it is not taken there", failure)
	}
	tab.beginWait(got.Acted, at)
}

// shownGoal waits for the place to drop something for a while; false: it does not show yet.
func (tab *Tab) shownGoal(over query) (goal result, shown bool) {
	for until := time.Now().Add(tab.timeSlice()); time.Now().Before(until) && tab.ctx.Err() == nil; {
		r, err := tab.pollOnce(over, firstSlice)
		if err == nil && r.OK && tab.toWindow(&r) == "" {
			return r, true
		}
	}
	return goal, false
}

// Hover moves the mouse onto the element and leaves it there.
func (tab *Tab) Hover(l Locator) {
	failure := fmt.Sprintf("could not point at the %s", l)
	if tab.device.Phone {
		tab.step.Brokenf("%s: a phone has no mouse; click on it, or use a laptop's tab", failure)
	}
	r := tab.aim(query{Op: "hover", Target: l}, failure)
	tab.mustCall(failure, tab.mouse.Move(tab.ctx, tab.target(), r.X, r.Y))
	tab.wait.begin(tab.step, epochMS(time.Now()))
}

// press makes a gesture of script/guard.js at a point of the window: it moves the mouse there, and presses and releases the left
// button, the right one for "right"; for "drag" it keeps it pressed. On a phone it taps, twice for "double"; for "hold" it
// presses long, and for "touch" it keeps the finger there.
func (tab *Tab) press(gesture string, x, y float64) error {
	to := tab.target()
	switch {
	case gesture == "double":
		return mouse.DoubleTap(tab.ctx, to, x, y)
	case gesture == "hold":
		return mouse.LongPress(tab.ctx, to, x, y)
	case gesture == "touch":
		return mouse.Touch(tab.ctx, to, x, y)
	case gesture == "" && tab.device.Phone:
		return mouse.Tap(tab.ctx, to, x, y)
	}
	if err := tab.mouse.Move(tab.ctx, tab.target(), x, y); err != nil {
		return err
	}
	button := input.MouseButtonLeft
	if gesture == "right" {
		button = input.MouseButtonRight
	}
	err := mouse.Press(tab.ctx, tab.target(), button, x, y, 1)
	if err != nil || gesture == "drag" {
		return err
	}
	return mouse.Release(tab.ctx, tab.target(), button, x, y, 1)
}

// unpress ends a press that a drag has begun, and that the guard has intercepted.
func (tab *Tab) unpress(gesture string, x, y float64) error {
	switch gesture {
	case "drag":
		return mouse.Release(tab.ctx, tab.target(), input.MouseButtonLeft, x, y, 1)
	case "touch":
		return mouse.CancelTouch(tab.ctx, tab.target())
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

// confirmClick waits for the guard's report. Without one the click counts from the time it was dispatched, unless the document that
// is there now has seen no press: then it replaced the other one meanwhile, and the press reached neither.
func (tab *Tab) confirmClick(f frame, before time.Time) clickReport {
	ctx, cancel := context.WithTimeout(tab.ctx, clickTimeout)
	defer cancel()
	select {
	case c := <-tab.clicked:
		return c
	case <-ctx.Done():
	}
	ctx, cancel = context.WithTimeout(tab.ctx, clickTimeout)
	defer cancel()
	r, err := f.query(ctx, query{Op: "unpressed"}, 0)
	select {
	case c := <-tab.clicked: // a busy page has reported late
		return c
	default:
	}
	if err == nil && r.OK {
		return clickReport{Why: "the page was replaced at the press"}
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
