package browser

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp"
)

// Do runs any chromedp actions on the tab, where its own methods do not reach. They end with the step, and run in a
// session of their own (see spare), which takes some 20 ms to open.
func (tab *Tab) Do(actions ...chromedp.Action[chromedp.Void]) {
	ctx, detach := chromedp.NewContext(tab.ctx, chromedp.WithTargetID(tab.target().TargetID), chromedp.WithDetachOnCancel())
	defer detach()
	if err := chromedp.Do(ctx, actions...); err != nil {
		tab.fail("a chromedp action failed: %v", tab.reason(err))
	}
}

// spare stops chromedp from following the document in this session. Its own actions need that; ours do not, and it
// deadlocks: chromedp 0.22 asks for each new document from the goroutine that empties its queue of events, so that on a
// page that meanwhile writes 4096 lines to the console the answer never gets through, and nothing else does either
// (Target.run and documentUpdated in its target.go).
func spare(ctx context.Context) error {
	_, err := chromedp.Call(ctx, dom.Disable, cdp.Empty{})
	return err
}
