package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/domdebugger"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/script"
)

// aim polls until the query is met at a point that can be pressed in the window: the frame that contains the element may
// be covered or scrolled away.
func (tab *Tab) aim(q query, failure string) result { return tab.aimFrom(q, failure, noAnswer) }

// aimFrom is aim with a known reason why the query has not been met so far.
func (tab *Tab) aimFrom(q query, failure, why string) result {
	if q.Op == "click" {
		tab.settle()
	}
	r := tab.pollFrom(q, failure, why)
	last := ""
	for {
		why = tab.toWindow(&r)
		if why == "" {
			return r
		}
		if last != "" && tab.ctx.Err() != nil {
			why = last // more specific than the missed deadline
		}
		last = why
		if tab.scanDue() && tab.findClosedRoots(tab.ctx) { // the frame may be in one of them
			continue
		}
		if !sleep(tab.ctx, aimPause) {
			tab.fail("%s %s: %s", failure, tab.step.LimitNote(), why)
		}
		r = tab.pollFrom(q, failure, why)
	}
}

// aimPause is the pause between two attempts to reach a frame.
const aimPause = 50 * time.Millisecond

// toWindow converts the result's point in a frame to one of the window, or returns why it cannot be reached.
func (tab *Tab) toWindow(s *result) (why string) {
	for f := s.frame; f.parent != nil; f = *f.parent {
		p, err := f.toParent(tab.ctx, s.X, s.Y)
		if err != nil {
			return fmt.Sprintf("its frame cannot be reached: %v", tab.callError(err))
		}
		if p.Why != "" {
			return p.Why
		}
		s.X, s.Y = p.X, p.Y
	}
	return ""
}

// toParent converts a point of the frame to one of its parent.
func (f frame) toParent(ctx context.Context, x, y float64) (result, error) {
	return f.callOnOwner(ctx, script.FramePoint, x, y)
}

// seeing are the queries about visible content; the target of an action is judged at its point (toWindow).
var seeing = []string{"visible", "shows", "fresh", "count", "text", "attribute", "gone"}

// judge corrects a result of a frame by what is seen from outside of it: an element that its parents hide is not seen, nor is a text
// that nothing tells from its background, and one that is to go is gone. It reports whether the frame's result holds. An element that was not
// seen before is seen only since now.
func (tab *Tab) judge(ctx context.Context, f frame, q query, r *result) bool {
	sees := slices.Contains(seeing, q.Op)
	if len(r.Boxes) == 0 || r.Lost > 0 || r.OK == (q.Op == "gone") || !sees && r.Doubt == "" {
		return true
	}
	key := q.Op + q.Target.String()
	shown := result{Boxes: r.Boxes}
	for at := f; at.parent != nil; at = *at.parent {
		var err error
		if shown, err = at.callOnOwner(ctx, script.FrameBoxes, shown.Boxes); err != nil {
			return true // the frame or its parent is being replaced
		}
		if shown.Why != "" {
			break
		}
	}
	switch {
	case shown.Why != "" && !sees:
		return true // toWindow tells more
	case shown.Why == "" && r.Doubt != "" && !tab.isReadable(ctx, shown.Boxes, r.Doubt):
		shown.Why = unreadable[r.Doubt]
	}
	if shown.Why != "" {
		f.contexts.setHidden(f.id, key)
		r.OK, r.Why, r.Found = q.Op == "gone", shown.Why, true
		return r.OK
	}
	if f.contexts.setHidden(f.id, "") == key {
		r.At, r.First = epochMS(time.Now()), false
	}
	return true
}

// unreadable is why a person cannot see what a picture shows in one colour, by the doubt that the styles leave.
var unreadable = map[string]string{"same": script.Blended, "unknown": script.Blended, "covered": "it is there, but covered: a picture of it shows only one colour"}

// hidesAll reports whether the frame's parents show none of these boxes.
func (f frame) hidesAll(ctx context.Context, boxes []box) bool {
	shown := result{Boxes: boxes}
	for at := f; at.parent != nil; at = *at.parent {
		var err error
		if shown, err = at.callOnOwner(ctx, script.FrameBoxes, shown.Boxes); err != nil || shown.Why != "" {
			return true
		}
	}
	return false
}

// awaken scrolls a frame of another site, or a frame in one, into view if it has the target of an action: out of view Chrome
// neither paints it nor runs its timers, so that no point of it can be aimed at. A person scrolls to it as well. It reports whether
// a parent hides the frame.
func (f frame) awaken(ctx context.Context, q query) (hidden bool) {
	var frames []frame // outermost first
	foreign := false
	for at := f; at.parent != nil; at = *at.parent {
		frames = append([]frame{at}, frames...)
		foreign = foreign || at.target != at.parent.target
	}
	if !foreign {
		return false
	}
	r, err := f.query(ctx, query{Op: "attribute", Target: q.Target, Attribute: "id"}, 0)
	if err != nil || !r.OK {
		return false
	}
	for _, at := range frames {
		p, err := at.toParent(ctx, 1, 1)
		if err != nil || p.Why == script.HiddenFrame {
			return err == nil // else it is being replaced
		}
	}
	return false
}

