package browser_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"valkyrie/infra/slowdown"
	"valkyrie/infra/suite/dnstest"
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// TestStartCancelled checks that Ctrl-C before Chrome has started ends at once and leaves nothing behind.
func TestStartCancelled(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	site := serve(t, nil, nil)
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		began := time.Now()
		tab := browser.NewTab()
		r := journey.Runner{Stage: journey.Stage{Site: site, Chrome: program}}
		run := r.Run(ctx, journey.Journey{Name: "test", Uses: tab, Steps: []journey.Step{{Name: "open", Do: func(*journey.T) { tab.Visit("/") }}}}, time.Now())
		if run.Outcome != journey.Broken {
			t.Fatalf("%s: %s", run.Outcome, run.Error)
		}
		if d := time.Since(began); d > slowdown.Scale(2*time.Second) {
			t.Errorf("it took %v", d)
		}
		if left := leftovers(t, os.TempDir()); len(left) > 0 {
			t.Fatalf("left behind: %v", left)
		}
	}
}

func TestChromeThatDoesNotStart(t *testing.T) {
	for path, words := range map[string]string{"": "set CHROME", "/bin/false": "did not start: it ended at once with exit code 1 and printed nothing", "/bin/true": "did not start: it ended at once with exit code 0 and printed nothing", "/nowhere/chrome": "did not start", "/bin/cat": "did not start"} {
		site := serve(t, nil, nil)
		t.Setenv("TMPDIR", t.TempDir())
		tab := browser.NewTab()
		r := journey.Runner{Stage: journey.Stage{Site: site, Chrome: journey.Program{Path: path}}}
		ctx, cancel := context.WithTimeout(t.Context(), slowdown.Scale(3*time.Second))
		run := playIn(ctx, t, r, tab, journey.Step{Name: "open", Do: func(*journey.T) { tab.Visit("/") }})
		cancel()
		if run.Outcome != journey.Broken || !strings.Contains(run.Error, words) || run.Steps[0].Outcome != journey.NotRun {
			t.Errorf("%q: outcome %s: %s", path, run.Outcome, run.Error)
		}
		t.Log(run.Error)
	}
}

// TestStepThatHangsInGo checks that code which blocks outside the browser is abandoned and reported as the probe's fault.
func TestStepThatHangsInGo(t *testing.T) {
	forever := make(chan struct{})
	defer close(forever)
	run := play(t, serve(t, nil, nil), browser.NewTab(), journey.Step{Name: "hang", Limit: 100 * time.Millisecond, Do: func(*journey.T) { <-forever }})
	if run.Outcome != journey.Broken || !strings.Contains(run.Error, "the step's code is blocked and cannot be interrupted") {
		t.Errorf("outcome %s: %s", run.Outcome, run.Error)
	}
}

// TestSweep checks that a new Chrome removes the folders of dead programs, and no others: not even that of a program in another
// container, whose process this one cannot see.
func TestSweep(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	folder := func(name string) string {
		path := filepath.Join(os.TempDir(), name)
		if err := os.MkdirAll(filepath.Join(path, "profile"), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	left, locked := folder("valkyrie-chrome-1"), folder("valkyrie-chrome-2")
	kept := []string{locked, folder("valkyrie-demo-1-1")}
	lock, err := os.Open(locked)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	site := serve(t, map[string]string{"/": "hello"}, nil)
	r := journey.Runner{Stage: journey.Stage{Site: site, Chrome: program}}
	tab := browser.NewTab()
	run := r.Run(t.Context(), journey.Journey{Name: "test", Uses: tab, Steps: []journey.Step{{Name: "open", Do: func(*journey.T) { tab.Visit("/") }}}}, time.Now())
	if run.Outcome != journey.Passed {
		t.Fatal(run.Error)
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("%s is still there", left)
	}
	for _, path := range kept {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
}

// TestConfinedThirdParties checks that a confined Chrome gets what a page has from other hosts, and that the error for a name without an
// address is the usual one.
func TestConfinedThirdParties(t *testing.T) {
	own := ownAddress(t)
	ln, err := net.Listen("tcp", own+":0")
	if err != nil {
		t.Fatal(err)
	}
	third := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprintf(w, "document.body.append('from %s')", r.Host)
	})}
	go func() { _ = third.Serve(ln) }()
	t.Cleanup(func() { _ = third.Close() })
	_, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	dnstest.Serve(t, map[string][]string{"third.example": {own}})
	site := serve(t, map[string]string{"/": `<body><script src="http://third.example:` + port + `/"></script><script src="http://unknown.example/lib.js"></script>`}, nil)
	t.Setenv("TMPDIR", t.TempDir())
	tab := browser.NewTab()
	run := playWith(t, journey.Runner{Stage: journey.Stage{Site: site, Chrome: program, Confined: true}}, tab, journey.Step{Name: "open", Limit: slowdown.Scale(3 * time.Second), Do: func(*journey.T) {
		tab.Visit("/")
		tab.See(browser.Text("from third.example:" + port))
	}})
	if run.Outcome != journey.Passed {
		t.Fatal(run)
	}
	problems := fmt.Sprint(run.Problems)
	if !strings.Contains(problems, "unknown.example") || !strings.Contains(problems, "its name is not known to DNS") {
		t.Errorf("problems: %s", problems)
	}
}

