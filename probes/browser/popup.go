package browser

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	chromelog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/har"
)

// Popup waits for the window or tab that this one has opened, and returns it. It belongs to the same run: use it in the
// same steps. A window that a customer's popup blocker would have blocked fails the step.
func (tab *Tab) Popup() *Tab {
	for {
		w, blocked, news := tab.windows.next(tab)
		if blocked {
			tab.fail("the new window does not open for customers: the page opens it without a click, and their popup blocker stops that")
		}
		if w != nil && w.onlyDownloads(tab.ctx) {
			continue
		}
		if w != nil {
			return tab.useWindow(w)
		}
		select {
		case <-news:
		case <-tab.ctx.Done():
			tab.fail("expected a new window or tab %s: none was opened", tab.step.LimitNote())
		}
	}
}

// onlyDownloads reports whether the window has become a download, and shows no page.
func (w *window) onlyDownloads(ctx context.Context) bool {
	if !w.tab.downloads.isFrom(cdp.FrameID(w.tab.id)) {
		return false
	}
	select {
	case <-w.ready:
	case <-ctx.Done():
		return false
	}
	at := ""
	return w.err != nil || w.tab.evaluate(ctx, "location.href", &at) != nil || at == "" || at == "about:blank"
}

// useWindow binds a window to the current step.
func (tab *Tab) useWindow(w *window) *Tab {
	select {
	case <-w.ready:
		if w.err != nil {
			sleep(tab.root, deathGrace) // see callError
			if gone := w.tab.goneNote(); gone != "" {
				tab.fail("the new window could not be used%s", gone)
			}
		}
		tab.mustCall("the new window could not be used", w.err)
	case <-tab.ctx.Done():
		tab.fail("the new window did not answer %s", tab.step.LimitNote())
	}
	w.tab.step = tab.step
	w.tab.ctx, w.tab.release = bind(w.tab.root, tab.step.Context())
	tab.windows.mu.Lock()
	defer tab.windows.mu.Unlock()
	tab.windows.tabs = append(tab.windows.tabs, w.tab)
	return w.tab
}

// newWindowTab creates the tab of a window that this one has opened.
func (tab *Tab) newWindowTab(id target.ID) *Tab {
	c := &Tab{
		chrome: tab.chrome, site: tab.site, clicked: make(chan clickReport, 8), windows: tab.windows, id: id, userAgent: tab.userAgent,
		wait: tab.wait, log: tab.log, requests: tab.requests, downloads: tab.downloads,
		stage: tab.stage, proxy: tab.proxy, device: tab.device, recorder: tab.recorder, film: tab.film, vitals: tab.vitals,
	}
	c.root, c.close = chromedp.NewContext(tab.root, chromedp.WithTargetID(id))
	return c
}

// attachWindow attaches to the window and sets it up like the first tab.
func (tab *Tab) attachWindow() error {
	if err := chromedp.Do(tab.root); err != nil { // chromedp ties the window's life to the context of the first call
		return err
	}
	if err := tab.listen(tab.root); err != nil {
		return err
	}
	tab.attachedAt = epochMS(time.Now())
	if err := tab.observe(tab.root); err != nil {
		return err
	}
	return tab.emulateWindow(tab.root)
}

// Close closes a window that Popup has returned.
func (tab *Tab) Close() {
	if tab.isWindow() {
		tab.close()
	}
}

// isWindow reports whether another tab has opened this one.
func (tab *Tab) isWindow() bool { return tab.close != nil }

// replayConsole makes Chrome repeat a window's console output from before it was attached.
func (tab *Tab) replayConsole(ctx context.Context) error {
	if !tab.isWindow() {
		return nil
	}
	if _, err := chromedp.Call(ctx, runtime.Disable, cdp.Empty{}); err != nil {
		return err
	}
	_, err := chromedp.Call(ctx, runtime.Enable, cdp.Empty{})
	return err
}

// listenToFrameConsole listens to the console of a frame of another site, and makes Chrome repeat what it has reported before.
func (tab *Tab) listenToFrameConsole(ctx context.Context) error {
	tab.listenToConsole(ctx)
	if _, err := chromedp.Call(ctx, chromelog.Disable, cdp.Empty{}); err != nil {
		return err
	}
	_, err := chromedp.Call(ctx, chromelog.Enable, cdp.Empty{})
	return err
}

// A Reply is the customer's answer to a dialog of the page: alert, confirm, prompt.
type Reply struct {
	accept bool
	text   string
}

// Accept answers OK; Dismiss answers Cancel.
var (
	Accept  = Reply{accept: true}
	Dismiss = Reply{}
)

