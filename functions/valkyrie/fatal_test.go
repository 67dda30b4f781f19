package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"valkyrie/functions/suite"
	"valkyrie/probes/journey"
)

// fatalMain is main, with journeys that end their process in the ways from which Go cannot recover.
func fatalMain() {
	single := func(name string, do func(*journey.T)) func() journey.Journey {
		return func() journey.Journey {
			return journey.Journey{Name: name, Secrets: []string{"shop-password"}, Steps: []journey.Step{
				{Name: "begin", Do: func(*journey.T) {}}, {Name: "go on", Limit: 20 * time.Second, Do: do},
			}}
		}
	}
	all := suite.Suite{Journeys: []func() journey.Journey{
		single("recurses", func(t *journey.T) { t.Count("depth", float64(recurse(1))) }),
		single("panics", func(t *journey.T) {
			secret := t.Secret("shop-password")
			go func() { panic("in a goroutine, with " + secret) }()
			select {}
		}),
		single("exits", func(*journey.T) { os.Exit(0) }),
		single("killed", func(*journey.T) { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL) }),
		byHand(single("waits", func(t *journey.T) { <-t.Context().Done() })),
		single("works", func(*journey.T) {}),
		byHand(func() journey.Journey {
			j := single("fails-first", func(t *journey.T) { t.Failf("no card") })()
			j.Cleanup = []journey.Step{{Name: "tidy", Do: func(*journey.T) { os.Exit(0) }}}
			return j
		}),
	}}
	all.Alerts = []byte("on_call: {people: [{name: Ada, phone: '+12025550143'}], escalation: [Ada]}\nphone: {from: '+12025550100'}\n")
	os.Exit(mainAt(all, time.Now))
}

// byHand takes a journey off the schedule of watch.
func byHand(create func() journey.Journey) func() journey.Journey {
	return func() journey.Journey {
		j := create()
		j.ByHand = true
		return j
	}
}

// recurse overflows the stack: no one has a stack of 2^62 frames.
func recurse(n int) int {
	if n == 1<<62 {
		return n
	}
	return recurse(n+1) + 1
}

// fatal prepares the program with fatal journeys. They need no Chrome: none is there.
func fatal(t *testing.T, args ...string) (*exec.Cmd, workspace) {
	t.Helper()
	here := newWorkspace(t)
	cmd := exec.Command("valkyrie-fatal", append(args, "--site", hangingShop(t))...)
	cmd.Dir = here.dir
	cmd.Env = append(here.env, "CHROME=/nowhere", "VALKYRIE_SECRET_SHOP_PASSWORD=sesame-7")
	return cmd, here
}