// callOnOwner calls function in the parent as a method of the frame's element.
func (f frame) callOnOwner(ctx context.Context, function string, args ...any) (result, error) {
	parent := f.parent
	owner, err := cdp.Call(ctx, parent.target, dom.GetFrameOwner, dom.GetFrameOwnerParams{FrameID: f.id})
	if err != nil {
		return result{}, err
	}
	w, err := cdp.Call(ctx, parent.target, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: parent.id, WorldName: script.World})
	if err != nil {
		return result{}, err
	}
	el, err := cdp.Call(ctx, parent.target, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: owner.BackendNodeID, ExecutionContextID: w.ExecutionContextID})
	if err != nil {
		return result{}, err
	}
	return callOn(ctx, parent.target, el.Object.ObjectID, function, args...)
}

// callOn calls function as a method of a page's object.
func callOn(ctx context.Context, target *chromedp.Target, object runtime.RemoteObjectID, function string, values ...any) (result, error) {
	yes := true
	var args []*runtime.CallArgument
	for _, v := range values {
		value, err := json.Marshal(v)
		if err != nil {
			return result{}, err
		}
		args = append(args, &runtime.CallArgument{Value: value})
	}
	res, err := cdp.Call(ctx, target, runtime.CallFunctionOn, runtime.CallFunctionOnParams{
		FunctionDeclaration: function, ObjectID: object, Arguments: args, ReturnByValue: &yes,
	})
	if err != nil {
		return result{}, err
	}
	if res.ExceptionDetails != nil {
		return result{}, errors.New(exception(res.ExceptionDetails))
	}
	var r result
	return r, json.Unmarshal(res.Result.Value, &r)
}

// A page from a server shows its buttons before its scripts have started. A click that nothing listened to is lost; a person
// sees that nothing happens, and clicks again. This is certain only for an element without an effect of its own, and only
// when nothing at all listened, or nothing that changed the page or sent a request, such as a tag manager's counter: so that no click
// is ever heard twice.

// listened reports, later, how many listeners in the page heard a press of r's element; -1 if that does not matter.
func (tab *Tab) listened(r result) <-chan int {
	heard := make(chan int, 1)
	if !r.Idle {
		heard <- -1
		return heard
	}
	tab.background.Go(func() {
		n, err := r.frame.listeners(tab.ctx, pressTypes)
		if err != nil {
			n = -1
		}
		heard <- n
	})
	return heard
}

// startTime is how long after a lost click the page's scripts may start.
const startTime = time.Second

// startsListening waits until something more in the page than before listens to a press of the element, for half of the step's time at
// most: the rest finds out what the click has done. Where some did listen, nothing may have come of it.
func (tab *Tab) startsListening(f frame, q query, before int) bool {
	q.Op = "pressed"
	longest := startTime
	if deadline, ok := tab.step.Context().Deadline(); ok {
		longest = min(longest, time.Until(deadline)/2)
	}
	pause := aimPause
	if before > 0 {
		pause = 0 // most pages have reacted already
	}
	for until := time.Now().Add(longest); time.Now().Before(until) && sleep(tab.ctx, pause); pause = aimPause {
		if r, err := tab.evaluateOnce(f, q); err != nil || !r.OK {
			return false // the page does something
		} else if before > 0 && tab.hasReacted(r) {
			return false
		}
		n, err := f.listeners(tab.ctx, pressTypes)
		if n > before || err != nil {
			return err == nil
		}
	}
	return false
}

// pressTypes are the events by which a page notices a press.
var pressTypes = []string{"pointerdown", "mousedown", "pointerup", "mouseup", "click", "dblclick", "focus", "focusin"}

// listeners counts what listens to events of these types on the element that the query has stored, and around it, in the page's own
// world.
func (f frame) listeners(ctx context.Context, types []string) (int, error) {
	at, _, err := f.context(ctx)
	if err != nil {
		return 0, err
	}
	const group = "valkyrie-listeners"
	defer func() {
		_, _ = cdp.Call(ctx, f.target, runtime.ReleaseObjectGroup, runtime.ReleaseObjectGroupParams{ObjectGroup: group})
	}()
	el, err := cdp.Call(ctx, f.target, runtime.Evaluate, runtime.EvaluateParams{Expression: "valkyriePressed", ContextID: at.id, ObjectGroup: group})
	if err != nil {
		return 0, err
	}
	node, err := cdp.Call(ctx, f.target, dom.DescribeNode, dom.DescribeNodeParams{ObjectID: el.Result.ObjectID})
	if err != nil {
		return 0, err
	}
	own, err := cdp.Call(ctx, f.target, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: node.Node.BackendNodeID, ObjectGroup: group})
	if err != nil {
		return 0, err
	}
	path, err := cdp.Call(ctx, f.target, runtime.CallFunctionOn, runtime.CallFunctionOnParams{FunctionDeclaration: script.PressPath, ObjectID: own.Object.ObjectID, ObjectGroup: group})
	if err != nil {
		return 0, err
	}
	all, err := cdp.Call(ctx, f.target, runtime.GetProperties, runtime.GetPropertiesParams{ObjectID: path.Result.ObjectID, OwnProperties: new(true)})
	if err != nil {
		return 0, err
	}
	n := 0
	for _, p := range all.Result {
		if p.Value == nil || p.Value.ObjectID == "" {
			continue
		}
		found, err := cdp.Call(ctx, f.target, domdebugger.GetEventListeners, domdebugger.GetEventListenersParams{ObjectID: p.Value.ObjectID})
		if err != nil {
			return 0, err
		}
		for _, l := range found.Listeners {
			if slices.Contains(types, l.Type) {
				n++
			}
		}
	}
	return n, nil
}
