package trial_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"valkyrie/infra/chrome"
	"valkyrie/infra/slowdown"
	"valkyrie/infra/suite"
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
	"valkyrie/probes/trial"
)

var program journey.Program

func TestMain(m *testing.M) {
	c, err := chrome.Find(context.Background(), chrome.Config{Progress: os.Stderr})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	program = journey.Program{Path: c.Path, Env: c.Env}
	os.Exit(suite.Run(m))
}

// serve serves a page at /, and other things beside it. What a path under /slow/ answers comes after a second and a half.
func serve(t *testing.T, page string) *url.URL {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) { html(w, page) })
	mux.HandleFunc("/thanks", func(w http.ResponseWriter, _ *http.Request) { html(w, "Thank you") })
	mux.HandleFunc("/late", func(w http.ResponseWriter, _ *http.Request) {
		html(w, "<script>setTimeout(() => document.body.append('Thank you'), 1500)</script>")
	})
	mux.HandleFunc("/slow/{type}", func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(1500 * time.Millisecond):
		case <-r.Context().Done():
		}
		switch r.PathValue("type") {
		case "script":
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprint(w, "document.body.append('Thank you')")
		case "events":
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprint(w, "data: Thank you\n\n")
		default:
			fmt.Fprint(w, "Thank you")
		}
	})
	mux.HandleFunc("/events", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.(http.Flusher).Flush()
		select {
		case <-time.After(1500 * time.Millisecond):
			fmt.Fprint(w, "data: Thank you\n\n")
		case <-r.Context().Done():
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func html(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, "<!doctype html><title>test</title><body>", body)
}

// try plays steps in a trial that ends after them, and returns the run with what was printed.
func try(t *testing.T, site *url.URL, tab *browser.Tab, change func(*trial.Trial), steps ...journey.Step) (journey.Run, string) {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var out strings.Builder
	secrets := func(string) (string, error) { return "sesame-open", nil }
	tr := &trial.Trial{Stage: journey.Stage{Site: site, Chrome: program, Secrets: secrets}, Root: strings.TrimSuffix(root, "/probes/trial"), Once: true, Print: func(text string) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintln(&out, text)
	}}
	if change != nil {
		change(tr)
	}
	run := tr.Run(t.Context(), journey.Journey{Name: "test-journey", Uses: tab, Secrets: []string{"shop-password"}, Steps: steps})
	mu.Lock()
	defer mu.Unlock()
	return run, out.String()
}

const shortened = "nothing on the page can change any more"

// changing are pages that show the thanks later by themselves, each in another way: a trial must wait for them as a run does.
var changing = map[string]string{
	"a timer":             `<script>setTimeout(() => document.body.append('Thank you'), 1800)</script>`,
	"a timer with text":   `<script>setTimeout("document.body.append('Thank you')", 1800)</script>`,
	"a chain of timers":   `<script>let n = 0; const go = () => { if (n++ > 20) document.body.append('Thank you'); else setTimeout(go, 90) }; go()</script>`,
	"an interval":         `<script>let n = 0; setInterval(() => { if (++n === 3) document.body.append('Thank you') }, 600)</script>`,
	"frames":              `<script>const t = performance.now(), go = () => { if (performance.now() - t > 1800) document.body.append('Thank you'); else requestAnimationFrame(go) }; go()</script>`,
	"a task":              `<script>scheduler.postTask(() => document.body.append('Thank you'), { delay: 1800 })</script>`,
	"a signal":            `<script>AbortSignal.timeout(1800).onabort = () => document.body.append('Thank you')</script>`,
	"an animation":        `<style>p{animation:show 0s 1.8s forwards;visibility:hidden} @keyframes show{to{visibility:visible}}</style><p>Thank you</p>`,
	"a transition":        `<style>p{visibility:hidden;transition:visibility 0s 1.8s} .on p{visibility:visible}</style><p>Thank you</p><script>onload = () => requestAnimationFrame(() => document.body.className = 'on')</script>`,
	"a drawing":           `<svg width=200 height=40><text y=20 visibility=hidden>Thank you<set attributeName="visibility" to="visible" begin="1.8s"/></text></svg>`,
	"a request":           `<script>fetch('/slow/text').then((r) => r.text()).then((s) => document.body.append(s))</script>`,
	"a script":            `<script src="/slow/script" async></script>`,
	"a picture":           `<img src="/slow/picture" onerror="document.body.append('Thank you')">`,
	"events":              `<script>new EventSource('/events').onmessage = (e) => document.body.append(e.data)</script>`,
	"a worker":            `<script>new Worker(URL.createObjectURL(new Blob(["setTimeout(() => postMessage('Thank you'), 1800)"]))).onmessage = (e) => document.body.append(e.data)</script>`,
	"a channel":           `<iframe hidden srcdoc="<script>setTimeout(() => new BroadcastChannel('x').postMessage('Thank you'), 1800)</script>"></iframe><script>new BroadcastChannel('x').onmessage = (e) => document.body.append(e.data)</script>`,
	"a refresh":           `<meta http-equiv=refresh content="2;url=/thanks">`,
	"a frame":             `<iframe src="/late" width=300 height=100></iframe>`,
	"a redirect by timer": `<script>setTimeout(() => { location = '/slow/text' }, 300)</script>`,
}

