package browser

import (
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
)

// Finds reports whether a locator means the very element of an offer that was listed last, whatever frame it is found in.
func (tab *Tab) Finds(l Locator, o Offer) (bool, error) {
	r, err := tab.acrossFrames(query{Op: "text", Target: l}, maxSlice)
	if err != nil || !r.OK {
		return false, fmt.Errorf("%w: %s", err, r.Why)
	}
	found, err := tab.backendNode(r.frame, l)
	if err != nil {
		return false, err
	}
	at, _, err := o.frame.context(tab.ctx)
	if err != nil {
		return false, err
	}
	p := runtime.EvaluateParams{Expression: fmt.Sprintf("valkyrieOffered[%d]", o.index), ContextID: at.id}
	if at.uniqueID != "" {
		p.ContextID, p.UniqueContextID = 0, at.uniqueID
	}
	res, err := cdp.Call(tab.ctx, o.frame.target, runtime.Evaluate, p)
	if err != nil {
		return false, err
	}
	node, err := cdp.Call(tab.ctx, o.frame.target, dom.DescribeNode, dom.DescribeNodeParams{ObjectID: res.Result.ObjectID})
	return err == nil && node.Node.BackendNodeID == found && o.frame.id == r.frame.id, err
}
