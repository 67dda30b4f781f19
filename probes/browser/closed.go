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
	closedShare = 300 // a look into the tree comes not before so many times what the last one took
	maxElements = 30_000
	maxClosed   = 500
)

// closed is what is known of the page's closed shadow roots.
type closed struct {
	next time.Time // when it is worth looking again; zero: now
}

// recall has the page remember its words again, those in closed roots too, if s says that it may have such.
func (tab *Tab) recall(s sight) {
	if s.Hosts {
		tab.openClosed(tab.ctx)
		_, _ = tab.once(s.frame, wish{Op: "snapshot", Option: "searched"}) // at worst, what was there counts as new
	}
}

// due reports whether the time has come for another search: also shortly before the step's end, for the last time.
func (tab *Tab) due() bool {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	if time.Now().After(tab.closed.next) {
		return true
	}
	deadline, ok := tab.step.Context().Deadline()
	if left := time.Until(deadline); !ok || left > 2*slice || time.Until(tab.closed.next) < left {
		return false
	}
	tab.closed.next = deadline
	return true
}

// openClosed has our world of each frame know the closed shadow roots in it. It reports whether there are new ones.
func (tab *Tab) openClosed(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, slice)
	defer cancel()
	began := time.Now()
	top := tab.top()
	frames := []*frame{&top}
	if tab.framed() {
		frames = tab.list(ctx)
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	found := false
	for _, f := range frames {
		all.Go(func() {
			if fresh := f.openClosed(ctx); fresh {
				mu.Lock()
				defer mu.Unlock()
				found = true
			}
		})
	}
	all.Wait()
	tab.mu.Lock()
	defer tab.mu.Unlock()
	if next := time.Now().Add(closedShare * time.Since(began)); next.After(tab.closed.next) {
		tab.closed.next = next
	}
	return found
}

// closedGroup is what the objects are filed under that Chrome holds for us meanwhile.
const closedGroup = "valkyrie-closed"

// openClosed does so in one frame. A page that is being replaced, or does not answer, is looked at again later.
func (f frame) openClosed(ctx context.Context) bool {
	w, err := cdp.Call(ctx, f.target, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: f.id, WorldName: script.World})
	if err != nil {
		return false
	}
	sized, err := cdp.Call(ctx, f.target, runtime.Evaluate, runtime.EvaluateParams{
		Expression: "document.getElementsByTagName('*').length > " + strconv.Itoa(maxElements) + " ? null : document", ContextID: w.ExecutionContextID, ObjectGroup: closedGroup,
	})
	if err != nil || sized.Result.ObjectID == "" {
		return false
	}
	defer func() {
		_, _ = cdp.Call(ctx, f.target, runtime.ReleaseObjectGroup, runtime.ReleaseObjectGroupParams{ObjectGroup: closedGroup})
	}()
	all, yes := int64(-1), true
	tree, err := cdp.Call(ctx, f.target, dom.DescribeNode, dom.DescribeNodeParams{ObjectID: sized.Result.ObjectID, Depth: &all, Pierce: &yes})
	if err != nil {
		return false
	}
	found := false
	for _, root := range closedRoots(tree.Node, nil) {
		found = f.keepClosed(ctx, w.ExecutionContextID, root) || found
	}
	return found
}

// keepClosed gives one root to our world.
func (f frame) keepClosed(ctx context.Context, in runtime.ExecutionContextID, root cdp.BackendNodeID) bool {
	el, err := cdp.Call(ctx, f.target, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: root, ExecutionContextID: in, ObjectGroup: closedGroup})
	if err != nil {
		return false
	}
	yes := true
	res, err := cdp.Call(ctx, f.target, runtime.CallFunctionOn, runtime.CallFunctionOnParams{FunctionDeclaration: script.KeepShadowRoot, ObjectID: el.Object.ObjectID, ReturnByValue: &yes})
	return err == nil && string(res.Result.Value) == "true"
}

// closedRoots adds those below n to all, outer ones first. What is in frames is theirs.
func closedRoots(n *cdp.Node, all []cdp.BackendNodeID) []cdp.BackendNodeID {
	if n == nil || len(all) >= maxClosed {
		return all
	}
	for _, root := range n.ShadowRoots {
		if root.ShadowRootType == cdp.ShadowRootTypeClosed {
			all = append(all, root.BackendNodeID)
		}
		if root.ShadowRootType != cdp.ShadowRootTypeUserAgent {
			all = closedRoots(root, all)
		}
	}
	for _, child := range n.Children {
		all = closedRoots(child, all)
	}
	return all
}
