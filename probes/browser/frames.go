package browser

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/script"
)

// A frame is one document of the page. Frames of other sites live in renderers of their own and need sessions of their own.
// Turning site isolation off would save these sessions, but a customer's Chrome has it: it decides which frame can hang or
// crash which, and where cookies are sent.
type frame struct {
	id       cdp.FrameID
	target   *chromedp.Target
	parent   *frame
	contexts *contexts // the tab's
}

// frames holds the sessions of other sites' frames, and whether the page has frames at all.
type frames struct {
	mu       sync.Mutex
	any      bool
	changed  chan struct{} // closed and replaced when a frame appears or is attached
	sessions map[target.ID]*session
	said     map[cdp.FrameID]saying // by frames of the page
	silent   []cdp.FrameID          // frames that did not answer in twinTime
}

type session struct {
	target *chromedp.Target // nil until it is attached
	parent cdp.FrameID
	cancel context.CancelFunc
}

// top is the tab's own document.
func (tab *Tab) top() frame {
	t := tab.target()
	return frame{id: cdp.FrameID(t.TargetID), target: t, contexts: &tab.contexts}
}

// handle follows frames that come and go. It must not call Chrome.
func (fs *frames) handle(tab *Tab, ev any) {
	switch ev := ev.(type) {
	case *page.EventFrameAttached, *page.EventFrameNavigated:
		if nav, ok := ev.(*page.EventFrameNavigated); ok && nav.Frame.ParentID == "" {
			return
		}
		fs.notify(func() { fs.any = true })
	case *target.EventTargetCreated:
		if ev.TargetInfo.Type == "iframe" {
			tab.attach(ev.TargetInfo)
		}
	case *target.EventTargetDestroyed:
		fs.mu.Lock()
		s := fs.sessions[ev.TargetID]
		delete(fs.sessions, ev.TargetID)
		fs.mu.Unlock()
		if s != nil {
			go s.cancel()
		}
	}
}

func (fs *frames) notify(do func()) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	do()
	if fs.changed != nil {
		close(fs.changed)
	}
	fs.changed = make(chan struct{})
}

// attach opens a session with a frame of another site, in the background: a frame that hangs must not block the page.
func (tab *Tab) attach(info *target.Info) {
	tab.frames.mu.Lock()
	defer tab.frames.mu.Unlock()
	if tab.frames.sessions[info.TargetID] != nil {
		return
	}
	if tab.frames.sessions == nil {
		tab.frames.sessions = map[target.ID]*session{}
	}
	ctx, cancel := chromedp.NewContext(tab.root, chromedp.WithTargetID(info.TargetID))
	s := &session{parent: info.ParentFrameID, cancel: cancel}
	tab.frames.sessions[info.TargetID] = s
	tab.background.Go(func() {
		if err := tab.prepareFrame(ctx); err != nil {
			return // the frame is gone; otherwise the query reports the failure
		}
		tab.frames.notify(func() { tab.frames.any, s.target = true, chromedp.FromContext(ctx).Target })
	})
}

func (tab *Tab) prepareFrame(ctx context.Context) error {
	if err := chromedp.Do(ctx); err != nil {
		return err
	}
	from := chromedp.FromContext(ctx).Target
	if err := chromedp.Listen(ctx, func(ev any) { tab.handleFrame(from, ev) }); err != nil {
		return err
	}
	if err := errors.Join(tab.listenToFrameConsole(ctx), tab.addBindings(ctx), tab.emulate(ctx)); err != nil {
		return err
	}
	return reportPrints(ctx, false)
}

// handleFrame handles the events of a frame of another site.
func (tab *Tab) handleFrame(from *chromedp.Target, ev any) {
	tab.correct(ev)
	tab.recorder.Handle(tab.id, source(from), ev)
	tab.contexts.handle(ev)
	tab.navigations.handle(ev)
	switch ev := ev.(type) {
	case *runtime.EventBindingCalled:
		tab.handleBinding(ev)
	case *page.EventFrameAttached, *page.EventFrameNavigated:
		tab.frames.notify(func() {})
	case *network.EventRequestWillBeSent:
		tab.requests.Sent(ev)
	case *network.EventResponseReceived:
		tab.logResponse(ev)
	case *network.EventLoadingFailed:
		tab.logFailure(ev)
	case *page.EventJavascriptDialogOpening:
		tab.answerDialog(ev)
	}
}

// sessions lists the page's attached documents, its own first, and a channel that is closed when there are more.
func (tab *Tab) sessions() ([]frame, <-chan struct{}) {
	tab.frames.mu.Lock()
	defer tab.frames.mu.Unlock()
	all := []frame{tab.top()}
	if tab.frames.changed == nil {
		tab.frames.changed = make(chan struct{})
	}
	for id, s := range tab.frames.sessions {
		if s.target != nil {
			all = append(all, frame{id: cdp.FrameID(id), target: s.target, parent: &frame{id: s.parent}, contexts: &tab.contexts})
		}
	}
	return all, tab.frames.changed
}

