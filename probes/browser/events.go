package browser

import (
	"context"
	"errors"
	"time"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/har"
	"valkyrie/probes/browser/process"
	"valkyrie/probes/browser/script"
	"valkyrie/probes/journey"
	"valkyrie/probes/journey/reach"
)

// prepare sets up the first tab: listeners, bindings, scripts and downloads. ctx bounds it.
func (tab *Tab) prepare(ctx context.Context) error {
	setup, cancel := bind(tab.root, ctx)
	defer cancel()
	tab.recorder.Reset(tab.site)
	if err := chromedp.ListenBrowser(tab.root, tab.handleBrowser); err != nil {
		return err
	}
	if err := tab.listen(setup); err != nil {
		return err
	}
	if err := tab.observe(setup); err != nil {
		return err
	}
	if err := tab.identify(setup); err != nil {
		return err
	}
	tab.recorder.Reset(tab.site) // forget the setup's own requests
	tab.background.Go(func() { tab.recorder.FetchFailed(tab.root) })
	return tab.allowDownloads(setup)
}

// handleBrowser handles events that concern all tabs. They are in order: a window is known before its first request.
func (tab *Tab) handleBrowser(ev any) {
	switch ev := ev.(type) {
	case *target.EventTargetCreated:
		tab.windows.opened(ev.TargetInfo)
	case *target.EventTargetDestroyed:
		tab.windows.closed(ev.TargetID)
	case *fetch.EventRequestPaused:
		go tab.continueRequest(ev)
	case *fetch.EventAuthRequired:
		go tab.answerChallenge(ev)
	}
}

// listen subscribes to the tab's events. ctx bounds the setup.
func (tab *Tab) listen(ctx context.Context) error {
	if err := chromedp.Listen(tab.root, tab.handle); err != nil {
		return err
	}
	tab.listenToConsole(tab.root)
	if err := tab.replayConsole(ctx); err != nil {
		return err
	}
	if err := tab.addBindings(ctx); err != nil {
		return err
	}
	if err := errors.Join(recordChanges(ctx), tab.followLife(ctx)); err != nil {
		return err
	}
	return reportPrints(ctx, tab.isWindow())
}

// addBindings gives the isolated world its functions that report to Go. They work even when a click leaves the page.
func (tab *Tab) addBindings(ctx context.Context) error {
	if err := disableDOM(ctx); err != nil {
		return err
	}
	for _, name := range []string{"valkyrieClicked", "valkyriePrinted", "valkyriePoint"} {
		if _, err := chromedp.Call(ctx, runtime.AddBinding, runtime.AddBindingParams{Name: name, ExecutionContextName: script.World}); err != nil {
			return err
		}
	}
	return nil
}

// handle handles the tab's events. It runs in chromedp's reading loop, so it must be quick and must not call Chrome.
func (tab *Tab) handle(ev any) {
	tab.correct(ev)
	tab.recorder.Handle(tab.id, source(tab.target()), ev)
	tab.contexts.handle(ev)
	tab.navigations.handle(ev)
	tab.frames.handle(tab, ev)
	switch ev := ev.(type) {
	case *runtime.EventBindingCalled:
		tab.handleBinding(ev)
	case *network.EventRequestWillBeSent:
		tab.requests.Sent(ev)
	case *network.EventResponseReceived:
		tab.logResponse(ev)
	case *network.EventLoadingFailed:
		tab.requests.Failed(ev)
		tab.logFailure(ev)
	case *fetch.EventRequestPaused:
		go tab.fulfilHints(ev)
	case *page.EventFrameNavigated:
		if ev.Frame.ParentID == "" {
			tab.log.leave(tab.id)
			tab.place.changed(epochMS(time.Now()))
		}
	case *page.EventNavigatedWithinDocument:
		tab.place.changed(epochMS(time.Now()))
	case *page.EventWindowOpen:
		tab.windows.opening(ev)
	case *page.EventJavascriptDialogOpening:
		tab.answerDialog(ev)
	case *target.EventTargetCrashed:
		if ev.TargetID == tab.target().TargetID {
			tab.crash()
		}
	}
}

// confine returns the switches that keep Chrome from the addresses of this machine, and starts the proxy for it, unless the network has one.
func (tab *Tab) confine(ctx context.Context, program journey.Program) (args []string, err error) {
	limits := reach.New(ctx, tab.stage.Site, tab.stage.Hosts)
	if process.HasProxy(program) {
		return []string{"--host-resolver-rules=" + limits.ChromeRules()}, nil
	}
	tab.proxy, err = limits.Proxy()
	if err != nil {
		return nil, err
	}
	return tab.proxy.ChromeArgs(), nil
}

// correct gives what Chrome reports of a request through our proxy the cause of its error, and no address of a server: it would be ours.
func (tab *Tab) correct(ev any) {
	switch ev := ev.(type) {
	case *network.EventLoadingFailed:
		ev.ErrorText = tab.proxy.Cause(ev.ErrorText, tab.requests.URL(ev.RequestID))
	case *network.EventResponseReceived:
		if tab.proxy.Is(ev.Response.RemoteIPAddress, ev.Response.RemotePort) {
			ev.Response.RemoteIPAddress = ""
		}
	}
}

// handleBinding handles reports of the scripts in the page or in a frame.
func (tab *Tab) handleBinding(ev *runtime.EventBindingCalled) {
	switch ev.Name {
	case "valkyriePrinted":
		tab.receivePrint(ev.Payload)
	case "valkyrieClicked":
		tab.receiveClick(ev.Payload)
	case "valkyriePoint":
		if tab.device.Phone {
			return // a finger is nowhere before it touches
		}
		tab.mouse.Announce(tab.root, tab.target(), &tab.background, ev.Payload)
	case "valkyrieVitals":
		tab.vitals.receive(ev.Payload)
	}
}

// source identifies a session to the recorder.
func source(t *chromedp.Target) har.Source { return har.Source{Session: t, ID: t.TargetID} }
