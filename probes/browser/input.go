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

// Press strikes a key, or a chord, on whatever has the focus: "Enter", "Escape", "Tab", "ArrowDown", "a", "Control+A".
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

// strike sends the events of a key that goes down and up.
func (tab *Tab) dispatchKey(key string) error {
	mods, events, err := chord(key)
	if err != nil {
		return err
	}
	for _, ev := range events {
		ev.Modifiers |= mods
		if mods&^int64(kb.ModifierShift) != 0 { // a chord types nothing
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

// keys are those that have a name; any other key is the one letter it types.
var keys = map[string]string{
	"enter": kb.Enter, "escape": kb.Escape, "tab": kb.Tab, "backspace": kb.Backspace, "delete": kb.Delete, "space": " ",
	"arrowup": kb.ArrowUp, "arrowdown": kb.ArrowDown, "arrowleft": kb.ArrowLeft, "arrowright": kb.ArrowRight,
	"home": kb.Home, "end": kb.End, "pageup": kb.PageUp, "pagedown": kb.PageDown,
}

// chord splits "Control+Shift+A" into its modifiers and the events of its key.
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
	if mods&^kb.ModifierShift != 0 && !named { // Control+A is the key a, held with Control
		runes = []rune(strings.ToLower(typed))
	}
	return mods.Int64(), kb.Encode(runes[0]), nil
}

// Fill replaces what the field holds with text, as typing would.
func (tab *Tab) Fill(l Locator, text string) {
	failure := fmt.Sprintf("could not fill in the %s", l)
	s := tab.aim(query{Op: "fill", Target: l}, failure)
	held := s
	if !s.Done {
		held = tab.action(s.frame, query{Op: "focus", Target: l}, failure)
	}
	switch {
	case text != "":
		_, err := cdp.Call(tab.ctx, tab.target(), input.InsertText, input.InsertTextParams{Text: text})
		tab.mustCall(failure, err)
	case held.Text != "":
		tab.mustCall(failure, tab.dispatchKey("Delete"))
	}
}

// Choose picks the option that shows text in a drop-down list.
func (tab *Tab) Choose(l Locator, option string) {
	failure := fmt.Sprintf("could not choose %q in the %s", option, l)
	s := tab.aim(query{Op: "choose", Target: l, Option: option}, failure)
	at := epochMS(time.Now())
	tab.action(s.frame, query{Op: "pick", Target: l, Option: option}, failure)
	tab.wait.begin(tab.step, at)
}

// Check ticks a checkbox, or turns a switch on; one that is on already is left so.
func (tab *Tab) Check(l Locator) { tab.setChecked(l, true, fmt.Sprintf("could not check the %s", l)) }

// Uncheck clears a checkbox, or turns a switch off.
func (tab *Tab) Uncheck(l Locator) {
	tab.setChecked(l, false, fmt.Sprintf("could not uncheck the %s", l))
}

func (tab *Tab) setChecked(l Locator, on bool, failure string) {
	w := query{Op: "check", Target: l, Option: fmt.Sprint(on)}
	s := tab.aim(w, failure)
	if s.Text == w.Option {
		return
	}
	tab.clickAt(s, w, failure)
	if got := tab.poll(w, failure); got.Text != w.Option {
		tab.fail("%s: it was clicked, and stays as it was", failure)
	}
}

// deed does in the page what a look has found to be possible.
func (tab *Tab) action(f frame, w query, failure string) result {
	s, err := tab.evaluateOnce(f, w)
	if err != nil {
		tab.fail("%s: %v", failure, tab.callError(err))
	}
	if !s.OK {
		tab.fail("%s: at the last moment %s", failure, s.Why)
	}
	return s
}

// mustCall ends the step when a call of Chrome failed.
func (tab *Tab) mustCall(failure string, err error) {
	if err != nil {
		tab.fail("%s: %v", failure, tab.callError(err))
	}
}

// Upload gives a file of this name and content to a file field. A field that hides behind its label is found by it.
func (tab *Tab) Upload(l Locator, name string, data []byte) {
	failure := fmt.Sprintf("could not upload %s to the %s", name, l)
	dir, err := os.MkdirTemp(tab.chrome.Dir(), "upload-")
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, filepath.Base(name)), data, 0o600)
	}
	if err != nil {
		tab.step.Brokenf("%s: %v; free some disk space, or set TMPDIR", failure, err)
	}
	s := tab.poll(query{Op: "upload", Target: l}, failure)
	tab.mustCall(failure, tab.setFile(s.frame, filepath.Join(dir, filepath.Base(name))))
}

// hand puts the file into the field that the look has held.
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
