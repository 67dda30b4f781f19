package browser

import (
	"context"
	"slices"
	"strings"
	"time"

	"valkyrie/probes/browser/script"
)

// frameGrace is how long other frames may take to answer after the page's own document has; goneGrace is that for the query "gone",
// which the page's own document often meets at once.
const (
	frameGrace = 30 * time.Millisecond
	goneGrace  = time.Second
)

// A frameResult is the result of one frame.
type frameResult struct {
	frame *frame
	result
	err error
}

// A search evaluates a query in all frames of the page at once, including frames that appear meanwhile.
type search struct {
	tab      *Tab
	ctx      context.Context
	query    query
	timeout  time.Duration
	began    time.Time
	results  chan frameResult
	lists    chan []*frame
	added    map[*frame]bool
	pending  int
	listings int
}

// acrossFrames evaluates q in the page and its frames, within d, and returns the first result that meets it. The query
// "gone" must be met in all of them.
func (tab *Tab) acrossFrames(q query, d time.Duration) (result, error) {
	ctx, cancel := context.WithCancel(tab.ctx)
	defer cancel()
	top := tab.top()
	if q.Op == "loaded" || q.Op == "snapshot" {
		return top.query(ctx, q, d)
	}
	across := &search{tab: tab, ctx: ctx, query: q, timeout: d, began: time.Now(), results: make(chan frameResult), lists: make(chan []*frame), added: map[*frame]bool{}}
	across.add(&top)
	return across.wait(q.Op == "gone")
}

func (across *search) add(f *frame) {
	across.added[f] = true
	across.pending++
	go func() {
		a := frameResult{frame: f}
		slice, until := across.timeout, time.Now().Add(across.timeout/3) // its parents are asked too, before the page itself answers
		if f.parent != nil {
			slice = max(0, across.timeout*4/5-time.Since(across.began)) // it has answered when the page itself does
		}
		if f.parent != nil && across.query.Op == "gone" {
			slice = 0
		}
		if !slices.Contains(seeing, across.query.Op) && f.awaken(across.ctx, across.query) {
			a.Why = script.HiddenFrame
		}
		for a.Why == "" {
			a.result, a.err = f.query(across.ctx, across.query, slice)
			switch {
			case a.err != nil:
			case f.parent == nil:
				across.tab.keepHeard(a.result)
			default:
				across.tab.frames.keepSaid(f.id, a.Said, a.Said != "" && f.hidesAll(across.ctx, a.SaidIn))
			}
			holds := a.err != nil || across.tab.judge(across.ctx, *f, across.query, &a.result)
			if (!holds || slice == 0 && !a.OK && a.err == nil) && time.Now().Before(until) && sleep(across.ctx, aimPause) {
				continue
			}
			if f.parent == nil || a.err == nil || !replaced(a.err) || !sleep(across.ctx, retryPause) {
				break
			}
		}
		a.result.frame = *f
		select {
		case across.results <- a:
		case <-across.ctx.Done():
		}
	}()
}

func (across *search) listFrames() {
	across.listings++
	go func() {
		list := across.tab.listFrames(across.ctx)
		select {
		case across.lists <- list:
		case <-across.ctx.Done():
		}
	}()
}

