package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/har"
	"valkyrie/probes/browser/neterror"
	"valkyrie/probes/browser/script"
)

// prepare sets the first tab up: what we listen to, and where downloads go. ctx bounds it.
func (tab *Tab) prepare(ctx context.Context) error {
	setup, cancel := bind(tab.root, ctx)
	defer cancel()
	tab.record.Reset(tab.site)
	if err := chromedp.ListenBrowser(tab.root, tab.hearBrowser); err != nil {
		return err
	}
	if err := tab.listen(setup); err != nil {
		return err
	}
	if err := tab.witness(setup); err != nil {
		return err
	}
	if err := tab.introduce(setup); err != nil {
		return err
	}
	tab.record.Reset(tab.site) // nothing of the run has happened yet
	tab.background.Go(func() { tab.record.FetchFailed(tab.root) })
	return tab.keepDownloads(setup)
}

// hearBrowser takes the events that concern all tabs. They come in order: a window is known before its first request.
func (tab *Tab) hearBrowser(ev any) {
	switch ev := ev.(type) {
	case *target.EventTargetCreated:
		tab.family.opens(ev.TargetInfo)
	case *target.EventTargetDestroyed:
		tab.family.left(ev.TargetID)
	case *fetch.EventRequestPaused:
		go tab.follow(ev)
	}
}

// listen follows what happens on the tab. ctx bounds the setting up.
func (tab *Tab) listen(ctx context.Context) error {
	if err := chromedp.Listen(tab.root, tab.hear); err != nil {
		return err
	}
	tab.listenToConsole()
	if err := tab.sayAgain(ctx); err != nil {
		return err
	}
	if err := tab.bindWorld(ctx); err != nil {
		return err
	}
	if err := keepMoments(ctx); err != nil {
		return err
	}
	return keepPrints(ctx)
}

// bindWorld gives our isolated world of the page its words to us. They reach us even when a click leaves the page.
func (tab *Tab) bindWorld(ctx context.Context) error {
	if err := spare(ctx); err != nil {
		return err
	}
	for _, name := range []string{"valkyrieClicked", "valkyriePrinted", "valkyriePoint"} {
		if _, err := chromedp.Call(ctx, runtime.AddBinding, runtime.AddBindingParams{Name: name, ExecutionContextName: script.World}); err != nil {
			return err
		}
	}
	return nil
}

// hear takes the events of the tab. It runs in chromedp's reading loop, so it must be quick and must not call Chrome.
func (tab *Tab) hear(ev any) {
	tab.record.Handle(tab.id, source(tab.target()), ev)
	tab.worlds.hear(ev)
	tab.frames.hear(tab, ev)
	switch ev := ev.(type) {
	case *runtime.EventBindingCalled:
		tab.hearWord(ev)
	case *network.EventRequestWillBeSent:
		tab.requests.Sent(ev)
	case *network.EventResponseReceived:
		tab.hearResponse(ev)
	case *network.EventLoadingFailed:
		tab.requests.Failed(ev)
		tab.hearFailure(ev)
	case *fetch.EventRequestPaused:
		go tab.answerHints(ev)
	case *page.EventWindowOpen:
		tab.family.asked(ev)
	case *page.EventJavascriptDialogOpening:
		tab.answerDialog(ev)
	case *target.EventTargetCrashed:
		if ev.TargetID == tab.target().TargetID {
			tab.crash()
		}
	}
}

// hearWord takes what our scripts in the page, or in a frame, say.
func (tab *Tab) hearWord(ev *runtime.EventBindingCalled) {
	switch ev.Name {
	case "valkyriePrinted":
		tab.hearPrint(ev.Payload)
	case "valkyrieClicked":
		tab.hearClick(ev.Payload)
	case "valkyriePoint":
		tab.hearNear(ev.Payload)
	case "valkyrieVitals":
		tab.vitals.hear(ev.Payload)
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
	what := fmt.Sprintf("%s answered %d", tab.requests.Name(ev.RequestID, ev.Response.URL), ev.Response.Status)
	tab.log.add(time.Now(), "request: %s", what)
	if har.FirstParty(tab.site, ev.Response.URL) {
		tab.log.blame(what)
	}
}

func (tab *Tab) hearFailure(ev *network.EventLoadingFailed) {
	if ev.Canceled || ev.ErrorText == "net::ERR_ABORTED" {
		return // the page went elsewhere, or it became a download
	}
	address := tab.requests.URL(ev.RequestID)
	what := fmt.Sprintf("%s failed: %s", tab.requests.Name(ev.RequestID, address), neterror.Describe(ev.ErrorText))
	tab.log.add(time.Now(), "request: %s", what)
	if har.FirstParty(tab.site, address) {
		tab.log.blame(what)
	}
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
			if m.IsException() {
				tab.record.AddException(m.URL, m.Text)
			}
			if m.IsException() && har.FirstParty(tab.site, m.URL) {
				text, _, _ := strings.Cut(m.Text, "\n")
				tab.log.blame("script error " + strings.TrimPrefix(text, "Uncaught "))
			}
		}
	})
}

// source identifies a session to the recorder.
func source(t *chromedp.Target) har.Source { return har.Source{Session: t, ID: t.TargetID} }
