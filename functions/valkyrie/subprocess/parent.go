package subprocess

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"valkyrie/infra/evidence"
	"valkyrie/probes/journey"
)

// The limits of a child beyond those of its journey.
const (
	overhead = time.Minute      // to start Chrome, save evidence and stop, for each try
	grace    = 20 * time.Second // to end after a cancel
)

// A Parent executes runs in processes of the program Path.
type Parent struct {
	Path   string    // the program, which calls Child.Main when its argument is Argument
	Stderr io.Writer // gets a child's stderr: its crash, and the output of journeys
}

// Probe is r.Probe, in a process of its own. A child that dies is a Broken run. r.Evidence must be an evidence.Folder or nil;
// r.Stage.Secrets finds the values to hide in the report of a crash, the child has its own.
func (p Parent) Probe(ctx context.Context, r journey.Runner, create func() journey.Journey, slot time.Time) journey.Run {
	j := create()
	last := r.Broken(j, slot, "")
	final, err := p.play(ctx, r, j, slot, func(e event) {
		last = e.Run
		switch {
		case e.Step != nil && r.OnStep != nil:
			r.OnStep(e.Run, *e.Step)
		case e.Verdict && r.OnVerdict != nil:
			r.OnVerdict(e.Run)
		}
	})
	if err == nil {
		return final
	}
	why := hidden(r, j, fmt.Sprintf("the journey's process died: %v", err))
	if ctx.Err() != nil {
		why = "interrupted: " + why
	}
	return died(last, why)
}

// died is the run of a child that died after it had reported the run so far.
func died(run journey.Run, why string) journey.Run {
	run.Evidence = slices.DeleteFunc(run.Evidence, func(e journey.Evidence) bool { // the announced evidence will not follow
		return journey.Run{Evidence: []journey.Evidence{e}}.Unfinished()
	})
	for i, s := range run.Steps {
		if !run.Outcome.Good() && run.Error != "" {
			break // its verdict came before its end
		}
		if s.Outcome == journey.NotRun && !s.Cleanup {
			run.Steps[i].Outcome, run.Steps[i].Error = journey.Broken, why
			run.Steps[i].Started = run.Started
			if i > 0 {
				before := run.Steps[i-1]
				run.Steps[i].Started = before.Started.Add(time.Duration(before.DurationMS) * time.Millisecond)
			}
			if i > 0 || run.Chrome != "" {
				why = fmt.Sprintf("step %q: %s", s.Name, why)
			}
			break
		}
	}
	if run.Outcome.Good() || run.Error == "" {
		run.Outcome, run.Error = journey.Broken, why
	}
	run.Evidence = append(run.Evidence, journey.Evidence{Kind: "more", Missing: "the journey's process died"})
	return run
}

// play executes the run, passes its events on, and returns it. An error says how the child died.
func (p Parent) play(ctx context.Context, r journey.Runner, j journey.Journey, slot time.Time, onEvent func(event)) (run journey.Run, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, longest(r, j), errors.New("it did not end in time"))
	defer cancel()
	scratch, err := os.MkdirTemp("", scratchPrefix+"*")
	if err != nil {
		return run, err
	}
	defer os.RemoveAll(scratch) // a child that died has left its Chrome's profile there
	c, err := p.start(scratch)
	if err != nil {
		return run, fmt.Errorf("it did not start: %w", err)
	}
	stop := context.AfterFunc(ctx, func() {
		c.in.Close() // cancels the run
		time.AfterFunc(grace, c.killGroup)
	})
	defer stop()
	_ = json.NewEncoder(c.in).Encode(newTask(r, j, slot)) // a child that cannot read it dies, which Wait reports
	ended := false
	for lines := json.NewDecoder(c.out); ; {
		var e event
		if lines.Decode(&e) != nil {
			break
		}
		e.Run.FirstStep = e.FirstStep
		if e.Step != nil || e.Verdict {
			onEvent(e)
			continue
		}
		run, ended = e.Run, true
	}
	err = c.Wait()
	c.killGroup()
	switch {
	case ended && err == nil:
		return run, nil
	case c.crash.line != "":
		return run, errors.New(c.crash.line)
	case ctx.Err() != nil:
		return run, context.Cause(ctx)
	case err == nil:
		return run, errors.New("it ended without a result")
	}
	return run, err
}

// A process is a running child.
type process struct {
	*exec.Cmd
	in    io.WriteCloser
	out   io.Reader
	crash *crashLine
}

// start starts a child with a folder of its own for temporary files.
func (p Parent) start(scratch string) (c process, err error) {
	c.Cmd, c.crash = exec.Command(p.Path, Argument), &crashLine{to: p.Stderr}
	c.Env = append(os.Environ(), "TMPDIR="+scratch)
	c.Stderr, c.WaitDelay = c.crash, grace
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // keeps Ctrl-C from it: the parent cancels the run instead
	if c.in, err = c.StdinPipe(); err != nil {
		return c, err
	}
	if c.out, err = c.StdoutPipe(); err != nil {
		return c, err
	}
	return c, c.Start()
}

// killGroup kills the remaining processes of the child's group.
func (c process) killGroup() { _ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }

func newTask(r journey.Runner, j journey.Journey, slot time.Time) task {
	t := task{
		Journey: j.Name, Slot: slot, Region: r.Region, Every: r.Every, Always: r.Always, Tries: r.Tries, Chrome: r.Stage.Chrome,
		Agent: r.Stage.Agent, Trace: r.Stage.Trace, NoFilm: r.Stage.NoFilm, Inputs: r.Stage.Inputs,
	}
	if r.Stage.Site != nil {
		t.Site = r.Stage.Site.String()
	}
	if folder, ok := r.Evidence.(evidence.Folder); ok {
		t.Evidence = string(folder)
	}
	return t
}

// longest is the time after which a child hangs.
func longest(r journey.Runner, j journey.Journey) time.Duration {
	one := overhead
	for _, s := range append(append([]journey.Step{}, j.Steps...), j.Cleanup...) {
		one += cmp.Or(s.Limit, journey.DefaultLimit)
	}
	return one * time.Duration(max(1, cmp.Or(j.Tries, r.Tries)))
}

// crashLine passes a child's stderr on, and keeps the line that begins the report of a crash, such as "fatal error: stack
// overflow". (debug.SetCrashOutput leaves out just this line.)
type crashLine struct {
	to      io.Writer
	partial []byte
	line    string
}

func (c *crashLine) Write(data []byte) (int, error) {
	const most = 300
	for part := range bytes.Lines(data) {
		c.partial = append(c.partial, part[:min(len(part), most)]...)
		if !bytes.HasSuffix(part, []byte("\n")) {
			break
		}
		text := strings.TrimSpace(string(c.partial[:min(len(c.partial), most)]))
		if c.line == "" && (strings.HasPrefix(text, "panic: ") || strings.HasPrefix(text, "fatal error: ")) {
			c.line = text
		}
		c.partial = nil
	}
	_, _ = c.to.Write(data) // a full disk under our stderr must not block the child
	return len(data), nil
}

// hidden masks the journey's secrets in the words of a crash.
func hidden(r journey.Runner, j journey.Journey, words string) string {
	var mask journey.Mask
	for _, name := range j.Secrets {
		if r.Stage.Secrets == nil {
			break
		}
		if value, err := r.Stage.Secrets(name); err == nil {
			mask.Add(name, value)
		}
	}
	return mask.Text(words)
}
