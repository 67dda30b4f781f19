package browser_test

import (
	"fmt"
	"net/http"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// breaks ends the connection without an answer.
func breaks(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// inTwo serves a document in two parts.
func inTwo(first, rest string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, "<!doctype html><title>t</title>%s<!--%03000d-->", first, 0)
		w.(http.Flusher).Flush()
		time.Sleep(500 * time.Millisecond)
		fmt.Fprint(w, rest)
	}
}

func goneWorking(s *fixture) { s.Gone(browser.Text("Working")) }

func noWorking(s *fixture) { s.SeeCount(browser.Text("Working"), 0) }

// following clicks the link, then looks.
func following(look func(*fixture)) func(*fixture) {
	return func(s *fixture) { s.Visit("/"); s.Click(browser.Link("Print")); look(s) }
}

func pressing(look func(*fixture)) func(*fixture) {
	return func(s *fixture) { s.Visit("/"); s.Click(browser.Button("Print")); look(s) }
}

const (
	link      = `<p>Working</p><a href=/next>Print</a>`
	whiteness = `<div id=root><p>Working</p><button onclick="root.innerHTML = ''; throw new Error('no order')">Print</button></div>`
)

var broken = map[string]http.HandlerFunc{"/next": breaks}

// goneRows lose a text with the page that should follow.
var goneRows = map[string]row{
	"broken connection":     {page: link, handlers: broken, do: following(goneWorking), want: journey.Failed, wantError: "/next"},
	"broken, none of them":  {page: link, handlers: broken, do: following(noWorking), want: journey.Failed, wantError: "could not be loaded"},
	"broken, by a form":     {page: `<p>Working</p><form action=/next method=post><button>Print</button></form>`, handlers: broken, do: pressing(goneWorking), want: journey.Failed, wantError: "/next"},
	"broken, its address":   {page: link, handlers: broken, do: following(func(s *fixture) { s.SeeAddress("/next") }), want: journey.Failed, wantError: "could not be loaded"},
	"dead port":             {page: `<p>Working</p><a href="http://127.0.0.1:9/">Print</a>`, do: following(goneWorking), want: journey.Failed, wantError: "could not be loaded"},
	"broken, in a frame":    {page: `<iframe name=f srcdoc="<p>Working</p>"></iframe><a href=/next target=f>Print</a>`, handlers: broken, do: following(goneWorking), want: journey.Failed, wantError: "/next"},
	"broken, in a popup":    {page: `<button onclick="window.open('/next')">Print</button>`, handlers: broken, do: pressing(func(s *fixture) { s.Popup().Gone(browser.Text("Working")) }), want: journey.Failed, wantError: "could not be loaded"},
	"broken advertisement":  {page: `<p id=w>Working</p><button onclick="setTimeout(() => w.remove(), 300)">Print</button><iframe src=/next></iframe>`, handlers: broken, do: pressing(goneWorking), want: journey.Passed},
	"expected 404, no body": {page: "Shop", handlers: map[string]http.HandlerFunc{"/next": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }}, do: func(s *fixture) { s.Visit("/"); s.VisitExpecting("/next", http.StatusNotFound) }, want: journey.Passed},
	"error page, then the page": {page: link, handlers: broken, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Link("Print"))
		s.Visit("/")
		s.See(browser.Text("Working"))
	}, want: journey.Passed},
	"white screen":               {page: whiteness, do: pressing(goneWorking), want: journey.Failed, wantError: "no order"},
	"white screen, none of them": {page: whiteness, do: pressing(noWorking), want: journey.Failed, wantError: "the page is blank"},
	"white screen, no error":     {page: `<div id=root><p>Working</p><button onclick="root.innerHTML = ''">Print</button></div>`, do: pressing(goneWorking), want: journey.Passed},
	"error, and a page":          {page: `<h1>Shop</h1><p id=w>Working</p><button onclick="w.remove(); throw new Error('tracker')">Print</button>`, do: pressing(goneWorking), want: journey.Passed},
	"blank for a moment":         {page: link, handlers: map[string]http.HandlerFunc{"/next": inTwo("", "<p>Working</p>")}, do: following(goneWorking), want: journey.Failed, wantError: "still there"},
	"head line first":            {page: link, handlers: map[string]http.HandlerFunc{"/next": inTwo("<h1>Shop</h1>", "<p>Working</p>")}, do: following(goneWorking), want: journey.Failed, wantError: "still there"},
	"head line first, and gone":  {page: link, handlers: map[string]http.HandlerFunc{"/next": inTwo("<h1>Shop</h1>", "<p>Done</p>")}, do: following(goneWorking), want: journey.Passed},
}
