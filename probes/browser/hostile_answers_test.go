package browser_test

import (
	"compress/gzip"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// answerRows have answers that are no page, an error on purpose, or none at all.
var answerRows = map[string]row{
	"422 and the expected words":     {page: postForm, handlers: posted(422, "<h1>Thank you</h1>"), want: journey.Passed},
	"422 and other words":            {page: postForm, handlers: posted(422, "<h1>Wrong</h1>"), limit: limit / 2, want: journey.Failed, wantError: `expected to see the text "Thank you" within 750ms: POST /order answered 422; there is none; the page says "Wrong" (at /order)`},
	"401 and the form again":         {page: postForm, handlers: posted(401, `<h1>Wrong password</h1>`+button), do: pressTwice, want: journey.Passed},
	"404 page that works":            {handlers: at(frameResult(404, button)), want: journey.Failed, wantError: "could not open http://SITE/: GET / answered 404"},
	"404 page with nothing on it":    {handlers: at(frameResult(404, "")), want: journey.Failed, wantError: "GET / answered 404"},
	"404 after the click":            {page: `<a href=/gone?a=1>Print</a>`, do: clickLink, limit: limit / 2, want: journey.Failed, wantError: `GET /gone?a=1 answered 404; there is none; the page begins with "404 page not found" (at /gone)`},
	"404 proves nothing gone":        {page: `<a href=/gone>Print</a>`, do: goneAfterClick, want: journey.Failed, wantError: `expected the link "Print" to go away: GET /gone answered 404`},
	"404 with a sign, then gone":     {page: `<a href=/gone>Print</a>`, do: seeThenGone, want: journey.Passed},
	"503 and the expected words":     {page: postForm, handlers: posted(503, "<h1>Thank you</h1>"), want: journey.Failed, wantError: "POST /order answered 503"},
	"404 on purpose":                 {page: "Home", do: visitExpecting("/gone", "404 page not found", 404, 410), want: journey.Passed},
	"503 on purpose":                 {handlers: at(frameResult(503, "Closed at night")), do: visitExpecting("/", "Closed at night", 503), want: journey.Passed},
	"200 where 404 is wanted":        {page: "Home", do: visitExpecting("/", "Home", 404, 410), want: journey.Failed, wantError: "could not open http://SITE/: GET / answered 200, expected 404 or 410"},
	"204 on purpose":                 {handlers: at(status(204)), do: func(s *fixture) { s.VisitExpecting("/", 204) }, want: journey.Passed},
	"404 expected, then a good page": {page: button, do: func(s *fixture) { s.VisitExpecting("/gone", 404); press(s) }, want: journey.Passed},
	"404 expected, then another 404": {page: button, do: func(s *fixture) { s.VisitExpecting("/gone", 404); s.Visit("/gone") }, want: journey.Failed, wantError: "GET /gone answered 404"},
	"204 on a visit":                 {handlers: at(status(204)), do: visit, want: journey.Failed, wantError: "could not open http://SITE/: GET / answered 204, which has no page"},
	"205 on a visit":                 {handlers: at(status(205)), do: visit, want: journey.Failed, wantError: "GET / answered 205, which has no page"},
	"204 at a click":                 {page: `<form action=/none>` + button + `</form>`, handlers: map[string]http.HandlerFunc{"/none": status(204)}, want: journey.Passed},
	"redirect to an app":             {handlers: at(redirects("myapp://open")), do: visit, want: journey.Failed, wantError: "could not open http://SITE/: it leads to myapp://open, an address for another program"},
	"a file in place of the page":    {handlers: at(attachment("text/csv")), do: visit, want: journey.Failed, wantError: "could not open http://SITE/: it is a file to download (text/csv), not a page"},
	"a PDF to save":                  {handlers: at(attachment("application/pdf")), do: visit, want: journey.Failed, wantError: "it is a file to download (application/pdf), not a page"},
	"a PDF in the tab":               {handlers: at(showsPDF), do: visit, want: journey.Passed},
	"a PDF in the tab, to download":  {handlers: at(showsPDF), do: func(s *fixture) { s.Visit("/"); s.readPDF() }, want: journey.Passed},
	"a PDF by a redirect":            {handlers: map[string]http.HandlerFunc{"/{$}": redirects("/c.pdf"), "/c.pdf": showsPDF}, do: func(s *fixture) { s.Visit("/"); s.readPDF() }, want: journey.Passed},
	"a PDF after a page":             {page: "Home", handlers: map[string]http.HandlerFunc{"/c.pdf": showsPDF}, limit: limit / 2, do: func(s *fixture) { s.Visit("/"); s.Visit("/c.pdf"); s.See(browser.Text("Home")) }, want: journey.Failed, wantError: `the tab shows a PDF, GET /c.pdf; only Download can get it`},
	"a page after a PDF":             {page: button, handlers: map[string]http.HandlerFunc{"/c.pdf": showsPDF}, do: func(s *fixture) { s.Visit("/c.pdf"); press(s) }, want: journey.Passed},
	"a PDF that stalls":              {handlers: at(sendHalfPDF(true)), do: visit, want: journey.Failed, wantError: "could not open http://SITE/: expected "},
	"a PDF cut short":                {handlers: at(sendHalfPDF(false)), do: visit, want: journey.Failed, wantError: " was broken off after "},
	"a PDF that is an error": {handlers: at(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/pdf")
		w.WriteHeader(500)
		w.Write(printedFrame())
	}), do: visit, want: journey.Failed, wantError: "GET / answered 500"},
	"a PDF behind a link":      {page: `<a href=/c.pdf>Download</a>`, handlers: map[string]http.HandlerFunc{"/c.pdf": showsPDF}, do: download, want: journey.Passed},
	"a PDF in a new tab":       {page: `<a href=/c.pdf target=_blank>Download</a>`, handlers: map[string]http.HandlerFunc{"/c.pdf": showsPDF}, do: download, want: journey.Passed},
	"a PDF in a frame":         {page: `<h1>Your card</h1><iframe src=/c.pdf></iframe>`, handlers: map[string]http.HandlerFunc{"/c.pdf": showsPDF}, do: waitFor("Your card"), want: journey.Passed},
	"bad gzip":                 {handlers: at(encoded("gzip", "plain")), do: visit, want: journey.Failed, wantError: "could not open http://SITE/: GET / failed: its body is not compressed as its Content-Encoding says (ERR_CONTENT_DECODING_FAILED)"},
	"bad deflate":              {handlers: at(encoded("deflate", "plain")), do: visit, want: journey.Failed, wantError: "its body is not compressed as its Content-Encoding says"},
	"bad gzip after the click": {page: `<a href=/next>Print</a>`, handlers: map[string]http.HandlerFunc{"/next": encoded("gzip", "plain")}, limit: 20 * time.Second, do: clickLink, want: journey.Failed, wantError: `expected to see the text "Thank you": GET /next failed: its body is not compressed`},
	"bad gzip of a script":     {page: `<script src=/a.js></script>`, handlers: map[string]http.HandlerFunc{"/a.js": encoded("gzip", "plain")}, limit: limit / 2, want: journey.Failed, wantError: "on the way: GET /a.js failed: its body is not compressed as its Content-Encoding says (ERR_CONTENT_DECODING_FAILED)"},
	"cut gzip":                 {handlers: at(cutGzip), limit: limit / 2, do: waitFor("Never"), want: journey.Failed, wantError: "there is none"},
	"an encoding that is none": {handlers: at(encoded("aws-chunked", button)), want: journey.Passed},
	"a body cut short": {handlers: at(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "999")
		w.Write([]byte("<h1>Half"))
	}), do: visit, want: journey.Failed, wantError: "could not open http://SITE/: GET / failed: its body was cut short (ERR_CONTENT_LENGTH_MISMATCH)"},
	"an unanswered click":              {page: `<button onclick="fetch('/silent', {method: 'POST'})">Print</button>`, want: journey.Failed, wantError: `step "print": POST /silent has had no answer for `},
	"an unanswered form":               {page: `<form method=post action=/silent><button>Print</button></form>`, want: journey.Failed, wantError: `step "print": POST /silent has had no answer for `},
	"an unanswered visit":              {handlers: at(silent), do: visit, want: journey.Failed, wantError: `step "print": GET / has had no answer for `},
	"an unanswered script":             {page: `<script src=/silent></script>`, want: journey.Failed, wantError: `step "print": GET /silent has had no answer for `},
	"a page that is never finished":    {handlers: at(stalls), do: visit, want: journey.Failed, wantError: `step "print": GET / has not finished its answer for `},
	"an answer just asked for":         {page: `<button onclick="setInterval(() => fetch('/quick'), 20)">Print</button>`, handlers: map[string]http.HandlerFunc{"/quick": status(204)}, limit: limit / 2, want: journey.Failed, wantError: `step "print": expected to see`},
	"an event stream":                  {page: `<script>new EventSource('/silent'); navigator.sendBeacon('/silent')</script>` + strings.ReplaceAll(button, "Thank you", ""), limit: limit / 2, want: journey.Failed, wantError: `step "print": expected to see`},
	"another site's answer":            {site: withOtherSite(`<script>fetch('OTHER/silent')</script><button>Print</button>`, nil), limit: limit / 2, want: journey.Failed, wantError: `step "print": expected to see`},
	"a client certificate is wanted":   {site: tlsSite(wantsClient(tls.RequireAnyClientCert)), args: trustHere, do: visit, want: journey.Failed, wantError: "it wants a client certificate, and the browser has none that it accepts (ERR_"},
	"a client certificate may be sent": {site: tlsSite(wantsClient(tls.RequestClientCert)), args: trustHere, do: visit, want: journey.Passed},
	"slow redirects":                   {handlers: map[string]http.HandlerFunc{"/{$}": slowRedirect("/b"), "/b": slowRedirect("/c"), "/c": frameResult(200, "Thank you")}, limit: 3 * time.Second, do: func(s *fixture) { waitFor("Thank you")(s) }, want: journey.Passed},
}

