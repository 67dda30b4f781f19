package api_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"valkyrie/probes/api"
	"valkyrie/probes/journey"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// evidence keeps a run's evidence in memory.
type evidence map[string]string

func (e evidence) Save(_ journey.Run, name string, data []byte) (string, error) {
	e[name] = string(data)
	return name, nil
}

// play runs one step of 300ms against a server.
func play(t *testing.T, handler http.HandlerFunc, stage journey.Stage, step func(c *api.Client, t *journey.T)) (journey.Run, evidence) {
	t.Helper()
	return playFor(t, 300*time.Millisecond, handler, stage, step)
}

// playFor runs one step against a server.
func playFor(t *testing.T, limit time.Duration, handler http.HandlerFunc, stage journey.Stage, step func(c *api.Client, t *journey.T)) (journey.Run, evidence) {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", t.TempDir()) // where a sweep remembers how far it got
	server := httptest.NewServer(handler)
	defer server.Close()
	stage.Site, _ = url.Parse(server.URL + "/shop")
	kept := evidence{}
	client := api.NewClient()
	runner := journey.Runner{Stage: stage, Region: "here", Evidence: kept}
	run := runner.Run(t.Context(), journey.Journey{
		Name: "ask", Uses: client, Secrets: []string{"shop-password"},
		Steps: []journey.Step{{Name: "ask", Limit: limit, Do: func(t *journey.T) { step(client, t) }}},
	}, time.Now())
	return run, kept
}

func TestVerdicts(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		outcome journey.Outcome
		words   string
	}{
		"fine": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"ok": true}`) }, journey.Passed, ""},
		"status": {func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "no\n  jobs ", http.StatusServiceUnavailable)
		}, journey.Failed, `GET /jobs?a=b: expected 200 OK, got 503 Service Unavailable: no jobs`},
		"no JSON": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `<html>Sorry`) }, journey.Failed, `GET /jobs?a=b: expected JSON: invalid character '<' looking for beginning of value: <html>Sorry`},
		"wrong":   {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"ok": 7}`) }, journey.Failed, `GET /jobs?a=b: expected JSON: json: cannot unmarshal number`},
		"silent":  {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, journey.Failed, `GET /jobs?a=b: no answer within 300ms`},
		"dead":    {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, journey.Failed, `GET /jobs?a=b: the connection was closed in the middle`},
		"cut": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "half")
		}, journey.Failed, `GET /jobs?a=b: the connection was closed in the middle`},
		"endless": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }, journey.Failed, `redirected more than 10 times`},
		"huge":    {func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 5<<20)) }, journey.Failed, `GET /jobs?a=b: the answer is longer than 4 MB`},
	} {
		t.Run(name, func(t *testing.T) {
			run, kept := play(t, c.handler, journey.Stage{}, func(client *api.Client, _ *journey.T) {
				var v struct{ OK bool }
				client.Get("/jobs?a=b").Expect(http.StatusOK).JSON(&v)
			})
			if run.Outcome != c.outcome || !strings.Contains(run.Error, c.words) {
				t.Errorf("%s, want %s with %q in: %s", run.Outcome, c.outcome, c.words, run.Error)
			}
			if c.outcome == journey.Failed && !strings.Contains(kept["exchanges.txt"], "/shop/jobs?a=b") {
				t.Errorf("evidence %q", kept)
			}
		})
	}
}

func TestAddressesAreRequestedAsWritten(t *testing.T) {
	for ref, want := range map[string]string{"/search?q=bingo": "/shop/search?q=bingo", "?q=1": "/shop?q=1", "/100%": "/shop/100%25", "/a//b": "/shop/a//b", "/a b#c": "/shop/a%20b", "/a%2Fb": "/shop/a%2Fb"} {
		var got string
		run, _ := play(t, func(_ http.ResponseWriter, r *http.Request) { got = r.RequestURI }, journey.Stage{}, func(client *api.Client, _ *journey.T) { client.Get(ref) })
		if got != want || run.Outcome != journey.Passed {
			t.Errorf("Get(%q) requested %s, want %s; %s", ref, got, want, run.Error)
		}
	}
	whole := func(client *api.Client, t *journey.T) { client.Get(t.URL("/search?q=bingo")).Expect(http.StatusTeapot) }
	if run, _ := play(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }, journey.Stage{}, whole); run.Outcome != journey.Passed {
		t.Errorf("a whole address: %s", run.Error)
	}
}

func TestSameAsACustomer(t *testing.T) {
	var got http.Header
	take := func(_ http.ResponseWriter, r *http.Request) { got = r.Header }
	ask := func(client *api.Client, _ *journey.T) { client.Post("/jobs", map[string]int{"a": 1}) }
	run, _ := play(t, take, journey.Stage{Agent: "Valkyrie/1.0", Trace: true}, ask)
	parent := strings.Split(got.Get("Traceparent"), "-")
	if got.Get("Traceparent") != journey.Traceparent(run.ID, run.Steps[0].Name) || len(parent) != 4 || parent[1] != strings.ReplaceAll(run.ID, "-", "") || len(parent[2]) != 16 || !strings.HasSuffix(got.Get("User-Agent"), " Valkyrie/1.0") {
		t.Errorf("headers %v of run %s", got, run.ID)
	}
	play(t, take, journey.Stage{}, ask)
	if got.Get("Traceparent") != "" || strings.Contains(got.Get("User-Agent"), "Valkyrie") || got.Get("Content-Type") != "application/json" {
		t.Errorf("headers %v", got)
	}
}

