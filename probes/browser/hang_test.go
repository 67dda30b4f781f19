package browser_test

import (
	"context"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"go.uber.org/goleak"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// limit is that of the steps below; each must end within it and a second.
const limit = time.Second

const button = `<button onclick="document.body.append('Thank you')">Print</button>`

// TestNothingHangs plays pages on which drivers are known to wait for ever, or to be fooled. Every step ends near its
// limit with the right verdict, says why, and leaves no process, goroutine or file behind.
func TestNothingHangs(t *testing.T) {
	silent := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	stalls := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Write([]byte("<h1>Half a page</h1>"))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	press := func(tab *browser.Tab, _ *journey.T) {
		tab.Visit("/")
		tab.Click(browser.Button("Print"))
		tab.See(browser.Text("Thank you"))
	}
	for name, c := range map[string]struct {
		page    string
		handle  http.HandlerFunc // in place of page
		do      func(*browser.Tab, *journey.T)
		outcome journey.Outcome
		words   string
	}{
		"a good page":                {page: button, outcome: journey.Passed},
		"endless loop while loading": {page: `<script>for(;;){}</script>`, outcome: journey.Failed, words: "could not open"},
		"endless loop at the click":  {page: `<button onclick="for(;;){}">Print</button>`, outcome: journey.Failed, words: "could not click the button \"Print\""},
		"endless loop later":         {page: button + `<script>setTimeout(()=>{for(;;){}}, 300)</script>`, do: waitFor("Never"), outcome: journey.Failed, words: `expected to see the text "Never" within 1s`},
		"alert while loading":        {page: `<script>alert('boo')</script>` + button, outcome: journey.Passed},
		"confirm at the click":       {page: `<button onclick="document.body.append(confirm('sure?') ? 'Thank you' : 'Not sure')">Print</button>`, outcome: journey.Failed, words: `expected to see the text "Thank you" within 1s: there is none`},
		"alerts without end":         {page: `<script>setInterval(()=>alert('again'), 1)</script>`, do: waitFor("Never"), outcome: journey.Failed, words: "Never"},
		"never answers":              {handle: silent, outcome: journey.Failed, words: "could not open"},
		"never finishes":             {handle: stalls, outcome: journey.Failed, words: `the page is still loading`},
		"never fires load":           {page: button + `<img src="/silent">`, outcome: journey.Passed},
		"500 with a fine body":       {handle: answer(500, button), outcome: journey.Failed, words: "answered 500"},
		"blank":                      {page: `<script>document.documentElement.remove()</script>`, outcome: journey.Failed, words: "the page is blank"},
		"covered":                    {page: button + `<div id=wall style="position:fixed;inset:0;background:#fff">cookies?</div>`, outcome: journey.Failed, words: `covered by div#wall`},
		"disabled":                   {page: `<button disabled>Print</button>`, outcome: journey.Failed, words: `is disabled`},
		"invisible":                  {page: `<button style="opacity:0">Print</button>`, outcome: journey.Failed, words: `not visible`},
		"moving":                     {page: `<style>@keyframes a{to{margin-left:900px}}button{animation:a 3s linear infinite}</style>` + button, outcome: journey.Failed, words: `is moving`},
		"two of them":                {page: button + button, outcome: journey.Failed, words: `there are 2 of them`},
		"another name":               {page: `<button>Print later</button><button>Preview</button>`, outcome: journey.Failed, words: `there is none; the nearest are "Print later", "Preview"`},
		"script error":               {page: `<script>oops()</script>`, outcome: journey.Failed, words: "script error ReferenceError: oops is not defined"},
		"lost asset":                 {page: `<script src=/gone.js></script>`, outcome: journey.Failed, words: "GET /gone.js answered 404"},
		"renderer crash":             {page: button, do: crash, outcome: journey.Broken, words: "crashed"},
		"page element replaced":      {page: `<script>setTimeout(()=>{document.body.innerHTML='<button onclick="document.body.append(\'Thank you\')">Print</button>'}, 200)</script>` + "<p>wait", outcome: journey.Passed},
	} {
		t.Run(name, func(t *testing.T) {
			pages := map[string]string{"/{$}": c.page}
			handlers := map[string]http.HandlerFunc{"/silent": silent}
			if c.handle != nil {
				pages, handlers["/{$}"] = nil, c.handle
			}
			site := serve(t, pages, handlers)
			idle := goleak.IgnoreCurrent()
			tab, do := browser.NewTab(), c.do
			if do == nil {
				do = press
			}
			run := play(t, site, tab, journey.Step{Name: "print", Limit: limit, Do: func(s *journey.T) { do(tab, s) }})
			if run.Outcome != c.outcome || !strings.Contains(run.Error, c.words) {
				t.Errorf("outcome %s, want %s with %q in: %s", run.Outcome, c.outcome, c.words, run.Error)
			}
			if d := run.Steps[0].DurationMS; d > (limit + time.Second).Milliseconds() {
				t.Errorf("the step took %d ms, its limit is %v", d, limit)
			}
			http.DefaultClient.CloseIdleConnections()
			goleak.VerifyNone(t, idle, goleak.IgnoreAnyFunction("net/http.(*conn).serve"))
		})
	}
}

func waitFor(text string) func(*browser.Tab, *journey.T) {
	return func(tab *browser.Tab, _ *journey.T) {
		tab.Visit("/")
		tab.See(browser.Text(text))
	}
}

func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		w.Write([]byte(body))
	}
}

