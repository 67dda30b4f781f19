package browser

import (
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/neterror"
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
		tab.refuse("could not open %s: %s", address, res.ErrorText)
	}
	tab.look(wish{Op: "loaded"}, "could not open "+address)
}

// refuse ends the step over a network error: it is the site's fault, unless the way to it is ours and broken.
func (tab *Tab) refuse(format, address, code string) {
	sleep(tab.root, deathNotice) // it may be the first sign of Chrome's death: whose fault it is depends on that
	if code == "net::ERR_ABORTED" && tab.chrome.NetworkCrashed() {
		tab.step.Brokenf(format, address, "the browser's network process died")
	}
	if neterror.IsProbeFault(code) {
		tab.step.Brokenf(format, address, neterror.Describe(code))
	}
	tab.suffer()
	tab.step.Failf(format+"%s", address, tab.documentFault(code, address), tab.dialogs.note()) // what broke on the way is this very request
}

// Click clicks on the one element that the locator means, once a person could: it is visible, enabled, still, and
// nothing covers it.
func (tab *Tab) Click(l Locator) {
	w, failure := wish{Op: "click", Target: l}, fmt.Sprintf("could not click the %s", l)
	tab.strikeAt(tab.aim(w, failure), w, failure)
}

// strikeAt clicks where w was seen. If the pointer's coming has changed that, the page has heard nothing of the press, and
// it is looked for anew.
func (tab *Tab) strikeAt(s sight, w wish, failure string) {
	refused := ""
	for {
		tab.recall(s)
		tab.forgetClicks()
		before := time.Now()
		err := tab.mouse(s.X, s.Y)
		if err == nil {
			c := tab.heardClick(before)
			if c.Why == "" && !c.Hit {
				tab.fail("%s: at the last moment %s was in its place and got the click", failure, c.By)
			}
			if c.Why == "" {
				tab.wait.act(tab.step, c.At)
				return
			}
			refused = c.Why
		} else if refused == "" || tab.ctx.Err() == nil {
			tab.fail("%s: %v", failure, tab.reason(err))
		}
		if !sleep(tab.ctx, aimPause) {
			tab.fail("%s %s: %s", failure, tab.step.LimitNote(), refused)
		}
		s = tab.aimOn(w, failure, refused)
	}
}

// Hover moves the mouse onto the element and leaves it there.
func (tab *Tab) Hover(l Locator) {
	failure := fmt.Sprintf("could not point at the %s", l)
	s := tab.aim(wish{Op: "hover", Target: l}, failure)
	tab.mustCall(failure, tab.pointAt(s.X, s.Y))
	tab.wait.act(tab.step, epochMS(time.Now()))
}

// Fill replaces what the field holds with text, as typing would.
func (tab *Tab) Fill(l Locator, text string) {
	failure := fmt.Sprintf("could not fill in the %s", l)
	s := tab.aim(wish{Op: "fill", Target: l}, failure)
	held := s
	if !s.Done {
		held = tab.deed(s.frame, wish{Op: "focus", Target: l}, failure)
	}
	switch {
	case text != "":
		_, err := cdp.Call(tab.ctx, tab.target(), input.InsertText, input.InsertTextParams{Text: text})
		tab.mustCall(failure, err)
	case held.Text != "":
		tab.mustCall(failure, tab.strike("Delete"))
	}
}

// Choose picks the option that shows text in a drop-down list.
func (tab *Tab) Choose(l Locator, option string) {
	failure := fmt.Sprintf("could not choose %q in the %s", option, l)
	s := tab.aim(wish{Op: "choose", Target: l, Option: option}, failure)
	at := epochMS(time.Now())
	tab.deed(s.frame, wish{Op: "pick", Target: l, Option: option}, failure)
	tab.wait.act(tab.step, at)
}

// Check ticks a checkbox, or turns a switch on; one that is on already is left so.
func (tab *Tab) Check(l Locator) { tab.set(l, true, fmt.Sprintf("could not check the %s", l)) }

// Uncheck clears a checkbox, or turns a switch off.
func (tab *Tab) Uncheck(l Locator) { tab.set(l, false, fmt.Sprintf("could not uncheck the %s", l)) }

func (tab *Tab) set(l Locator, on bool, failure string) {
	w := wish{Op: "check", Target: l, Option: fmt.Sprint(on)}
	s := tab.aim(w, failure)
	if s.Text == w.Option {
		return
	}
	tab.strikeAt(s, w, failure)
	if got := tab.look(w, failure); got.Text != w.Option {
		tab.fail("%s: it was clicked, and stays as it was", failure)
	}
}

// deed does in the page what a look has found to be possible.
func (tab *Tab) deed(f frame, w wish, failure string) sight {
	s, err := tab.once(f, w)
	if err != nil {
		tab.fail("%s: %v", failure, tab.reason(err))
	}
	if !s.OK {
		tab.fail("%s: at the last moment %s", failure, s.Why)
	}
	return s
}

// mustCall ends the step when a call of Chrome failed.
func (tab *Tab) mustCall(failure string, err error) {
	if err != nil {
		tab.fail("%s: %v", failure, tab.reason(err))
	}
}

// mouse moves to a point of the window, and presses and releases the left button there.
func (tab *Tab) mouse(x, y float64) error {
	if err := tab.pointAt(x, y); err != nil {
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
type click struct {
	At  float64 `json:"at"`  // the event's own time stamp, epoch milliseconds
	Hit bool    `json:"hit"` // the element that we meant got it
	By  string  `json:"by"`  // which one did
	Why string  `json:"why"` // why a person would not have pressed: it was kept from the page; empty: it was not
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

// heardClick waits for the page's word of the click; a page that says nothing was clicked not later than our own clock says.
func (tab *Tab) heardClick(before time.Time) click {
	timer := time.NewTimer(clickNotice)
	defer timer.Stop()
	select {
	case c := <-tab.clicked:
		return c
	case <-timer.C:
	case <-tab.ctx.Done():
	}
	return click{At: epochMS(before), Hit: true}
}

func (tab *Tab) target() *chromedp.Target { return chromedp.FromContext(tab.root).Target }

// unloaded is why s was not met; where a navigation ended on Chrome's own error page, it is what went wrong.
func (tab *Tab) unloaded(s sight) string {
	if !strings.HasPrefix(s.URL, "chrome-error:") {
		return s.Why
	}
	code, address := tab.requests.LastDocumentFailure()
	return "the page could not be loaded: " + tab.documentFault(code, address)
}

// documentFault words why a document could not be had: code says it of the one at address, or of where that redirects to.
func (tab *Tab) documentFault(code, address string) string {
	if last, at := tab.requests.LastDocumentFailure(); last == code && at != "" {
		address = at
	}
	if tab.fault.code != code || tab.fault.address != address {
		tab.fault = fault{code, address, neterror.DescribeAt(tab.ctx, code, address, time.Now())}
	}
	return tab.fault.words
}

// fault is why a document could not be had, once it has been found out.
type fault struct{ code, address, words string }
