package browser

import (
	"context"
	"strings"
	"time"
)

// frameGrace is how long the other frames may take to answer once the page's own document has.
const frameGrace = 30 * time.Millisecond

type answer struct {
	frame *frame
	sight
	err error
}

// A search asks all frames of the page at once, those too that come while it waits.
type search struct {
	tab     *Tab
	ctx     context.Context
	wish    wish
	within  time.Duration
	answers chan answer
	lists   chan []*frame
	asked   map[*frame]bool
	pending int
	listing int
}

// everywhere asks the page and its frames for w, within d, and returns the first answer that meets the wish; what is to be
// gone must be gone from all of them.
func (tab *Tab) everywhere(w wish, d time.Duration) (sight, error) {
	ctx, cancel := context.WithCancel(tab.ctx)
	defer cancel()
	top := tab.top()
	if w.Op == "loaded" || w.Op == "snapshot" {
		return top.ask(ctx, w, d)
	}
	q := &search{tab: tab, ctx: ctx, wish: w, within: d, answers: make(chan answer), lists: make(chan []*frame), asked: map[*frame]bool{}}
	q.ask(&top)
	return q.wait(w.Op == "gone")
}

func (q *search) ask(f *frame) {
	q.asked[f] = true
	q.pending++
	go func() {
		a := answer{frame: f}
		for {
			a.sight, a.err = f.ask(q.ctx, q.wish, q.within)
			if f.parent == nil || a.err == nil || !replaced(a.err) || !sleep(q.ctx, retryPause) {
				break
			}
		}
		a.sight.frame = *f
		select {
		case q.answers <- a:
		case <-q.ctx.Done():
		}
	}()
}

func (q *search) enlist() {
	q.listing++
	go func() {
		list := q.tab.list(q.ctx)
		select {
		case q.lists <- list:
		case <-q.ctx.Done():
		}
	}()
}

func (q *search) wait(all bool) (sight, error) {
	_, changed := q.tab.reachable()
	if q.tab.framed() {
		q.enlist()
	}
	var best *answer
	var over <-chan time.Time
	for {
		select {
		case <-q.ctx.Done():
			return sight{}, q.ctx.Err()
		case <-changed:
			_, changed = q.tab.reachable()
			q.enlist()
		case list := <-q.lists:
			q.listing--
			q.join(list)
		case a := <-q.answers:
			q.pending--
			own := a.frame.parent == nil
			if a.err == nil && a.OK != all || own && a.err != nil {
				return a.sight, a.err // found; or not gone; or the page itself was replaced
			}
			if a.err == nil && (best == nil || tellsMore(a, *best)) {
				best = &a
			}
			if own {
				over = time.After(frameGrace)
			}
		case <-over:
			return verdict(best, all && q.pending+q.listing > 0)
		}
		if best != nil && over != nil && q.pending+q.listing == 0 {
			return verdict(best, false)
		}
	}
}

func verdict(best *answer, unsure bool) (sight, error) {
	if unsure {
		best.OK, best.Why = false, "a frame of the page does not answer"
	}
	return best.sight, nil
}

// tellsMore reports whether a says better than b why the wish was not met: that something was found, though not as wished,
// says more than that nothing was; and of two that say as much, the page's own is the better one.
func tellsMore(a, b answer) bool {
	found := func(x answer) bool { return !strings.HasPrefix(x.Why, "there is none") }
	if found(a) != found(b) {
		return found(a)
	}
	return a.frame.parent == nil
}

// join asks the frames of list that were not asked yet.
func (q *search) join(list []*frame) {
	for _, f := range list {
		known := false
		for a := range q.asked {
			known = known || a.id == f.id && a.target == f.target
		}
		if !known {
			q.ask(f)
		}
	}
}

func (tab *Tab) framed() bool {
	tab.frames.mu.Lock()
	defer tab.frames.mu.Unlock()
	return tab.frames.any
}

// once asks one frame, without waiting.
func (tab *Tab) once(f frame, w wish) (sight, error) {
	return f.ask(tab.ctx, w, 0)
}
