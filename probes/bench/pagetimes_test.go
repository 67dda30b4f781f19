package bench

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"time"
)

// truthScript is part of the site's own pages and independent of the driver. It records the customer's clicks by their own
// timestamps, and when each result was first visible in the document, all by the page's clock.
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

// A scriptInjector inserts truthScript into every page that the shop sends, and allows it in the page's policy.
type scriptInjector struct {
	http.ResponseWriter
	done bool
}

// Unwrap is for http.ResponseController.
func (p *scriptInjector) Unwrap() http.ResponseWriter { return p.ResponseWriter }

func (p *scriptInjector) WriteHeader(status int) {
	sum := sha256.Sum256([]byte(truthScript))
	allow := "script-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "' "
	if h := p.Header(); strings.HasPrefix(h.Get("Content-Type"), "text/html") {
		h.Set("Content-Security-Policy", strings.Replace(h.Get("Content-Security-Policy"), "script-src ", allow, 1))
		h.Del("Content-Length")
	} else {
		p.done = true
	}
	p.ResponseWriter.WriteHeader(status)
}

func (p *scriptInjector) Write(page []byte) (int, error) {
	const head = "<head>"
	if p.done || !bytes.Contains(page, []byte(head)) {
		return p.ResponseWriter.Write(page)
	}
	p.done = true
	_, err := p.ResponseWriter.Write(bytes.Replace(page, []byte(head), []byte(head+"<script>"+truthScript+"</script>"), 1))
	return len(page), err
}

// between is the time between two events.
func (t PageTimes) between(from, to string) time.Duration {
	return time.Duration((t[to] - t[from]) * float64(time.Millisecond))
}

func (p Result) bias(step string) time.Duration { return p.Waits[step] - p.pageWait(step) }

// pageWait is the customer's wait in a step as the page recorded it; for the download, as the server did.
func (p Result) pageWait(step string) time.Duration {
	switch step {
	case OrderStep:
		return p.Truth.between("click Place order", "Thank you for your order")
	case PrintStep:
		return p.Truth.between("click Print", "Download PDF")
	}
	return p.Truth.between("click Download PDF", "sent")
}
