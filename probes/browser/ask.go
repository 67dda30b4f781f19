package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/runtime"

	"valkyrie/probes/browser/script"
)

// evaluate runs script in our isolated world of the page, awaits it, and decodes its value. Unlike chromedp's waits, it
// ends with ctx whatever the page does.
func (tab *Tab) evaluate(ctx context.Context, script string, value any) error {
	return tab.top().evaluate(ctx, script, value)
}

// evaluate does so in one frame.
func (f frame) evaluate(ctx context.Context, script string, value any) error {
	return f.inWorld(ctx, func(isolated) string { return script }, value)
}

// ask has the scripts look for w in the frame, within d. A document is told them once, and then only what to look for.
func (f frame) ask(ctx context.Context, w wish, d time.Duration) (s sight, err error) {
	args, err := json.Marshal(w)
	if err != nil {
		return s, err
	}
	var asked isolated
	err = f.inWorld(ctx, func(at isolated) string {
		asked = at
		look := "valkyrieQuery"
		if !at.taught {
			look = "(globalThis.valkyrieQuery = " + script.Query + ")"
		}
		return fmt.Sprintf("%s(%s, %d)", look, args, d.Milliseconds())
	}, &s)
	if err == nil {
		f.worlds.teach(f.id, asked.id)
	}
	s.frame = f
	return s, err
}

// inWorld evaluates the script that is made for our world of the present document. The one that is known may just have
// gone with its document: then the script has not run at all, and does so in the next.
func (f frame) inWorld(ctx context.Context, script func(isolated) string, value any) error {
	at, known, err := f.world(ctx)
	if err != nil {
		return err
	}
	err = f.evaluateIn(ctx, at, script(at), value)
	if known && err != nil && strings.Contains(err.Error(), "uniqueContextId not found") {
		f.worlds.forget(f.id)
		return f.inWorld(ctx, script, value)
	}
	return err
}

func (f frame) evaluateIn(ctx context.Context, at isolated, script string, value any) error {
	yes := true
	p := runtime.EvaluateParams{Expression: script, ContextID: at.id, AwaitPromise: &yes, ReturnByValue: &yes}
	if at.unique != "" { // another document's process may know its id as another world
		p.ContextID, p.UniqueContextID = 0, at.unique
	}
	res, err := cdp.Call(ctx, f.target, runtime.Evaluate, p)
	if err != nil {
		return err
	}
	if res.ExceptionDetails != nil {
		return fmt.Errorf("the page refused our look at it: %s", exception(res.ExceptionDetails))
	}
	return json.Unmarshal(res.Result.Value, value)
}

func exception(d *runtime.ExceptionDetails) string {
	if d.Exception != nil && d.Exception.Description != "" {
		line, _, _ := strings.Cut(d.Exception.Description, "\n")
		return line
	}
	return d.Text
}

// replaced reports whether err only says that the document went away while it was asked.
func replaced(err error) bool {
	for _, s := range []string{"context was destroyed", "Cannot find context", "No frame", "Inspected target navigated", "uniqueContextId not found", "Promise was collected"} {
		if strings.Contains(err.Error(), s) {
			return true
		}
	}
	return false
}
