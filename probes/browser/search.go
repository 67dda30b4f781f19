package browser

import (
	"context"
	"strings"
	"time"
)

// frameGrace is how long the other frames may take to answer once the page's own document has.
const frameGrace = 30 * time.Millisecond

type frameResult struct {
	frame *frame
	result
	err error
}

// A search asks all frames of the page at once, those too that come while it waits.
type search struct {
	tab      *Tab
	ctx      context.Context
	query    query
	timeout  time.Duration
	results  chan frameResult
	lists    chan []*frame
	added    map[*frame]bool
	pending  int
	listings int
}

// everywhere asks the page and its frames for w, within d, and returns the first answer that meets the wish; what is to be
// gone must be gone from all of them.
func (tab *Tab) acrossFrames(w query, d time.Duration) (result, error) {
	ctx, cancel := context.WithCancel(tab.ctx)
	defer cancel()
	top := tab.top()
	if w.Op == "loaded" || w.Op == "snapshot" {
		return top.query(ctx, w, d)
	}
	q := &search{tab: tab, ctx: ctx, query: w, timeout: d, results: make(chan frameResult), lists: make(chan []*frame), added: map[*frame]bool{}}
	q.add(&top)
	return q.wait(w.Op == "gone")
}

func (q *search) add(f *frame) {
	q.added[f] = true
	q.pending++
	go func() {
		a := frameResult{frame: f}
		for {
			a.result, a.err = f.query(q.ctx, q.query, q.timeout)
			if f.parent == nil || a.err == nil || !replaced(a.err) || !sleep(q.ctx, retryPause) {
				break
			}
		}
		a.result.frame = *f
		select {
		case q.results <- a:
		case <-q.ctx.Done():
		}
	}()
}

func (q *search) listFrames() {
	q.listings++
	go func() {
		list := q.tab.listFrames(q.ctx)
		select {
		case q.lists <- list:
		case <-q.ctx.Done():
		}
	}()
}

func (q *search) wait(all bool) (result, error) {
	_, changed := q.tab.sessions()
	if q.tab.hasFrames() {
		q.listFrames()
	}
	var best *frameResult
	var over <-chan time.Time
	for {
		select {
		case <-q.ctx.Done():
			return result{}, q.ctx.Err()
		case <-changed:
			_, changed = q.tab.sessions()
			q.listFrames()
		case list := <-q.lists:
			q.listings--
			q.addNew(list)
		case a := <-q.results:
			q.pending--
			own := a.frame.parent == nil
			if a.err == nil && a.OK != all || own && a.err != nil {
				return a.result, a.err // found; or not gone; or the page itself was replaced
			}
			if a.err == nil && (best == nil || moreSpecific(a, *best)) {
				best = &a
			}
			if own {
				over = time.After(frameGrace)
			}
		case <-over:
			return lastResult(best, all && q.pending+q.listings > 0)
		}
		if best != nil && over != nil && q.pending+q.listings == 0 {
			return lastResult(best, false)
		}
	}
}

func lastResult(best *frameResult, unsure bool) (result, error) {
	if unsure {
		best.OK, best.Why = false, "a frame of the page does not answer"
	}
	return best.result, nil
}

// tellsMore reports whether a says better than b why the wish was not met: that something was found, though not as wished,
// says more than that nothing was; and of two that say as much, the page's own is the better one.
func moreSpecific(a, b frameResult) bool {
	found := func(x frameResult) bool { return !strings.HasPrefix(x.Why, "there is none") }
	if found(a) != found(b) {
		return found(a)
	}
	return a.frame.parent == nil
}

// join asks the frames of list that were not asked yet.
func (q *search) addNew(list []*frame) {
	for _, f := range list {
		known := false
		for a := range q.added {
			known = known || a.id == f.id && a.target == f.target
		}
		if !known {
			q.add(f)
		}
	}
}

func (tab *Tab) hasFrames() bool {
	tab.frames.mu.Lock()
	defer tab.frames.mu.Unlock()
	return tab.frames.any
}

// once asks one frame, without waiting.
func (tab *Tab) evaluateOnce(f frame, w query) (result, error) {
	return f.query(tab.ctx, w, 0)
}
