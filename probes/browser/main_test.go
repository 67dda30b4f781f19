package browser_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"valkyrie/infra/chrome"
	"valkyrie/infra/slowdown"
	"valkyrie/infra/suite"
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// program is the Chrome of all tests of this package; the first run on a new machine fetches it.
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

// folder is a journey.Saver.
type folder string

func (f folder) Save(_ journey.Run, name string, data []byte) (string, error) {
	path := filepath.Join(string(f), name)
	return path, os.WriteFile(path, data, 0o600)
}

// serve serves pages by path, each an HTML body, and the given handlers.
func serve(t *testing.T, pages map[string]string, handlers map[string]http.HandlerFunc) *url.URL {
	t.Helper()
	mux := http.NewServeMux()
	for path, html := range pages {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, "<!doctype html><title>test</title>", html)
		})
	}
	for path, h := range handlers {
		mux.HandleFunc(path, h)
	}
	return serveRaw(t, mux)
}

// serveRaw serves every request by h; a ServeMux would redirect some paths first.
func serveRaw(t *testing.T, h http.Handler) *url.URL {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// play runs steps on a fresh tab, and checks that no process or file of Chrome is left.
func play(t *testing.T, site *url.URL, tab *browser.Tab, steps ...journey.Step) journey.Run {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	return playWith(t, journey.Runner{Stage: journey.Stage{Site: site, Chrome: program}, Region: "test", Evidence: folder(t.TempDir())}, tab, steps...)
}

func playWith(t *testing.T, r journey.Runner, tab *browser.Tab, steps ...journey.Step) journey.Run {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), slowdown.Scale(time.Minute))
	defer cancel()
	return playIn(ctx, t, r, tab, steps...)
}

// playIn scales the steps' limits to the machine's load.
func playIn(ctx context.Context, t *testing.T, r journey.Runner, tab *browser.Tab, steps ...journey.Step) journey.Run {
	t.Helper()
	haveTime(t)
	steps = slices.Clone(steps)
	for i := range steps {
		steps[i].Limit = slowdown.Scale(steps[i].Limit)
	}
	run := r.Run(ctx, journey.Journey{Name: "test", Uses: tab, Secrets: []string{"shop-password"}, Steps: steps}, time.Now())
	if left := leftovers(t, os.TempDir()); len(left) > 0 {
		t.Errorf("the run left behind: %v", left)
	}
	return run
}

// outOfTime is set by the first test without enough time left.
var outOfTime atomic.Bool

// haveTime fails the first test that cannot end before go test's -timeout and skips the others: the timeout itself would end
// all tests with a goroutine dump and no cause.
func haveTime(t *testing.T) {
	t.Helper()
	const needed = 5 * time.Second
	end, ok := t.Deadline()
	left := time.Until(end)
	switch {
	case !ok || left > slowdown.Scale(needed):
	case outOfTime.Swap(true):
		t.Skip("not run: the machine is too busy")
	default:
		t.Fatalf("not run, and neither are the tests after it: the machine is too busy: processes take %.1f times longer than on an idle one, and -timeout leaves %v; end what else runs, or set a longer -timeout",
			slowdown.Factor(), left.Round(time.Second))
	}
}

// leftovers lists Chrome's files in dir and the children of this process, which adopts Chrome's orphans, so that zombies are
// among them.
func leftovers(t *testing.T, dir string) []string {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(dir, "valkyrie-chrome-*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range processes(t) {
		if p.parent == os.Getpid() {
			left = append(left, fmt.Sprintf("process %d %s", p.pid, p.command))
		}
	}
	return left
}

type process struct {
	pid, parent, group int
	command            string
}

// processes reads /proc, without processes that end meanwhile.
func processes(t *testing.T) []process {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var all []process
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		var p process
		var state string
		rest := string(stat[strings.LastIndex(string(stat), ")")+1:])
		if _, err := fmt.Sscan(rest, &state, &p.parent, &p.group); err != nil {
			t.Fatal(err)
		}
		p.pid, err = strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil {
			t.Fatal(err)
		}
		command, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline"))
		p.command = strings.ReplaceAll(string(command), "\x00", " ") + state
		all = append(all, p)
	}
	return all
}
