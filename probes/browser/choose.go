package browser

import (
	"encoding/json"
	"fmt"
	"mime"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"

	"valkyrie/probes/browser/keyboard"
	"valkyrie/probes/browser/mouse"
	"valkyrie/probes/browser/script"
)

// Choose selects the option with this label in a drop-down list, also in one that the page draws itself (a combobox or a
// listbox, also in place of a native list that it hides), and checks that it stays selected. Where the option does not show at once and
// the list has a field to search in, it types the label there. In a list of several choices, the others stay as they are.
func (tab *Tab) Choose(l Locator, option string) {
	n := tab.newEntry(fmt.Sprintf("could not choose %q in the %s", option, l), maxRechecks)
	tab.entries[n-1].enter = func(failure string) { tab.choose(query{Op: "choose", Target: l, Option: option, Number: n}, failure) }
	tab.enter(n)
}

// choose makes the choice of an entry.
func (tab *Tab) choose(q query, failure string) {
	r := tab.aim(q, failure)
	tab.entries[q.Number-1].frame = r.frame
	switch r.Text {
	case "select":
		sent := time.Now()
		q.Op = "pick"
		got, err := tab.evaluateOnce(r.frame, q)
		switch {
		case err != nil && !replaced(err):
			tab.mustCall(failure, err)
		case err == nil && !got.OK:
			tab.fail("%s: %s", failure, got.Why)
		}
		tab.snapshotRoots(got)
		tab.beginWait(got.Acted, sent)
	case "suggestions":
		tab.fill(q.Target, q.Option, q.Number, failure)
	case "radios":
		tab.setChecked(query{Target: Role("radio", q.Option).Within(q.Target), Option: "true", Number: q.Number}, failure)
	default:
		tab.chooseDrawn(r, q, failure)
	}
}

// chooseDrawn clicks on the option of a list that the page draws, after opening it. An option that does not show soon is searched for,
// if the list has a field for that.
func (tab *Tab) chooseDrawn(r result, q query, failure string) {
	option := Role("option", q.Option)
	if r.Text == "closed" {
		tab.clickAt(r, q, failure)
		option.By = "choice" // its parts may have no roles
	}
	if r.Text == "open" && q.Target.Role == "listbox" {
		option = option.Within(q.Target)
	}
	o := query{Op: "click", Target: option}
	if !tab.Shows(option, offerTime) {
		if got, err := tab.evaluateOnce(r.frame, query{Op: "searchable", Target: q.Target}); err == nil && got.OK {
			strokes := keyboard.Strokes(q.Option)
			tab.send(r.frame, failure, strokes, min(tab.handPace(len(strokes)), time.Second/time.Duration(len(strokes)+1)))
		}
	}
	tab.clickAt(tab.aim(o, failure), o, failure)
	q.Op = "chosen"
	tab.poll(q, failure)
}

// offerTime is how long a list may take to show its options before one is searched for.
const offerTime = 300 * time.Millisecond

// Check checks a checkbox, selects a radio button or turns a switch on, waits until the page shows it so, and checks that it stays
// so; it does nothing if that is its state.
func (tab *Tab) Check(l Locator) { tab.check(l, true, fmt.Sprintf("could not check the %s", l)) }

// Uncheck clears a checkbox or turns a switch off.
func (tab *Tab) Uncheck(l Locator) {
	tab.check(l, false, fmt.Sprintf("could not uncheck the %s", l))
}

func (tab *Tab) check(l Locator, on bool, failure string) {
	n := tab.newEntry(failure, maxRechecks)
	tab.entries[n-1].enter = func(failure string) { tab.setChecked(query{Target: l, Option: fmt.Sprint(on), Number: n}, failure) }
	tab.enter(n)
}

// setChecked clicks on the box. A mixed one may need a second click: the first may decide it either way.
func (tab *Tab) setChecked(q query, failure string) {
	for range 2 {
		q.Op, q.Text = "check", ""
		r := tab.aim(q, failure)
		tab.entries[q.Number-1].frame = r.frame
		if r.Text == q.Option {
			return
		}
		tab.clickAt(r, q, failure)
		q.Op, q.Text = "checked", r.Text
		if got := tab.poll(q, failure); got.Text == q.Option {
			return
		}
	}
	tab.fail("%s: it was clicked twice, and is still not so%s", failure, tab.saidNote(tab.entries[q.Number-1].frame))
}

