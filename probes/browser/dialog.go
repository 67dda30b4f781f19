package browser

import (
	"fmt"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
)

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
