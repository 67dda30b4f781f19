package browser_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// receivedHeaders are the headers that Valkyrie may affect, as a server received them, by path.
type receivedHeaders struct {
	mu sync.Mutex
	by map[string]http.Header
}

func (h *receivedHeaders) handler(answers map[string]string, more map[string]http.HandlerFunc) map[string]http.HandlerFunc {
	all := map[string]http.HandlerFunc{}
	note := func(r *http.Request) {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.by == nil {
			h.by = map[string]http.Header{}
		}
		h.by[r.Method+" "+r.URL.Path] = r.Header.Clone()
	}
	for path, body := range answers {
		all[path] = func(w http.ResponseWriter, r *http.Request) {
			note(r)
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, body)
		}
	}
	for path, next := range more {
		all[path] = func(w http.ResponseWriter, r *http.Request) { note(r); next(w, r) }
	}
	return all
}

// visitAs visits a site that makes requests to itself and to another site, and returns what both received.
func visitAs(t *testing.T, agent string, trace bool) (journey.Run, map[string]http.Header, map[string]http.Header) {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	var ours, theirs receivedHeaders
	other := serve(t, nil, theirs.handler(map[string]string{"/lib.js": "", "/api": "", "/frame": `<script>fetch('/inner').then(() => document.body.append('Framed'))</script>`, "/inner": ""}, nil))
	site := serve(t, nil, ours.handler(map[string]string{
		"/": `<form method=post action=/move><input type=hidden name=a value=b><button>Go</button></form>`,
		"/done": `<h1>Hi</h1><script src=/own.js></script><script src=` + other.String() + `/lib.js></script><iframe src=` + other.String() + `/frame></iframe>
			<script>Promise.all([fetch('/json', {headers: {'X-Mine': '1'}}), fetch('` + other.String() + `/api')]).then(() => document.body.append('Done'))</script>`,
		"/own.js": "", "/json": "",
	}, map[string]http.HandlerFunc{"/move": func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "c", Value: r.FormValue("a")})
		http.Redirect(w, r, "/done", http.StatusSeeOther)
	}}))
	tab := browser.NewTab()
	r := journey.Runner{Stage: journey.Stage{Site: site, Chrome: program, Agent: agent, Trace: trace}}
	run := playWith(t, r, tab, journey.Step{Name: "visit", Limit: 10 * time.Second, Do: func(*journey.T) {
		tab.Visit("/")
		tab.Click(browser.Button("Go"))
		tab.See(browser.Text("Done"))
		tab.See(browser.Text("Framed"))
	}})
	if run.Outcome != journey.Passed || len(run.Problems) > 0 {
		t.Fatalf("%s: %v", run.Error, run.Problems)
	}
	ours.mu.Lock()
	theirs.mu.Lock()
	return run, ours.by, theirs.by
}

var traceForm = regexp.MustCompile(`^00-([0-9a-f]{32})-[0-9a-f]{16}-01$`)

func TestTraceHeadersOnlyForSite(t *testing.T) {
	run, ours, theirs := visitAs(t, "Valkyrie/1.2", true)
	for _, path := range []string{"GET /", "POST /move", "GET /done", "GET /json"} {
		m := traceForm.FindStringSubmatch(ours[path].Get("Traceparent"))
		if m == nil || m[1] != strings.ReplaceAll(run.ID, "-", "") {
			t.Errorf("%s carried traceparent %q, want the trace of run %s", path, ours[path].Get("Traceparent"), run.ID)
		}
		if got, want := ours[path].Get("Traceparent"), journey.Traceparent(run.ID, "visit"); got != want {
			t.Errorf("%s carried traceparent %q, want the step's, %q", path, got, want)
		}
	}
	if ours["GET /json"].Get("X-Mine") != "1" || ours["GET /done"].Get("Cookie") != "c=b" || ours["POST /move"].Get("Content-Type") != "application/x-www-form-urlencoded" {
		t.Errorf("the request's own headers were lost: %v", ours)
	}
	for _, path := range []string{"GET /lib.js", "GET /api", "GET /frame"} {
		if theirs[path] == nil {
			t.Errorf("the other site never got %s", path)
		}
		if got := theirs[path].Get("Traceparent"); got != "" {
			t.Errorf("%s of another site carried traceparent %q", path, got)
		}
	}
	for path, h := range ours {
		if !strings.HasSuffix(h.Get("User-Agent"), " Valkyrie/1.2") {
			t.Errorf("%s: user agent %q", path, h.Get("User-Agent"))
		}
	}
}

// TestNoTraceHeaders checks that with both options off the site receives the headers of any Chrome, and that with both on
// nothing else differs.
func TestNoTraceHeaders(t *testing.T) {
	_, without, theirsWithout := visitAs(t, "", false)
	_, with, theirsWith := visitAs(t, "Valkyrie/1.2", true)
	for name, pair := range map[string][2]map[string]http.Header{"ours": {without, with}, "theirs": {theirsWithout, theirsWith}} {
		for path, plain := range pair[0] {
			marked := pair[1][path]
			if plain.Get("Traceparent") != "" || strings.Contains(plain.Get("User-Agent"), "Valkyrie") {
				t.Errorf("%s %s: turned off, it still carried %v", name, path, plain)
			}
			marked.Del("Traceparent")
			marked.Set("User-Agent", strings.TrimSuffix(marked.Get("User-Agent"), " Valkyrie/1.2"))
			for _, h := range []http.Header{plain, marked} {
				h.Del("Referer") // contains the port of the test's server
				h.Del("Origin")
			}
			if fmt.Sprint(plain) != fmt.Sprint(marked) {
				t.Errorf("%s %s differs:\nwithout %v\nwith    %v", name, path, plain, marked)
			}
		}
	}
}