// Answer types text into a prompt and answers OK.
func Answer(text string) Reply { return Reply{accept: true, text: text} }

// OnDialog sets the answer to dialogs in the rest of the step. By default they are dismissed. All are logged in the evidence, and named
// when the step fails. A page that asks for confirmation before it is left may always be left.
func (tab *Tab) OnDialog(reply Reply) {
	tab.dialogs.mu.Lock()
	defer tab.dialogs.mu.Unlock()
	tab.dialogs.answer = reply
}

// dialogs holds the step's answer and counts its dialogs.
type dialogs struct {
	mu     sync.Mutex
	answer Reply
	last   string // the last dialog and its answer
	count  int
}

// begin resets the answer for a new step.
func (d *dialogs) begin() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answer, d.last, d.count = Reply{}, "", 0
}

// reply records a dialog and returns its answer.
func (d *dialogs) reply(kind page.DialogType, message string) Reply {
	d.mu.Lock()
	defer d.mu.Unlock()
	if kind == page.DialogTypeBeforeunload {
		return Accept
	}
	d.count++
	d.last = fmt.Sprintf("%s %q, which was %s", kind, clip(message, 80), d.answer.name())
	return d.answer
}

// name words the answer to a dialog, for errors.
func (r Reply) name() string {
	if r.accept {
		return "accepted"
	}
	return "dismissed"
}

// note formats the dialogs to follow an error.
func (d *dialogs) note() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.count == 0:
		return ""
	case d.count == 1:
		return fmt.Sprintf("; the page opened a dialog, %s", d.last)
	}
	return fmt.Sprintf("; the page opened %d dialogs, the last %s", d.count, d.last)
}

// answerDialog answers a dialog so that it does not block the page.
func (tab *Tab) answerDialog(ev *page.EventJavascriptDialogOpening) {
	tab.log.add(time.Now(), "dialog (%s): %s", ev.Type, ev.Message)
	reply := tab.dialogs.reply(ev.Type, ev.Message)
	tab.background.Go(func() {
		_, _ = cdp.Call(tab.root, tab.target(), page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: reply.accept, PromptText: reply.text})
	})
}

func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// A heard is a text that the page has shown since the last action, perhaps for a moment only. At is when, in milliseconds since the
// epoch.
type heard struct {
	Text  string  `json:"text"` // quoted
	At    float64 `json:"at"`
	Wrong bool    `json:"wrong"` // it reports that something is wrong
	Gone  bool    `json:"gone"`

	opened float64 // start of its document
}

// maxHeard bounds the texts that are kept.
const maxHeard = 20

// keepHeard stores what the page has said in the document that it shows: the next one does not know it.
func (tab *Tab) keepHeard(r result) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	for i := range tab.heard {
		tab.heard[i].Gone = tab.heard[i].Gone || tab.heard[i].opened != r.Opened
	}
	for _, h := range r.Heard {
		h.opened = r.Opened
		tab.heard = slices.DeleteFunc(tab.heard, func(old heard) bool { return old.Text == h.Text })
		tab.heard = append(tab.heard, h)
	}
	tab.heard = tab.heard[max(0, len(tab.heard)-maxHeard):]
}

// heardSince lists what the page has said since a time: what reports that something is wrong first, the latest first.
func (tab *Tab) heardSince(at float64) []heard {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	all := slices.DeleteFunc(slices.Clone(tab.heard), func(h heard) bool { return h.At < at })
	slices.Reverse(all)
	slices.SortStableFunc(all, func(a, b heard) int {
		switch {
		case a.Wrong == b.Wrong:
			return 0
		case a.Wrong:
			return -1
		}
		return 1
	})
	return all
}

// knowsCause reports whether something has failed since the last action, or the page has said that something is wrong.
func (tab *Tab) knowsCause() bool {
	since := tab.wait.acted - har.ClockSlack
	return tab.log.troubleSince(since) || slices.ContainsFunc(tab.heardSince(since), func(h heard) bool { return h.Wrong })
}

// withHeard adds a message that is gone again to an error: one of something wrong, or another where the page says nothing else.
func (tab *Tab) withHeard(said string) string {
	for _, h := range tab.heardSince(tab.wait.acted - har.ClockSlack) {
		if text := strings.Trim(h.Text, `"…`); h.Gone && !strings.Contains(said, text) && (h.Wrong || !strings.Contains(said, "the page says ")) {
			return withNote(said, "for a moment the page said "+h.Text)
		}
	}
	return said
}
