package browser

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"

	"valkyrie/probes/browser/script"
)

// worlds are our isolated worlds of the present documents, by frame. Chrome makes one with each new document, as our
// scripts run in it from its first moment, and tells; so it need not be asked for one at each look.
type worlds struct {
	mu sync.Mutex
	by map[cdp.FrameID]*isolated
}

// An isolated world is one document's.
type isolated struct {
	id     runtime.ExecutionContextID
	unique string // the same, among those of all processes; empty: unknown
	taught bool   // it has our scripts
}

// world is our isolated world of the frame's present document: the one that is known, or else one that is asked for.
func (f frame) world(ctx context.Context) (at isolated, known bool, err error) {
	if at, known = f.worlds.of(f.id); known {
		return at, true, nil
	}
	res, err := cdp.Call(ctx, f.target, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: f.id, WorldName: script.World})
	return isolated{id: res.ExecutionContextID}, false, err
}

// hear takes the events that tell of worlds which come and go.
func (ws *worlds) hear(ev any) {
	switch ev := ev.(type) {
	case *runtime.EventExecutionContextCreated:
		var of struct{ FrameID cdp.FrameID }
		if ev.Context.Name == script.World && json.Unmarshal(ev.Context.AuxData, &of) == nil {
			ws.learn(of.FrameID, isolated{id: ev.Context.ID, unique: ev.Context.UniqueID})
		}
	case *runtime.EventExecutionContextDestroyed:
		ws.lose(func(at *isolated) bool { return at.unique == ev.ExecutionContextUniqueID })
	case *runtime.EventExecutionContextsCleared:
		ws.lose(func(*isolated) bool { return true })
	}
}

func (ws *worlds) of(id cdp.FrameID) (isolated, bool) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if at := ws.by[id]; at != nil {
		return *at, true
	}
	return isolated{}, false
}

// learn notes the world of a frame.
func (ws *worlds) learn(id cdp.FrameID, at isolated) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if ws.by == nil {
		ws.by = map[cdp.FrameID]*isolated{}
	}
	ws.by[id] = &at
}

// teach notes that this world of the frame has our scripts, unless it has gone meanwhile.
func (ws *worlds) teach(id cdp.FrameID, context runtime.ExecutionContextID) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if at := ws.by[id]; at != nil && at.id == context {
		at.taught = true
	}
}

func (ws *worlds) forget(id cdp.FrameID) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	delete(ws.by, id)
}

// lose forgets the worlds that have gone. Those of other processes count by themselves, so that it may be one too many,
// which then is asked for again.
func (ws *worlds) lose(gone func(*isolated) bool) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for id, at := range ws.by {
		if gone(at) {
			delete(ws.by, id)
		}
	}
}
