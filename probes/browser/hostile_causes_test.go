package browser_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// withHeader serves a page with a header of the response.
func withHeader(name, value, page string) map[string]http.HandlerFunc {
	return at(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(name, value)
		frameResult(200, page)(w, r)
	})
}

// and adds handlers to others.
func and(all map[string]http.HandlerFunc, path string, h http.HandlerFunc) map[string]http.HandlerFunc {
	all[path] = h
	return all
}

// getAndSave clicks on the link and awaits the file.
func getAndSave(s *fixture) {
	s.Visit("/")
	s.Click(browser.Link("Print"))
	s.Download()
}

// streams sends a page in parts, and never ends it.
func streams(parts ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		for _, part := range parts {
			fmt.Fprint(w, part)
			w.(http.Flusher).Flush()
			time.Sleep(50 * time.Millisecond) // the parts come apart
		}
		<-r.Context().Done()
	}
}

// zipped sends a part of a compressed page. With broken, the connection breaks then; otherwise the answer ends as if it were whole.
func zipped(page string, part float64, broken bool) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		var all bytes.Buffer
		z := gzip.NewWriter(&all)
		fmt.Fprint(z, page)
		z.Close()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(all.Bytes()[:int(part*float64(all.Len()))])
		if broken {
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
	}
}

// noise does not compress well.
func noise(n int) string {
	var s strings.Builder
	x := uint32(1)
	for range n {
		x = x*1664525 + 1013904223
		s.WriteByte("abcdefghijklmnopqrstuvwxyz 012345"[x>>16%33])
	}
	return s.String()
}

// declined is a page that shows an error when Print is pressed.
func declined(html string) string {
	return `<h1>Checkout</h1><button onclick="t.hidden = false">Print</button><div id=t hidden>` + html + `</div>`
}

// closedAPI is a page that posts to an API of its host on which nothing listens.
func closedAPI(t *testing.T) *url.URL {
	dead := httptest.NewServer(nil)
	dead.Close()
	return serve(t, map[string]string{"/": `<button onclick="fetch('` + dead.URL + `/save', { method: 'POST', mode: 'no-cors' })">Print</button>`}, nil)
}

