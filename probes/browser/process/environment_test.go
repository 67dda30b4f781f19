package process_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"valkyrie/infra/chrome"
	"valkyrie/infra/slowdown"
	"valkyrie/probes/browser/process"
	"valkyrie/probes/journey"
)

// launched starts the pinned Chrome, and returns the environment and the command line of each of its processes.
func launched(t *testing.T, program journey.Program) (environments, commands []string) {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	ctx, cancel := context.WithTimeout(t.Context(), slowdown.Scale(20*time.Second))
	defer cancel()
	c, err := process.Launch(ctx, program)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	}()
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range lines {
		line, _ := os.ReadFile(path)
		exe, _ := os.Readlink(filepath.Join(filepath.Dir(path), "exe"))
		if exe != program.Path || !bytes.Contains(line, []byte(c.Dir())) {
			continue
		}
		env, err := os.ReadFile(filepath.Join(filepath.Dir(path), "environ"))
		if err != nil {
			continue // it has ended
		}
		environments, commands = append(environments, string(env)), append(commands, string(line))
	}
	if len(environments) == 0 {
		t.Fatal("Chrome has no processes")
	}
	return environments, commands
}

func pinned(t *testing.T) journey.Program {
	t.Helper()
	c, err := chrome.Find(t.Context(), chrome.Config{Progress: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	return journey.Program{Path: c.Path, Env: c.Env}
}

// TestEnvironment checks that no process of Chrome has a variable of this program that it does not need, whatever its name.
func TestEnvironment(t *testing.T) {
	for name, value := range map[string]string{
		"VALKYRIE_SECRET_SHOP_PASSWORD": "sesame-1", "TWILIO_AUTH_TOKEN": "sesame-2", "AWS_SESSION_TOKEN": "sesame-3", "GITHUB_TOKEN": "sesame-4",
		"lower_case_secret": "sesame-5", "HTTPS_PROXY": "http://me:sesa/me@sesame-6@127.0.0.1:9/", "http_proxy": "me:sesame-7@127.0.0.1:9", "LANG": "C.UTF-8",
	} {
		t.Setenv(name, value)
	}
	environments, _ := launched(t, pinned(t))
	for _, env := range environments {
		if strings.Contains(env, "sesame") {
			t.Errorf("Chrome has a secret of this program: %q", env)
		}
		entries := strings.Split(env, "\x00")
		for _, want := range []string{"LANG=C.UTF-8", "HTTPS_PROXY=http://127.0.0.1:9", "http_proxy=127.0.0.1:9"} {
			if !slices.Contains(entries, want) {
				t.Errorf("Chrome has no %s: %q", want, entries)
			}
		}
	}
}

// TestSandbox checks that Chrome's sandbox is on exactly where Sandboxed reports it.
func TestSandbox(t *testing.T) {
	program := pinned(t)
	ok, why := process.Sandboxed(program)
	t.Logf("sandboxed %v %s", ok, why)
	if !ok && why == "" {
		t.Error("there is no sandbox, and no reason")
	}
	_, commands := launched(t, program)
	for _, c := range commands {
		if off := strings.Contains(c, "no-sandbox"); off == ok {
			t.Errorf("sandboxed is %v, and Chrome runs as %q", ok, c)
		}
	}
}

// TestSandboxAsOrdinaryUser runs TestSandbox as a user without privileges, when root runs the tests.
func TestSandboxAsOrdinaryUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("TestSandbox runs as an ordinary user already")
	}
	program := pinned(t)
	dir, err := os.MkdirTemp("/tmp", "valkyrie-sandbox-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	self := filepath.Join(dir, "process.test")
	folder := filepath.Join(dir, "chrome")
	for _, copied := range [][2]string{{filepath.Dir(program.Path), folder}, {os.Args[0], self}} {
		if out, err := exec.Command("cp", "-r", copied[0], copied[1]).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	if out, err := exec.Command("chown", "-R", "65534:65534", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cmd := exec.Command("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", self, "-test.run", "^TestSandbox$", "-test.v")
	cmd.Dir = dir
	cmd.Env = append([]string{"TMPDIR=" + dir, "HOME=" + dir, "PATH=" + os.Getenv("PATH"), "CHROME=" + filepath.Join(folder, filepath.Base(program.Path))}, program.Env...)
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}
