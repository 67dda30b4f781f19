package browser

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// A query is evaluated in a page until it is met. It is the argument of script.Query.
type query struct {
	Op     string  `json:"op"` // one of the queries of script/query.js
	Target Locator `json:"target"`
	Option string  `json:"option,omitempty"`
	Text   string  `json:"text"`             // to be typed
	Secret bool    `json:"secret,omitempty"` // never quote Text, or what came of it
	Number int     `json:"number,omitempty"` // of the entry, or of the elements to be seen, or of milliseconds to load

	Attribute string  `json:"attribute,omitempty"` // its name
	Want      *string `json:"want,omitempty"`      // its value; nil: any, or none

	Unscrollable bool `json:"unscrollable,omitempty"` // the frame's parent lets no person scroll it
	Held         bool `json:"held,omitempty"`         // nothing may be scrolled yet
}

// pointing are the queries that press or point at a place; the others mean the element as a whole.
var pointing = []string{"click", "hover", "check", "checked", "seek", "upload"}

// acting are the queries that an action on the page follows, and checked, which reads a box in the next document if it sent its form.
var acting = []string{"click", "hover", "fill", "check", "checked", "choose", "upload", "snapshot"}

// unchanging are the queries that change nothing on the page if they may not scroll, but for where the pointer is.
var unchanging = []string{"visible", "fresh", "gone", "count", "attribute", "text", "click", "hover", "snapshot", "loaded"}

// check returns the fault of the query's locator.
func (q query) check() error {
	if err := q.Target.check(); err != nil {
		return err
	}
	if q.Target.hasPoint() && !slices.Contains(pointing, q.Op) {
		return errors.New("At is for clicks, drags and Hover; this means the element as a whole, so leave it out")
	}
	return nil
}

// A result is the page's answer to a query. Times are milliseconds since the epoch by the page's clock.
type result struct {
	OK       bool    `json:"ok"`
	Why      string  `json:"why"`
	At       float64 `json:"at"`    // since when the query is met
	SureAt   float64 `json:"sure"`  // the same, ignoring changes that may be unrelated; 0: unknown
	First    bool    `json:"first"` // met at the first evaluation in its document
	X        float64 `json:"x"`
	Y        float64 `json:"y"`
	Text     string  `json:"text"`
	Done     bool    `json:"done"`     // the query's action was performed at once
	Fatal    bool    `json:"fatal"`    // waiting does not help: the action is impossible
	Lost     int     `json:"lost"`     // number of an earlier entry that the page has undone; 0: none
	Acted    float64 `json:"acted"`    // when the page got the action, such as its last key; 0: unknown
	Again    bool    `json:"again"`    // the action is worth another attempt; of an undone entry: at a hand's speed
	Paste    bool    `json:"paste"`    // the field takes the text only at once
	Idle     bool    `json:"idle"`     // a click has an effect only by a script of this new document
	Picked   bool    `json:"picked"`   // the field got its value without keys
	Held     bool    `json:"held"`     // the query could be met only by scrolling
	ReadOnly bool    `json:"readOnly"` // the field takes no text before it is clicked, if then
	Blank    bool    `json:"blank"`    // something is gone, and the page shows nothing at all
	Found    bool    `json:"found"`    // an element was found, but does not meet the query
	MayHide  bool    `json:"mayHide"`  // elements may hide a closed shadow root
	URL      string  `json:"url"`
	Status   int     `json:"status"` // HTTP status of the document; 0 when unknown
	Opened   float64 `json:"opened"` // start of the document
	Heard    []heard `json:"heard"`  // what the page has said since the last action
	Said     string  `json:"said"`   // the messages of errors in a frame
	SaidIn   []box   `json:"saidIn"` // and where they are
	Boxes    []box   `json:"boxes"`  // where a person sees the elements in the frame
	Doubt    string  `json:"doubt"`  // only a picture tells whether they can be read; "same" colours or "unknown" ones, by the styles, or perhaps "covered"
	frame    frame   // the frame that answered

	Target *Locator `json:"target"` // of script.FrameLocator
}

// A box is a part of a frame's window in CSS pixels.
type box struct {
	X      float64 `json:"x"`
	Y      float64 `json:"y"`
	Right  float64 `json:"right"`
	Bottom float64 `json:"bottom"`
	Text   bool    `json:"text"`  // it is one of text
	Moved  bool    `json:"moved"` // one has to scroll first
}

// maxSlice is how long one evaluation waits before it returns why the query is not met, so that the reason is known when
// the step's limit comes.
const maxSlice = 400 * time.Millisecond

// firstSlice is short, so that a reason is known early even where there is little time.
const firstSlice = 50 * time.Millisecond

// retryPause lets a document that is being replaced settle before the next evaluation.
const retryPause = 5 * time.Millisecond

// noAnswer is why a query is not met as long as nothing else is known.
const noAnswer = "the page did not answer: its script is busy, or it has not loaded"

// sayWhich is in the reason why a locator is refused that means several elements (script/reason.js).
const sayWhich = "; say which one"

