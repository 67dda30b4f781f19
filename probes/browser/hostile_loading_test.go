package browser_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// loadingRows are pages that do not load, do not finish, or answer with an error.
var loadingRows = map[string]row{
	"a good page":                {page: button, want: journey.Passed},
	"never answers":              {handlers: at(silent), want: journey.Failed, wantError: "could not open"},
	"never fires load":           {page: button + `<img src="/silent">`, want: journey.Passed},
	"never ends":                 {handlers: at(stalls), want: journey.Failed, wantError: "the page is still loading"},
	"slow-loris body":            {handlers: at(slowLoris), want: journey.Failed, wantError: "the page is still loading"},
	"a style sheet never comes":  {page: `<link rel=stylesheet href=/silent>` + button, want: journey.Failed, wantError: "could not"},
	"a script never comes":       {page: `<script src=/silent></script>` + button, want: journey.Failed, wantError: "the page is still loading"},
	"endless loop while loading": {page: `<script>for(;;){}</script>`, want: journey.Failed, wantError: "could not open"},
	"endless loop at the click":  {page: `<button onclick="for(;;){}">Print</button>`, want: journey.Failed, wantError: `could not click the button "Print"`},
	"endless loop later":         {page: button + `<script>setTimeout(()=>{for(;;){}}, 300)</script>`, do: waitFor("Never"), want: journey.Failed, wantError: `expected to see the text "Never" within 1.5s`},
	"500 with a fine body":       {handlers: at(frameResult(500, button)), want: journey.Failed, wantError: "answered 500"},
	"503 after the click":        {page: `<form action=/order><button>Print</button></form>`, handlers: map[string]http.HandlerFunc{"/order": frameResult(503, "Thank you")}, want: journey.Failed, wantError: "answered 503"},
	"200 with an error page":     {page: `<h1>Something went wrong</h1>`, want: journey.Failed, wantError: `there is none; the page says "Something went wrong" (at /)`},
	"blank":                      {page: `<script>document.documentElement.remove()</script>`, want: journey.Failed, wantError: "the page is blank"},
	"blank after script error":   {page: `<div id=app></div><script>oops()</script>`, want: journey.Failed, wantError: "the page is blank; on the way: script error ReferenceError: oops is not defined"},
	"lost asset":                 {page: `<script src=/gone.js></script>`, want: journey.Failed, wantError: "GET /gone.js answered 404"},
	"redirects without end": {handlers: at(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/?"+r.URL.RawQuery+"x", http.StatusFound)
	}), want: journey.Failed, wantError: "it redirects without end"},
	"redirect to sign-in": {handlers: at(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/sign-in", http.StatusFound) }), pages: map[string]string{"/sign-in": `<h1>Sign in</h1><input>`}, want: journey.Failed, wantError: `the page says "Sign in" (at /sign-in)`},
	"reloads itself":      {page: `<script>setTimeout(() => location.reload(), 50)</script>wait`, do: waitFor("Never"), want: journey.Failed, wantError: `expected to see the text "Never" within 1.5s`},
	"a file in place of the page": {handlers: at(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Disposition", "attachment")
		w.Write([]byte("x"))
	}), want: journey.Failed, wantError: "it is a file to download (text/plain), not a page"},
	"a frame never loads":              {page: button + `<iframe src=/silent></iframe>`, want: journey.Passed},
	"a frame that matters never loads": {page: `<h1>Pay</h1><iframe src=/silent></iframe>`, want: journey.Failed, wantError: "its frame /silent has not loaded"},
	"a frame of another site hangs":    {site: withOtherSite(button+`<iframe src=OTHER/></iframe>`, map[string]string{"/": `<script>for(;;){}</script>`}), want: journey.Passed},
	"what matters is in a hung frame":  {site: withOtherSite(`<h1>Pay</h1><iframe src=OTHER/></iframe>`, map[string]string{"/": button + `<script>setTimeout(()=>{for(;;){}}, 50)</script>`}), want: journey.Failed, wantError: `could not click the button "Print"`},
}

func stalls(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	fmt.Fprint(w, "<h1>Half a page</h1>")
	w.(http.Flusher).Flush()
	<-r.Context().Done()
}

// slowLoris sends a byte at a time, for ever.
func slowLoris(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		fmt.Fprint(w, "z")
		w.(http.Flusher).Flush()
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		}
	}
}