// TestTrialWaitsAsARun checks that a page which may still change is waited for: the verdict is that of a run.
func TestTrialWaitsAsARun(t *testing.T) {
	for _, name := range suite.Pick(t, slices.Sorted(maps.Keys(changing)), 6) {
		page := changing[name]
		t.Run(name, func(t *testing.T) {
			tab := browser.NewTab()
			run, out := try(t, serve(t, page), tab, nil, journey.Step{Name: "be thanked", Limit: slowdown.Scale(15 * time.Second), Do: func(*journey.T) {
				tab.Visit("/")
				tab.See(browser.Text("Thank you"))
			}})
			if run.Outcome != journey.Passed || strings.Contains(out, shortened) {
				t.Errorf("the trial did not wait: %s\n%s", run, out)
			}
		})
	}
}

// TestTrialScrollsOn checks that a step is not ended while it scrolls through a list that draws only the rows in sight.
func TestTrialScrollsOn(t *testing.T) {
	site := serve(t, `<div id=list style="height:200px;overflow-y:auto;position:relative"><div style="height:8000px"></div></div><p id=said></p><script>
		const list = document.getElementById('list'), draw = () => {
			list.querySelectorAll('button').forEach((b) => b.remove());
			for (let i = Math.floor(list.scrollTop / 40); i < list.scrollTop / 40 + 6; i++) {
				const b = document.createElement('button');
				b.textContent = i === 180 ? 'Zebra' : 'Animal ' + i;
				b.style = 'position:absolute;top:' + i * 40 + 'px';
				b.onclick = () => { document.getElementById('said').textContent = b.textContent };
				list.append(b);
			}
		};
		draw(); list.onscroll = draw;
	</script>`)
	tab := browser.NewTab()
	run, out := try(t, site, tab, nil, journey.Step{Name: "press", Limit: slowdown.Scale(20 * time.Second), Do: func(*journey.T) {
		tab.Visit("/")
		tab.Click(browser.Button("Zebra"))
		tab.See(browser.Text("Zebra").Within(browser.CSS("#said")))
	}})
	if run.Outcome != journey.Passed || strings.Contains(out, shortened) {
		t.Errorf("the trial did not scroll on: %s\n%s", run, out)
	}
}

// still are pages on which nothing happens any more.
var still = map[string]string{
	"plain":                  `<button>Save page</button>`,
	"a spinner for ever":     `<style>i{display:inline-block;width:20px;height:20px;background:red;animation:turn 1s infinite} @keyframes turn{to{rotate:360deg}}</style><i></i><button>Save page</button>`,
	"a timer after the step": `<button>Save page</button><script>setTimeout(() => {}, 3600e3)</script>`,
	"a timer that is over":   `<button>Save page</button><script>setTimeout(() => {}, 100); const i = setInterval(() => {}, 50); setTimeout(() => clearInterval(i), 200)</script>`,
	"a request that is over": `<button>Save page</button><script>fetch('/thanks')</script>`,
}

// TestTrialEndsAWaitInVain checks that a step is ended before its limit where nothing can change the page, with the verdict and the words
// of a run that waits for the whole limit.
func TestTrialEndsAWaitInVain(t *testing.T) {
	for name, page := range still {
		t.Run(name, func(t *testing.T) {
			site := serve(t, page)
			step := func(tab *browser.Tab, limit time.Duration) journey.Step {
				return journey.Step{Name: "save", Limit: limit, Do: func(*journey.T) {
					tab.Visit("/")
					tab.Click(browser.Button("Sav page"))
				}}
			}
			tab := browser.NewTab()
			limit := 40 * time.Second
			run, out := try(t, site, tab, nil, step(tab, limit))
			if took := time.Duration(run.Steps[0].DurationMS) * time.Millisecond; took > limit/2 || !strings.Contains(out, shortened) {
				t.Errorf("the trial waited %v of %v:\n%s", took, limit, out)
			}
			tab = browser.NewTab()
			r := journey.Runner{Stage: journey.Stage{Site: site, Chrome: program}}
			whole := r.Run(t.Context(), journey.Journey{Name: "test-journey", Uses: tab, Steps: []journey.Step{step(tab, slowdown.Scale(3*time.Second))}}, time.Date(2026, 12, 24, 9, 0, 0, 0, time.UTC))
			words := func(run journey.Run) string {
				return strings.Replace(run.Error, time.Duration(run.Steps[0].LimitMS*1e6).String(), "LIMIT", 1)
			}
			if run.Outcome != whole.Outcome || words(run) != words(whole) {
				t.Errorf("the trial says %s %q, a run %s %q", run.Outcome, words(run), whole.Outcome, words(whole))
			}
			if !strings.Contains(out, `near it:`+"\n"+`  tab.Click(browser.Button("Save page"))`) {
				t.Errorf("the near match is not listed:\n%s", out)
			}
		})
	}
}

