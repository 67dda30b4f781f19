package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"

	"valkyrie/probes/browser/script"
)

// A page may keep part of its content in closed shadow roots, which no script can access. Chrome's inspector can: it
// describes the whole tree and resolves a closed root in the isolated world, where script/find.js finds it by its host. The
// page notices nothing. Describing costs some 10 µs an element, so a search happens only when a query is not met, and
// rarely enough to cost little.

// Bounds of a search: its share of the CPU, the document's elements, and the closed roots.
const (
	scanShare   = 300 // the pause before the next search, as a multiple of the last one's duration
	maxElements = 30_000
	maxRoots    = 500
)

// A shadowScan schedules the searches for closed shadow roots.
type shadowScan struct {
	next time.Time // earliest time of the next search; zero: now
}

// snapshotRoots takes the page's snapshot again with the text of closed roots, if r reports that there may be some.
func (tab *Tab) snapshotRoots(r result) {
	if r.MayHide {
		tab.findClosedRoots(tab.ctx)
		_, _ = tab.evaluateOnce(r.frame, query{Op: "snapshot", Option: "searched"}) // at worst, old text counts as new
	}
}

// scanDue reports whether another search is due; one is due shortly before the step's end too. None is in a document that is being
// left: Chrome would answer only from the next one.
func (tab *Tab) scanDue() bool {
	if tab.leaving(tab.top().id) != "" {
		return false
	}
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

// findClosedRoots stores the closed shadow roots of each frame for find.js. It reports whether there are new ones.
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

// maxCustom bounds the custom elements of a document whose roles are asked for in a search.
const maxCustom = 100

// storeRoles stores the roles and names that custom elements have given themselves through ElementInternals, where no script can read
// them, for role.js. It reports whether there are new ones.
func (f frame) storeRoles(ctx context.Context, in runtime.ExecutionContextID, tree *cdp.Node) (found bool) {
	no := false
	for _, el := range listCustom(tree, nil) {
		res, err := cdp.Call(ctx, f.target, accessibility.GetPartialAXTree, accessibility.GetPartialAXTreeParams{BackendNodeID: el, FetchRelatives: &no})
		if err != nil || len(res.Nodes) == 0 || res.Nodes[0].Role == nil {
			continue
		}
		role, name := text(res.Nodes[0].Role), ""
		if res.Nodes[0].Name != nil {
			name = text(res.Nodes[0].Name)
		}
		keep := fmt.Sprintf("function() { return (%s).call(this, %q, %q); }", script.KeepRole, role, name)
		found = f.store(ctx, in, el, keep) || found
	}
	return found
}

// text is a value of the accessibility tree that is a string.
func text(v *accessibility.Value) (s string) {
	_ = json.Unmarshal(v.Value, &s)
	return s
}

// listCustom appends the custom elements without a role of their own below n to all.
func listCustom(n *cdp.Node, all []cdp.BackendNodeID) []cdp.BackendNodeID {
	if n == nil || len(all) >= maxCustom {
		return all
	}
	if strings.Contains(n.LocalName, "-") && !slices.Contains(n.Attributes, "role") {
		all = append(all, n.BackendNodeID)
	}
	for _, inner := range slices.Concat(n.ShadowRoots, n.Children) {
		all = listCustom(inner, all)
	}
	return all
}

// objectGroup names the objects that Chrome holds during a search.
const objectGroup = "valkyrie-closed"

// findClosedRoots searches one frame. One that is being replaced or does not answer is searched again later.
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
	found := f.storeRoles(ctx, w.ExecutionContextID, tree.Node)
	for _, root := range listClosedRoots(tree.Node, nil) {
		found = f.store(ctx, w.ExecutionContextID, root, script.KeepShadowRoot) || found
	}
	return found
}

// store calls a function of package script on a node in the isolated world, and reports whether that was new there.
func (f frame) store(ctx context.Context, in runtime.ExecutionContextID, node cdp.BackendNodeID, keep string) bool {
	el, err := cdp.Call(ctx, f.target, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: node, ExecutionContextID: in, ObjectGroup: objectGroup})
	if err != nil {
		return false
	}
	yes := true
	res, err := cdp.Call(ctx, f.target, runtime.CallFunctionOn, runtime.CallFunctionOnParams{FunctionDeclaration: keep, ObjectID: el.Object.ObjectID, ReturnByValue: &yes})
	return err == nil && string(res.Result.Value) == "true"
}

// listClosedRoots appends the closed roots below n to all, outer ones first. Frames are searched by themselves.
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