func crash(tab *browser.Tab, _ *journey.T) {
	tab.Visit("/")
	tab.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, page.Crash, cdp.Empty{})
		return err
	}))
	tab.See(browser.Text("Never"))
}

// TestCallsThatOutliveTheirContext proves the watchdog on the calls of chromedp that are known to hang past their
// deadline: dropped into a step, they still end it.
func TestCallsThatOutliveTheirContext(t *testing.T) {
	site := serve(t, map[string]string{"/": `<p>hello<script>setTimeout(()=>{for(;;){}}, 200)</script>`}, nil)
	idle := goleak.IgnoreCurrent()
	tab := browser.NewTab()
	run := play(t, site, tab, journey.Step{Name: "wait", Limit: limit, Do: func(*journey.T) {
		tab.Visit("/")
		tab.Do(chromedp.WaitVisible(chromedp.CSS("#never")))
	}})
	if run.Outcome != journey.Failed {
		t.Errorf("outcome %s: %s", run.Outcome, run.Error)
	}
	goleak.VerifyNone(t, idle, goleak.IgnoreAnyFunction("net/http.(*conn).serve"))
}

// TestStepThatHangsInGo: code that no browser can end is left behind, and said to be ours.
func TestStepThatHangsInGo(t *testing.T) {
	forever := make(chan struct{})
	defer close(forever)
	run := play(t, serve(t, nil, nil), browser.NewTab(), journey.Step{Name: "hang", Limit: 100 * time.Millisecond, Do: func(*journey.T) { <-forever }})
	if run.Outcome != journey.Broken || !strings.Contains(run.Error, "hangs in code of its own") {
		t.Errorf("outcome %s: %s", run.Outcome, run.Error)
	}
}

// TestKilledChrome kills Chrome, or the page's process, in the middle of a wait.
func TestKilledChrome(t *testing.T) {
	site := serve(t, map[string]string{"/": "hello"}, nil)
	for name, pattern := range map[string]string{"browser": "--remote-debugging-pipe", "renderer": "--type=renderer", "everything": ""} {
		t.Run(name, func(t *testing.T) {
			tab := browser.NewTab()
			began := time.Now()
			run := play(t, site, tab,
				journey.Step{Name: "open", Limit: 10 * time.Second, Do: func(*journey.T) { tab.Visit("/") }},
				journey.Step{Name: "wait", Limit: 30 * time.Second, Do: func(*journey.T) {
					killChrome(t, pattern)
					tab.See(browser.Text("never"))
				}})
			if run.Outcome != journey.Broken || len(run.Steps) != 2 || run.Steps[1].Outcome != journey.Broken {
				t.Errorf("outcome %s: %s", run.Outcome, run.Error)
			}
			if d := time.Since(began); d > 10*time.Second {
				t.Errorf("it took %v to notice", d)
			}
			t.Log(run.Error)
		})
	}
}

// killChrome ends the processes of this test's Chrome whose command line has pattern. Chrome leads a process group.
func killChrome(t *testing.T, pattern string) {
	t.Helper()
	killed := 0
	for _, p := range processes(t) {
		if p.group != os.Getpid() && p.parent != 1 && strings.Contains(p.command, "chrom") && strings.Contains(p.command, pattern) && leads(t, p.group) {
			if err := syscall.Kill(p.pid, syscall.SIGKILL); err != nil {
				t.Error(err)
			}
			killed++
		}
	}
	if killed == 0 {
		t.Errorf("no process of %q to kill", pattern)
	}
}

// leads reports whether the process that leads group is a child of ours.
func leads(t *testing.T, group int) bool {
	for _, p := range processes(t) {
		if p.pid == group {
			return p.parent == os.Getpid()
		}
	}
	return false
}

func TestChromeThatDoesNotStart(t *testing.T) {
	for path, words := range map[string]string{"": "set CHROME", "/bin/false": "did not start", "/nowhere/chrome": "did not start", "/bin/cat": "did not start"} {
		site := serve(t, nil, nil)
		t.Setenv("TMPDIR", t.TempDir())
		tab := browser.NewTab()
		r := journey.Runner{Stage: journey.Stage{Site: site, Chrome: journey.Program{Path: path}}}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		run := playIn(ctx, t, r, tab, journey.Step{Name: "open", Do: func(*journey.T) { tab.Visit("/") }})
		cancel()
		if run.Outcome != journey.Broken || !strings.Contains(run.Error, words) || run.Steps[0].Outcome != journey.NotRun {
			t.Errorf("%q: outcome %s: %s", path, run.Outcome, run.Error)
		}
		t.Log(run.Error)
	}
}