// TestFatalRun: a journey that ends its process is a broken run, and the other journeys run.
func TestFatalRun(t *testing.T) {
	t.Parallel()
	cmd, here := fatal(t, "run", "recurses", "panics", "exits", "killed", "works", "--format", "json")
	out, err := cmd.Output()
	if code := cmd.ProcessState.ExitCode(); code != 3 {
		t.Fatalf("exit code %d (%v), want 3", code, err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	for i, want := range []struct{ name, outcome, words string }{
		{"recurses", "broken", `step "go on": the journey's process died: fatal error: stack overflow`},
		{"panics", "broken", "died: panic: in a goroutine, with [secret shop-password]"},
		{"exits", "broken", "ended without a result"},
		{"killed", "broken", "signal: killed"},
		{"works", "passed", ""},
	} {
		if i >= len(lines) {
			t.Fatalf("no run of %s", want.name)
		}
		var got journey.Run
		err := json.Unmarshal([]byte(lines[i]), &got)
		if err != nil || got.Journey != want.name || string(got.Outcome) != want.outcome || !strings.Contains(got.Error, want.words) {
			t.Errorf("%s: %v %s: %s", want.name, err, got.Outcome, got.Error)
		}
		if culprit, ok := got.Culprit(); ok && (culprit.Name != "go on" || got.Steps[0].Outcome != journey.Passed) {
			t.Errorf("%s: the steps are %+v", want.name, got.Steps)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(here.tmp, "*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// TestFatalAfterVerdict: a journey that ends its process after its verdict keeps it.
func TestFatalAfterVerdict(t *testing.T) {
	t.Parallel()
	cmd, _ := fatal(t, "run", "fails-first", "--format", "json")
	out, _ := cmd.Output()
	var got journey.Run
	err := json.Unmarshal(out, &got)
	if code := cmd.ProcessState.ExitCode(); code != 1 || err != nil || got.Outcome != journey.Failed || got.Unfinished() || len(got.Evidence) == 0 {
		t.Errorf("exit code %d, %v: %s %s, evidence %v", code, err, got.Outcome, got.Error, got.Evidence)
	}
}

// TestFatalWatch: under watch such a journey ends neither the pager nor the other journeys.
func TestFatalWatch(t *testing.T) {
	t.Parallel()
	cmd, _ := fatal(t, "watch", "--every", "1s", "--listen", "127.0.0.1:0")
	var out output
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }()
	err := eventually(func() error {
		if text := out.String(); strings.Count(text, "✓ works") < 2 || strings.Count(text, "! recurses") < 2 {
			return errNotYet
		}
		return nil
	})
	if err != nil {
		t.Fatalf("two rounds were not seen:\n%s", out.String())
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil {
		t.Errorf("after TERM: %v\n%s", err, out.String())
	}
}

// TestInterruptedGate: a run that TERM or Ctrl-C ended is never passed, in any of its states.
func TestInterruptedGate(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		cmd, _ := fatal(t, "run", "works", "waits")
		var out output
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if err := eventually(func() error {
			if strings.Contains(out.String(), "waits\n  ✓ begin") {
				return nil
			}
			return errNotYet
		}); err != nil {
			t.Fatal(err, out.String())
		}
		_ = cmd.Process.Signal(signal)
		if _ = cmd.Wait(); cmd.ProcessState.ExitCode() != 3 || !strings.Contains(out.String(), "interrupted") {
			t.Errorf("%v: exit code %d\n%s", signal, cmd.ProcessState.ExitCode(), out.String())
		}
	}
}

// TestFullDisk: a result that cannot be written is reported and does not change the verdict; a closed pipe is no error.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	reader, closed, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	reader.Close()
	defer closed.Close()
	for _, c := range []struct {
		stdout  *os.File
		journey string
		more    []string
		code    int
		words   string
	}{
		{full, "works", nil, 0, "the result: it is incomplete: "},
		{full, "exits", nil, 3, "no space left on device"},
		{nil, "works", []string{"--also", "junit=/dev/full"}, 0, "--also junit: the result could not be written"},
		{closed, "works", nil, 0, ""},
		{closed, "exits", nil, 3, ""},
	} {
		cmd, _ := fatal(t, append([]string{"run", c.journey}, c.more...)...)
		var errs strings.Builder
		cmd.Stderr = &errs
		if c.stdout != nil {
			cmd.Stdout = c.stdout
		}
		_ = cmd.Run()
		if code := cmd.ProcessState.ExitCode(); code != c.code || !strings.Contains(errs.String(), c.words) || c.words == "" && strings.Contains(errs.String(), "write") {
			t.Errorf("%s %v: exit code %d, want %d with %q:\n%s", c.journey, c.more, code, c.code, c.words, errs.String())
		}
	}
}

// TestClosedOutput: a reader that had enough, such as head, is no error of the other commands either.
func TestClosedOutput(t *testing.T) {
	t.Parallel()
	reader, closed, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	reader.Close()
	defer closed.Close()
	cmd := exec.Command("valkyrie", "help")
	cmd.Stdout = closed
	var errs strings.Builder
	cmd.Stderr = &errs
	if err := cmd.Run(); err != nil || errs.Len() > 0 {
		t.Errorf("%v: %s", err, errs.String())
	}
}
