package browser_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"valkyrie/infra/slowdown"
	"valkyrie/infra/suite"
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// limit is the default limit of a row's step, which must end within it and a second.
const limit = 1500 * time.Millisecond

const button = `<button onclick="document.body.append('Thank you')">Print</button>`

// A row is a page on which drivers wait for ever or report a wrong result, with the required verdict.
type row struct {
	page      string                      // at /
	pages     map[string]string           // more pages, by path
	handlers  map[string]http.HandlerFunc // instead of pages
	site      func(*testing.T) *url.URL   // instead of all of these
	args      []string                    // of Chrome
	phone     bool                        // instead of a laptop
	do        func(*fixture)              // nil: press Print, and see the thanks
	limit     time.Duration
	want      journey.Outcome
	wantError string   // part of the error
	notError  string   // what the error must not contain; "": anything
	ms        [2]int64 // the step's time in milliseconds, at least and at most; {}: any
}

// A fixture is the tab and the site of a row.
type fixture struct {
	*browser.Tab
	t       *testing.T
	s       *journey.T
	site    *url.URL
	envMark string // in the environment of this row's Chrome

	mu     sync.Mutex
	faults []string
}

// faultf records a failed check of the row.
func (s *fixture) faultf(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, fmt.Sprintf(format, args...))
}

// dailyRows is how many hostile pages make test takes, others each day, as each needs a Chrome of its own. make test-all takes
// all, and so does a -run that names rows: -run TestHostilePages/rows/mouse.
const dailyRows = 150

