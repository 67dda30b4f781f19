package browser

import (
	"context"
	"encoding/json"
	"fmt"
	goruntime "runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/script"
)

// An Offer is an element that the page shows now, with the call of a step that acts on it or reads it.
type Offer struct {
	Verb     string  `json:"verb"`     // the method of Tab: Click, Fill, Check, Choose, Upload, See, Read
	Target   Locator `json:"target"`   // it means this element alone
	Argument string  `json:"argument"` // of Choose: an option
	Note     string  `json:"note"`     // why a step cannot act on it now, such as "it is disabled"; "": it can

	Doubt string `json:"doubt"` // see result.Doubt
	Boxes []box  `json:"boxes"` // where a person sees it in its frame
	frame frame
	index int // in its frame's list
}

// Acts reports whether the call acts on the element, as opposed to reading it.
func (o Offer) Acts() bool { return o.Verb != "See" && o.Verb != "Read" }

// Code is the call in Go, such as `tab.Fill(browser.Field("Email"), "...")`.
func (o Offer) Code() string {
	rest := ""
	switch o.Verb {
	case "Fill":
		rest = `, "..."`
	case "Choose":
		rest = ", " + strconv.Quote(o.Argument)
	case "Upload":
		rest = `, "file.txt", []byte("...")`
	}
	return fmt.Sprintf("tab.%s(%s%s)", o.Verb, o.Target.Code(), rest)
}

// constructors are the functions that make a Locator, by its By.
var constructors = map[string]string{
	"button": "Button", "link": "Link", "heading": "Heading", "field": "Field", "checkbox": "Checkbox", "text": "Text", "frame": "Frame", "test id": "TestID", "css": "CSS",
}

// Code is the locator as a Go expression, such as `browser.Button("Save page")`.
func (l Locator) Code() string {
	s := fmt.Sprintf("browser.%s(%q)", constructors[l.By], l.Value)
	if l.Role != "" {
		s = fmt.Sprintf("browser.Role(%q, %q)", l.Role, l.Value)
	}
	if l.Part != "" {
		s += fmt.Sprintf(".Containing(%q)", l.Part)
	}
	if l.Pattern != "" {
		s += fmt.Sprintf(".Matching(%q)", l.Pattern)
	}
	if l.Outer != nil {
		s += ".Within(" + l.Outer.Code() + ")"
	}
	if l.Index > 0 {
		s += fmt.Sprintf(".Nth(%d)", l.Index)
	}
	if l.Point != nil {
		s += fmt.Sprintf(".At(%v, %v)", l.Point[0], l.Point[1])
	}
	if l.Other != nil {
		s += ".Or(" + l.Other.Code() + ")"
	}
	return s
}

// Offers lists what a person can act on or read in the tab now, the page's own document first; more: the page has more than that. It may
// be called in a step, between steps, and after one has failed.
func Offers(ctx context.Context, tab *Tab) (all []Offer, more bool, err error) {
	ctx, release := bind(tab.root, ctx)
	defer release()
	tab.findClosedRoots(ctx)
	frames := tab.listFrames(ctx)
	if len(frames) == 0 {
		return nil, false, fmt.Errorf("list what the page offers: %s", noAnswer)
	}
	for _, f := range frames {
		offers, cut, err := tab.offersIn(ctx, *f)
		if err != nil && f.parent == nil {
			return nil, false, fmt.Errorf("list what the page offers: %w", err)
		}
		all, more = append(all, offers...), more || cut
	}
	if len(frames) > 1 {
		all = tab.tellFramesApart(ctx, frames, all)
	}
	return slices.DeleteFunc(all, tab.showsSecret), more, nil
}

// showsSecret reports whether an offer's name has a secret that the run has used.
func (tab *Tab) showsSecret(o Offer) bool {
	code := o.Code()
	return tab.step != nil && tab.step.Mask().Text(code) != code
}

// offersIn lists what one frame offers, unless its parents hide it.
func (tab *Tab) offersIn(ctx context.Context, f frame) ([]Offer, bool, error) {
	var list struct {
		Offers []Offer `json:"offers"`
		More   bool    `json:"more"`
	}
	if err := f.evaluate(ctx, "("+script.Offers+")()", &list); err != nil {
		return nil, false, err
	}
	var shown []Offer
	for i, o := range list.Offers {
		o.frame, o.index = f, i
		if f.parent != nil && f.hidesAll(ctx, o.Boxes) || o.Doubt != "" && !tab.isReadable(ctx, o.Boxes, o.Doubt) {
			continue
		}
		shown = append(shown, o)
	}
	return shown, list.More, nil
}

