package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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

// evaluate runs script in the isolated world of the tab's document, awaits its promise and decodes its value. Unlike
// chromedp's waits, it ends with ctx whatever the page does.
func (tab *Tab) evaluate(ctx context.Context, script string, value any) error {
	return tab.top().evaluate(ctx, script, value)
}

// evaluate runs script in this frame.
func (f frame) evaluate(ctx context.Context, script string, value any) error {
	return f.inContext(ctx, func(at executionContext) error { return f.evaluateIn(ctx, at, script, value) })
}

// query evaluates script.Query in the frame for at most d. A document gets the script once, in an evaluation that is the same for
// all documents, so that Chrome compiles it once, and then only the arguments.
func (f frame) query(ctx context.Context, q query, d time.Duration) (r result, err error) {
	q.Target, q.Unscrollable = f.place(ctx, q.Target), f.isUnscrollable(ctx)
	args, err := json.Marshal(q)
	if err != nil {
		return r, err
	}
	err = f.inContext(ctx, func(at executionContext) error {
		if !at.hasScripts {
			if err := f.evaluateIn(ctx, at, "globalThis.valkyrieQuery = "+script.Query+"; 0", new(int)); err != nil {
				return err
			}
			f.contexts.markScripts(f.id, at.id)
		}
		return f.evaluateIn(ctx, at, fmt.Sprintf("valkyrieQuery(%s, %d)", args, d.Milliseconds()), &r)
	})
	r.frame = f
	return r, err
}

// inContext evaluates in the document's execution context. A known context may have just been destroyed with its document; then
// the script has not run at all, and runs in the new one.
func (f frame) inContext(ctx context.Context, evaluate func(executionContext) error) error {
	at, known, err := f.context(ctx)
	if err != nil {
		return err
	}
	err = evaluate(at)
	if known && err != nil && strings.Contains(err.Error(), "uniqueContextId not found") {
		f.contexts.remove(f.id, at)
		return f.inContext(ctx, evaluate)
	}
	return err
}

func (f frame) evaluateIn(ctx context.Context, at executionContext, script string, value any) error {
	yes := true
	p := runtime.EvaluateParams{Expression: script, ContextID: at.id, AwaitPromise: &yes, ReturnByValue: &yes}
	if at.uniqueID != "" { // ids are unique only within one renderer
		p.ContextID, p.UniqueContextID = 0, at.uniqueID
	}
	res, err := cdp.Call(ctx, f.target, runtime.Evaluate, p)
	if err != nil {
		return err
	}
	if res.ExceptionDetails != nil {
		return scriptError(exception(res.ExceptionDetails))
	}
	return json.Unmarshal(res.Result.Value, value)
}

// A scriptError is an exception in one of our scripts: our fault, whatever the page is like.
type scriptError string

func (e scriptError) Error() string {
	return fmt.Sprintf("a script of Valkyrie failed in the page: %s; please report it with the page", string(e))
}

func exception(d *runtime.ExceptionDetails) string {
	if d.Exception != nil && d.Exception.Description != "" {
		line, _, _ := strings.Cut(d.Exception.Description, "\n")
		return line
	}
	return d.Text
}

// replaced reports whether err only means that the document was replaced during the evaluation.
func replaced(err error) bool {
	for _, s := range []string{"context was destroyed", "Cannot find context", "No frame", "Inspected target navigated", "uniqueContextId not found", "Promise was collected"} {
		if strings.Contains(err.Error(), s) {
			return true
		}
	}
	return false
}

// Do runs chromedp actions on the tab, where its own methods do not reach. They end with the step, and run in a session of
// their own (see disableDOM), which takes some 20 ms to open.
func (tab *Tab) Do(actions ...chromedp.Action[chromedp.Void]) {
	tab.awaitStill()
	ctx, detach := chromedp.NewContext(tab.ctx, chromedp.WithTargetID(tab.target().TargetID), chromedp.WithDetachOnCancel())
	defer detach()
	if err := chromedp.Do(ctx, actions...); err != nil {
		tab.fail("a chromedp action failed: %v", tab.callError(err))
	}
}

// Run runs a chromedp action that returns a value on the tab, and returns the value; like Do, it ends with the step.
func Run[T any](tab *Tab, action chromedp.Action[T]) T {
	var value T
	tab.Do(func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		var err error
		value, err = action(ctx, t)
		return chromedp.Void{}, err
	})
	return value
}