// poll evaluates the query until it is met and returns the result; otherwise it ends the step.
func (tab *Tab) poll(q query, failure string) result {
	return tab.pollFrom(q, failure, noAnswer)
}

// pollFrom is poll with a known reason why the query has not been met so far.
func (tab *Tab) pollFrom(q query, failure, why string) result {
	if err := q.check(); err != nil {
		tab.step.Brokenf("%s: %v", failure, err)
	}
	renewed := 0 // how often in a row the document was replaced during the evaluation
	broken := "" // why the document's body ended early, known before the evaluation
	end := tab.fail
	for longest := firstSlice; ; longest = maxSlice {
		r, err := tab.pollOnce(q, longest)
		if fault := scriptError(""); errors.As(err, &fault) {
			end = tab.step.Brokenf
		} else if err == nil {
			end = tab.fail
		}
		r.First = r.First && longest == firstSlice
		switch {
		case err == nil && r.OK:
			objection, again := tab.objection(q, r)
			if again {
				continue
			}
			if objection == "" {
				tab.accept(q, failure, r)
				return r
			}
			why = objection
		case err == nil && r.Fatal:
			tab.fail("%s: %s", failure, r.Why)
		case err == nil && r.Lost > 0:
			tab.enterAgain(r.Lost, r.Again)
			continue
		case err == nil:
			if q.Op == "loaded" {
				broken = tab.brokenBody()
			}
			if broken != "" {
				tab.fail("%s: %s", failure, broken) // no more of it will come
			}
			broken, why = tab.brokenBody(), tab.unmetReason(r)
			if tab.scanDue() && tab.findClosedRoots(tab.ctx) {
				continue
			}
		case isWrongSelector(err):
			tab.step.Brokenf("%s: %s", failure, wrongSelector)
		case tab.ctx.Err() == nil && !replaced(err):
			why = err.Error()
		}
		pause := retryPause
		if renewed++; err == nil || !replaced(err) {
			renewed = 0
		}
		if err == nil || renewed == 1 {
			pause = 0 // the script has waited already, or a new document can be queried at once
		}
		if tab.isOver(q, failure, why) || !sleep(tab.ctx, pause) {
			end("%s %s: %s", failure, tab.step.LimitNote(), tab.orLeaving(q, why))
		}
	}
}

// objection returns why a result that the scripts accept does not count yet, empty if it does, or that the query is to be made again
// at once, in closed shadow roots that were not known.
func (tab *Tab) objection(q query, r result) (why string, again bool) {
	if why := tab.unshown(q, r); why != "" {
		return why, false
	}
	hidden := q.Op == "gone" || r.MayHide && slices.Contains(seeing, q.Op) // it may be in a closed root, or be covered by one
	if hidden && tab.findClosedRoots(tab.ctx) {
		return "", true
	}
	if !r.Done && slices.Contains(acting, q.Op) {
		return tab.leaving(r.frame.id), false // since the evaluation: a document that is left before it answers only then
	}
	return "", false
}

// wrongSelector is the error of a CSS locator that Chrome refused.
const wrongSelector = "it is not a valid selector; see https://developer.mozilla.org/docs/Web/CSS/CSS_selectors"

// isWrongSelector reports whether Chrome refused the selector of a CSS locator.
func isWrongSelector(err error) bool {
	return err != nil && strings.Contains(err.Error(), "is not a valid selector")
}

// accept ends the wait for a query that is met, unless the document's status forbids it.
func (tab *Tab) accept(q query, failure string, r result) {
	if bad := tab.badStatus(q, r); bad != "" {
		tab.fail("%s: %s", failure, bad)
	}
	if q.Op == "seek" && r.Acted > 0 {
		tab.wait.begin(tab.step, r.Acted) // the customer has waited since the last scroll
	}
	tab.wait.resultAt(tab.step, r)
	tab.opened.streams = tab.opened.streams && (q.Op == "loaded" || q.Op == "gone")
}

// pollOnce evaluates the query in all frames for at most a slice.
func (tab *Tab) pollOnce(q query, longest time.Duration) (result, error) {
	tab.recordQuery(q)
	if tab.pendingStill() != nil && slices.Contains(unchanging, q.Op) {
		held := q
		held.Held = true
		r, err := tab.acrossFrames(held, min(tab.timeSlice(), firstSlice))
		if r.OK && slices.Contains(acting, q.Op) {
			tab.awaitStill()
		}
		if !r.Held {
			return r, err
		}
	}
	tab.awaitStill()
	return tab.acrossFrames(q, min(tab.timeSlice(), longest))
}

// timeSlice is at most half of the time left in the step, so that even on a busy machine the reason arrives before the
// limit.
func (tab *Tab) timeSlice() time.Duration {
	deadline, ok := tab.step.Context().Deadline()
	if !ok {
		return maxSlice
	}
	return max(20*time.Millisecond, min(maxSlice, time.Until(deadline)/2))
}

// sleep waits for d and reports false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
