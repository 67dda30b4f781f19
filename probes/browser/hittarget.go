package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/script"
)

// aim looks until the wish is met at a place that can be reached in the window, too: the frame that holds the element may
// be covered, or be scrolled away.
func (tab *Tab) aim(w query, failure string) result { return tab.aimFrom(w, failure, noAnswer) }

// aimOn is aim when it is known already why the wish has not been met so far.
func (tab *Tab) aimFrom(w query, failure, why string) result {
	s := tab.pollFrom(w, failure, why)
	last := ""
	for {
		why = tab.toWindow(&s)
		if why == "" {
			return s
		}
		if last != "" && tab.ctx.Err() != nil {
			why = last // what was seen says more than that there was no time to look again
		}
		last = why
		if tab.scanDue() && tab.findClosedRoots(tab.ctx) { // the frame may be in one
			continue
		}
		if !sleep(tab.ctx, aimPause) {
			tab.fail("%s %s: %s", failure, tab.step.LimitNote(), why)
		}
		s = tab.pollFrom(w, failure, why)
	}
}

// aimPause is between two looks at a frame that cannot be reached.
const aimPause = 50 * time.Millisecond

// point turns a place in a frame into one in the window, or says why it cannot be reached.
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

// outward is a place of the frame as its parent sees it.
func (f frame) toParent(ctx context.Context, x, y float64) (result, error) {
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
	return callOn(ctx, parent.target, el.Object.ObjectID, script.FramePoint, x, y)
}

// callOn calls function as a method of a page's object.
func callOn(ctx context.Context, target *chromedp.Target, object runtime.RemoteObjectID, function string, x, y float64) (result, error) {
	yes := true
	args := []*runtime.CallArgument{{}, {}}
	for i, v := range []float64{x, y} {
		value, err := json.Marshal(v)
		if err != nil {
			return result{}, err
		}
		args[i].Value = value
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
	var s result
	return s, json.Unmarshal(res.Result.Value, &s)
}