// tellFramesApart makes each locator mean an element of its own frame alone: within the frame, where another one shows such an element
// too. It leaves out an offer that no locator tells apart.
func (tab *Tab) tellFramesApart(ctx context.Context, frames []*frame, all []Offer) []Offer {
	twin := make([]bool, len(all))
	for _, f := range frames {
		var targets []Locator
		var of []int
		for i, o := range all {
			if o.frame.id != f.id {
				targets, of = append(targets, f.place(ctx, o.Target)), append(of, i)
			}
		}
		args, err := json.Marshal(targets)
		var shows []bool
		if err != nil || len(targets) == 0 || f.evaluate(ctx, fmt.Sprintf("(%s)(%s)", script.Shown, args), &shows) != nil {
			continue
		}
		for i, is := range shows {
			twin[of[i]] = twin[of[i]] || is
		}
	}
	var apart []Offer
	for i, o := range all {
		if twin[i] {
			within, ok := o.frame.locator(ctx)
			if !ok || o.Target.hasOuter() {
				continue
			}
			o.Target = o.Target.Within(within)
		}
		apart = append(apart, o)
	}
	return apart
}

// locator is a locator of the frame, for Within; false: it is the page's own document, or no locator means it alone.
func (f frame) locator(ctx context.Context) (Locator, bool) {
	if f.parent == nil {
		return Locator{}, false
	}
	r, err := f.callOnOwner(ctx, script.FrameLocator)
	if err != nil || r.Target == nil {
		return Locator{}, false
	}
	return *r.Target, true
}

// An Unmet is a look at the page that did not meet what a step waits for, while its journey is being written.
type Unmet struct {
	Tab     *Tab
	Op      string // the kind of query, such as "click" or "visible"
	Target  Locator
	Failure string   // how the step's error begins, with secrets masked
	Why     string   // the reason so far
	Several bool     // the locator means several elements; Why has a locator for each
	Callers []Caller // where the step called the tab, innermost first
}

// A Caller is a line of a journey's code. File is as the compiler was given it: with -trimpath it begins with the module's name.
type Caller struct {
	File string
	Line int
}

// OnUnmet has do called whenever the page does not meet what a step waits for. If it returns true, the step ends there, with the same
// verdict and error as at its limit. It is for a program with which a journey is written, and is called before the run; the tab then
// also follows what may change the page, for Settled.
func OnUnmet(tab *Tab, do func(Unmet) (over bool)) { tab.windows.onUnmet = do }

// isOver reports a query that is not met to OnUnmet's function, and returns its answer.
func (tab *Tab) isOver(q query, failure, why string) bool {
	do, mask := tab.windows.onUnmet, tab.step.Mask()
	return do != nil && tab.ctx.Err() == nil && do(Unmet{
		Tab: tab, Op: q.Op, Target: q.Target, Failure: mask.Text(failure), Why: mask.Text(why), Several: strings.Contains(why, sayWhich), Callers: callers(),
	})
}

// callers are the lines of the step's own code, up to the runner.
func callers() (all []Caller) {
	pcs := make([]uintptr, 40)
	frames := goruntime.CallersFrames(pcs[:goruntime.Callers(1, pcs)])
	for {
		f, more := frames.Next()
		if !more || strings.HasPrefix(f.Function, "valkyrie/probes/journey.") {
			return all
		}
		if !strings.HasPrefix(f.Function, "valkyrie/probes/browser.") {
			all = append(all, Caller{f.File, f.Line})
		}
	}
}

// quietTime is how long a settled page has not changed, and has had no request.
const quietTime = 300 * time.Millisecond

// Settled reports whether nothing can change the page any more within d unless a person acts, so that waiting on is in vain; otherwise
// why it may change. A page with frames never counts as settled. It needs OnUnmet.
func Settled(ctx context.Context, tab *Tab, d time.Duration) (ok bool, why string) {
	ctx, release := bind(tab.root, ctx)
	defer release()
	switch {
	case tab.hasFrames():
		return false, "it has frames"
	case len(tab.otherTabs()) > 0:
		return false, "it has opened a window"
	case tab.leaving(tab.top().id) != "":
		return false, tab.leaving(tab.top().id)
	}
	if name := tab.recorder.Active(tab.id, epochMS(time.Now().Add(-quietTime))); name != "" {
		return false, name + " has no answer yet"
	}
	var is struct {
		Why string
		MS  float64
	}
	if err := tab.evaluate(ctx, "("+script.Still+")()", &is); err != nil || is.Why != "" {
		return false, is.Why
	}
	if is.MS < float64(quietTime.Milliseconds()) {
		return false, "it has just changed"
	}
	yes := true
	p := runtime.EvaluateParams{Expression: fmt.Sprintf("(%s)(%d)", script.MayChange, d.Milliseconds()), ReturnByValue: &yes}
	res, err := cdp.Call(ctx, tab.target(), runtime.Evaluate, p)
	if err != nil || res.ExceptionDetails != nil || json.Unmarshal(res.Result.Value, &why) != nil {
		return false, noAnswer
	}
	return why == "", why
}

// followLife has the page's own scripts followed, for Settled.
func (tab *Tab) followLife(ctx context.Context) error {
	if tab.windows.onUnmet == nil {
		return nil
	}
	_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script.Life})
	return err
}
