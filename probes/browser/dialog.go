package browser

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"

	"valkyrie/probes/browser/har"
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