// listFrames lists all frames that answer within ctx, the page's own document first.
func (tab *Tab) listFrames(ctx context.Context) []*frame {
	sessions, _ := tab.sessions()
	var all []*frame
	for _, s := range sessions {
		res, err := cdp.Call(ctx, s.target, page.GetFrameTree, cdp.Empty{})
		if err == nil {
			all = append(all, descendants(&s, res.FrameTree)...)
		}
	}
	return linkParents(all)
}

func descendants(of *frame, tree *page.FrameTree) []*frame {
	all := []*frame{of}
	for _, child := range tree.ChildFrames {
		f := &frame{id: child.Frame.ID, target: of.target, parent: of, contexts: of.contexts}
		all = append(all, descendants(f, child)...)
	}
	return all
}

// linkParents sets the parents of other sites' frames, and leaves out frames of other tabs, which have no parent here.
func linkParents(all []*frame) []*frame {
	known := map[cdp.FrameID]*frame{}
	for _, f := range all {
		known[f.id] = f
	}
	linked := all[:0]
	for _, f := range all {
		if f.parent != nil {
			f.parent = known[f.parent.id]
		}
		if f.parent != nil || f == known[all[0].id] {
			linked = append(linked, f)
		}
	}
	return linked
}

// place notes at each outer locator whether it matches an element around the frame, or the frame's own: all of the frame is within it.
func (f frame) place(ctx context.Context, l Locator) Locator {
	if f.parent == nil || !l.hasOuter() {
		return l
	}
	if l.Outer != nil {
		outer := f.place(ctx, *l.Outer)
		outer.holdsFrame = f.isWithin(ctx, *l.Outer)
		l.Outer = &outer
	}
	if l.Other != nil {
		other := f.place(ctx, *l.Other)
		l.Other = &other
	}
	return l
}

// isWithin reports whether the frame is inside a visible element that the locator means, or is that itself.
func (f frame) isWithin(ctx context.Context, outer Locator) bool {
	if f.parent == nil {
		return false
	}
	r, err := f.callOnOwner(ctx, script.FrameWithin, f.parent.place(ctx, outer))
	return err == nil && r.OK || f.parent.isWithin(ctx, outer)
}

// isUnscrollable reports whether the parent of another site's frame lets no person scroll it, which does not show in the frame.
func (f frame) isUnscrollable(ctx context.Context) bool {
	if f.parent == nil || f.parent.target == nil || f.parent.target == f.target {
		return false
	}
	f.contexts.mu.Lock()
	fixed, known := f.contexts.fixed[f.id]
	f.contexts.mu.Unlock()
	if known {
		return fixed
	}
	owner, err := cdp.Call(ctx, f.parent.target, dom.GetFrameOwner, dom.GetFrameOwnerParams{FrameID: f.id})
	if err != nil {
		return false
	}
	el, err := cdp.Call(ctx, f.parent.target, dom.DescribeNode, dom.DescribeNodeParams{BackendNodeID: owner.BackendNodeID})
	if err != nil {
		return false
	}
	at := slices.Index(el.Node.Attributes, "scrolling")
	fixed = at >= 0 && slices.Contains([]string{"no", "off", "noscroll"}, strings.ToLower(el.Node.Attributes[at+1]))
	f.contexts.mu.Lock()
	defer f.contexts.mu.Unlock()
	if f.contexts.fixed == nil {
		f.contexts.fixed = map[cdp.FrameID]bool{}
	}
	f.contexts.fixed[f.id] = fixed
	return fixed
}

// A saying is the messages of errors that a frame shows. A busy frame may answer late, so that they count for a while.
type saying struct {
	text string
	at   time.Time
}

// sayingTime is how long they count.
const sayingTime = 3 * time.Second

// keepSaid stores what a frame says, unless its parents hide it.
func (fs *frames) keepSaid(id cdp.FrameID, text string, hidden bool) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if fs.said == nil {
		fs.said = map[cdp.FrameID]saying{}
	}
	if delete(fs.said, id); text != "" && !hidden {
		fs.said[id] = saying{text, time.Now()}
	}
}

// isSilent reports whether a frame has not answered once, or does not now.
func (fs *frames) isSilent(id cdp.FrameID, now bool) bool {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if now {
		fs.silent = append(fs.silent, id)
	}
	return slices.Contains(fs.silent, id)
}

// saidLately lists the messages of frames, each once.
func (fs *frames) saidLately() (all []string) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for _, s := range fs.said {
		if time.Since(s.at) < sayingTime && !slices.Contains(all, s.text) {
			all = append(all, s.text)
		}
	}
	slices.Sort(all)
	return all
}