// TestTrialCorrects checks that the line of this very file is corrected, where a helper or a variable has the locator.
func TestTrialCorrects(t *testing.T) {
	site := serve(t, `<button>Save page</button><table><tr><td>Animal Bingo<td><button>Remove</button><tr><td>Weather Bingo<td><button>Remove</button></table><p>Saved at noon</p>`)
	press := func(tab *browser.Tab, l browser.Locator) { tab.Click(l) }
	for name, c := range map[string]struct {
		do       func(tab *browser.Tab)
		old, now string // parts of the lines
	}{
		"a call":   {func(tab *browser.Tab) { tab.Click(browser.Button("Svae page")) }, `tab.Click(browser.Button("Svae page"))`, `tab.Click(browser.Button("Save page"))`},
		"a helper": {func(tab *browser.Tab) { press(tab, browser.Button("Seva page")) }, `press(tab, browser.Button("Seva page"))`, `press(tab, browser.Button("Save page"))`},
		"a variable": {func(tab *browser.Tab) {
			button := browser.Button("Saave page")
			tab.Click(button)
		}, `button := browser.Button("Saave page")`, `button := browser.Button("Save page")`},
		"several lines": {func(tab *browser.Tab) {
			tab.Click(
				browser.Button("Remvoe").Within(
					browser.Role("row", "Weather Bingo"),
				),
			)
		}, "browser.Button(\"Remvoe\").Within(\n", `browser.Button("Remove").Within(browser.Role("row", "Weather Bingo")),`},
		"an alternative": {
			func(tab *browser.Tab) { tab.See(browser.Text("Saved at nooon").Or(browser.Text("Thanks"))) },
			`tab.See(browser.Text("Saved at nooon").Or(`, `tab.See(browser.Text("Saved at noon").Or(browser.Text("Thanks")))`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			tab := browser.NewTab()
			_, out := try(t, site, tab, nil, journey.Step{Name: "save", Limit: 30 * time.Second, Do: func(*journey.T) {
				tab.Visit("/")
				c.do(tab)
			}})
			i := strings.Index(out, "corrected line")
			if i < 0 {
				t.Fatalf("no line is corrected:\n%s", out)
			}
			part, _, _ := strings.Cut(out[i:], "near it:")
			if !strings.Contains(part, "probes/trial/trial_test.go:") || !strings.Contains(part, "- ") || !strings.Contains(part, c.old) || !strings.Contains(part, c.now) {
				t.Errorf("expected %q to become %q:\n%s", c.old, c.now, part)
			}
		})
	}
}

// TestTrialOfSeveral checks that a locator which means several elements is not corrected: the error has a locator for each of them, and
// the link's name is nearer only by its letters.
func TestTrialOfSeveral(t *testing.T) {
	const page = `<a href="/thanks">Bingo & Co</a><ul><li>Animals<button>Print the Animal Bingo card</button><li>Weather<button>Print the Weather Bingo card</button></ul>`
	for name, body := range map[string]string{"in one document": page, "in frames": `<iframe srcdoc="<button>Print Bingo</button>"></iframe><iframe srcdoc="<button>Print Bingo</button>"></iframe><a href="/thanks">Bingo & Co</a>`} {
		t.Run(name, func(t *testing.T) {
			site := serve(t, body)
			tab := browser.NewTab()
			run, out := try(t, site, tab, nil, journey.Step{Name: "print", Limit: slowdown.Scale(3 * time.Second), Do: func(*journey.T) {
				tab.Visit("/")
				tab.Click(browser.Button("").Containing("Bingo"))
			}})
			if run.Outcome != journey.Failed || !strings.Contains(run.Error, "say which one") {
				t.Fatalf("the step does not fail by several elements: %s", run)
			}
			if strings.Contains(out, "corrected line") || strings.Contains(out, "near it") || !strings.Contains(out, `tab.Click(browser.Link("Bingo & Co"))`) {
				t.Errorf("expected the page's offers, and no correction:\n%s", out)
			}
		})
	}
}

