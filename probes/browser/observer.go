package browser

import (
	"context"
	"encoding/json"
	"math"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/har"
	"valkyrie/probes/browser/picture"
	"valkyrie/probes/browser/script"
	"valkyrie/probes/journey"
)

var _ journey.Observer = (*Tab)(nil)

// observe sets up the observations besides the steps' own queries.
func (tab *Tab) observe(ctx context.Context) error {
	if _, err := chromedp.Call(ctx, runtime.AddBinding, runtime.AddBindingParams{Name: "valkyrieVitals", ExecutionContextName: script.World}); err != nil {
		return err
	}
	tell := page.AddScriptToEvaluateOnNewDocumentParams{Source: script.ReportVitals, WorldName: script.World}
	if _, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, tell); err != nil {
		return err
	}
	_, err := chromedp.Call(ctx, performance.Enable, performance.EnableParams{})
	return err
}

// End records the finished step: its picture, its problems, its documents' vitals, and where its time went.
func (tab *Tab) End(ctx context.Context, res journey.StepResult) journey.Notes {
	call, release := bind(tab.root, ctx)
	defer release()
	ended := epochMS(time.Now())
	var busy float64
	var asked sync.WaitGroup
	asked.Go(func() { busy = tab.busySince(call) })
	tab.beginStill(ctx)
	tab.queryVitals(call)
	for _, window := range tab.otherTabs() {
		window.queryVitals(call)
		window.queryPreAttach(call)
	}
	asked.Wait()
	tab.film.SetResult(res)
	n := journey.Notes{Problems: tab.recorder.NewProblems(), Vitals: tab.vitals.all(), Certificates: tab.recorder.Certificates()}
	n.Waterfall, n.Why = tab.waterfall(res, ended, busy)
	return n
}

// stillLimit bounds the screenshot at the end of a step, so that a page which does not paint costs little.
const stillLimit = 400 * time.Millisecond

// beginStill adds a picture of the window to the film, once per step. It takes two frames, so it goes on in the background while the
// next step looks for what it will act on; whatever changes the page waits for it (awaitStill).
func (tab *Tab) beginStill(ctx context.Context) {
	step := tab.step.Step()
	if tab.stage.NoFilm || tab.film.Has(step) {
		return
	}
	tab.awaitStill()
	set, done := tab.film.Add(step), make(chan struct{})
	tab.mu.Lock()
	tab.still = done
	tab.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stillLimit)
	call, release := bind(tab.root, ctx)
	mask := tab.step.Mask()
	tab.background.Go(func() {
		defer close(done)
		defer cancel()
		defer release()
		taken, _, _ := tab.maskedScreenshot(call, mask, nil, picture.Window, func(l picture.Layout) ([]byte, error) {
			quality, yes := int64(70), true
			p := page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatJpeg, Quality: &quality, OptimizeForSpeed: &yes}
			p.Clip = &page.Viewport{X: l.X, Y: l.Y, Width: l.Width, Height: l.Height, Scale: picture.StillWidth / max(l.Width, 1)}
			res, err := cdp.Call(call, tab.target(), page.CaptureScreenshot, p)
			return res.Data, err
		})
		set(taken)
	})
}

// awaitStill waits until the latest step's picture was taken, within stillLimit.
func (tab *Tab) awaitStill() {
	if still := tab.pendingStill(); still != nil {
		<-still
	}
}

// pendingStill returns a channel that is closed when the latest step's picture was taken; nil: it was.
func (tab *Tab) pendingStill() <-chan struct{} {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	select {
	case <-tab.still:
		tab.still = nil
	default:
	}
	return tab.still
}

// waterfall sums up where the step's time went. busy is the renderer's busy time in milliseconds.
func (tab *Tab) waterfall(res journey.StepResult, ended, busy float64) (journey.Waterfall, string) {
	from := epochMS(res.Started)
	to := ended
	if tab.wait.since > from { // time after the customer's wait does not count
		to = min(to, tab.wait.since)
	}
	return tab.recorder.Waterfall(res.Name, from, to, busy, float64(res.DurationMS))
}

// busySince is the renderer's busy time since the last call, in milliseconds. A new renderer starts at 0.
func (tab *Tab) busySince(ctx context.Context) float64 {
	res, err := cdp.Call(ctx, tab.target(), performance.GetMetrics, cdp.Empty{})
	if err != nil {
		return 0
	}
	worked := 0.0
	for _, m := range res.Metrics {
		if m.Name == "TaskDuration" {
			worked = m.Value * 1000
		}
	}
	since := worked - tab.taskMS
	tab.taskMS = worked
	if since < 0 {
		return worked
	}
	return since
}

// queryPreAttach records the requests that the window's document made before the tab was attached.
func (tab *Tab) queryPreAttach(ctx context.Context) {
	var all []har.PreAttachRequest
	if tab.evaluate(ctx, script.PreAttach, &all) != nil {
		return
	}
	first := tab.windows.firstRequest(tab.id)
	for _, e := range all {
		e.Method = "GET" // the document does not know the method; only a form's navigation has another
		if first != nil && first.URL == e.URL && e.Kind == "navigation" {
			e.Method = first.Method
		}
		if e.Asked < tab.attachedAt {
			tab.recorder.AddPreAttach(tab.id, source(tab.target()), e)
		}
	}
}

// vitals collects the web vitals of each document.
type vitals struct {
	mu        sync.Mutex
	step      string
	documents []documentVitals
}

// documentVitals are one document's; times are milliseconds.
type documentVitals struct {
	URL    string  `json:"url"`
	Opened float64 `json:"opened"`
	TTFB   float64 `json:"ttfb"`
	FCP    float64 `json:"fcp"`
	LCP    float64 `json:"lcp"`
	CLS    float64 `json:"cls"`
	INP    float64 `json:"inp"`
	step   string
}

// maxDocuments bounds the documents of a run whose vitals are kept.
const maxDocuments = 50

func (v *vitals) begin(step string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.step = step
}

// receive handles a document's report.
func (v *vitals) receive(payload string) {
	var t documentVitals
	if json.Unmarshal([]byte(payload), &t) == nil {
		v.keep(t)
	}
}

// keep adds a document or updates it. Blank pages are ignored.
func (v *vitals) keep(t documentVitals) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if t.URL == "about:blank" || t.URL == hintsPage {
		return
	}
	t.step = v.step
	for i, old := range v.documents {
		if old.Opened == t.Opened {
			t.step = old.step
			v.documents[i] = t
			return
		}
	}
	if len(v.documents) < maxDocuments {
		v.documents = append(v.documents, t)
	}
}

// all returns the vitals of the run.
func (v *vitals) all() []journey.Vitals {
	v.mu.Lock()
	defer v.mu.Unlock()
	all := []journey.Vitals{}
	for _, t := range v.documents {
		all = append(all, journey.Vitals{
			Step: t.step, URL: t.URL, TTFBMS: ms(t.TTFB), FCPMS: ms(t.FCP), LCPMS: ms(t.LCP), INPMS: ms(t.INP),
			CLS: math.Round(t.CLS*10000) / 10000,
		})
	}
	return all
}

func ms(f float64) int64 { return int64(math.Round(f)) }

// queryVitals updates the current document's vitals.
func (tab *Tab) queryVitals(ctx context.Context) {
	var t documentVitals
	if tab.evaluate(ctx, script.Vitals, &t) == nil {
		tab.vitals.keep(t)
	}
}