func TestWhereTheTimeWent(t *testing.T) {
	wait := func(_ http.ResponseWriter, r *http.Request) {
		select { // the delay under test
		case <-time.After(60 * time.Millisecond):
		case <-r.Context().Done():
		}
	}
	run, _ := play(t, wait, journey.Stage{}, func(client *api.Client, _ *journey.T) { client.Get("/slow") })
	if w := run.Steps[0].Waterfall; w.FirstByteMS < 50 || w.FirstByteMS > run.Steps[0].DurationMS {
		t.Errorf("waterfall %+v of %d ms", w, run.Steps[0].DurationMS)
	}
}

func TestSecretsAreMasked(t *testing.T) {
	stage := journey.Stage{Secrets: func(string) (string, error) { return "hunter2", nil }}
	run, kept := play(t, func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "no: "+r.URL.RawQuery, http.StatusUnauthorized)
	}, stage, func(client *api.Client, t *journey.T) {
		client.Get("/in?p=" + t.Secret("shop-password")).Expect(http.StatusOK)
	})
	if all := fmt.Sprint(run, kept); strings.Contains(all, "hunter2") || !strings.Contains(all, "401") {
		t.Errorf("the secret shows: %s", all)
	}
}

// site serves pages by path; an unknown path is a 404, "!" is a 500.
func site(pages map[string]string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		page, ok := pages[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if page == "!" {
			w.WriteHeader(500)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, page)
	}
}

func TestSweep(t *testing.T) {
	pages := map[string]string{
		"/shop/":         `<a href="about">About</a> <img src="/shop/logo.png"> <a href="https://elsewhere.example/x"> <a href="/other-site"> <a href="mailto:a@b.c"> <a href="#top">`,
		"/shop/about":    `<a href="./">Home</a> <a href="team/?page=2"> <script src="gone.js"></script> <form action="order" method="post"> <a href="sign-out">`,
		"/shop/team/":    `!`,
		"/shop/logo.png": `png`,
	}
	var swept api.SweepResult
	run, _ := play(t, site(pages), journey.Stage{}, func(client *api.Client, t *journey.T) {
		swept = client.Sweep(api.Sweep{Start: "/", Pause: time.Nanosecond, Skip: []string{"/sign-*"}})
		if broken := swept.Broken(); broken != "" {
			t.Failf("%s", broken)
		}
	})
	want := `step "ask": 2 of 5 pages and resources are broken: /team/?page=2: 500 Internal Server Error (on /about); /gone.js: 404 Not Found (on /about)`
	if run.Error != want || swept.NotVisited != 0 || len(run.Problems) != 2 {
		t.Errorf("got  %s\nwant %s\nleft %d, problems %v", run.Error, want, swept.NotVisited, run.Problems)
	}
	play(t, site(pages), journey.Stage{}, func(client *api.Client, _ *journey.T) {
		swept = client.Sweep(api.Sweep{Start: "/", Max: 2, Pause: time.Nanosecond})
	})
	if swept.Visited != 2 || swept.NotVisited != 3 || swept.Skipped["would change something"] != 1 {
		t.Errorf("with a budget of 2: asked %d, left %d", swept.Visited, swept.NotVisited)
	}
}

func TestSweepEndsWithItsStep(t *testing.T) {
	endless := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<a href="%[1]s/x"> <a href="%[1]s/y">`, strings.TrimSuffix(r.URL.Path, "/")) // two: one is left while the other is under way
	}
	var swept api.SweepResult
	run, _ := play(t, endless, journey.Stage{}, func(client *api.Client, _ *journey.T) {
		swept = client.Sweep(api.Sweep{Start: "/", Max: 1 << 30, Pause: 10 * time.Millisecond})
	})
	if swept.Visited == 0 || swept.NotVisited == 0 {
		t.Errorf("asked %d, left %d; %s", swept.Visited, swept.NotVisited, run.Error)
	}
}

// network responds without a network, on a simulated clock.
type network struct{ now time.Time }

func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	n.now = n.now.Add(2 * time.Second)
	if strings.HasSuffix(r.URL.Path, "/silent") {
		return nil, context.DeadlineExceeded
	}
	if strings.HasSuffix(r.URL.Path, "/dead") {
		return nil, errors.New("no route")
	}
	w := httptest.NewRecorder()
	fmt.Fprint(w, "ok")
	return w.Result(), nil
}

func TestOnAnotherClock(t *testing.T) {
	n := &network{time.Date(2026, 12, 24, 0, 0, 0, 0, time.UTC)}
	client := api.NewClient()
	siteURL, _ := url.Parse("http://shop.example")
	runner := journey.Runner{Stage: journey.Stage{Site: siteURL, Network: n}, TimeNow: func() time.Time { return n.now }}
	j := journey.Journey{Name: "ask", Uses: client, Steps: []journey.Step{
		{Name: "ask", Slow: time.Second, Do: func(*journey.T) { client.Get("/a") }},
		{Name: "ask the dead", Do: func(*journey.T) { client.Get("/dead") }},
	}}
	silent := journey.Journey{Name: "ask", Uses: api.NewClient()}
	silent.Steps = []journey.Step{{Name: "ask", Do: func(*journey.T) { silent.Uses.(*api.Client).Get("/silent") }}}
	if run := runner.Run(context.Background(), silent, n.now); !strings.Contains(run.Error, "GET /silent: no answer within 30s") {
		t.Error(run.Error)
	}
	run := runner.Run(context.Background(), j, n.now)
	if run.Steps[0].Outcome != journey.Slow || run.Steps[0].DurationMS != 2000 || run.Steps[1].DurationMS != 2000 || run.Steps[1].Outcome != journey.Failed {
		t.Errorf("steps %+v", run.Steps)
	}
}
