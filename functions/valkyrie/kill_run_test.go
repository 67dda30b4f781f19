package main

import (
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"valkyrie/probes/demoshop"
)

// A place is where a test runs the program: a folder of its own, for its temporary files too.
type place struct {
	dir, tmp string
	env      []string
}

func newPlace(t *testing.T) place {
	t.Helper()
	p := place{dir: t.TempDir(), tmp: t.TempDir()}
	p.env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + p.tmp, "GOCOVERDIR=" + os.Getenv("GOCOVERDIR")}, programEnv...)
	return p
}

// start starts the program, and ends it with the test.
func (p place) start(t *testing.T, args ...string) *process {
	t.Helper()
	proc, err := startProcess(p.dir, p.env, args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _, _ = proc.end(syscall.SIGKILL)
		if t.Failed() {
			t.Logf("valkyrie %s\nstdout:\n%s\nstderr:\n%s", strings.Join(args, " "), proc.stdout.String(), proc.stderr.String())
		}
	})
	return proc
}

// mustSay waits until the program has written what matches pattern.
func (p *process) mustSay(t *testing.T, pattern string) {
	t.Helper()
	if _, err := p.says(pattern); err != nil {
		t.Fatal(err)
	}
}

// spinningShop is a shop in which Print spins.
func spinningShop(t *testing.T) string {
	t.Helper()
	shop, err := demoshop.New(demoshop.Config{Faults: []string{"workers-down"}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(shop)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		_ = shop.Close()
	})
	return server.URL
}

// waiting is written when a run is in the middle of a step of ten seconds: the wait for the PDF.
const waiting = `press Print .*\n`

// TestKilledChrome kills Chrome in the middle of a step: the run has a verdict, which is not the site's, and nothing is
// left.
func TestKilledChrome(t *testing.T) {
	t.Parallel()
	here := newPlace(t)
	run := here.start(t, "run", "print-card", "--site", spinningShop(t), "--format", "json")
	run.mustSay(t, waiting)
	family := chromes(here.dir)
	if len(family) < 2 {
		t.Fatalf("Chrome has the processes %v, want it and its children", family)
	}
	if err := syscall.Kill(family[0], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	code, took, err := run.wait(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if code != 3 || took > 5*time.Second {
		t.Errorf("exit code %d after %v, want 3 at once", code, took)
	}
	got, err := readRun(run.stdout.String())
	if err != nil {
		t.Fatal(err)
	}
	if culprit, _ := got.Culprit(); got.Outcome != "broken" || culprit.Name != "wait for the PDF" || !strings.Contains(got.Error, "died") {
		t.Errorf("the run is %s at %q: %s", got.Outcome, culprit.Name, got.Error)
	}
	nothingLeft(t, here)
}

// nothingLeft checks that the program has taken Chrome's processes and files with it.
func nothingLeft(t *testing.T, here place) {
	t.Helper()
	if left := leftovers(here.dir, here.tmp); len(left) > 0 {
		t.Errorf("left behind: %s", strings.Join(left, "\n"))
	}
}

// TestKilledProgram kills the program itself: no Chrome survives it.
func TestKilledProgram(t *testing.T) {
	t.Parallel()
	for _, command := range [][]string{{"run", "print-card"}, {"watch"}} {
		here := newPlace(t)
		proc := here.start(t, append(command, "--site", spinningShop(t))...)
		proc.mustSay(t, waiting)
		family := chromes(here.dir)
		if code, _, err := proc.end(syscall.SIGKILL); code != -1 || err != nil || len(family) < 2 {
			t.Fatalf("exit code %d, error %v, and Chrome's processes %v", code, err, family)
		}
		noneSurvive(t, here)
	}
}

// noneSurvive waits until no process of Chrome's is left.
func noneSurvive(t *testing.T, here place) {
	t.Helper()
	if err := eventually(func() error {
		if left := chromes(here.dir); len(left) > 0 {
			return fmt.Errorf("the processes %v of Chrome's survive", left)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

// TestCtrlC presses it at bad moments. The program ends soon, and cleans up.
func TestCtrlC(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args   []string
		moment string // what is written then
		code   int
	}{
		"run one journey":           {[]string{"run", "print-card"}, waiting, 3},
		"run all":                   {[]string{"run"}, waiting, 3},
		"run while Chrome starts":   {[]string{"run", "print-card"}, `print-card\n`, 3},
		"watch":                     {[]string{"watch"}, waiting, 0},
		"watch while Chrome starts": {[]string{"watch"}, `watching`, 0},
		"demo":                      {[]string{"demo"}, waiting, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			here := newPlace(t)
			args := c.args
			if args[0] != "demo" {
				args = append(args, "--site", spinningShop(t))
			}
			proc := here.start(t, args...)
			proc.mustSay(t, c.moment)
			code, took, err := proc.end(os.Interrupt)
			if err != nil {
				t.Fatal(err)
			}
			// It takes some 0.2 s; the limit is for a machine that is busy with ten other tests.
			if code != c.code || took > 5*time.Second {
				t.Errorf("exit code %d after %v, want %d at once", code, took, c.code)
			}
			if c.moment != waiting {
				noneSurvive(t, here) // the children of a Chrome that was still starting end by themselves, a moment later
			}
			nothingLeft(t, here)
		})
	}
}