// ownAddress is an IPv4 address of this machine in a network.
func ownAddress(t *testing.T) string {
	all, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() {
			return n.IP.String()
		}
	}
	t.Skip("this machine is in no network")
	return ""
}

// TestConfined checks that a page of a site on AWS cannot have Chrome ask this machine, by whatever name or spelling of its address, and
// that the site itself may be on it.
func TestConfined(t *testing.T) {
	var asked atomic.Int64
	var hosts sync.Map
	ln, err := net.Listen("tcp", ":0") // the site is at 127.0.0.1, the Runtime API's stand-in at all the others
	if err != nil {
		t.Fatal(err)
	}
	runtime := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		hosts.Store(r.Host, true)
		w.Header().Set("Access-Control-Allow-Origin", "*")
	})}
	go func() { _ = runtime.Serve(ln) }()
	t.Cleanup(func() { _ = runtime.Close() })
	_, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	dnstest.Serve(t, map[string][]string{"machine.example": {"127.0.0.2"}, "rebinds.example": {"192.0.2.1", "127.0.0.2"}})
	var addresses []string
	for _, host := range []string{"127.0.0.2", "localhost", "a.localhost", "0x7f.2", "2130706434", "127.2", "0.0.0.0", "[::1]", "[::ffff:127.0.0.2]", "machine.example", "rebinds.example"} {
		addresses = append(addresses, "http://"+host+":"+port+"/next")
	}
	list, err := json.Marshal(addresses)
	if err != nil {
		t.Fatal(err)
	}
	site := serve(t, map[string]string{"/": `<p id=out></p><script>
		Promise.allSettled(` + string(list) + `.flatMap((a) => [fetch(a, { mode: 'no-cors' }), new Promise((done) => { const i = new Image(); i.onload = i.onerror = done; i.src = a; }),
			new Promise((done) => { const f = document.createElement('iframe'); f.onload = done; f.src = a; document.body.append(f); })]))
			.then(() => out.textContent = 'all asked');
		</script>`}, map[string]http.HandlerFunc{"/away": func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://127.0.0.2:"+port+"/next", http.StatusFound)
	}})
	for confined, want := range map[bool]bool{false: true, true: false} {
		asked.Store(0)
		hosts.Clear()
		t.Setenv("TMPDIR", t.TempDir())
		tab := browser.NewTab()
		r := journey.Runner{Stage: journey.Stage{Site: site, Chrome: program, Confined: confined}}
		run := playWith(t, r, tab, journey.Step{Name: "open", Limit: slowdown.Scale(20 * time.Second), Do: func(*journey.T) {
			tab.Visit("/")
			tab.See(browser.Text("all asked"))
		}}, journey.Step{Name: "leave", Limit: slowdown.Scale(20 * time.Second), Do: func(*journey.T) { tab.Visit("/away") }})
		refused := run.Outcome == journey.Failed && strings.Contains(run.Error, "127.0.0.2:"+port) && strings.Contains(run.Error, "it is an address of the probe's own machine")
		if run.Steps[0].Outcome != journey.Passed || refused == want {
			t.Errorf("confined %v: %s: %s", confined, run.Outcome, run.Error)
		}
		if got := asked.Load() > 0; got != want {
			names := []any{}
			hosts.Range(func(name, _ any) bool { names = append(names, name); return true })
			t.Errorf("confined %v: this machine was asked %d times, as %v", confined, asked.Load(), names)
		}
	}
}
