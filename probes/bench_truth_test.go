package probes_test

import (
	"context"
	"encoding/json"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// truthScript runs in the page itself, as part of the site would, and knows nothing of what drives the browser. It notes
// the customer's clicks by their own time stamps, and when each result first was in the document, to be seen; all by
// the page's clock.
const truthScript = `(() => {
	const clock = () => performance.timeOrigin + performance.now();
	const note = (what, at) => {
		const all = JSON.parse(sessionStorage.truth || '{}');
		if (what in all) return;
		all[what] = at;
		sessionStorage.truth = JSON.stringify(all);
	};
	addEventListener('click', (e) => {
		const el = e.target.closest('a,button');
		if (e.isTrusted && el) note('click ' + el.innerText.trim(), performance.timeOrigin + e.timeStamp);
	}, true);
	const goals = [['h1', 'Thank you for your order'], ['#print a', 'Download PDF']];
	new MutationObserver(() => {
		for (const [css, text] of goals) {
			const el = document.querySelector(css);
			if (!el || el.textContent !== text || !el.checkVisibility()) continue;
			note(text, clock());
			requestAnimationFrame(() => setTimeout(() => note('paint ' + text, clock())));
		}
	}).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
})()`

// A truth is what the page itself saw: epoch milliseconds by what happened.
type truth map[string]float64

// between is the time from one moment to another.
func (t truth) between(from, to string) time.Duration {
	return time.Duration((t[to] - t[from]) * float64(time.Millisecond))
}

// plantTruth puts the script into every page from now on.
var plantTruth = chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
	// A script lasts as long as the session that added it, and that of Tab.Do is over when the action is. This one ends with
	// the process, which plays one journey.
	lasting, _ := chromedp.NewContext(context.WithoutCancel(ctx), chromedp.WithTargetID(target.TargetID), chromedp.WithDetachOnCancel())
	_, err := chromedp.Call(lasting, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: truthScript})
	return err
})

// readTruth asks the page what it saw.
func readTruth(into *truth) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		text, err := chromedp.Evaluate[string]("sessionStorage.truth")(ctx, target)
		if err != nil {
			return err
		}
		return json.Unmarshal([]byte(text), into)
	})
}
