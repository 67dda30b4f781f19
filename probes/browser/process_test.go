package browser_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"valkyrie/infra/slowdown"
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

// TestSweep checks that a new Chrome removes the folders of dead programs, and no others.
func TestSweep(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	folder := func(name string) string {
		path := filepath.Join(os.TempDir(), name)
		if err := os.MkdirAll(filepath.Join(path, "profile"), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	left := folder(fmt.Sprintf("valkyrie-chrome-%d-1", dead.Process.Pid))
	kept := []string{folder(fmt.Sprintf("valkyrie-chrome-%d-2", os.Getpid())), folder("valkyrie-chrome-mine"), folder("valkyrie-demo-1-1")}
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
