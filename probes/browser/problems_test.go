package browser_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"valkyrie/infra/slowdown"
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

func TestProblems(t *testing.T) {
	other := serve(t, map[string]string{"/ad.js": ""}, map[string]http.HandlerFunc{
		"/broken.js": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusBadGateway) },
	})
	site := serve(t, map[string]string{
		"/": `<link rel=icon href=/favicon.ico><script>setTimeout(() => { throw new Error('cart is null') })</script>
			<script src=` + other.String() + `/broken.js></script>
			<script>const c = new AbortController(); fetch('/slow', {signal: c.signal}).catch(() => {}); setTimeout(() => { c.abort(); document.body.append('Broken off'); }, 100);
			fetch('` + other.String() + `/ad.js').catch(() => {}); fetch('/leave').catch(() => {})</script><a href=/next>Next</a>`,
		"/next": `<h1>Next</h1><img src=/gone.png onerror="document.body.append('No picture')">`,
	}, map[string]http.HandlerFunc{
		"/slow":        func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"/leave":       func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"/gone.png":    http.NotFound,
		"/favicon.ico": http.NotFound,
	})
	steps := func(tab *browser.Tab) []journey.Step {
		return []journey.Step{{Name: "open", Do: func(*journey.T) {
			tab.Visit("/")
			tab.See(browser.Link("Next"))
			tab.See(browser.Text("Broken off"))
		}}, {Name: "go on", Do: func(*journey.T) {
			tab.Click(browser.Link("Next"))
			tab.See(browser.Text("No picture"))
		}}}
	}
	tab := browser.NewTab()
	run := play(t, site, tab, steps(tab)...)
	var got []string
	for _, p := range run.Problems {
		party := "third"
		if p.FirstParty {
			party = "first"
		}
		what := strings.ReplaceAll(p.What, other.Host, "OTHER")
		got = append(got, fmt.Sprintf("%s %s %s: %s", p.Step, p.Kind, party, what))
	}
	for _, want := range []string{
		"open exception first: script error Error: cart is null",
		"open http third: GET OTHER/broken.js answered 502",
		"open aborted first: GET /slow was broken off",
		"open blocked third: GET OTHER/ad.js was blocked: CORS: MissingAllowOriginHeader",
		"go on http first: GET /gone.png answered 404",
	} {
		if !contains(got, want) {
			t.Errorf("no problem %q", want)
		}
	}
	if t.Failed() || len(got) != 5 {
		t.Errorf("problems:\n%s", strings.Join(got, "\n"))
	}
	if run.Outcome != journey.Passed {
		t.Errorf("by default a problem is recorded only; got %s: %s", run.Outcome, run.Error)
	}
}

func contains(all []string, s string) bool {
	for _, x := range all {
		if x == s {
			return true
		}
	}
	return false
}

// TestExpectedErrorsStayInTheirStep checks that a failure names the errors of its own step, and of earlier ones only what the
// page still lacks.
func TestExpectedErrorsStayInTheirStep(t *testing.T) {
	site := serve(t, map[string]string{
		"/":     `<script src=/gone.js></script><button onclick="fetch('/sign-in').then(() => document.body.append('Wrong password'))">Sign in</button><a href=/next>Next</a>`,
		"/next": `<h1>Next</h1><button onclick="fetch('/save').then(() => document.body.append('Sorry'))">Save</button>`,
	}, map[string]http.HandlerFunc{"/gone.js": http.NotFound, "/sign-in": status(http.StatusUnauthorized), "/save": status(http.StatusConflict)})
	for name, c := range map[string]struct {
		last func(tab *browser.Tab)
		want string
	}{
		"on the same page": {func(*browser.Tab) {}, "GET /gone.js answered 404"},
		"on the next page": {func(tab *browser.Tab) { tab.Click(browser.Link("Next")); tab.See(browser.Heading("Next")) }, ""},
		"with its own": {func(tab *browser.Tab) {
			tab.Click(browser.Link("Next"))
			tab.Click(browser.Button("Save"))
			tab.See(browser.Text("Sorry"))
		}, "GET /save answered 409"},
	} {
		t.Run(name, func(t *testing.T) {
			tab := browser.NewTab()
			run := play(t, site, tab, journey.Step{Name: "sign in", Limit: 10 * time.Second, Do: func(*journey.T) {
				tab.Visit("/")
				tab.Click(browser.Button("Sign in"))
				tab.See(browser.Text("Wrong password"))
			}}, journey.Step{Name: "go on", Limit: 2 * time.Second, Do: func(*journey.T) {
				c.last(tab)
				tab.See(browser.Text("Never"))
			}})
			if _, note, _ := strings.Cut(run.Error, "; on the way: "); note != c.want || run.Outcome != journey.Failed {
				t.Errorf("on the way %q, want %q: %s", note, c.want, run.Error)
			}
		})
	}
}

