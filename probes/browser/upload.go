package browser

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"

	"valkyrie/probes/browser/script"
)

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
	s := tab.look(wish{Op: "upload", Target: l}, failure)
	tab.mustCall(failure, tab.hand(s.frame, filepath.Join(dir, filepath.Base(name))))
}

// hand puts the file into the field that the look has held.
func (tab *Tab) hand(f frame, path string) error {
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