func (across *search) wait(all bool) (result, error) {
	_, changed := across.tab.sessions()
	if across.tab.hasFrames() {
		across.listFrames()
	}
	var best *frameResult
	var over <-chan time.Time
	for {
		select {
		case <-across.ctx.Done():
			return result{}, across.ctx.Err()
		case <-changed:
			_, changed = across.tab.sessions()
			across.listFrames()
		case list := <-across.lists:
			across.listings--
			across.addNew(list)
		case a := <-across.results:
			across.pending--
			own := a.frame.parent == nil
			if a.err == nil && a.OK && slices.Contains(singular, across.query.Op) && across.hasTwin(a.frame) {
				sleep(across.ctx, 2*aimPause) // the page does not wake the next evaluation
				a.OK, a.Why = false, "it is there in several frames of the page"+sayWhich+" by Within, such as Within(browser.Frame(\"its name\"))"
				return a.result, nil
			}
			if a.err == nil && (a.OK != all || a.Lost > 0) || own && a.err != nil {
				return a.result, a.err // met, or not gone, or an entry was undone, or the page itself was replaced
			}
			if a.err == nil && (best == nil || moreSpecific(a, *best)) {
				best = &a
			}
			if own && all {
				over = time.After(goneGrace) // whatever is gone must be so in all of them
			} else if own {
				over = time.After(frameGrace)
			}
		case <-over:
			return across.lastResult(best, all && across.pending+across.listings > 0)
		}
		if best != nil && over != nil && across.pending+across.listings == 0 {
			return across.lastResult(best, false)
		}
	}
}

// singular are the queries that mean one element of the whole page.
var singular = []string{"click", "hover", "check", "choose", "fill", "upload", "text"}

// twinTime is how long the other frames may take to tell whether they show what one of them has. One that did not is not asked again.
const twinTime = 500 * time.Millisecond

// hasTwin reports whether another frame than this shows an element that the query means, too.
func (across *search) hasTwin(than *frame) bool {
	if !across.tab.hasFrames() || across.query.Target.Index > 0 {
		return false
	}
	ctx, cancel := context.WithTimeout(across.ctx, twinTime)
	defer cancel()
	shown, asked := make(chan bool), 0
	for _, f := range across.tab.listFrames(ctx) {
		if f.id == than.id || across.tab.frames.isSilent(f.id, false) {
			continue
		}
		asked++
		go func() {
			q := query{Op: "shows", Target: across.query.Target}
			r, err := f.query(ctx, q, 0)
			if err != nil && ctx.Err() != nil && across.ctx.Err() == nil {
				across.tab.frames.isSilent(f.id, true)
			}
			is := err == nil && across.tab.judge(ctx, *f, q, &r) && r.OK
			select {
			case shown <- is:
			case <-ctx.Done():
			}
		}()
	}
	for range asked {
		select {
		case is := <-shown:
			if is {
				return true
			}
		case <-ctx.Done():
			return across.ctx.Err() != nil // the step is over
		}
	}
	return false
}

// lastResult is the result when no frame met the query; unsure: some frame did not answer.
func (across *search) lastResult(best *frameResult, unsure bool) (result, error) {
	if unsure {
		best.OK, best.Why = false, "a frame of the page does not answer"
	}
	for _, said := range across.tab.frames.saidLately() {
		if !best.OK && !strings.Contains(best.Why, said) {
			best.Why = withNote(best.Why, "a frame of "+said)
		}
	}
	return best.result, nil
}

// withNote adds a clause to a reason, before its locators to use, which come last.
func withNote(why, note string) string {
	if at := strings.LastIndex(why, "; use browser."); at >= 0 {
		return why[:at] + "; " + note + why[at:]
	}
	return why + "; " + note
}

// moreSpecific reports whether a explains better than b why the query is not met: an element that does not meet it is more
// specific than none, and the page's own result wins a tie.
func moreSpecific(a, b frameResult) bool {
	found := func(x frameResult) bool { return !strings.HasPrefix(x.Why, "there is no") }
	if found(a) != found(b) {
		return found(a)
	}
	return a.frame.parent == nil
}

// addNew evaluates the query in those frames of list that were not added yet.
func (across *search) addNew(list []*frame) {
	for _, f := range list {
		known := false
		for a := range across.added {
			known = known || a.id == f.id && a.target == f.target
		}
		if !known {
			across.add(f)
		}
	}
}

func (tab *Tab) hasFrames() bool {
	tab.frames.mu.Lock()
	defer tab.frames.mu.Unlock()
	return tab.frames.any
}

// evaluateOnce evaluates the query in one frame, without waiting.
func (tab *Tab) evaluateOnce(f frame, q query) (result, error) {
	return f.query(tab.ctx, q, 0)
}
