package browser_test

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// responseRows wait for the answer to a request, and for the tab's address.
var responseRows = map[string]row{
	"the answer to a click":  {page: asks(`fetch('/save?id=7', {method: 'POST'})`), handlers: answers, do: responds("POST", "/save"), want: journey.Passed},
	"the answer to a query":  {page: asks(`fetch('/save?id=7', {method: 'POST'})`), handlers: answers, do: responds("POST", "/save?id=*"), want: journey.Passed},
	"another query":          {page: asks(`fetch('/save?id=7', {method: 'POST'})`), handlers: answers, limit: limit / 2, do: responds("POST", "/save?id=8"), want: journey.Failed, wantError: "expected an answer to POST /save?id=8 within 750ms: the page made no such request; it made POST /save"},
	"a pattern":              {page: asks(`fetch('/api/orders/7')`), handlers: answers, do: responds("GET", "/api/*"), want: journey.Passed},
	"another method":         {page: asks(`fetch('/api/orders/7')`), handlers: answers, limit: limit / 2, do: responds("POST", "/api/*"), want: journey.Failed, wantError: "the page made no such request; it made GET /api/orders/7"},
	"no request":             {page: asks(``), limit: limit / 2, do: responds("POST", "/save"), want: journey.Failed, wantError: "the page made no request"},
	"only before the action": {page: `<script>fetch('/api/orders/7'); setTimeout(() => d.hidden = false, 300)</script><div id=d hidden>` + asks(`fetch('/save', {method: 'POST'})`) + `</div>`, handlers: answers, limit: limit, do: responds("GET", "/api/*"), want: journey.Failed, wantError: "the page made no such request; it made POST /save"},
	"after the result is seen": {page: asks(`fetch('/save', {method: 'POST'}).then(() => document.body.append('Saved'))`), handlers: answers, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Button("Ask"))
		s.See(browser.Text("Saved"))
		s.Response("POST", "/save").Expect(201)
	}, want: journey.Passed},
	"a status":         {page: asks(`fetch('/save', {method: 'POST'})`), handlers: answers, do: func(s *fixture) { pressAsk(s); s.Response("POST", "/save").Expect(200) }, want: journey.Failed, wantError: "POST /save: expected 200 OK, got 201 Created"},
	"polls until done": {page: asks(`const go = () => fetch('/job').then((r) => r.status === 202 && setTimeout(go, 20)); go()`), handlers: map[string]http.HandlerFunc{"/job": thirdTime()}, do: func(s *fixture) { pressAsk(s); s.Response("GET", "/job", 200) }, want: journey.Passed},
	"never the status": {page: asks(`fetch('/save', {method: 'POST'})`), handlers: answers, limit: limit / 2, do: func(s *fixture) { pressAsk(s); s.Response("POST", "/save", 200) }, want: journey.Failed, wantError: "expected an answer to POST /save within 750ms: it answered 201"},
	"each once": {page: asks(`fetch('/save', {method: 'POST'}).then(() => fetch('/save', {method: 'POST'}))`), handlers: answers, limit: limit, do: func(s *fixture) {
		pressAsk(s)
		s.Response("POST", "/save")
		s.Response("POST", "/save")
		s.Response("POST", "/save")
	}, want: journey.Failed, wantError: "expected an answer to POST /save"},
	"unanswered":                   {page: asks(`fetch('/silent')`), do: responds("GET", "/silent"), want: journey.Failed, wantError: `step "print": GET /silent has had no answer for `},
	"refused":                      {page: asks(`fetch('http://127.0.0.1:9/').catch(() => 1); fetch('/cut')`), handlers: map[string]http.HandlerFunc{"/cut": closeAfter("")}, limit: 20 * time.Second, do: responds("GET", "/cut"), want: journey.Failed, wantError: "expected an answer to GET /cut: it failed: the connection was closed without an answer"},
	"its JSON":                     {page: asks(`fetch('/api/orders/7')`), handlers: answers, do: readsOrder, want: journey.Passed},
	"no JSON":                      {page: asks(`fetch('/save', {method: 'POST'})`), handlers: answers, do: func(s *fixture) { pressAsk(s); s.Response("POST", "/save").JSON(&struct{}{}) }, want: journey.Failed, wantError: "POST /save: expected JSON: "},
	"of a form":                    {page: `<form method=post action=/save><button>Ask</button></form>`, handlers: answers, do: responds("POST", "/save"), want: journey.Passed},
	"of another host":              {site: withOtherSite(asks(`fetch('OTHER/api', {mode: 'no-cors'})`), map[string]string{"/api": "ok"}), do: func(s *fixture) { pressAsk(s); s.Response("GET", "http://localhost:*/api").Expect(200) }, want: journey.Passed},
	"an address after a click":     {page: `<a href=/orders/7?new=1>Go</a>`, pages: map[string]string{"/orders/7": "Order"}, do: goes("/orders/*"), want: journey.Passed},
	"an address with a query":      {page: `<a href=/orders/7?new=1>Go</a>`, pages: map[string]string{"/orders/7": "Order"}, do: goes("/orders/7?new=1"), want: journey.Passed},
	"another address":              {page: `<a href=/orders/7?new=1>Go</a>`, pages: map[string]string{"/orders/7": "Order"}, limit: limit / 2, do: goes("/orders/8"), want: journey.Failed, wantError: `expected the address to become "/orders/8" within 750ms: it is /orders/7?new=1`},
	"another query of the address": {page: `<a href=/orders/7?new=1>Go</a>`, pages: map[string]string{"/orders/7": "Order"}, limit: limit / 2, do: goes("/orders/7?new=2"), want: journey.Failed, wantError: `it is /orders/7?new=1`},
	"an address by a script":       {page: `<a href="#" onclick="setTimeout(() => history.pushState(0, '', '/orders/7'), 200); return false">Go</a>`, do: goes("/orders/7"), want: journey.Passed},
	"a hash route":                 {page: `<a href="#/orders/7">Go</a>`, do: goes("/#/orders/*"), want: journey.Passed},
	"an address like": {page: `<a href=/orders/7>Go</a>`, pages: map[string]string{"/orders/7": "Order"}, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Link("Go"))
		s.SeeAddressLike(regexp.MustCompile(`/orders/\d+$`))
	}, want: journey.Passed},
	"an address like no other":      {page: `<a href=/orders/x>Go</a>`, limit: limit / 2, do: func(s *fixture) { s.Visit("/"); s.SeeAddressLike(regexp.MustCompile(`/orders/\d+$`)) }, want: journey.Failed, wantError: `expected the address to become one like "/orders/\\d+$" within 750ms: it is /`},
	"the address of a missing page": {page: `<a href=/orders/7>Go</a>`, do: goes("/orders/7"), want: journey.Failed, wantError: "GET /orders/7 answered 404"},
	"a value of a chromedp action": {page: `<title>My shop</title>`, do: func(s *fixture) {
		s.Visit("/")
		if title := browser.Run(s.Tab, chromedp.Title()); !strings.Contains(title, "test") {
			s.s.Failf("title %q", title)
		}
	}, want: journey.Passed},
	"a locator for chromedp": {page: `<label>Name <input id=i value=Ada></label><iframe srcdoc="<label>Town <input value=Ulm></label>"></iframe>`, do: func(s *fixture) {
		s.Visit("/")
		for field, want := range map[string]string{"Name": "Ada", "Town": "Ulm"} {
			if got := browser.Run(s.Tab, chromedp.Value("", s.Element(browser.Field(field)))); got != want {
				s.s.Failf("%s is %q", field, got)
			}
		}
	}, want: journey.Passed},
	"no element for chromedp": {page: `<input>`, limit: limit / 2, do: func(s *fixture) { s.Visit("/"); s.Element(browser.Field("Name")) }, want: journey.Failed, wantError: `could not find the field "Name" within 750ms`},
}

