package browser

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"

	"valkyrie/probes/browser/script"
)

// A page may keep part of what it shows in closed shadow roots, where no script can look, ours neither. Chrome's inspector
// can: it describes the whole tree, and hands a closed root to our isolated world, which keeps it by its host (script/find.js).
// The page notices nothing. Describing costs some 10 µs an element, so it is done only when a look did not find what it
// sought, and seldom enough to cost little.

// The inspector's part of the CPU, and how many elements and roots are looked at.
const (
	scanShare   = 300 // a look into the tree comes not before so many times what the last one took
	maxElements = 30_000
	maxRoots    = 500
)

// closed is what is known of the page's closed shadow roots.
type shadowScan struct {
	next time.Time // when it is worth looking again; zero: now
}

// recall has the page remember its words again, those in closed roots too, if s says that it may have such.
func (tab *Tab) snapshotRoots(s result) {
	if s.MayHide {
		tab.findClosedRoots(tab.ctx)
		_, _ = tab.evaluateOnce(s.frame, query{Op: "snapshot", Option: "searched"}) // at worst, what was there counts as new
	}
}

// due reports whether the time has come for another search: also shortly before the step's end, for the last time.
func (tab *Tab) scanDue() bool {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	if time.Now().After(tab.shadow.next) {
		return true
	}
	deadline, ok := tab.step.Context().Deadline()
	if left := time.Until(deadline); !ok || left > 2*maxSlice || time.Until(tab.shadow.next) < left {
		return false
	}
	tab.shadow.next = deadline
	return true
}

// openClosed has our world of each frame know the closed shadow roots in it. It reports whether there are new ones.
func (tab *Tab) findClosedRoots(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, maxSlice)
	defer cancel()
	began := time.Now()
	top := tab.top()
	frames := []*frame{&top}
	if tab.hasFrames() {
		frames = tab.listFrames(ctx)
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	found := false
	for _, f := range frames {
		all.Go(func() {
			if fresh := f.findClosedRoots(ctx); fresh {
				mu.Lock()
				defer mu.Unlock()
				found = true
			}
		})
	}
	all.Wait()
	tab.mu.Lock()
	defer tab.mu.Unlock()
	if next := time.Now().Add(scanShare * time.Since(began)); next.After(tab.shadow.next) {
		tab.shadow.next = next
	}
	return found
}

// closedGroup is what the objects are filed under that Chrome holds for us meanwhile.
const objectGroup = "valkyrie-closed"

// openClosed does so in one frame. A page that is being replaced, or does not answer, is looked at again later.
func (f frame) findClosedRoots(ctx context.Context) bool {
	w, err := cdp.Call(ctx, f.target, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: f.id, WorldName: script.World})
	if err != nil {
		return false
	}
	sized, err := cdp.Call(ctx, f.target, runtime.Evaluate, runtime.EvaluateParams{
		Expression: "document.getElementsByTagName('*').length > " + strconv.Itoa(maxElements) + " ? null : document", ContextID: w.ExecutionContextID, ObjectGroup: objectGroup,
	})
	if err != nil || sized.Result.ObjectID == "" {
		return false
	}
	defer func() {
		_, _ = cdp.Call(ctx, f.target, runtime.ReleaseObjectGroup, runtime.ReleaseObjectGroupParams{ObjectGroup: objectGroup})
	}()
	all, yes := int64(-1), true
	tree, err := cdp.Call(ctx, f.target, dom.DescribeNode, dom.DescribeNodeParams{ObjectID: sized.Result.ObjectID, Depth: &all, Pierce: &yes})
	if err != nil {
		return false
	}
	found := false
	for _, root := range listClosedRoots(tree.Node, nil) {
		found = f.storeRoot(ctx, w.ExecutionContextID, root) || found
	}
	return found
}

// keepClosed gives one root to our world.
func (f frame) storeRoot(ctx context.Context, in runtime.ExecutionContextID, root cdp.BackendNodeID) bool {
	el, err := cdp.Call(ctx, f.target, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: root, ExecutionContextID: in, ObjectGroup: objectGroup})
	if err != nil {
		return false
	}
	yes := true
	res, err := cdp.Call(ctx, f.target, runtime.CallFunctionOn, runtime.CallFunctionOnParams{FunctionDeclaration: script.KeepShadowRoot, ObjectID: el.Object.ObjectID, ReturnByValue: &yes})
	return err == nil && string(res.Result.Value) == "true"
}

// closedRoots adds those below n to all, outer ones first. What is in frames is theirs.
func listClosedRoots(n *cdp.Node, all []cdp.BackendNodeID) []cdp.BackendNodeID {
	if n == nil || len(all) >= maxRoots {
		return all
	}
	for _, root := range n.ShadowRoots {
		if root.ShadowRootType == cdp.ShadowRootTypeClosed {
			all = append(all, root.BackendNodeID)
		}
		if root.ShadowRootType != cdp.ShadowRootTypeUserAgent {
			all = listClosedRoots(root, all)
		}
	}
	for _, child := range n.Children {
		all = listClosedRoots(child, all)
	}
	return all
}