// TestTrialOfOtherFailures checks that a step which fails by its own judgement, after a wait that was met, corrects nothing.
func TestTrialOfOtherFailures(t *testing.T) {
	site := serve(t, `<button>Save page</button><script>setTimeout(() => document.body.append('Thanks'), 400)</script>`)
	tab := browser.NewTab()
	run, out := try(t, site, tab, nil, journey.Step{Name: "judge", Limit: 30 * time.Second, Do: func(t *journey.T) {
		tab.Visit("/")
		tab.See(browser.Text("Thanks"))
		t.Failf("the number is odd")
	}})
	if run.Outcome != journey.Failed || strings.Contains(out, "corrected") || strings.Contains(out, "near it") || !strings.Contains(out, "the page offers:\n  tab.Click(browser.Button(\"Save page\"))") {
		t.Errorf("%s\n%s", run, out)
	}
}

// TestTrialHints checks that a wait which goes on, as an interval may change the page, is commented at once with the near match and the
// corrected line, and that the step then fails at its limit.
func TestTrialHints(t *testing.T) {
	site := serve(t, `<button>Save page</button><script>setInterval(() => {}, 200)</script>`)
	tab := browser.NewTab()
	run, out := try(t, site, tab, func(tr *trial.Trial) { tr.Once, tr.Hold = false, func(context.Context) {} }, journey.Step{Name: "save", Limit: slowdown.Scale(4 * time.Second), Do: func(*journey.T) {
		tab.Visit("/")
		tab.Click(browser.Button("Save paeg"))
	}})
	hint, after, _ := strings.Cut(out, "✗ save")
	for _, part := range []string{hint, after} {
		if !strings.Contains(part, `+ 		tab.Click(browser.Button("Save page"))`) || !strings.Contains(part, "near it:\n  tab.Click(browser.Button(\"Save page\"))") {
			t.Errorf("expected the corrected line and the near match in:\n%s", part)
		}
	}
	if run.Outcome != journey.Failed || !strings.Contains(hint, "the step waits on for ") || strings.Contains(out, shortened) {
		t.Errorf("%s\n%s", run, out)
	}
}

// TestTrialHidesSecrets checks that no line has a secret which the page shows.
func TestTrialHidesSecrets(t *testing.T) {
	site := serve(t, `<label>Name <input></label><button>Save sesame-open</button><p>Your password: sesame-open</p><h1>Welcome</h1>`)
	tab := browser.NewTab()
	_, out := try(t, site, tab, nil, journey.Step{Name: "look", Limit: 30 * time.Second, Do: func(s *journey.T) {
		tab.Visit("/")
		tab.Fill(browser.Field("Name"), s.Secret("shop-password"))
		tab.Click(browser.Button("Save it"))
	}})
	if strings.Contains(out, "sesame") || !strings.Contains(out, `tab.See(browser.Heading("Welcome"))`) {
		t.Errorf("a secret is printed, or nothing is:\n%s", out)
	}
}

// TestTrialKeepsTheBrowserOpen checks the order of a loop: the browser is open, with its page, until the hold is over; then cleanup runs.
// Pause comes after each step but the last.
func TestTrialKeepsTheBrowserOpen(t *testing.T) {
	site := serve(t, `<button>Save page</button>`)
	tab := browser.NewTab()
	var order []string
	step := func(name string) journey.Step {
		return journey.Step{Name: name, Limit: 30 * time.Second, Do: func(*journey.T) {
			order = append(order, name)
			tab.Visit("/")
		}}
	}
	j := journey.Journey{Name: "test-journey", Uses: tab, Steps: []journey.Step{step("one"), step("two"), step("three")}, Cleanup: []journey.Step{step("clean up")}}
	tr := &trial.Trial{
		Stage: journey.Stage{Site: site, Chrome: program}, Last: 2, Print: func(string) {},
		Pause: func(context.Context) { order = append(order, "pause") },
		Hold: func(ctx context.Context) {
			offers, _, err := browser.Offers(ctx, tab)
			if err != nil || len(offers) != 1 {
				t.Errorf("the page is gone: %v %v", offers, err)
			}
			order = append(order, "hold")
		},
	}
	t.Setenv("TMPDIR", t.TempDir())
	run := tr.Run(t.Context(), j)
	if want := []string{"one", "pause", "two", "hold", "clean up"}; run.Outcome != journey.Passed || !slices.Equal(order, want) {
		t.Errorf("%s: %v, expected %v", run, order, want)
	}
}
