package browser

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Visit opens a path of the site (or a whole address), and waits until the document can be used. A page that never
// finishes loading its pictures is no obstacle; one that answers with an HTTP error is.
func (tab *Tab) Visit(path string) {
	address := path
	if !strings.Contains(path, "://") {
		address = tab.step.URL(path)
	}
	tab.wait.act(tab.step, epochMS(time.Now()))
	res, err := cdp.Call(tab.ctx, tab.target(), page.Navigate, page.NavigateParams{URL: address})
	if err != nil {
		tab.fail("could not open %s: %v", address, tab.reason(err))
	}
	if res.ErrorText != "" {
		tab.fail("could not open %s: %v", address, tab.reason(errors.New(res.ErrorText)))
	}
	tab.look(wish{Op: "loaded"}, "could not open "+address)
}

// Click clicks on the one element that the locator means, once a person could: it is visible, enabled, still, and
// nothing covers it.
func (tab *Tab) Click(l Locator) {
	failure := fmt.Sprintf("could not click the %s", l)
	s := tab.look(wish{Op: "click", Target: l}, failure)
	tab.forgetClicks()
	before := time.Now()
	if err := tab.mouse(s.X, s.Y); err != nil {
		tab.fail("%s: %v", failure, tab.reason(err))
	}
	tab.wait.act(tab.step, tab.clickTime(failure, before))
}

// Fill replaces what the field holds with text, as typing would.
func (tab *Tab) Fill(l Locator, text string) {
	failure := fmt.Sprintf("could not fill in the %s", l)
	tab.look(wish{Op: "fill", Target: l}, failure)
	if text == "" {
		tab.press(failure, "Delete")
		return
	}
	if _, err := cdp.Call(tab.ctx, tab.target(), input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		tab.fail("%s: %v", failure, tab.reason(err))
	}
}

// Choose picks the option that shows text in a drop-down list.
func (tab *Tab) Choose(l Locator, option string) {
	tab.look(wish{Op: "choose", Target: l, Option: option}, fmt.Sprintf("could not choose %q in the %s", option, l))
}

func (tab *Tab) press(failure, key string) {
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		p := input.DispatchKeyEventParams{Type: kind, Key: key, Code: key, WindowsVirtualKeyCode: 46}
		if _, err := cdp.Call(tab.ctx, tab.target(), input.DispatchKeyEvent, p); err != nil {
			tab.fail("%s: %v", failure, tab.reason(err))
		}
	}
}

// mouse moves to a point of the window, and presses and releases the left button there.
func (tab *Tab) mouse(x, y float64) error {
	for _, p := range []input.DispatchMouseEventParams{
		{Type: chromedp.MouseMoved},
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
type click struct {
	At  float64 `json:"at"`  // the event's own time stamp, epoch milliseconds
	Hit bool    `json:"hit"` // the element that we meant got it
	By  string  `json:"by"`  // which one did
}

// clickNotice is how long the page's word of the click may take. A busy page dispatches it late, and says when it was.
const clickNotice = time.Second

func (tab *Tab) forgetClicks() {
	for {
		select {
		case <-tab.clicked:
		default:
			return
		}
	}
}

// clickTime waits for the page's word of the click and returns its time stamp; a page that says nothing was clicked not
// later than our own clock says.
func (tab *Tab) clickTime(failure string, before time.Time) float64 {
	timer := time.NewTimer(clickNotice)
	defer timer.Stop()
	select {
	case c := <-tab.clicked:
		if !c.Hit {
			tab.fail("%s: at the last moment %s was in its place and got the click", failure, c.By)
		}
		return c.At
	case <-timer.C:
	case <-tab.ctx.Done():
	}
	return epochMS(before)
}

func (tab *Tab) target() *chromedp.Target { return chromedp.FromContext(tab.root).Target }
