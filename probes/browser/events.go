package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// world is the isolated world in which the page script runs.
const world = "valkyrie"

// prepare sets the first tab up: what we listen to, and where downloads go. ctx bounds it.
func (tab *Tab) prepare(ctx context.Context) error {
	setup, cancel := bind(tab.root, ctx)
	defer cancel()
	if err := chromedp.Listen(tab.root, tab.hear); err != nil {
		return err
	}
	tab.listenToConsole()
	// The binding carries the click's own time stamp to us even when the click leaves the page.
	if _, err := chromedp.Call(setup, runtime.AddBinding, runtime.AddBindingParams{Name: "valkyrieClicked", ExecutionContextName: world}); err != nil {
		return err
	}
	if err := keepMoments(setup); err != nil {
		return err
	}
	return tab.keepDownloads(setup)
}

// hear takes the events of the tab. It runs in chromedp's reading loop, so it must be quick and must not call Chrome.
func (tab *Tab) hear(ev any) {
	switch ev := ev.(type) {
	case *runtime.EventBindingCalled:
		tab.hearClick(ev.Payload)
	case *network.EventRequestWillBeSent:
		tab.requests.sent(ev)
	case *network.EventResponseReceived:
		tab.hearResponse(ev)
	case *network.EventLoadingFailed:
		tab.hearFailure(ev)
	case *page.EventJavascriptDialogOpening:
		tab.log.add(time.Now(), "dialog (%s): %s", ev.Type, ev.Message)
		go tab.answerDialog(ev)
	case *inspector.EventTargetCrashed:
		tab.crash()
	}
}

func (tab *Tab) hearClick(payload string) {
	var c click
	if json.Unmarshal([]byte(payload), &c) != nil {
		return
	}
	select {
	case tab.clicked <- c:
	default: // nobody is waiting for so many
	}
}

func (tab *Tab) hearResponse(ev *network.EventResponseReceived) {
	if ev.Response == nil || ev.Response.Status < 400 {
		return
	}
	what := fmt.Sprintf("%s answered %d", tab.requests.name(ev.RequestID, ev.Response.URL), ev.Response.Status)
	tab.log.add(time.Now(), "request: %s", what)
	if tab.firstParty(ev.Response.URL) {
		tab.log.blame(what)
	}
}

func (tab *Tab) hearFailure(ev *network.EventLoadingFailed) {
	if ev.Canceled || ev.ErrorText == "net::ERR_ABORTED" {
		return // the page went elsewhere, or it became a download
	}
	address := tab.requests.url(ev.RequestID)
	what := fmt.Sprintf("%s failed: %s", tab.requests.name(ev.RequestID, address), ev.ErrorText)
	tab.log.add(time.Now(), "request: %s", what)
	if tab.firstParty(address) {
		tab.log.blame(what)
	}
}

// answerDialog dismisses a dialog, so that it does not block the page for ever; leaving a page is allowed.
func (tab *Tab) answerDialog(ev *page.EventJavascriptDialogOpening) {
	accept := ev.Type == page.DialogTypeBeforeunload
	_, _ = chromedp.Call(tab.root, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: accept})
}

// crash ends Chrome when the page's process has died: nothing more can be had of it, and calls that wait for it would
// wait until their limit.
func (tab *Tab) crash() {
	tab.mu.Lock()
	if tab.died == nil && !tab.killed {
		tab.died = errCrashed
	}
	tab.mu.Unlock()
	tab.chrome.kill()
}

// listenToConsole keeps console lines and uncaught exceptions, until the tab ends.
func (tab *Tab) listenToConsole() {
	messages := chromedp.Console(tab.root)
	tab.background.Go(func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			tab.log.add(m.Time, "console %s", m)
			if m.IsException() && tab.firstParty(m.URL) {
				text, _, _ := strings.Cut(m.Text, "\n")
				tab.log.blame("script error " + strings.TrimPrefix(text, "Uncaught "))
			}
		}
	})
}

// firstParty reports whether address belongs to the site under probe. Its icon does not count: browsers ask for one
// unasked, and no customer misses it.
func (tab *Tab) firstParty(address string) bool {
	u, err := url.Parse(address)
	return err == nil && origin(u) == tab.site && u.Path != "/favicon.ico"
}

func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }
