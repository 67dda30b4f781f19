package main

import (
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"valkyrie/infra/slowdown"
	"valkyrie/probes/demoshop"
)

// A workspace is where a test runs the program: its working folder, temporary folder and environment.
type workspace struct {
	dir, tmp string
	env      []string
}

func newWorkspace(t *testing.T) workspace {
	t.Helper()
	p := workspace{dir: t.TempDir(), tmp: t.TempDir()}
	p.env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + p.tmp, "GOCOVERDIR=" + os.Getenv("GOCOVERDIR")}, programEnv...)
	return p
}

// start starts the program, which ends with the test.
func (p workspace) start(t *testing.T, args ...string) *process {
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

// mustPrint waits for output that matches pattern.
func (p *process) mustPrint(t *testing.T, pattern string) {
	t.Helper()
	if _, err := p.awaitOutput(pattern); err != nil {
		t.Fatal(err)
	}
}

// hangingShop serves a shop in which printing hangs.
func hangingShop(t *testing.T) string {
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

// waiting is the output when a run has begun a step of ten seconds, the wait for the PDF.
const waiting = `press Print .*\n`

// TestKilledChrome kills Chrome during a step: the run is broken rather than failed, and no process or file is left.
func TestKilledChrome(t *testing.T) {
	t.Parallel()
	here := newWorkspace(t)
	run := here.start(t, "run", "print-card", "--site", hangingShop(t), "--format", "json")
	run.mustPrint(t, waiting)
	processes := chromes(here.dir)
	if len(processes) < 2 {
		t.Fatalf("Chrome has the processes %v, want it and its children", processes)
	}
	if err := syscall.Kill(processes[0], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	code, _, err := run.wait(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if code != 3 {
		t.Errorf("exit code %d, want 3", code)
	}
	got, err := readRun(run.stdout.String())
	if err != nil {
		t.Fatal(err)
	}
	if culprit, _ := got.Culprit(); got.Outcome != "broken" || culprit.Name != "wait for the PDF" || !strings.Contains(got.Error, "died") {
		t.Errorf("the run is %s at %q: %s", got.Outcome, culprit.Name, got.Error)
	}
	checkNothingLeft(t, here)
}

// checkNothingLeft checks that no process and no file of Chrome outlived the program.
func checkNothingLeft(t *testing.T, here workspace) {
	t.Helper()
	if left := leftovers(here.dir, here.tmp); len(left) > 0 {
		t.Errorf("left behind: %s", strings.Join(left, "\n"))
	}
}

// TestKilledProgram kills the program: no Chrome survives it.
func TestKilledProgram(t *testing.T) {
	t.Parallel()
	for _, command := range [][]string{{"run", "print-card"}, {"watch"}} {
		here := newWorkspace(t)
		proc := here.start(t, append(command, "--site", hangingShop(t))...)
		proc.mustPrint(t, waiting)
		processes := chromes(here.dir)
		if code, _, err := proc.end(syscall.SIGKILL); code != -1 || err != nil || len(processes) < 2 {
			t.Fatalf("exit code %d, error %v, and Chrome's processes %v", code, err, processes)
		}
		awaitNoChrome(t, here)
	}
}

// awaitNoChrome waits until no process of Chrome is left.
func awaitNoChrome(t *testing.T, here workspace) {
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

// TestCtrlC interrupts commands at inconvenient times: they end soon, and clean up.
func TestCtrlC(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args   []string
		output string // when it appears, the command is interrupted
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
			here := newWorkspace(t)
			args := c.args
			if args[0] != "demo" {
				args = append(args, "--site", hangingShop(t))
			}
			proc := here.start(t, args...)
			proc.mustPrint(t, c.output)
			code, took, err := proc.end(os.Interrupt)
			if err != nil {
				t.Fatal(err)
			}
			// It takes 0.2 s on an idle machine. A command that first let its step end would take ten.
			if limit := slowdown.Scale(5 * time.Second); code != c.code || took > limit {
				t.Errorf("exit code %d after %v, want %d within %v", code, took, c.code, limit)
			}
			if c.output != waiting {
				awaitNoChrome(t, here) // the children of a Chrome that was still starting end a little later
			}
			checkNothingLeft(t, here)
		})
	}
}