const postForm = `<form method=post action=/order><button>Print</button></form>`

// trustHere makes Chrome trust the test server's certificate at its own address.
var trustHere = []string{"--ignore-certificate-errors-spki-list=" + pin()}

func wantsClient(auth tls.ClientAuthType) func(*httptest.Server) {
	return func(s *httptest.Server) { s.TLS = &tls.Config{ClientAuth: auth} }
}

func posted(status int, html string) map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{"/order": frameResult(status, html)}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func redirects(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
}

func slowRedirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(300 * time.Millisecond) // the delay under test
		redirects(to)(w, r)
	}
}

func attachment(kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Content-Disposition", `attachment; filename="orders"`)
		w.Write([]byte("a,b"))
	}
}

func showsPDF(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/pdf")
	w.Write(printedFrame())
}

// sendHalfPDF announces a PDF to show and sends half of it; then it stalls or closes the connection.
func sendHalfPDF(stall bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/pdf")
		w.Header().Set("Content-Length", fmt.Sprint(len(printedFrame())))
		w.Write(printedFrame()[:len(printedFrame())/2])
		w.(http.Flusher).Flush()
		if stall {
			<-r.Context().Done()
		}
	}
}

func encoded(encoding, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Encoding", encoding)
		fmt.Fprint(w, body)
	}
}