// causeRows are failures whose cause is not on the page itself.
var causeRows = map[string]row{
	"a download that is refused":      {page: `<a href=/card.pdf download>Print</a>`, handlers: and(at(frameResult(200, `<a href=/card.pdf download>Print</a>`)), "/card.pdf", frameResult(403, "no")), do: getAndSave, want: journey.Failed, wantError: "asked again, HEAD /card.pdf answered 403"},
	"a download that is not there":    {handlers: and(at(frameResult(200, `<a href=/card.pdf download>Print</a>`)), "/card.pdf", frameResult(404, "no")), do: getAndSave, want: journey.Failed, wantError: "asked again, HEAD /card.pdf answered 404"},
	"a download that becomes a page":  {handlers: and(at(frameResult(200, `<a href=/card.pdf>Print</a>`)), "/card.pdf", frameResult(403, "no")), do: getAndSave, want: journey.Failed, wantError: "GET /card.pdf answered 403"},
	"a download by a script, refused": {handlers: and(at(frameResult(200, `<a href=# onclick="fetch('/card.pdf').then(r=>{if(!r.ok)throw 1})">Print</a>`)), "/card.pdf", frameResult(403, "no")), do: getAndSave, want: journey.Failed, wantError: "GET /card.pdf answered 403"},
	"a handler that a policy blocks":  {handlers: withHeader("Content-Security-Policy", "script-src 'self'", button), want: journey.Failed, wantError: `the page's Content-Security-Policy has blocked`},
	"a script that a policy blocks":   {handlers: withHeader("Content-Security-Policy", "script-src 'self'", `<button id=b>Print</button><script>b.onclick=()=>document.body.append('Thank you')</script>`), want: journey.Failed, wantError: `the page's Content-Security-Policy has blocked`},
	"a request that a policy blocks":  {handlers: withHeader("Content-Security-Policy", "connect-src 'none'", `<button onclick="fetch('/save').then(()=>document.body.append('Thank you'))">Print</button>`), want: journey.Failed, wantError: `the page's Content-Security-Policy has blocked`},
	"a frame that a policy blocks":    {handlers: withHeader("Content-Security-Policy", "frame-src 'none'", `<iframe src=/pay></iframe>`), want: journey.Failed, wantError: `the page's Content-Security-Policy has blocked`},
	"a policy that blocks nothing":    {handlers: withHeader("Content-Security-Policy", "script-src 'unsafe-inline'", `<p>Shop</p>`), want: journey.Failed, wantError: `there is none`, notError: "Policy"},
	"a policy that only reports":      {handlers: withHeader("Content-Security-Policy-Report-Only", "script-src 'self'", button+`<script>1</script>`), want: journey.Passed},
	"a frame that refuses to be framed": {handlers: and(at(frameResult(200, `<iframe src=/pay></iframe>`)), "/pay", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Frame-Options", "DENY")
		fmt.Fprint(w, button)
	}), want: journey.Failed, wantError: `X-Frame-Options`},
	"an API that refuses connections":         {site: closedAPI, want: journey.Failed, wantError: `/save failed: the connection was refused`, notError: "net::"},
	"a request that the other site refuses":   {site: withOtherSite(`<button onclick="fetch('OTHER/api').then(()=>document.body.append('Thank you'))">Print</button>`, map[string]string{"/api": "{}"}), want: journey.Failed, wantError: `is not allowed for this site (CORS`},
	"a preflight that the other site refuses": {site: withOtherSite(`<button onclick="fetch('OTHER/api',{method:'PUT'}).then(()=>document.body.append('Thank you'))">Print</button>`, map[string]string{"/api": "{}"}), want: journey.Failed, wantError: `PUT localhost:`},
	"an alert in a frame":                     {page: `<h1>Pay</h1><iframe srcdoc="<div role=alert>Card declined</div>"></iframe>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `a frame of the page says "Card declined"`},
	"an alert in another site's frame":        {site: withOtherSite(`<h1>Pay</h1><iframe src=OTHER/pay></iframe>`, map[string]string{"/pay": `<div role=alert>Card declined</div>`}), do: waitFor("Thank you"), want: journey.Failed, wantError: `a frame of the page says "Card declined"`},
	"an alert in a hidden frame":              {page: `<h1>Pay</h1><iframe hidden srcdoc="<div role=alert>Card declined</div>"></iframe>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `the page says "Pay"`, notError: "declined"},
	"a heading in a frame":                    {page: `<h1>Pay</h1><iframe srcdoc="<h1>Ad</h1>"></iframe>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `the page says "Pay"`, notError: `"Ad"`},
	"an alert in both":                        {page: `<p role=alert>Sorry</p><iframe srcdoc="<div role=alert>Card declined</div>"></iframe>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `the page says "Sorry" (at /); a frame of the page says "Card declined"`},
	"an alert in a frame, click":              {page: `<iframe srcdoc="<div role=alert>Card declined</div>"></iframe>`, want: journey.Failed, wantError: `a frame of the page says "Card declined"`},
	"a socket that is refused":                {handlers: and(at(frameResult(200, `<button onclick="new WebSocket('ws://'+location.host+'/ws').onopen=()=>document.body.append('Thank you')">Print</button>`)), "/ws", frameResult(403, "no")), want: journey.Failed, wantError: `the WebSocket /ws answered 403`},
	"a socket to nowhere":                     {page: `<button onclick="new WebSocket('ws://127.0.0.1:1/ws').onopen=()=>document.body.append('Thank you')">Print</button>`, want: journey.Failed, wantError: `the WebSocket ws://127.0.0.1:1/ws failed: `},
	"only a frame":                            {page: `<iframe src=/pay></iframe>`, pages: map[string]string{"/pay": `<p>Pay</p>`}, do: waitFor("Thank you"), want: journey.Failed, wantError: `the page has no text; it shows the frame "/pay" (at /)`},
	"opens another window":                    {page: `<a href=/next target=_blank>Print</a>`, pages: map[string]string{"/next": "Thank you"}, do: func(s *fixture) { s.Visit("/"); s.Click(browser.Link("Print")); s.See(browser.Text("Thank you")) }, want: journey.Failed, wantError: `the page has opened another window, which Popup returns`},
	"opened and used": {page: `<a href=/next target=_blank>Print</a>`, pages: map[string]string{"/next": "Hello"}, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Link("Print"))
		s.Popup().See(browser.Text("Hello"))
		s.See(browser.Text("Thank you"))
	}, want: journey.Failed, wantError: `there is none`, notError: "another window"},
	"in red":                     {page: declined(`<p style="color:#c00">Card declined</p>`), want: journey.Failed, wantError: `the page says "Card declined"`},
	"in red of another notation": {page: declined(`<p style="color:oklch(0.577 0.245 27.325)">Card declined</p>`), want: journey.Failed, wantError: `the page says "Card declined"`},
	"in red before":              {page: `<p style="color:#c00">Sale</p><h1>Shop</h1><button>Print</button>`, want: journey.Failed, wantError: `there is none; the page says "Shop" (at /)`},
	"a negative message":         {page: declined(`<div class="ui negative message">Card declined</div>`), want: journey.Failed, wantError: `the page says "Card declined"`},
	"a list that refuses":        {page: `<label>Size <select onchange="value = 'A4'; e.textContent = 'A3 is sold out'"><option>A4<option>A3</select></label><p id=e role=alert></p>`, do: func(s *fixture) { s.Visit("/"); s.Choose(browser.Field("Size"), "A3") }, want: journey.Failed, wantError: `it went back to "A4"; the page says "A3 is sold out"`},
	"a box that refuses":         {page: `<label><input type=checkbox onchange="checked = false; e.textContent = 'Gifts are sold out'">Gift</label><p id=e role=alert></p>`, do: check("Gift"), want: journey.Failed, wantError: `the page says "Gifts are sold out"`},
	"a field that refuses":       {page: `<label>Code <input oninput="if (value.length > 3) { value = ''; e.textContent = 'Three letters at most' }"></label><p id=e class=error></p>`, do: fill("Code", "otter"), want: journey.Failed, wantError: `the page says "Three letters at most"`},
	"a day that is refused":      {page: `<label>Day <input type=date oninput="if (new Date(value).getUTCDay() % 6 === 0) { value = ''; e.textContent = 'Weekdays only' }"></label><p id=e role=alert></p>`, do: fill("Day", "2026-12-26"), want: journey.Failed, wantError: `the page says "Weekdays only"`, notError: "hand's speed"},
	"a file that is refused":     {page: `<label>Picture <input type=file onchange="value = ''; e.textContent = 'The file is too large'"></label><p id=e role=alert></p>`, do: func(s *fixture) { s.Visit("/"); s.Upload(browser.Field("Picture"), "a.txt", []byte("x")) }, want: journey.Failed, wantError: `it does not hold the file; the page says "The file is too large"`},
	"a file that is taken": {page: `<p role=alert>Files are deleted after a day</p><label>Picture <input type=file onchange="value = ''; document.body.append('Thank you')"></label>`, do: func(s *fixture) {
		s.Visit("/")
		s.Upload(browser.Field("Picture"), "a.txt", []byte("x"))
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"a file refused by a button": {page: `<input type=file id=f hidden onchange="f.value = ''; e.textContent = 'Only pictures'"><button onclick="f.click()">Choose</button><p id=e class=error></p>`, do: func(s *fixture) { s.Visit("/"); s.Upload(browser.Button("Choose"), "a.txt", []byte("x")) }, want: journey.Failed, wantError: `the page says "Only pictures"`},
	"scrolls back a frame later": {page: `<h1>Shop</h1><div style="height:3000px"></div>` + button + `<script>addEventListener("scroll", () => requestAnimationFrame(() => scrollTo(0, 0)))</script>`, want: journey.Failed, wantError: `could not click the button "Print"`},
	"scrolls back":               {page: `<h1>Shop</h1><div style="height:3000px"></div>` + button + `<script>addEventListener('scroll',()=>scrollTo(0,0))</script>`, want: journey.Failed, wantError: `could not click the button "Print"`},
	"only a placeholder":         {page: `<input placeholder="Search the shop">`, do: waitFor("Thank you"), want: journey.Failed, wantError: `there is none; the page has no text; it shows the field "Search the shop"`},
	"only a picture":             {page: `<img alt=Logo width=90 height=90>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `the page has no text; it shows the picture "Logo"`},
	"nothing at all":             {page: `<div></div>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `the page is blank`},
	"an inert button":            {page: `<div inert>` + button + `</div>`, want: journey.Failed, wantError: `it is inert`, notError: "disabled"},
	"a disabled button":          {page: `<button disabled>Print</button>`, want: journey.Failed, wantError: `it is disabled`},
	"not zipped at all": {handlers: at(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, button)
	}), want: journey.Failed, wantError: `failed: `},
	"streamed without an end":       {handlers: at(streams("<!doctype html><h1>Thank you</h1>", "<p>more</p>")), do: waitFor("Thank you"), want: journey.Passed},
	"streamed, pressed":             {handlers: at(streams("<!doctype html>"+button, "<p>more</p>")), want: journey.Passed},
	"streamed, without the text":    {handlers: at(streams("<!doctype html><h1>Shop</h1>", "<p>more</p>")), do: waitFor("Thank you"), want: journey.Failed, wantError: `still loading`},
	"leaves by itself at once":      {page: `<p>One moment</p><script>setTimeout(()=>location='/shop',100)</script>`, pages: map[string]string{"/shop": button}, want: journey.Passed},
	"leaves by itself, by its head": {page: `<meta http-equiv=refresh content="0;url=/shop">` + button, pages: map[string]string{"/shop": button}, want: journey.Passed},
	"asks before it is left": {page: `<script>addEventListener('beforeunload',e=>e.preventDefault())</script><label>Name <input></label><a href=/next>Print</a>`, pages: map[string]string{"/next": "Thank you"}, do: func(s *fixture) {
		s.Visit("/")
		s.Fill(browser.Field("Name"), "Ada")
		s.Click(browser.Link("Print"))
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"hangs as it is left": {page: `<script>addEventListener('beforeunload',()=>{for(;;);})</script><a href=/next>Print</a>`, pages: map[string]string{"/next": "Thank you"}, do: func(s *fixture) { s.Visit("/"); s.Click(browser.Link("Print")); s.See(browser.Text("Thank you")) }, want: journey.Failed, wantError: `a script of the page is busy`},
	"hangs as it is left by a visit": {page: `<p>Shop</p><script>addEventListener('beforeunload',()=>{for(;;);})</script>`, pages: map[string]string{"/next": "Thank you"}, do: func(s *fixture) {
		s.Visit("/")
		s.See(browser.Text("Shop"))
		s.Visit("/next")
		s.See(browser.Text("Thank you"))
	}, want: journey.Failed, wantError: `a script of the page is busy`},
	"undone after the next click": {page: `<label>Name <input id=i></label><button onclick="setTimeout(()=>{i.value=''},200)">Next</button>`, do: func(s *fixture) {
		s.Visit("/")
		s.Fill(browser.Field("Name"), "Ada")
		s.Click(browser.Button("Next"))
		s.See(browser.Text("Thank you"))
	}, want: journey.Failed, wantError: `the page has set the field "Name" back, or emptied it`},
	"cut off while zipped":    {handlers: at(zipped(`<!doctype html><html><p>`+noise(40000)+`</p>`+button+`</html>`, 0.7, false)), want: journey.Failed, wantError: `GET / may have been cut off: its compressed body ends without </html>`},
	"cut off at once":         {handlers: at(zipped(`<!doctype html><html><p>`+noise(40000)+`</p>`+button+`</html>`, 0.1, false)), want: journey.Failed, wantError: `GET / may have been cut off: its compressed body ends without </html>`},
	"broken off while zipped": {handlers: at(zipped(`<!doctype html><html><p>`+noise(40000)+`</p>`+button+`</html>`, 0.7, true)), want: journey.Failed, wantError: `GET / failed: `},
	"zipped as a whole":       {handlers: at(zipped(`<!doctype html><html><p>`+noise(40000)+`</p><p>Shop</p></html>`, 1, false)), want: journey.Failed, wantError: `there is none`, notError: "cut off"},
	"zipped, without its end": {handlers: at(zipped(`<!doctype html><p>Shop`, 1, false)), want: journey.Failed, wantError: `there is none`, notError: "cut off"},
	"a tab by its internals": {page: `<x-tab>Print</x-tab><script>customElements.define('x-tab',class extends HTMLElement{constructor(){super();this.attachInternals().role='tab';this.onclick=()=>document.body.append('Thank you')}})</script>`, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Role("tab", "Print"))
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"a name by its internals": {page: `<x-b>go</x-b><script>customElements.define('x-b',class extends HTMLElement{constructor(){super();const i=this.attachInternals();i.role='button';i.ariaLabel='Print';this.onclick=()=>document.body.append('Thank you')}})</script>`, want: journey.Passed},
	"picks files by a function": {page: `<button onclick="showOpenFilePicker().then(()=>document.body.append('Thank you'))">Print</button>`, do: func(s *fixture) {
		s.Visit("/")
		s.Upload(browser.Button("Print"), "a.txt", []byte("x"))
	}, want: journey.Failed, wantError: `the page asks for the file by showOpenFilePicker`},
}
