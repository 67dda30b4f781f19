package browser_test

import (
	"context"
	"os"
	"testing"
	"time"

	"valkyrie/infra/slowdown"
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// TestStartWithACancelledContext: Ctrl-C before Chrome was even started ends at once, and leaves nothing.
func TestStartWithACancelledContext(t *testing.T) {
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
