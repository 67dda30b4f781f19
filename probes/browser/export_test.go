package browser

import (
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
)

// Finds reports whether a locator means the very element of an offer that was listed last, whatever frame it is found in. Of one that is
// hidden behind its label, or a list behind the one that is drawn for it, it reports whether the offer's action finds it.
func (tab *Tab) Finds(l Locator, o Offer) (bool, error) {
	r, err := tab.acrossFrames(query{Op: "text", Target: l}, maxSlice)
	if op := strings.ToLower(o.Verb); err == nil && !r.OK && o.Acts() && op != "fill" {
		r, err = tab.acrossFrames(query{Op: op, Target: l, Option: o.Argument}, maxSlice)
		return err == nil && r.OK, fmt.Errorf("no step can act on it: %s, %w", r.Why, err)
	}
	if err != nil || !r.OK {
		return false, fmt.Errorf("it is not found: %s, %w", r.Why, err)
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