// TestHostilePages runs hostile pages. Every step must end near its limit with the right verdict and error, and the whole
// must leave no process, goroutine, file or open socket behind.
func TestHostilePages(t *testing.T) {
	tables := map[string]map[string]row{
		"address":  addressRows,
		"answers":  answerRows,
		"chrome":   chromeRows,
		"content":  contentRows,
		"dialogs":  dialogRows,
		"messages": messageRows,
		"names":    nameRows,
		"text":     textRows,
		"elements": elementRows,
		"expect":   expectRows,
		"loading":  loadingRows,
		"leaving":  leavingRows,
		"layers":   layerRows,
		"sinking":  sinkingRows,
		"hydrated": hydratedRows,
		"gone":     goneRows,
		"unlocked": unlockedRows,
		"drawing":  drawingRows,
		"network":  networkRows,
		"pdf":      pdfRows,
		"fill":     fillRows,
		"choose":   chooseRows,
		"mouse":    mouseRows,
		"point":    pointRows,
		"server":   serverRows,
		"frames":   frameRows,
		"typing":   typingRows,
		"widgets":  widgetRows,
		"combobox": comboboxRows,
		"custom":   customRows,
		"undone":   undoneRows,
		"format":   formatRows,
		"lazy":     lazyRows,
		"phone":    phoneRows,
		"scroll":   scrollRows,
		"response": responseRows,
		"shadowed": shadowedRows,
		"size":     sizeRows,
		"tls":      tlsRows,
		"visible":  visibleRows,
		"reach":    reachRows,
		"painted":  paintedRows,
		"written":  writtenRows,
		"causes":   causeRows,
		"covers":   coverRows,
		"sight":    sightRows,
		"unseen":   unpaintedRows,
		"within":   withinRows,
		"ink":      inkRows,
		"patterns": patternRows,
		"cards":    cardRows,
		"popup":    popupRows,
		"news":     newsRows,
		"reports":  reportRows,
		"veils":    veilRows,
	}
	before, dir := os.Getenv("TMPDIR"), t.TempDir()
	os.Setenv("TMPDIR", dir) // not t.Setenv, which forbids parallel rows
	defer os.Setenv("TMPDIR", before)
	slowdown.Factor() // starts its measurements, which last as long as the program
	idle, open := goleak.IgnoreCurrent(), sockets(t)
	type namedRow struct {
		name string
		row  row
	}
	var all []namedRow
	for theme, rows := range tables {
		for name, r := range rows {
			all = append(all, namedRow{theme + "/" + name, r})
		}
	}
	slices.SortFunc(all, func(a, b namedRow) int { return strings.Compare(path.Base(a.name), path.Base(b.name)) }) // the themes of a day are mixed
	count, chosen := len(all), all
	if !strings.Contains(flag.Lookup("test.run").Value.String(), "/") {
		chosen = suite.Pick(t, all, dailyRows)
	}
	t.Run("rows", func(t *testing.T) {
		for _, r := range chosen {
			t.Run(r.name, func(t *testing.T) {
				t.Parallel()
				r.row.play(t)
			})
		}
	})
	t.Logf("%d of %d hostile pages", len(chosen), count)
	if count < 550 {
		t.Errorf("only %d rows", count)
	}
	if left := leftovers(t, dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	http.DefaultClient.CloseIdleConnections()
	goleak.VerifyNone(t, idle, goleak.IgnoreAnyFunction("net/http.(*conn).serve"))
	if now := sockets(t); now > open {
		t.Errorf("%d sockets are open, %d were before", now, open)
	}
}

// play runs the row with a limit scaled to the machine's load, and again with a longer one if the machine was slower than
// that meanwhile. A failure on a machine that was fast enough is final.
func (r row) play(t *testing.T) {
	const attempts = 3
	if r.limit == 0 {
		r.limit = limit
	}
	times := slowdown.Times(slowdown.Factor())
	for attempt := 1; ; attempt++ {
		haveTime(t)
		began := time.Now()
		faults := r.lengthened(times).attempt(t)
		measured := slowdown.Since(began)
		switch {
		case len(faults) == 0:
			return
		case slowdown.Needed(measured) <= times:
			t.Error(strings.Join(faults, "\n"))
			return
		case attempt == attempts:
			t.Errorf("the machine is too busy to judge this: processes took %.1f times longer than on an idle one, and limits %d times as long as usual do not allow for that\n%s",
				measured, times, strings.Join(faults, "\n"))
			return
		}
		t.Logf("again, as processes took %.1f times longer than on an idle machine, and the limit was %d times the usual: %q", measured, times, faults)
		times = slowdown.Times(measured + 1)
	}
}

// lengthened multiplies the row's limit.
func (r row) lengthened(times int) row {
	usual := r.limit
	r.limit *= time.Duration(times)
	r.ms[1] *= int64(times) // at least what the page takes, on any machine
	r.wantError = strings.ReplaceAll(r.wantError, "within "+usual.String(), "within "+r.limit.String())
	return r
}

// attempt runs the row once and returns the failed checks.
func (r row) attempt(t *testing.T) (faults []string) {
	st := &fixture{Tab: browser.NewTab(), t: t, envMark: fmt.Sprintf("VALKYRIE_ROW=%d %s", os.Getpid(), t.Name())}
	if r.phone {
		st.Tab = browser.NewTab(browser.Phone())
	}
	if r.do == nil {
		r.do = press
	}
	if r.site != nil {
		st.site = r.site(t)
	} else {
		st.site = r.serve(t)
	}
	chrome := program
	chrome.Env = append(append([]string{}, program.Env...), st.envMark)
	chrome.Args = r.args
	runner := journey.Runner{Stage: journey.Stage{Site: st.site, Chrome: chrome}, Region: "test", Evidence: folder(t.TempDir())}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute+4*r.limit)
	defer cancel()
	run := runner.Run(ctx, journey.Journey{Name: "test", Uses: st.Tab, Steps: []journey.Step{{Name: "print", Limit: r.limit, Do: func(s *journey.T) {
		st.s = s
		r.do(st)
	}}}}, time.Now())
	r.wantError = strings.ReplaceAll(r.wantError, "SITE", st.site.Host)
	if run.Outcome != r.want || !strings.Contains(run.Error, r.wantError) {
		st.faultf("outcome %s, want %s with %q in: %s", run.Outcome, r.want, r.wantError, run.Error)
	}
	if r.notError != "" && strings.Contains(run.Error, r.notError) {
		st.faultf("%q is in: %s", r.notError, run.Error)
	}
	if d := run.Steps[0].DurationMS; d > (r.limit + slowdown.Scale(time.Second)).Milliseconds() {
		st.faultf("the step took %d ms, its limit is %v", d, r.limit)
	}
	for _, e := range run.Evidence {
		if e.Kind == "screenshot" && e.Missing != "" && e.Missing != "Chrome was gone" {
			st.faultf("it left no screenshot: %s", e.Missing)
		}
	}
	if d := run.Steps[0].DurationMS; r.ms[1] > 0 && (d < r.ms[0] || d > r.ms[1]) {
		st.faultf("the step took %d ms, want %d to %d", d, r.ms[0], r.ms[1])
	}
	if left := processesOf(t, st.envMark); len(left) > 0 {
		st.faultf("processes left behind: %v", left)
	}
	t.Log(run.Error)
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.faults
}

