package browser_test

import (
	"fmt"
	"net/http"
	"time"

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
