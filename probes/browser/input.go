package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp/kb"

	"valkyrie/probes/browser/script"
)

// Fill replaces the field's content with text, as typing would.
func (tab *Tab) Fill(l Locator, text string) {
	failure := fmt.Sprintf("could not fill in the %s", l)
	r := tab.aim(query{Op: "fill", Target: l}, failure)
	held := r
	if !r.Done {
		held = tab.action(r.frame, query{Op: "focus", Target: l}, failure)
	}
	switch {
	case text != "":
		_, err := cdp.Call(tab.ctx, tab.target(), input.InsertText, input.InsertTextParams{Text: text})
		tab.mustCall(failure, err)
	case held.Text != "":
		tab.mustCall(failure, tab.dispatchKey("Delete"))
	}
}

// Choose selects the option with this label in a drop-down list.
func (tab *Tab) Choose(l Locator, option string) {
	failure := fmt.Sprintf("could not choose %q in the %s", option, l)
	r := tab.aim(query{Op: "choose", Target: l, Option: option}, failure)
	at := epochMS(time.Now())
	tab.action(r.frame, query{Op: "pick", Target: l, Option: option}, failure)
	tab.wait.begin(tab.step, at)
}

// Check checks a checkbox or turns a switch on; it does nothing if that is its state.
func (tab *Tab) Check(l Locator) { tab.setChecked(l, true, fmt.Sprintf("could not check the %s", l)) }

// Uncheck clears a checkbox or turns a switch off.
func (tab *Tab) Uncheck(l Locator) {
	tab.setChecked(l, false, fmt.Sprintf("could not uncheck the %s", l))
}

func (tab *Tab) setChecked(l Locator, on bool, failure string) {
	q := query{Op: "check", Target: l, Option: fmt.Sprint(on)}
	r := tab.aim(q, failure)
	if r.Text == q.Option {
		return
	}
	tab.clickAt(r, q, failure)
	if got := tab.poll(q, failure); got.Text != q.Option {
		tab.fail("%s: it was clicked, and stays as it was", failure)
	}
}

// action performs an action in the page after a query has found it possible.
func (tab *Tab) action(f frame, q query, failure string) result {
	r, err := tab.evaluateOnce(f, q)
	if err != nil {
		tab.fail("%s: %v", failure, tab.callError(err))
	}
	if !r.OK {
		tab.fail("%s: the page changed meanwhile: %s", failure, r.Why)
	}
	return r
}

// mustCall ends the step when a call to Chrome failed.
func (tab *Tab) mustCall(failure string, err error) {
	if err != nil {
		tab.fail("%s: %v", failure, tab.callError(err))
	}
}

// Upload gives a file with this name and content to a file field. The locator may mean the label of a hidden field.
func (tab *Tab) Upload(l Locator, name string, data []byte) {
	failure := fmt.Sprintf("could not upload %s to the %s", name, l)
	dir, err := os.MkdirTemp(tab.chrome.Dir(), "upload-")
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, filepath.Base(name)), data, 0o600)
	}
	if err != nil {
		tab.step.Brokenf("%s: %v; free some disk space, or set TMPDIR", failure, err)
	}
	r := tab.poll(query{Op: "upload", Target: l}, failure)
	tab.mustCall(failure, tab.setFile(r.frame, filepath.Join(dir, filepath.Base(name))))
}

// setFile sets the file of the field that the upload query has stored.
func (tab *Tab) setFile(f frame, path string) error {
	w, err := cdp.Call(tab.ctx, f.target, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: f.id, WorldName: script.World})
	if err != nil {
		return err
	}
	res, err := cdp.Call(tab.ctx, f.target, runtime.Evaluate, runtime.EvaluateParams{Expression: "valkyrieFileInput", ContextID: w.ExecutionContextID})
	if err != nil {
		return err
	}
	_, err = cdp.Call(tab.ctx, f.target, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{path}, ObjectID: res.Result.ObjectID})
	return err
}

// Press presses a key or a chord on the focused element: "Enter", "Escape", "Tab", "ArrowDown", "a", "Control+A".
func (tab *Tab) Press(key string) {
	failure := fmt.Sprintf("could not press %s", key)
	if _, _, err := chord(key); err != nil {
		tab.step.Brokenf("%s: %v", failure, err)
	}
	tab.snapshotRoots(tab.poll(query{Op: "snapshot"}, failure))
	at := epochMS(time.Now())
	tab.mustCall(failure, tab.dispatchKey(key))
	tab.wait.begin(tab.step, at)
}

// dispatchKey sends the events of a key that is pressed and released.
func (tab *Tab) dispatchKey(key string) error {
	mods, events, err := chord(key)
	if err != nil {
		return err
	}
	for _, ev := range events {
		ev.Modifiers |= mods
		if mods&^int64(kb.ModifierShift) != 0 { // a chord inserts no text
			if ev.Type == kb.KeyChar {
				continue
			}
			ev.Text, ev.UnmodifiedText = "", ""
		}
		if _, err := cdp.Call(tab.ctx, tab.target(), input.DispatchKeyEvent, *ev); err != nil {
			return err
		}
	}
	return nil
}

var modifiers = map[string]kb.Modifier{
	"control": kb.ModifierCtrl, "ctrl": kb.ModifierCtrl, "shift": kb.ModifierShift, "alt": kb.ModifierAlt,
	"meta": kb.ModifierMeta, "command": kb.ModifierMeta,
}

// keys are the named keys; any other key is a single letter.
var keys = map[string]string{
	"enter": kb.Enter, "escape": kb.Escape, "tab": kb.Tab, "backspace": kb.Backspace, "delete": kb.Delete, "space": " ",
	"arrowup": kb.ArrowUp, "arrowdown": kb.ArrowDown, "arrowleft": kb.ArrowLeft, "arrowright": kb.ArrowRight,
	"home": kb.Home, "end": kb.End, "pageup": kb.PageUp, "pagedown": kb.PageDown,
}

// chord parses "Control+Shift+A" into its modifiers and the events of its key.
func chord(key string) (int64, []*input.DispatchKeyEventParams, error) {
	var mods kb.Modifier
	for {
		head, rest, more := strings.Cut(key, "+")
		m, known := modifiers[strings.ToLower(head)]
		if !more || rest == "" || !known {
			break
		}
		mods, key = mods|m, rest
	}
	typed, named := keys[strings.ToLower(key)]
	if !named {
		typed = key
	}
	runes := []rune(typed)
	if len(runes) != 1 {
		return 0, nil, fmt.Errorf("there is no such key; use one letter, or a name such as Enter, Escape, Tab, ArrowDown")
	}
	if mods&^kb.ModifierShift != 0 && !named { // Control+A is the key a with the modifier Control
		runes = []rune(strings.ToLower(typed))
	}
	return mods.Int64(), kb.Encode(runes[0]), nil
}
