package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/script"
)

// evaluate runs script in our isolated world of the page, awaits it, and decodes its value. Unlike chromedp's waits, it
// ends with ctx whatever the page does.
func (tab *Tab) evaluate(ctx context.Context, script string, value any) error {
	return tab.top().evaluate(ctx, script, value)
}

// evaluate does so in one frame.
func (f frame) evaluate(ctx context.Context, script string, value any) error {
	return f.inContext(ctx, func(executionContext) string { return script }, value)
}

// ask has the scripts look for w in the frame, within d. A document is told them once, and then only what to look for.
func (f frame) query(ctx context.Context, w query, d time.Duration) (s result, err error) {
	args, err := json.Marshal(w)
	if err != nil {
		return s, err
	}
	var asked executionContext
	err = f.inContext(ctx, func(at executionContext) string {
		asked = at
		look := "valkyrieQuery"
		if !at.hasScripts {
			look = "(globalThis.valkyrieQuery = " + script.Query + ")"
		}
		return fmt.Sprintf("%s(%s, %d)", look, args, d.Milliseconds())
	}, &s)
	if err == nil {
		f.contexts.markScripts(f.id, asked.id)
	}
	s.frame = f
	return s, err
}

// inWorld evaluates the script that is made for our world of the present document. The one that is known may just have
// gone with its document: then the script has not run at all, and does so in the next.
func (f frame) inContext(ctx context.Context, script func(executionContext) string, value any) error {
	at, known, err := f.context(ctx)
	if err != nil {
		return err
	}
	err = f.evaluateIn(ctx, at, script(at), value)
	if known && err != nil && strings.Contains(err.Error(), "uniqueContextId not found") {
		f.contexts.remove(f.id)
		return f.inContext(ctx, script, value)
	}
	return err
}

func (f frame) evaluateIn(ctx context.Context, at executionContext, script string, value any) error {
	yes := true
	p := runtime.EvaluateParams{Expression: script, ContextID: at.id, AwaitPromise: &yes, ReturnByValue: &yes}
	if at.uniqueID != "" { // another document's process may know its id as another world
		p.ContextID, p.UniqueContextID = 0, at.uniqueID
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

// Do runs any chromedp actions on the tab, where its own methods do not reach. They end with the step, and run in a
// session of their own (see spare), which takes some 20 ms to open.
func (tab *Tab) Do(actions ...chromedp.Action[chromedp.Void]) {
	ctx, detach := chromedp.NewContext(tab.ctx, chromedp.WithTargetID(tab.target().TargetID), chromedp.WithDetachOnCancel())
	defer detach()
	if err := chromedp.Do(ctx, actions...); err != nil {
		tab.fail("a chromedp action failed: %v", tab.callError(err))
	}
}

// spare stops chromedp from following the document in this session. Its own actions need that; ours do not, and it
// deadlocks: chromedp 0.22 asks for each new document from the goroutine that empties its queue of events, so that on a
// page that meanwhile writes 4096 lines to the console the answer never gets through, and nothing else does either
// (Target.run and documentUpdated in its target.go).
func disableDOM(ctx context.Context) error {
	_, err := chromedp.Call(ctx, dom.Disable, cdp.Empty{})
	return err
}

// worlds are our isolated worlds of the present documents, by frame. Chrome makes one with each new document, as our
// scripts run in it from its first moment, and tells; so it need not be asked for one at each look.
type contexts struct {
	mu      sync.Mutex
	byFrame map[cdp.FrameID]*executionContext
}

// An isolated world is one document's.
type executionContext struct {
	id         runtime.ExecutionContextID
	uniqueID   string // the same, among those of all processes; empty: unknown
	hasScripts bool   // it has our scripts
}

// world is our isolated world of the frame's present document: the one that is known, or else one that is asked for.
func (f frame) context(ctx context.Context) (at executionContext, known bool, err error) {
	if at, known = f.contexts.get(f.id); known {
		return at, true, nil
	}
	res, err := cdp.Call(ctx, f.target, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: f.id, WorldName: script.World})
	return executionContext{id: res.ExecutionContextID}, false, err
}

// hear takes the events that tell of worlds which come and go.
func (ws *contexts) handle(ev any) {
	switch ev := ev.(type) {
	case *runtime.EventExecutionContextCreated:
		var of struct{ FrameID cdp.FrameID }
		if ev.Context.Name == script.World && json.Unmarshal(ev.Context.AuxData, &of) == nil {
			ws.set(of.FrameID, executionContext{id: ev.Context.ID, uniqueID: ev.Context.UniqueID})
		}
	case *runtime.EventExecutionContextDestroyed:
		ws.removeIf(func(at *executionContext) bool { return at.uniqueID == ev.ExecutionContextUniqueID })
	case *runtime.EventExecutionContextsCleared:
		ws.removeIf(func(*executionContext) bool { return true })
	}
}

func (ws *contexts) get(id cdp.FrameID) (executionContext, bool) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if at := ws.byFrame[id]; at != nil {
		return *at, true
	}
	return executionContext{}, false
}

// learn notes the world of a frame.
func (ws *contexts) set(id cdp.FrameID, at executionContext) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if ws.byFrame == nil {
		ws.byFrame = map[cdp.FrameID]*executionContext{}
	}
	ws.byFrame[id] = &at
}

// teach notes that this world of the frame has our scripts, unless it has gone meanwhile.
func (ws *contexts) markScripts(id cdp.FrameID, context runtime.ExecutionContextID) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if at := ws.byFrame[id]; at != nil && at.id == context {
		at.hasScripts = true
	}
}

func (ws *contexts) remove(id cdp.FrameID) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	delete(ws.byFrame, id)
}

// lose forgets the worlds that have gone. Those of other processes count by themselves, so that it may be one too many,
// which then is asked for again.
func (ws *contexts) removeIf(gone func(*executionContext) bool) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for id, at := range ws.byFrame {
		if gone(at) {
			delete(ws.byFrame, id)
		}
	}
}
