package browser_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// TestSweep: a new Chrome removes the folders of programs that are dead, and of no others.
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
