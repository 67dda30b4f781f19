package subprocess

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"

	"valkyrie/infra/evidence"
	"valkyrie/probes/journey"
)

// A Child executes the task that it reads.
type Child struct {
	Journeys []func() journey.Journey
	Secrets  func(site *url.URL) func(name string) (string, error)
}

// maxStack is the depth of a goroutine's stack, bytes, at which a recursion without end ends the child: Go's own limit of 1 GB
// takes seconds, and memory that the pager needs.
const maxStack = 128 << 20

// Main is the main function of a child. It returns the exit code.
func (c Child) Main(ctx context.Context) int {
	debug.SetMaxStack(maxStack)
	if dir := os.TempDir(); strings.HasPrefix(filepath.Base(dir), scratchPrefix) {
		defer os.Remove(dir) // for a parent that was killed; a living one removes its content too
	}
	if err := c.serve(ctx, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "valkyrie: run a journey in a process of its own:", err)
		return 3
	}
	return 0
}

// serve executes the task from in, and writes its events to out. The end of in cancels it.
func (c Child) serve(ctx context.Context, in io.Reader, out io.Writer) error {
	var t task
	decoder := json.NewDecoder(in)
	if err := decoder.Decode(&t); err != nil {
		return fmt.Errorf("read the task: %w", err)
	}
	site, err := url.Parse(t.Site)
	if err != nil {
		return err
	}
	makers, err := journey.Find(c.Journeys, t.Journey)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, io.MultiReader(decoder.Buffered(), in))
		cancel()
	}()
	var mu sync.Mutex // steps may be reported while an abandoned one still runs
	encoder := json.NewEncoder(out)
	send := func(e event) error {
		mu.Lock()
		defer mu.Unlock()
		return encoder.Encode(e)
	}
	runner := journey.Runner{
		Stage: journey.Stage{
			Site: site, Chrome: t.Chrome, Secrets: c.Secrets(site), Agent: t.Agent, Trace: t.Trace, NoFilm: t.NoFilm, Inputs: t.Inputs,
		},
		Region: t.Region, Every: t.Every, Always: t.Always, Tries: t.Tries,
		// A parent that has gone needs neither.
		OnStep:    func(r journey.Run, s journey.StepResult) { _ = send(event{Run: r, Step: &s}) },
		OnVerdict: func(r journey.Run) { _ = send(event{Run: r, FirstStep: r.FirstStep, Verdict: true}) },
	}
	if t.Evidence != "" {
		runner.Evidence = evidence.Folder(t.Evidence)
	}
	run := runner.Probe(ctx, makers[0], t.Slot)
	return send(event{Run: run, FirstStep: run.FirstStep})
}