// answers are those of a small shop.
var answers = map[string]http.HandlerFunc{
	"/save": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(201)
		fmt.Fprint(w, "Saved")
	},
	"/api/orders/7": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"id": 7}`)
	},
}

// thirdTime answers 202 twice, and then 200.
func thirdTime() http.HandlerFunc {
	asked := make(chan bool, 2)
	return func(w http.ResponseWriter, _ *http.Request) {
		select {
		case asked <- true:
			w.WriteHeader(202)
		default:
		}
	}
}

func asks(script string) string {
	return `<button id=b>Ask</button><script>b.onclick = () => { ` + script + ` }</script>`
}

func pressAsk(s *fixture) {
	s.Visit("/")
	s.Click(browser.Button("Ask"))
}

func responds(method, pattern string) func(*fixture) {
	return func(s *fixture) { pressAsk(s); s.Response(method, pattern) }
}

func readsOrder(s *fixture) {
	pressAsk(s)
	var order struct{ ID int }
	if r := s.Response("GET", "/api/orders/*").Expect(200); r.Header.Get("Content-Type") != "application/json" {
		s.s.Failf("headers %v", r.Header)
	} else if r.JSON(&order); order.ID != 7 {
		s.s.Failf("order %+v", order)
	}
}

func goes(pattern string) func(*fixture) {
	return func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Link("Go"))
		s.SeeAddress(pattern)
	}
}

// digest asks for ada and hunter2 by HTTP digest authentication (https://www.rfc-editor.org/rfc/rfc7616).
func digest(w http.ResponseWriter, r *http.Request) bool {
	fields := map[string]string{}
	for _, m := range regexp.MustCompile(`(\w+)="?([^",]*)"?`).FindAllStringSubmatch(strings.TrimPrefix(r.Header.Get("Authorization"), "Digest "), -1) {
		fields[m[1]] = m[2]
	}
	sum := func(s string) string { h := md5.Sum([]byte(s)); return hex.EncodeToString(h[:]) }
	want := sum(sum("ada:shop:hunter2") + ":" + fields["nonce"] + ":" + sum(r.Method+":"+fields["uri"]))
	if fields["response"] != want {
		w.Header().Set("WWW-Authenticate", `Digest realm="shop", nonce="n1"`)
		w.WriteHeader(401)
		return false
	}
	return true
}