func cutGzip(w http.ResponseWriter, _ *http.Request) {
	var whole strings.Builder
	z := gzip.NewWriter(&whole)
	for i := range 2000 {
		fmt.Fprintf(z, "<p>%d %d", i, i*i*i)
	}
	z.Close()
	encoded("gzip", whole.String()[:whole.Len()/2])(w, nil)
}

func (s *fixture) readPDF() {
	if data := s.Download(); !strings.HasPrefix(string(data), "%PDF-") {
		s.s.Failf("it begins with %.20q", data)
	}
}

func clickLink(s *fixture) {
	s.Visit("/")
	s.Click(browser.Link("Print"))
	s.See(browser.Text("Thank you"))
}

func pressTwice(s *fixture) {
	s.Visit("/")
	s.Click(browser.Button("Print"))
	s.See(browser.Heading("Wrong password"))
	s.Click(browser.Button("Print"))
	s.See(browser.Text("Thank you"))
}

func goneAfterClick(s *fixture) {
	s.Visit("/")
	s.Click(browser.Link("Print"))
	s.Gone(browser.Link("Print"))
}

func seeThenGone(s *fixture) {
	s.Visit("/")
	s.Click(browser.Link("Print"))
	s.See(browser.Text("404 page not found"))
	s.Gone(browser.Link("Print"))
}

func visitExpecting(path, text string, status ...int) func(*fixture) {
	return func(s *fixture) {
		s.VisitExpecting(path, status...)
		s.See(browser.Text(text))
		s.Gone(browser.Text("never there"))
	}
}
