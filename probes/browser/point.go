package browser

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// point turns a place in a frame into one in the window, and makes sure that the frame can be reached there.
func (tab *Tab) point(s *sight, failure string) {
	for f := s.frame; f.parent != nil; f = *f.parent {
		p, err := f.outward(tab.ctx, s.X, s.Y)
		if err != nil {
			tab.fail("%s: its frame cannot be reached: %v", failure, tab.reason(err))
		}
		if p.Why != "" {
			tab.fail("%s: %s", failure, p.Why)
		}
		s.X, s.Y = p.X, p.Y
	}
}

// outwardScript is a method of the frame's element; x and y are a place inside of the frame.
var outwardScript = "function(x, y) { const roots = [];" + findScript + whyScript + actScript + `
	if (unseen(this)) return { why: 'the frame that holds it is not visible' };
	const r = this.getBoundingClientRect(), style = getComputedStyle(this), px = (v) => parseFloat(v) || 0;
	const sx = r.width / this.offsetWidth || 1, sy = r.height / this.offsetHeight || 1;
	const at = { x: r.x + (this.clientLeft + px(style.paddingLeft) + x) * sx, y: r.y + (this.clientTop + px(style.paddingTop) + y) * sy };
	const top = deepest(at.x, at.y);
	if (!top) return { why: 'it is outside of the window' };
	return holds(this, top) ? at : { why: 'it is covered by ' + describe(top) };
}`

// outward is a place of the frame as its parent sees it.
func (f frame) outward(ctx context.Context, x, y float64) (sight, error) {
	parent := f.parent
	owner, err := cdp.Call(ctx, parent.target, dom.GetFrameOwner, dom.GetFrameOwnerParams{FrameID: f.id})
	if err != nil {
		return sight{}, err
	}
	w, err := cdp.Call(ctx, parent.target, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: parent.id, WorldName: world})
	if err != nil {
		return sight{}, err
	}
	el, err := cdp.Call(ctx, parent.target, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: owner.BackendNodeID, ExecutionContextID: w.ExecutionContextID})
	if err != nil {
		return sight{}, err
	}
	return callOn(ctx, parent.target, el.Object.ObjectID, outwardScript, x, y)
}

// callOn calls function as a method of a page's object.
func callOn(ctx context.Context, target *chromedp.Target, object runtime.RemoteObjectID, function string, x, y float64) (sight, error) {
	yes := true
	args := []*runtime.CallArgument{{}, {}}
	for i, v := range []float64{x, y} {
		value, err := json.Marshal(v)
		if err != nil {
			return sight{}, err
		}
		args[i].Value = value
	}
	res, err := cdp.Call(ctx, target, runtime.CallFunctionOn, runtime.CallFunctionOnParams{
		FunctionDeclaration: function, ObjectID: object, Arguments: args, ReturnByValue: &yes,
	})
	if err != nil {
		return sight{}, err
	}
	if res.ExceptionDetails != nil {
		return sight{}, errors.New(exception(res.ExceptionDetails))
	}
	var s sight
	return s, json.Unmarshal(res.Result.Value, &s)
}