// leavingRows are documents that the site leaves by itself: what is done to one meanwhile is lost, or ends the navigation.
var leavingRows = map[string]row{
	"for the same button":   {page: wrong + leave("location.replace('/shop')"), handlers: late("/shop", frameResult(200, button)), want: journey.Passed},
	"by a form":             {page: wrong + `<form action=/shop></form>` + leave("document.forms[0].submit()"), handlers: late("/shop", frameResult(200, button)), want: journey.Passed},
	"by a reload":           {handlers: at(reloadsOnce()), want: journey.Passed},
	"by its head":           {page: `<meta http-equiv=refresh content="0;url=/shop">` + wrong, handlers: late("/shop", frameResult(200, button)), want: journey.Passed},
	"for a redirect":        {page: wrong + leave("location='/go'"), pages: map[string]string{"/shop": button}, handlers: late("/go", http.RedirectHandler("/shop", http.StatusFound).ServeHTTP), want: journey.Passed},
	"for nothing":           {page: button + leave("location='/none'"), handlers: late("/none", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }), want: journey.Passed},
	"for a download":        {page: button + leave("location='/file'"), handlers: late("/file", attachment("application/octet-stream")), want: journey.Passed},
	"for another program":   {page: button + leave("location='mailto:shop@example.com'"), want: journey.Passed},
	"for its own fragment":  {page: button + leave("location.hash='cards'"), want: journey.Passed},
	"and stays":             {page: button + leave("location='/silent'; setTimeout(() => stop(), 300)"), want: journey.Passed},
	"for no answer":         {page: button + `<button onclick="location='/silent'">Go</button>`, do: func(s *fixture) { s.Visit("/"); s.Click(browser.Button("Go")); s.Click(browser.Button("Print")) }, want: journey.Failed, wantError: `could not click the button "Print" within 1.5s: the page is being left for /silent`},
	"for no answer, seen":   {page: `<button onclick="location='/silent'">Go</button>`, do: func(s *fixture) { s.Visit("/"); s.Click(browser.Button("Go")); s.See(browser.Text("Thank you")) }, want: journey.Failed, wantError: `GET /silent has had no answer for `, notError: "script is busy"},
	"when it is pointed at": {page: wrong + `<script>addEventListener('pointermove', () => location.replace('/shop'), { once: true })</script>`, pages: map[string]string{"/shop": button}, want: journey.Passed},
	"a list too":            {page: leave("location='/shop'") + list, handlers: late("/shop", frameResult(200, list+`<p>Thank you</p>`)), do: func(s *fixture) { s.Visit("/"); s.Choose(browser.Field("Size"), "Large"); s.holds("select", "Large") }, want: journey.Passed},
	"a field too":           {page: leave("location='/shop'") + field, handlers: late("/shop", frameResult(200, field)), do: func(s *fixture) { s.Visit("/"); s.Fill(browser.Field("Value"), "Ada"); s.holds("input", "Ada") }, want: journey.Passed},
	"a key too":             {page: leave("location='/shop'") + keyed, handlers: late("/shop", frameResult(200, keyed)), do: func(s *fixture) { s.Visit("/"); s.Press("p"); s.See(browser.Text("Thank you")) }, want: journey.Passed},
	"after a click": {page: `<a href=/shop>Sign in</a>` + wrong, handlers: late("/shop", frameResult(200, button)), do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Link("Sign in"))
		s.Click(browser.Button("Print"))
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"a frame, not its page":   {page: button + `<iframe name=ads></iframe>` + leave("open('/silent', 'ads')"), want: journey.Passed},
	"a frame with the button": {page: `<iframe src=/inner></iframe>`, pages: map[string]string{"/inner": wrong + leave("location='/shop'")}, handlers: late("/shop", frameResult(200, button)), want: journey.Passed},
}

const (
	wrong = `<button onclick="document.body.append('Please sign in')">Print</button>`
	list  = `<label>Size <select><option>Small<option>Large</select></label>`
	field = `<label>Value <input></label>`
	keyed = `<script>addEventListener('keydown', () => document.body.append('Thank you'))</script>`
)

// leave runs the script as soon as the page has loaded.
func leave(js string) string { return `<script>addEventListener('load', () => {` + js + `})</script>` }

// late serves the path 600 ms after the request.
func late(path string, h http.HandlerFunc) map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{path: func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(600 * time.Millisecond):
			h(w, r)
		case <-r.Context().Done():
		}
	}}
}

// reloadsOnce serves a page that reloads itself, slowly; only then its button works.
func reloadsOnce() http.HandlerFunc {
	var served atomic.Bool
	return func(w http.ResponseWriter, r *http.Request) {
		if !served.Swap(true) {
			frameResult(200, wrong+leave("location.reload()"))(w, r)
			return
		}
		late("/", frameResult(200, button))["/"](w, r)
	}
}
