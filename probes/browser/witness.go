package browser

import (
	"context"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/har"
	"valkyrie/probes/browser/script"
	"valkyrie/probes/journey"
)

var _ journey.Witness = (*Tab)(nil)

// witness sets up what the tab notices besides what the steps ask.
func (tab *Tab) witness(ctx context.Context) error {
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

// End takes note of the step that is over: its picture, what broke, how its pages felt, and where its time went.
func (tab *Tab) End(ctx context.Context, res journey.StepResult) journey.Notes {
	call, release := bind(tab.root, ctx)
	defer release()
	ended := epochMS(time.Now())
	var busy float64
	var asked sync.WaitGroup
	asked.Go(func() { busy = tab.busy(call) })
	tab.shoot(ctx)
	tab.askVitals(call) // after the picture: for it the page is painted, and only then known is how long an act took
	for _, window := range tab.others() {
		window.askVitals(call)
		window.askEarly(call)
	}
	asked.Wait()
	tab.film.SetResult(res)
	n := journey.Notes{Problems: tab.record.NewProblems(), Vitals: tab.vitals.report()}
	n.Waterfall, n.Why = tab.explainTime(res, ended, busy)
	return n
}

// explainTime sums up where the step's time went. busy is how long the page has worked since it was asked last.
func (tab *Tab) explainTime(res journey.StepResult, ended, busy float64) (journey.Waterfall, string) {
	from := epochMS(res.Started)
	to := ended
	if tab.wait.since > from { // what followed the customer's wait is not theirs
		to = min(to, tab.wait.since)
	}
	return tab.record.Waterfall(res.Name, from, to, busy, float64(res.DurationMS))
}

// busy is the time, in milliseconds, that the page's process has worked since it was asked last. A new process begins
// anew.
func (tab *Tab) busy(ctx context.Context) float64 {
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
	since := worked - tab.worked
	tab.worked = worked
	if since < 0 {
		return worked
	}
	return since
}

// askEarly asks the window's present document what it had asked for before it was watched.
func (tab *Tab) askEarly(ctx context.Context) {
	var all []har.PreAttachRequest
	if tab.evaluate(ctx, script.PreAttach, &all) != nil {
		return
	}
	first := tab.family.firstRequest(tab.id)
	for _, e := range all {
		e.Method = "GET" // which it is, but for a form's; of that alone it does not know
		if first != nil && first.URL == e.URL && e.Kind == "navigation" {
			e.Method = first.Method
		}
		if e.Asked < tab.watched {
			tab.record.AddPreAttach(tab.id, source(tab.target()), e)
		}
	}
}