// action performs an action in the page after a query has found it possible.
func (tab *Tab) action(f frame, q query, failure string) result {
	r, err := tab.evaluateOnce(f, q)
	if err != nil {
		tab.fail("%s: %v", failure, tab.callError(err))
	}
	if r.Fatal {
		tab.fail("%s: %s", failure, r.Why)
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

// Upload gives a file with this name and content to a file field, and checks that the field holds it or that the page has
// taken it. The locator may mean the label of a hidden field, a button that opens a file chooser, or an area on which files are
// dropped.
func (tab *Tab) Upload(l Locator, name string, data []byte) {
	failure := fmt.Sprintf("could not upload %s to the %s", name, l)
	file, err := tab.writeUpload(name, data)
	if err != nil {
		tab.step.Brokenf("%s: %v; free some disk space, or set TMPDIR", failure, err)
	}
	r := tab.poll(query{Op: "upload", Target: l}, failure)
	f := r.frame
	if !r.Done {
		takesDrop := tab.takesDrop(f)
		opened := false
		if f, opened = tab.openChooser(l, takesDrop, failure); !opened {
			tab.dropFile(l, file, failure)
			return
		}
	}
	kind, _, _ := strings.Cut(mime.TypeByExtension(filepath.Ext(name)), ";")
	tab.snapshotRoots(tab.action(f, query{Op: "accepts", Target: l, Option: name, Text: kind}, failure))
	sent := time.Now()
	tab.mustCall(failure, tab.setFile(f, file))
	got, err := tab.evaluateOnce(f, query{Op: "uploaded", Target: l, Option: filepath.Base(name)})
	switch {
	case err != nil && !replaced(err):
		tab.mustCall(failure, err)
	case err == nil && !got.OK:
		tab.fail("%s: %s", failure, got.Why)
	}
	tab.beginWait(got.Acted, sent)
}

// writeUpload writes the file that is about to be uploaded.
func (tab *Tab) writeUpload(name string, data []byte) (string, error) {
	dir, err := os.MkdirTemp(tab.chrome.Dir(), "upload-")
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, filepath.Base(name))
	return file, os.WriteFile(file, data, 0o600)
}

// setFile sets the file of the field that choose.js has stored.
func (tab *Tab) setFile(f frame, path string) error {
	at, _, err := f.context(tab.ctx)
	if err != nil {
		return err
	}
	res, err := cdp.Call(tab.ctx, f.target, runtime.Evaluate, runtime.EvaluateParams{Expression: "valkyrieFile.el", ContextID: at.id})
	if err != nil {
		return err
	}
	_, err = cdp.Call(tab.ctx, f.target, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{path}, ObjectID: res.Result.ObjectID})
	return err
}

// chooserTime is how long an area that takes dropped files may take to open a file chooser instead.
const chooserTime = time.Second

// openChooser clicks on what opens a file chooser, and stores the field that the chooser is for: it may not be in the document.
// It returns that field's frame; false if none opened, and files may be dropped there instead.
func (tab *Tab) openChooser(l Locator, takesDrop bool, failure string) (frame, bool) {
	q := query{Op: "click", Target: l}
	r := tab.aim(q, failure)
	session := r.frame.target
	opened, stop := session.Subscribe("Page.fileChooserOpened")
	defer stop()
	intercept := func(on bool) error {
		_, err := cdp.Call(tab.ctx, session, page.SetInterceptFileChooserDialog, page.SetInterceptFileChooserDialogParams{Enabled: on})
		return err
	}
	tab.mustCall(failure, intercept(true))
	tab.clickAt(r, q, failure)
	var late <-chan time.Time
	if takesDrop {
		late = time.After(chooserTime)
	}
	select {
	case raw := <-opened:
		var ev page.EventFileChooserOpened
		err := json.Unmarshal(raw, &ev)
		if err == nil {
			err = intercept(false)
		}
		if err == nil && ev.BackendNodeID == 0 {
			tab.fail("%s: the page asks for the file by showOpenFilePicker, which has no field that could get it; drop the file on an area instead, or use a field", failure)
		}
		f := r.frame
		f.id = ev.FrameID
		if err == nil {
			err = tab.keepFileInput(f, ev.BackendNodeID)
		}
		tab.mustCall(failure, err)
		return f, true
	case <-late:
		tab.mustCall(failure, intercept(false))
	case <-tab.ctx.Done():
		tab.fail("%s %s: it was clicked, and opened no file chooser", failure, tab.step.LimitNote())
	}
	return frame{}, false
}

// takesDrop reports whether the page listens to drops on what the query "upload" has found. A phone drops no files.
func (tab *Tab) takesDrop(f frame) bool {
	n, err := f.listeners(tab.ctx, []string{"drop"})
	return err == nil && n > 0 && !tab.device.Phone
}

// dropFile drags a file from outside of the browser onto the element and drops it there.
func (tab *Tab) dropFile(l Locator, file, failure string) {
	q := query{Op: "hover", Target: l, Option: "drop"}
	r := tab.aim(q, failure)
	at := time.Now()
	tab.mustCall(failure, mouse.DropFile(tab.ctx, tab.target(), mouse.Point{X: r.X, Y: r.Y}, file))
	got, err := tab.evaluateOnce(r.frame, query{Op: "dropped", Target: l})
	if err == nil && !got.OK {
		tab.fail("%s: it opens no file chooser, and takes no file that is dropped on it", failure)
	}
	tab.beginWait(got.Acted, at)
}

// keepFileInput stores a file field for choose.js.
func (tab *Tab) keepFileInput(f frame, node cdp.BackendNodeID) error {
	at, _, err := f.context(tab.ctx)
	if err != nil {
		return err
	}
	el, err := cdp.Call(tab.ctx, f.target, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: node, ExecutionContextID: at.id})
	if err != nil {
		return err
	}
	_, err = cdp.Call(tab.ctx, f.target, runtime.CallFunctionOn, runtime.CallFunctionOnParams{FunctionDeclaration: script.KeepFileInput, ObjectID: el.Object.ObjectID})
	return err
}