func (r row) serve(t *testing.T) *url.URL {
	pages := map[string]string{"/{$}": r.page}
	for path, page := range r.pages {
		pages[path] = page
	}
	handlers := map[string]http.HandlerFunc{"/silent": silent}
	for path, h := range r.handlers {
		handlers[path] = h
		delete(pages, path)
	}
	return serve(t, pages, handlers)
}

// press is the default action of a row.
func press(s *fixture) {
	s.Visit("/")
	s.Click(browser.Button("Print"))
	s.See(browser.Text("Thank you"))
}

// visit only opens the page; waitFor also waits for a text on it.
func visit(s *fixture) { s.Visit("/") }

func waitFor(text string) func(*fixture) {
	return func(s *fixture) {
		s.Visit("/")
		s.See(browser.Text(text))
	}
}

func silent(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func frameResult(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		w.Write([]byte(body))
	}
}

// at is a handler for the root.
func at(h http.HandlerFunc) map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{"/{$}": h}
}

// withOtherSite serves pages from another site; its address replaces OTHER in the row's page.
func withOtherSite(page string, pages map[string]string) func(*testing.T) *url.URL {
	return func(t *testing.T) *url.URL {
		o := serve(t, pages, map[string]http.HandlerFunc{"/silent": silent})
		return serve(t, map[string]string{"/{$}": strings.ReplaceAll(page, "OTHER", "http://localhost:"+o.Port())}, nil)
	}
}

// tlsSite serves a good page over a TLS server that with configures wrongly.
func tlsSite(with func(*httptest.Server)) func(*testing.T) *url.URL {
	return func(t *testing.T) *url.URL {
		server := httptest.NewUnstartedServer(frameResult(200, button))
		server.Config.ErrorLog = nobody
		with(server)
		server.StartTLS()
		t.Cleanup(server.Close)
		u, err := url.Parse(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
}

// processesOf lists the processes of the Chrome whose environment contains mark, by id: those of its group, since Chrome's
// children overwrite their environment.
func processesOf(t *testing.T, mark string) map[int]string {
	t.Helper()
	all := processes(t)
	groups := map[int]bool{}
	for _, p := range all {
		env, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", p.pid))
		if err == nil && p.pid != os.Getpid() && bytes.Contains(append(env, 0), append([]byte(mark), 0)) {
			groups[p.group] = true
		}
	}
	found := map[int]string{}
	for _, p := range all {
		if groups[p.group] {
			found[p.pid] = p.command
		}
	}
	return found
}

// sockets counts the open sockets and pipes of this process.
func sockets(t *testing.T) int {
	t.Helper()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, fd := range fds {
		to, _ := os.Readlink("/proc/self/fd/" + fd.Name())
		if strings.HasPrefix(to, "socket:") || strings.HasPrefix(to, "pipe:") {
			n++
		}
	}
	return n
}
