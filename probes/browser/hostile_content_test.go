package browser_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

const spins = `<button onclick="s.hidden = false">Print</button><p role=status id=s hidden>Printing your cards…</p>`

// contentRows are pages whose content is wrong or outdated.
var contentRows = map[string]row{
	"spinner for ever":        {page: spins, want: journey.Failed, wantError: `there is none; the page says "Printing your cards…"`},
	"thanks that vanish":      {page: `<button onclick="t.hidden = false; setTimeout(() => t.hidden = true, 150)">Print</button><p id=t hidden>Thank you</p>`, do: stays, want: journey.Failed, wantError: `expected the text "Thank you" to stay for 500ms: it was gone again after`},
	"thanks that stay":        {page: button, do: stays, limit: 2 * time.Second, want: journey.Passed},
	"thanks for the last one": {page: `<p>Thank you for order 1</p><button>Print</button>`, do: fresh, want: journey.Failed, wantError: `expected to see a new text "Thank you" within 1.5s: it is there, but it was there before`},
	"the last thanks redrawn": {page: `<div id=r></div><button>Print</button><script>setInterval(r.draw = () => { r.innerHTML = '<p>Thank you for order 1</p>' }, 50); r.draw()</script>`, do: fresh, want: journey.Failed, wantError: `it was there before`},
	"new thanks":              {page: `<p>Thank you for order 1</p><button onclick="setTimeout(() => document.querySelector('p').textContent = 'Thank you for order 2', 200)">Print</button>`, do: fresh, want: journey.Passed},
	"double submit":           {site: nil, page: `<form action=/order method=post><button>Print</button></form>`, handlers: map[string]http.HandlerFunc{"/order": chargeOnce()}, want: journey.Passed},
	"stale service worker":    {page: `<script>navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready).then(() => document.body.append('ready'))</script>`, handlers: map[string]http.HandlerFunc{"/sw.js": worker}, do: stale, limit: 3 * time.Second, want: journey.Failed, wantError: `served by its service worker`},
	"websocket that drops":    {page: `<h1>Connecting</h1><script>const w = new WebSocket('ws://' + location.host + '/ws'); w.onclose = () => document.body.innerHTML = '<h1>Connection lost</h1>'</script>`, handlers: map[string]http.HandlerFunc{"/ws": dropWebSocket}, want: journey.Failed, wantError: `the page says "Connection lost"`},
	"the clock jumps":         {page: `<script>const d = Date.now, p = performance.now.bind(performance); Date.now = () => d() + 1e7; performance.now = () => p() - 1e7; performance.mark = null</script>` + button, want: journey.Passed},
	"the page lies of itself": {page: `<script>for (const k of ['querySelectorAll', 'elementFromPoint']) Document.prototype[k] = () => null; Element.prototype.getBoundingClientRect = () => ({}); window.MutationObserver = null; Promise.prototype.then = null</script>` + button, want: journey.Passed},
	"debugger":                {page: `<script>debugger; setInterval(() => { debugger }, 10)</script>` + button, want: journey.Passed},
	"never still":             {page: button + `<p id=n></p><script>setInterval(() => { n.textContent = Math.random() }, 1)</script>`, want: journey.Passed},
	"popup blocked":           {page: `<script>setTimeout(() => { window.open('/help'); document.body.append('Thank you') }, 50)</script>`, pages: map[string]string{"/help": "help"}, do: func(s *fixture) { waitFor("Thank you")(s); s.Popup() }, want: journey.Failed, wantError: "their popup blocker stops that"},
	"no popup":                {page: button, do: popup, want: journey.Failed, wantError: "expected a new window or tab within 1.5s: none was opened"},
	"a popup that fails":      {page: `<button onclick="window.open('/help')">Print</button>`, handlers: map[string]http.HandlerFunc{"/help": frameResult(500, "help")}, do: popup, want: journey.Failed, wantError: "answered 500"},
	"a popup that goes away":  {page: `<button onclick="window.open('/help')">Print</button>`, pages: map[string]string{"/help": "<script>setTimeout(close, 100)</script>"}, do: popup, want: journey.Failed, wantError: "the page closed its own window"},
	"does not print":          {page: button, do: func(s *fixture) { press(s); s.Printed() }, want: journey.Failed, wantError: "it did not call print()"},
}

func stays(s *fixture) { press(s); s.Stays(browser.Text("Thank you"), 500*time.Millisecond) }

func fresh(s *fixture) {
	s.Visit("/")
	s.Click(browser.Button("Print"))
	s.SeeNew(browser.Text("Thank you"))
}

func popup(s *fixture) {
	s.Visit("/")
	s.Click(browser.Button("Print"))
	s.Popup().See(browser.Text("help"))
}

// chargeOnce fails a second payment.
func chargeOnce() http.HandlerFunc {
	var paid atomic.Int32
	return func(w http.ResponseWriter, _ *http.Request) {
		if paid.Add(1) > 1 {
			frameResult(http.StatusConflict, "you have paid twice")(w, nil)
			return
		}
		frameResult(http.StatusOK, "Thank you")(w, nil)
	}
}

func worker(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/javascript")
	fmt.Fprint(w, `addEventListener('install', () => skipWaiting()); addEventListener('activate', (e) => e.waitUntil(clients.claim()));
		addEventListener('fetch', (e) => e.respondWith(new Response('<h1>Order 1</h1>', { headers: { 'Content-Type': 'text/html' } })))`)
}

func stale(s *fixture) {
	s.Visit("/")
	s.See(browser.Text("ready"))
	s.Visit("/order")
	s.See(browser.Text("Order 2"))
}

// dropWebSocket accepts a WebSocket and closes it.
func dropWebSocket(w http.ResponseWriter, r *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", handshake(r.Header.Get("Sec-WebSocket-Key")))
}
