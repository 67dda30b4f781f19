package lambdatest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"valkyrie/functions/lambdatest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// buildOdd builds testdata/odd, and returns the folder of the function, which follows the instructions in its events.
func buildOdd(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command("go", "build", "-tags", "lambda.norpc", "-o", filepath.Join(dir, "bootstrap"), "./testdata/odd")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// TestFunction checks the results of a sequence of events that one function handles.
func TestFunction(t *testing.T) {
	f := lambdatest.New(t, lambdatest.Config{Folder: buildOdd(t), Timeout: 500 * time.Millisecond, Freeze: true})
	for _, c := range []struct {
		do, payload, err string
		cold             bool
	}{
		{"count", "event 1, true", "", true},
		{"count", "event 2, true", "", false},
		{"fail", "", "errorString: as told", false},
		{"count", "event 4, true", "", false}, // an error does not end the process
		{"panic", "", "string: as told", false},
		{"count", "event 1, true", "", true}, // a panic does
		{"exit", "", "exit status 4", false},
		{"count", "event 1, true", "", true},
		{"hang", "", "timeout", false},
		{"count", "event 1, true", "", true},
	} {
		res := f.Invoke(`"` + c.do + `"`)
		got := ""
		if err := res.Err(); err != nil {
			got = err.Error()
		}
		if got != c.err || strings.Trim(string(res.Payload), `"`) != c.payload || res.Cold != c.cold {
			t.Errorf("%s: %q, %q, cold %t; want %+v", c.do, res.Payload, got, res.Cold, c)
		}
	}
	if log := f.Log(); !strings.Contains(log, "as told") {
		t.Errorf("the log: %q", log)
	}
}

// TestSandbox checks that leftovers of a function are detected, and that forbidden operations fail.
func TestSandbox(t *testing.T) {
	f := lambdatest.New(t, lambdatest.Config{Folder: buildOdd(t)})
	if res := f.Invoke(`"count"`); res.Err() != nil || len(f.Files()) > 0 || len(f.Processes()) > 0 {
		t.Fatal(res.Err(), f.Files(), f.Processes(), f.Log())
	}
	res := f.Invoke(`"write"`)
	if res.Err() != nil || f.Jailed() && !strings.Contains(string(res.Payload), "read-only file system") {
		t.Errorf("%s, %v", res.Payload, res.Err())
	}
	if res := f.Invoke(`"spawn"`); res.Err() != nil {
		t.Error(res.Err())
	}
	if files, procs := strings.Join(f.Files(), " "), strings.Join(f.Processes(), " "); files != "x" || procs != "sleep" {
		t.Errorf("files %q, processes %q", files, procs)
	}
	if own, all := f.Memory(); own < 500 || all <= own {
		t.Errorf("%d kB, with all processes %d", own, all)
	}
}

func TestStartThatFails(t *testing.T) {
	dir := buildOdd(t)
	for at, want := range map[string]string{"exit": "init: exit status 3", "hang": "init: timeout"} {
		f := lambdatest.New(t, lambdatest.Config{Folder: dir, Env: []string{"AT_START=" + at}, Init: time.Second})
		if res := f.Invoke(`""`); res.Ended != want || !res.Cold {
			t.Errorf("%s: %+v", at, res)
		}
	}
}