func TestProblemPolicy(t *testing.T) {
	site := serve(t, map[string]string{"/": `<h1>Hello</h1><script>fetch('/api').then(() => document.body.append('Done'))</script>`},
		map[string]http.HandlerFunc{"/api": http.NotFound})
	for name, c := range map[string]struct {
		policy  journey.Policy
		outcome journey.Outcome
		err     string
	}{
		"recorded only":    {journey.Policy{}, journey.Passed, ""},
		"fails":            {journey.Policy{FirstParty: journey.Failed}, journey.Failed, `step "open": GET /api answered 404`},
		"slows":            {journey.Policy{FirstParty: journey.Slow}, journey.Slow, ""},
		"allowed":          {journey.Policy{FirstParty: journey.Failed, Allow: []string{"/a*"}}, journey.Passed, ""},
		"not of others'":   {journey.Policy{ThirdParty: journey.Failed}, journey.Passed, ""},
		"allowed elsewise": {journey.Policy{FirstParty: journey.Failed, Allow: []string{"/b*"}}, journey.Failed, `step "open": GET /api answered 404`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TMPDIR", t.TempDir())
			tab := browser.NewTab()
			run := journey.Runner{Stage: journey.Stage{Site: site, Chrome: program}}.Run(t.Context(), journey.Journey{
				Name: "test", Uses: tab, Problems: c.policy, Steps: []journey.Step{{Name: "open", Do: func(*journey.T) {
					tab.Visit("/")
					tab.See(browser.Text("Done"))
				}}},
			}, time.Now())
			if run.Outcome != c.outcome || run.Error != c.err || len(run.Problems) != 1 {
				t.Errorf("%s %q %v", run.Outcome, run.Error, run.Problems)
			}
		})
	}
}

func TestVitalsAndWaterfall(t *testing.T) {
	site := serve(t, map[string]string{"/": `<h1>Hello</h1><a href=/next>Next</a><button onclick="const t = performance.now(); while (performance.now() - t < 150); document.body.append('Clicked'); requestAnimationFrame(() => requestAnimationFrame(() => document.body.append('Painted')))">Work</button>
		<script>new PerformanceObserver(() => setTimeout(() => document.body.prepend(Object.assign(document.createElement('p'), {textContent: 'pushed down', style: 'height:300px'})), 50)).observe({type: 'paint', buffered: true}); fetch('/early')</script>`},
		map[string]http.HandlerFunc{
			"/early": func(http.ResponseWriter, *http.Request) {},
			"/next": func(w http.ResponseWriter, _ *http.Request) {
				time.Sleep(300 * time.Millisecond)
				w.Header().Set("Content-Type", "text/html")
				fmt.Fprint(w, "<h1>Next</h1>")
			},
		})
	tab, began := browser.NewTab(), time.Now()
	run := play(t, site, tab, journey.Step{Name: "open", Do: func(*journey.T) {
		tab.Visit("/")
		tab.See(browser.Text("pushed down"))
	}}, journey.Step{Name: "work", Slow: 50 * time.Millisecond, Do: func(*journey.T) {
		tab.Click(browser.Button("Work"))
		tab.See(browser.Text("Clicked"))
		tab.See(browser.Text("Painted"))
	}}, journey.Step{Name: "wait", Slow: 100 * time.Millisecond, Do: func(*journey.T) {
		tab.Click(browser.Link("Next"))
		tab.See(browser.Heading("Next"))
	}})
	t.Logf("%+v", run)
	if len(run.Vitals) != 2 {
		t.Fatalf("vitals: %+v", run.Vitals)
	}
	first, second := run.Vitals[0], run.Vitals[1]
	if first.Step != "open" || first.FCPMS <= 0 || first.LCPMS < first.FCPMS || first.CLS <= 0 || first.INPMS < 140 {
		t.Errorf("the first page: %+v", first)
	}
	busy := int64(slowdown.Needed(slowdown.Since(began)))
	if second.Step != "wait" || second.TTFBMS < 290 || second.TTFBMS > 300+300*busy || second.INPMS != 0 {
		t.Errorf("the second page: %+v", second)
	}
	if w := run.Steps[2].Waterfall; w.FirstByteMS < 290 || w.FirstByteMS > 300+100*busy {
		t.Errorf("the waterfall of waiting: %+v", w)
	}
	if why := run.Steps[2].Why; !strings.HasPrefix(why, "mostly waiting for the first byte of GET /next (") {
		t.Errorf("why: %q", why)
	}
	if why := run.Steps[1].Why; !strings.HasPrefix(why, "mostly the page's own scripts and painting") {
		t.Errorf("why: %q, %+v", why, run.Steps[1].Waterfall)
	}
}

// TestErrorPageOfAnEarlierStep: a cleanup that does nothing on a page which could not be loaded has not failed.
func TestErrorPageOfAnEarlierStep(t *testing.T) {
	tab := browser.NewTab()
	stage := journey.Stage{Site: serve(t, nil, broken), Chrome: program}
	run := journey.Runner{Stage: stage}.Run(t.Context(), journey.Journey{
		Name: "test", Uses: tab,
		Steps:   []journey.Step{{Name: "open", Do: func(*journey.T) { tab.Visit("/next") }}},
		Cleanup: []journey.Step{{Name: "clean up", Do: func(*journey.T) {}}},
	}, time.Now())
	if run.Outcome != journey.Failed || run.CleanupError != "" {
		t.Errorf("%s, cleanup %q: %s", run.Outcome, run.CleanupError, run.Error)
	}
}