// Element waits for the element that the locator means, and makes a chromedp action of Do or Run use it, in place of a
// selector: tab.Do(chromedp.Focus("", tab.Element(browser.Field("Name")))). A frame of another site is out of chromedp's reach.
func (tab *Tab) Element(l Locator) chromedp.QueryOption {
	failure := fmt.Sprintf("could not find the %s", l)
	r := tab.poll(query{Op: "text", Target: l}, failure)
	node, err := tab.backendNode(r.frame, l)
	tab.mustCall(failure, err)
	return chromedp.ByFunc(func(ctx context.Context, t *chromedp.Target, _ *chromedp.Node) ([]cdp.NodeID, error) {
		res, err := cdp.Call(ctx, t, dom.PushNodesByBackendIDsToFrontend, dom.PushNodesByBackendIDsToFrontendParams{BackendNodeIDs: []cdp.BackendNodeID{node}})
		if err == nil && slices.Contains(res.NodeIDs, 0) {
			err = fmt.Errorf("the %s is gone, or in a frame of another site", l)
		}
		return res.NodeIDs, err
	})
}

// backendNode is Chrome's own id of the one element that the locator means in a frame.
func (tab *Tab) backendNode(f frame, l Locator) (cdp.BackendNodeID, error) {
	args, err := json.Marshal(query{Target: f.place(tab.ctx, l)})
	if err != nil {
		return 0, err
	}
	at, _, err := f.context(tab.ctx)
	if err != nil {
		return 0, err
	}
	p := runtime.EvaluateParams{Expression: fmt.Sprintf("(%s)(%s)", script.Element, args), ContextID: at.id}
	if at.uniqueID != "" {
		p.ContextID, p.UniqueContextID = 0, at.uniqueID
	}
	res, err := cdp.Call(tab.ctx, f.target, runtime.Evaluate, p)
	if err != nil {
		return 0, err
	}
	if res.ExceptionDetails != nil {
		return 0, errors.New(exception(res.ExceptionDetails))
	}
	node, err := cdp.Call(tab.ctx, f.target, dom.DescribeNode, dom.DescribeNodeParams{ObjectID: res.Result.ObjectID})
	if err != nil {
		return 0, err
	}
	return node.Node.BackendNodeID, nil
}

// disableDOM stops chromedp from following the document in this session. Only chromedp's own actions need that, and it can
// deadlock: chromedp 0.22 requests each new document from the goroutine that drains its event queue, so on a page that
// meanwhile writes 4096 lines to the console the response never gets through (Target.run and documentUpdated in its
// target.go).
func disableDOM(ctx context.Context) error {
	_, err := chromedp.Call(ctx, dom.Disable, cdp.Empty{})
	return err
}

// contexts are the isolated worlds of the current documents, by frame. Chrome creates and reports one with each new
// document, since the scripts run in it from the start, so most evaluations need not create one.
type contexts struct {
	mu      sync.Mutex
	byFrame map[cdp.FrameID]*executionContext
	hidden  map[cdp.FrameID]string // the query that a frame met, though its parents hid the element
	fixed   map[cdp.FrameID]bool   // whether another site's frame forbids scrolling
}

// An executionContext is the isolated world of one document.
type executionContext struct {
	id         runtime.ExecutionContextID
	uniqueID   string // unique across renderers; empty: unknown
	hasScripts bool   // script.Query is installed in it
}

// context returns the isolated world of the frame's current document: the known one, or a new one.
func (f frame) context(ctx context.Context) (at executionContext, known bool, err error) {
	if at, known = f.contexts.get(f.id); known {
		return at, true, nil
	}
	res, err := cdp.Call(ctx, f.target, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: f.id, WorldName: script.World})
	return executionContext{id: res.ExecutionContextID}, false, err
}

// handle follows contexts that are created and destroyed.
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

// set records the context of a frame.
func (ws *contexts) set(id cdp.FrameID, at executionContext) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if ws.byFrame == nil {
		ws.byFrame = map[cdp.FrameID]*executionContext{}
	}
	ws.byFrame[id] = &at
}

// markScripts records that the frame's context has the scripts, unless it was replaced meanwhile.
func (ws *contexts) markScripts(id cdp.FrameID, context runtime.ExecutionContextID) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if at := ws.byFrame[id]; at != nil && at.id == context {
		at.hasScripts = true
	}
}

// setHidden sets the query of which a frame's parents hide the element, "" for none, and returns the one before.
func (ws *contexts) setHidden(id cdp.FrameID, query string) (before string) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	before = ws.hidden[id]
	if ws.hidden == nil {
		ws.hidden = map[cdp.FrameID]string{}
	}
	ws.hidden[id] = query
	return before
}

// remove removes the context of a frame, unless that is already the one of its next document: without it, each evaluation
// would send and compile the scripts anew.
func (ws *contexts) remove(id cdp.FrameID, gone executionContext) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if at := ws.byFrame[id]; at != nil && at.uniqueID == gone.uniqueID {
		delete(ws.byFrame, id)
	}
}

// removeIf removes destroyed contexts. Ids of other renderers may coincide, so it may remove one too many, which is then
// created again.
func (ws *contexts) removeIf(gone func(*executionContext) bool) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for id, at := range ws.byFrame {
		if gone(at) {
			delete(ws.byFrame, id)
		}
	}
}
