package browser_test

import (
	"fmt"
	"net/http"
	"time"

	"valkyrie/probes/journey"
)

// ofType serves a body of a MIME type, which a browser must not guess.
func ofType(kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		fmt.Fprint(w, body)
	}
}

// shell is the page with which many sites answer any address that they do not know.
var shell = frameResult(200, "<!doctype html><p>Shop")

// wrongDigest is not the digest of any file of these rows.
const wrongDigest = `integrity="sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC"`

// reportRows are failures whose cause is in Chrome's console or in its network log, and nowhere on the page.
var reportRows = map[string]row{
	"module answered by the shell":  {page: `<script type=module src=/app.js></script><div id=root></div>`, handlers: map[string]http.HandlerFunc{"/app.js": shell}, want: journey.Failed, wantError: "GET /app.js answered with a page instead of a script"},
	"script answered by the shell":  {page: `<script src=/app.js></script><div id=root></div>`, handlers: map[string]http.HandlerFunc{"/app.js": shell}, want: journey.Failed, wantError: "GET /app.js answered with a page instead of a script", notError: "SyntaxError"},
	"import answered by the shell":  {page: `<div id=root></div><script type=module>import('/app.js').catch(() => {})</script>`, handlers: map[string]http.HandlerFunc{"/app.js": shell}, want: journey.Failed, wantError: "GET /app.js answered with a page instead of a script"},
	"a style sheet that is a page":  {page: `<link rel=stylesheet href=/s.css><style>#t{display:none}</style><p id=t>Thank you</p>`, handlers: map[string]http.HandlerFunc{"/s.css": shell}, do: waitFor("Thank you"), want: journey.Failed, wantError: "GET /s.css answered with a page instead of a style sheet"},
	"script of no executable type":  {page: `<script src=/app.js></script><div id=root></div>`, handlers: map[string]http.HandlerFunc{"/app.js": ofType("text/plain", "document.body.append('Print')")}, want: journey.Failed, wantError: "Chrome refused /app.js as a script: its Content-Type is "},
	"module of no executable type":  {page: `<script type=module src=/app.js></script><div id=root></div>`, handlers: map[string]http.HandlerFunc{"/app.js": ofType("application/octet-stream", "document.body.append('Print')")}, want: journey.Failed, wantError: "Chrome refused /app.js as a script: its Content-Type is "},
	"style sheet of another type":   {page: `<link rel=stylesheet href=/s.css><style>#t{display:none}</style><p id=t>Thank you</p>`, handlers: map[string]http.HandlerFunc{"/s.css": ofType("text/plain", "#t{display:block!important}")}, do: waitFor("Thank you"), want: journey.Failed, wantError: "Chrome refused /s.css as a style sheet: its Content-Type is text/plain"},
	"script with a wrong integrity": {page: `<script src=/app.js ` + wrongDigest + `></script><div id=root></div>`, handlers: map[string]http.HandlerFunc{"/app.js": ofType("text/javascript", "document.body.append('Print')")}, want: journey.Failed, wantError: "integrity attribute"},
	"style with a wrong integrity":  {page: `<link rel=stylesheet href=/s.css ` + wrongDigest + `><style>#t{display:none}</style><p id=t>Thank you</p>`, handlers: map[string]http.HandlerFunc{"/s.css": ofType("text/css", "#t{display:block!important}")}, do: waitFor("Thank you"), want: journey.Failed, wantError: "integrity attribute"},
	"module without its file":       {page: `<script type=module>import { App } from 'app'; App()</script><div id=root></div>`, want: journey.Failed, wantError: "app"},
	"form in a sandbox":             {page: `<iframe sandbox="allow-scripts" srcdoc="<form action=/next><button>Print</button></form>"></iframe>`, pages: map[string]string{"/next": "Thank you"}, want: journey.Failed, wantError: "sandbox"},
	"form in a sandbox of a file":   {page: `<iframe sandbox="allow-scripts" src=/form></iframe>`, pages: map[string]string{"/form": `<form action=/next><button>Print</button></form>`, "/next": "Thank you"}, want: journey.Failed, wantError: "sandbox"},
	"script in a sandbox":           {page: `<iframe sandbox srcdoc="<button id=b>Print</button><script>b.onclick = () => document.body.append('Thank you')</script>"></iframe>`, want: journey.Failed, wantError: "sandbox"},
	"window out of a sandbox":       {page: `<iframe sandbox="allow-scripts" srcdoc="<button onclick=&quot;window.open('/next')&quot;>Print</button>"></iframe>`, pages: map[string]string{"/next": "Thank you"}, want: journey.Failed, wantError: "sandbox"},
	"error line on a blank page":    {page: `<div id=root></div><script>console.error('ChunkLoadError: Loading chunk 12 failed.')</script>`, want: journey.Failed, wantError: "ChunkLoadError: Loading chunk 12 failed."},
	"error object on a blank page":  {page: `<div id=root></div><script>console.error(new Error('no order'), { a: 1 })</script>`, want: journey.Failed, wantError: "no order"},
	"error line after the click":    {page: `<p>Shop</p><button onclick="console.error('Payment refused: E17')">Print</button>`, want: journey.Failed, wantError: "Payment refused: E17"},
	"error line before the click":   {page: `<p>Shop</p><button>Print</button><script>console.error('Banner: no slot')</script>`, want: journey.Failed, wantError: "there is none", notError: "Banner"},
	"error line and an alert":       {page: `<button onclick="console.error('E17'); o.textContent = 'No stock left'">Print</button><p role=alert id=o></p>`, want: journey.Failed, wantError: `the page says "No stock left"`, notError: "E17"},
	"error line and a broken file":  {page: `<button onclick="console.error('E17'); fetch('/save')">Print</button>`, want: journey.Failed, wantError: "GET /save answered 404", notError: "E17"},
	"warning on a blank page":       {page: `<div id=root></div><script>console.warn('old browser')</script>`, want: journey.Failed, wantError: "the page is blank", notError: "old browser"},
	"error line of another site":    {site: withOtherSite(`<div id=root></div><script src=OTHER/ad.js></script>`, map[string]string{"/ad.js": "console.error('no ad')"}), want: journey.Failed, wantError: "there is none", notError: "no ad"},
	"hidden field that is required": {page: `<form action=/next><input name=x required style="display:none"><button>Print</button></form>`, pages: map[string]string{"/next": "Thank you"}, want: journey.Failed, wantError: "not focusable"},
	"hidden list that is required":  {page: `<form action=/next><div hidden><label>Size <select required><option value="">Choose</select></label></div><button>Print</button></form>`, pages: map[string]string{"/next": "Thank you"}, want: journey.Failed, wantError: `not focusable`},
	"error thrown on a white page":  {page: `<div id=root><p>Working</p><button onclick="root.innerHTML = ''; throw new Error('no order')">Print</button></div>`, do: press, want: journey.Failed, wantError: "script error Error: no order"},
	"poll beside a refusal":         {page: `<script>fetch('/silent'); setTimeout(() => { b.hidden = false }, 300)</script><button id=b hidden onclick="fetch('/save', {method:'POST'}).then(r => r.ok && document.body.append('Thank you'))">Print</button>`, handlers: map[string]http.HandlerFunc{"/save": frameResult(500, "no")}, limit: 3 * time.Second, want: journey.Failed, wantError: "POST /save answered 500", notError: "/silent"},
	"poll beside a script error":    {page: `<script>fetch('/silent'); setTimeout(() => { b.hidden = false }, 300)</script><button id=b hidden onclick="throw new Error('no order')">Print</button>`, limit: 3 * time.Second, want: journey.Failed, wantError: "no order", notError: "/silent"},
	"poll and a silent answer":      {page: `<script>fetch('/silent?poll')</script><button onclick="fetch('/silent', {method:'POST'})">Print</button>`, limit: 3 * time.Second, want: journey.Failed, wantError: `step "print": POST /silent has had no answer for `},
	"silent answer and a refusal":   {page: `<button onclick="fetch('/side'); fetch('/silent', {method:'POST'})">Print</button>`, limit: 3 * time.Second, want: journey.Failed, wantError: `step "print": POST /silent has had no answer for `},
}