func basic(w http.ResponseWriter, r *http.Request) bool {
	if user, password, _ := r.BasicAuth(); user != "ada" || password != "hunter2" {
		w.Header().Set("WWW-Authenticate", `Basic realm="shop"`)
		w.WriteHeader(401)
		return false
	}
	return true
}

func TestCredentials(t *testing.T) {
	stolen := make(chan string, 10)
	thief := serve(t, nil, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Authorization"); got != "" {
			stolen <- got
		}
		w.Header().Set("WWW-Authenticate", `Basic realm="shop"`)
		w.WriteHeader(401)
	}})
	for name, c := range map[string]struct {
		guard  func(http.ResponseWriter, *http.Request) bool
		secret string
		visit  func(tab *browser.Tab, host string)
		want   journey.Outcome
		words  string
	}{
		"basic":           {basic, "hunter2", useSecret, journey.Passed, ""},
		"digest":          {digest, "hunter2", useSecret, journey.Passed, ""},
		"wrong password":  {basic, "hunter3", useSecret, journey.Failed, "GET / answered 401 to the user name and password"},
		"none":            {basic, "hunter2", func(tab *browser.Tab, _ string) { tab.Visit("/") }, journey.Failed, "GET / answered 401"},
		"in the address":  {basic, "hunter2", func(tab *browser.Tab, host string) { tab.Visit("http://ada:hunter2@" + host + "/") }, journey.Passed, ""},
		"of another site": {basic, "hunter2", func(tab *browser.Tab, _ string) { tab.Visit("http://ada:hunter2@localhost:9/") }, journey.Broken, "only the site gets the user name and password"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TMPDIR", t.TempDir())
			kept := t.TempDir()
			guarded := func(body string) http.HandlerFunc {
				return func(w http.ResponseWriter, r *http.Request) {
					if c.guard(w, r) {
						w.Header().Set("Content-Type", "text/html")
						fmt.Fprint(w, body)
					}
				}
			}
			site := serve(t, nil, map[string]http.HandlerFunc{
				"/{$}":  guarded(`<img src="http://localhost:` + thief.Port() + `/a.png"><script src=/a.js></script><button onclick="fetch('/api').then((r) => document.body.append('Got ' + r.status))">Ask</button>`),
				"/a.js": guarded(`document.body.append('Loaded')`), "/api": guarded(`ok`),
			})
			tab := browser.NewTab()
			stage := journey.Stage{Site: site, Chrome: program, Secrets: func(string) (string, error) { return c.secret, nil }}
			run := playWith(t, journey.Runner{Stage: stage, Evidence: folder(kept), Always: true}, tab, journey.Step{Name: "open", Limit: 10 * time.Second, Do: func(*journey.T) {
				c.visit(tab, site.Host)
				tab.See(browser.Text("Loaded"))
				tab.Click(browser.Button("Ask"))
				tab.See(browser.Text("Got 200"))
			}})
			if run.Outcome != c.want || !strings.Contains(run.Error, c.words) {
				t.Errorf("%s, want %s with %q: %s", run.Outcome, c.want, c.words, run.Error)
			}
			files, err := filepath.Glob(kept + "/*")
			if err != nil || len(files) == 0 {
				t.Fatalf("evidence %v: %v", files, err)
			}
			for _, path := range files {
				if text, err := os.ReadFile(path); err != nil || strings.Contains(string(text), "hunter") || strings.Contains(string(text), "YWRhOmh1bnRlc") {
					t.Errorf("%s holds the password: %v", filepath.Base(path), err)
				}
			}
		})
	}
	if len(stolen) > 0 {
		t.Errorf("another site got %s", <-stolen)
	}
}

func useSecret(tab *browser.Tab, _ string) {
	tab.Credentials("ada", "shop-password")
	tab.Visit("/")
}
