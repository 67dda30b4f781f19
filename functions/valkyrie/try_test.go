package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"valkyrie/functions/valkyrie/cli"
	"valkyrie/functions/valkyrie/loop"
	"valkyrie/probes/demoshop"
)

// misspeltProbes and misspelt are the journeys of a fork: one that looks for a button by a name that it does not quite have.
const misspeltProbes = `package probes

import "valkyrie/probes/journey"

var All = []func() journey.Journey{Misspelt}
`

const misspelt = `package probes

import (
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// Misspelt signs in.
func Misspelt() journey.Journey {
	tab := browser.NewTab()
	return journey.Journey{
		Name: "misspelt", Title: "sign in", Uses: tab, Secrets: []string{"shop-email", "shop-password"},
		Steps: []journey.Step{
			{Name: "open the shop", Limit: 20 * time.Second, Do: func(*journey.T) {
				tab.Visit("/sign-in")
			}},
			{Name: "sign in", Limit: 40 * time.Second, Do: func(t *journey.T) {
				tab.Fill(browser.Field("E-mail"), t.Secret("shop-email"))
				tab.Fill(browser.Field("Password"), t.Secret("shop-password"))
				tab.Click(browser.Button("Sing in"))
				tab.See(browser.Heading("Your cards"))
			}},
			{Name: "make a card", Limit: 20 * time.Second, Do: func(*journey.T) {
				tab.Click(browser.Link("New card"))
			}},
		},
	}
}
`

// A tried is a fork of the code with the misspelt journey, and a practice shop.
type tried struct {
	testing.TB
	dir, site, scratch string
}

func newTried(t testing.TB) tried {
	t.Helper()
	shop, web, err := startShop("127.0.0.1:0", demoshop.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { web.close(); shop.Close() })
	f := tried{t, t.TempDir(), web.url, t.TempDir()}
	list := exec.Command("git", "ls-files", "-z", "*.go", "*.js", "*.mod", "*.sum", "alerts/*", "probes/*")
	list.Dir = "../.."
	names, err := list.Output()
	if err != nil {
		t.Fatalf("list the files of the tree: %v; run the test in a clone", err)
	}
	for name := range strings.SplitSeq(strings.TrimRight(string(names), "\x00"), "\x00") {
		text, err := os.ReadFile(filepath.Join("../..", name))
		if os.IsNotExist(err) || strings.HasSuffix(name, "_test.go") {
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		f.write(name, string(text))
	}
	f.write("probes/probes.go", misspeltProbes)
	f.write("probes/misspelt.go", misspelt)
	return f
}

func (f tried) write(name, text string) {
	f.Helper()
	path := filepath.Join(f.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		f.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		f.Fatal(err)
	}
}

// edit replaces a part of the journey's file.
func (f tried) edit(old, now string) {
	f.Helper()
	text, err := os.ReadFile(filepath.Join(f.dir, "probes/misspelt.go"))
	if err != nil || strings.Count(string(text), old) != 1 {
		f.Fatalf("%d of %q in the journey's file: %v", strings.Count(string(text), old), old, err)
	}
	f.write("probes/misspelt.go", strings.Replace(string(text), old, now, 1))
}

// env is the environment of the program, with a folder of its own for temporary files.
func (f tried) env() []string {
	return append(append(os.Environ(), programEnv...), "TMPDIR="+f.scratch)
}

// start starts the loop.
func (f tried) start(args ...string) *process {
	f.Helper()
	p, err := startProcess(f.dir, f.env(), append([]string{"try", "misspelt", "--site", f.site}, args...)...)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = p.cmd.Process.Kill() })
	return p
}

// await waits for the n-th verdict of the loop, and returns the lines since the one before.
func (f tried) await(p *process, n int) string {
	f.Helper()
	out, err := p.awaitOutput(fmt.Sprintf(`(?s)^(?:.*?stays here[^\n]*\n){%d}`, n))
	if err != nil {
		f.Fatal(err, p.stdout.String())
	}
	parts := strings.SplitAfter(out, "Ctrl-C ends —\n")
	return parts[len(parts)-2]
}

// assertClean checks that the loop has left neither a file nor a browser.
func (f tried) assertClean() {
	f.Helper()
	if left, err := filepath.Glob(filepath.Join(f.scratch, "*")); err != nil || len(left) > 0 {
		f.Errorf("it left behind %v, %v", left, err)
	}
	commands, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range commands {
		if env, _ := os.ReadFile(path); bytes.Contains(env, []byte("TMPDIR="+f.scratch)) {
			f.Errorf("%s is still running", filepath.Dir(path))
		}
	}
}

// TestTryCorrects plays a fork's journey whose button is misspelt: the loop prints the near match and the corrected line, and passes once
// that line is saved. Code that does not compile is shown, and the loop goes on. Ctrl-C ends it, and leaves no browser.
func TestTryCorrects(t *testing.T) {
	t.Parallel()
	f := newTried(t)
	p := f.start()
	first := f.await(p, 1)
	for _, want := range []string{
		"✓ open the shop", `✗ sign in`, `could not click the button "Sing in" within 40s: there is none; the nearest are "Sign in"`,
		"(ended after ", " of its 40s: nothing on the page can change any more",
		"near it:\n  tab.Click(browser.Button(\"Sign in\"))\n", "the page offers:\n", `  tab.Fill(browser.Field("E-mail"), "...")`, `  tab.See(browser.Heading("Welcome back"))`,
	} {
		if !strings.Contains(first, want) {
			t.Errorf("expected %q in:\n%s", want, first)
		}
	}
	c := regexp.MustCompile(`(?m)^corrected line:\nprobes/misspelt\.go:(\d+)\n- (.*)\n\+ (.*)$`).FindStringSubmatch(first)
	if c == nil {
		t.Fatalf("no corrected line in:\n%s", first)
	}
	if line, _ := strconv.Atoi(c[1]); strings.Split(misspelt, "\n")[line-1] != c[2] || c[3] != "\t\t\t\ttab.Click(browser.Button(\"Sign in\"))" {
		t.Errorf("the corrected line is %q", c)
	}
	f.edit(c[2], c[3])
	second := f.await(p, 2)
	if !strings.Contains(second, "✓ sign in") || !strings.Contains(second, "✓ make a card") || strings.Contains(second, "✗") || !strings.Contains(second, `tab.Fill(browser.Field("Words"), "...")`) {
		t.Errorf("the corrected journey does not pass:\n%s", second)
	}
	f.edit("tab.Visit", "tab.Vist")
	if _, err := p.awaitOutput(`probes/misspelt\.go:\d+:\d+: tab\.Vist undefined.*\n— it does not compile`); err != nil {
		t.Error(err)
	}
	f.edit("tab.Vist", "tab.Visit")
	if third := f.await(p, 3); !strings.Contains(third, "✓ make a card") {
		t.Errorf("the repaired journey does not pass:\n%s", third)
	}
	f.edit(`Name: "misspelt"`, `Name: "renamed"`)
	if _, err := p.awaitOutput(`there is no journey "misspelt"; there are: renamed\n— no browser is open; save the code to play it again`); err != nil {
		t.Error(err)
	}
	f.edit(`Name: "renamed"`, `Name: "misspelt"`)
	f.await(p, 4)
	if code, _, err := p.end(os.Interrupt); code != loop.ExitInterrupted || err != nil {
		t.Errorf("exit code %d, %v, expected 130; stderr:\n%s", code, err, p.stderr.String())
	}
	f.assertClean()
}

// TestTryIsInterrupted ends the loop while a step waits.
func TestTryIsInterrupted(t *testing.T) {
	t.Parallel()
	f := newTried(t)
	f.edit(`tab.Visit("/sign-in")`, `tab.Visit("/sign-in"); tab.Do(func(ctx context.Context, _ *chromedp.Target) (v chromedp.Void, err error) { <-ctx.Done(); return v, ctx.Err() })`)
	f.edit(`"time"`, "\"context\"\n\t\"time\"\n\n\t\"github.com/chromedp/chromedp\"")
	p := f.start()
	if _, err := p.awaitOutput(`misspelt on http`); err != nil {
		t.Fatal(err)
	}
	if err := eventually(func() error {
		if chromes, _ := filepath.Glob(filepath.Join(f.scratch, "valkyrie-try-*", "valkyrie-chrome-*")); len(chromes) == 0 {
			return errNotYet
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if code, took, err := p.end(syscall.SIGINT); code != loop.ExitInterrupted || err != nil || took > 20*time.Second {
		t.Errorf("exit code %d after %v, %v, expected 130; stderr:\n%s", code, took, err, p.stderr.String())
	}
	f.assertClean()
}

// once plays the journey once, with Enter pressed so many times, and returns the output.
func (f tried) once(enters int, args ...string) (stdout, stderr string, code int) {
	f.Helper()
	cmd := exec.Command("valkyrie", append([]string{"try", "misspelt", "--once", "--site", f.site}, args...)...)
	var out, errs bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr, cmd.Stdin = f.dir, f.env(), &out, &errs, strings.NewReader(strings.Repeat("\n", enters))
	_ = cmd.Run() // its ProcessState has the result
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// TestTryOnce checks the exit codes, --step, --pause, and that no secret is printed.
func TestTryOnce(t *testing.T) {
	t.Parallel()
	f := newTried(t)
	expect := func(name string, code int, want, not string) func(stdout, stderr string, got int) {
		return func(stdout, stderr string, got int) {
			t.Helper()
			all := stdout + stderr
			if got != code || !strings.Contains(all, want) || not != "" && strings.Contains(all, not) {
				t.Errorf("%s: exit code %d, expected %d, with %q and without %q:\n%s", name, got, code, want, not, all)
			}
		}
	}
	expect("misspelt", cli.ExitFailed, "corrected line:\nprobes/misspelt.go:2", "stays here")(f.once(0))
	expect("up to step 1", cli.ExitOK, "passed\n", "sign in")(f.once(0, "--step", "1"))
	expect("step 9 of 3", cli.ExitUsage, "--step 9: expected 1 to 3, as the journey misspelt has 3 steps", "✓")(f.once(0, "--step", "9"))
	expect("pauses", cli.ExitFailed, "paused after step 1 of 3; Enter goes on\n  ✗ sign in", "")(f.once(2, "--pause"))
	expect("no display", cli.ExitUsage, "--show: this machine has no display", "✓")(func() (string, string, int) {
		t.Helper()
		cmd := exec.Command("valkyrie", "try", "misspelt", "--show", "--site", f.site)
		cmd.Dir, cmd.Env = f.dir, append(f.env(), "DISPLAY=", "WAYLAND_DISPLAY=")
		out, _ := cmd.CombinedOutput()
		return string(out), "", cmd.ProcessState.ExitCode()
	}())

	expect("a headless shell", cli.ExitBroken, "it opens no window, as it is a headless shell", "✓")(func() (string, string, int) {
		t.Helper()
		cmd := exec.Command("valkyrie", "try", "misspelt", "--once", "--show", "--site", f.site)
		cmd.Dir, cmd.Env = f.dir, append(f.env(), "DISPLAY=:77")
		out, _ := cmd.CombinedOutput()
		return string(out), "", cmd.ProcessState.ExitCode()
	}())

	f.edit("Sing in", "Sign in")
	f.write(".valkyrie-secrets", "shop-email: teacher@example.com\nshop-password: wrong-horse-7\n")
	if err := os.Chmod(filepath.Join(f.dir, ".valkyrie-secrets"), 0o600); err != nil {
		t.Fatal(err)
	}
	f.edit(`tab.See(browser.Heading("Your cards"))`, `tab.See(browser.Text("Your password is " + t.Secret("shop-password")))`)
	expect("a wrong password", cli.ExitFailed, `expected to see the text "Your password is [secret shop-password]" within 40s`, "wrong-horse-7")(f.once(0))
	f.edit(`Secrets: []string{"shop-email", `, `Secrets: []string{"library-card", "shop-email", `)
	f.edit(`tab.Visit("/sign-in")`, `tab.Visit("/" + t.Secret("library-card"))`)
	f.edit("Do: func(*journey.T) {\n\t\t\t\ttab.Visit", "Do: func(t *journey.T) {\n\t\t\t\ttab.Visit")
	expect("no such secret", cli.ExitBroken, `no such secret as "library-card"; set VALKYRIE_SECRET_LIBRARY_CARD`, "✓")(f.once(0))
}

// TestTryUsage checks the errors before anything is played.
func TestTryUsage(t *testing.T) {
	t.Parallel()
	f := newTried(t)
	f.edit("browser.NewTab()", "browser.NewTabb()")
	if out, errs, code := f.once(0); code != cli.ExitUsage || !strings.Contains(errs, "probes/misspelt.go:12:17: undefined: browser.NewTabb") {
		t.Errorf("code that does not compile: exit code %d\n%s%s", code, out, errs)
	}
	f.edit("browser.NewTabb()", "browser.NewTab()")
	f.edit(`Name: "misspelt"`, `Name: "renamed"`)
	if out, errs, code := f.once(0); code != cli.ExitUsage || !strings.Contains(errs, `there is no journey "misspelt"; there are: renamed`) {
		t.Errorf("another name: exit code %d\n%s%s", code, out, errs)
	}
	cmd := exec.Command("valkyrie", "try", "misspelt", "--site", f.site)
	cmd.Dir, cmd.Env = f.scratch, f.env()
	if out, _ := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != cli.ExitUsage || !bytes.Contains(out, []byte("is not in a copy of Valkyrie's code")) {
		t.Errorf("outside of the code: exit code %d\n%s", cmd.ProcessState.ExitCode(), out)
	}
}

// BenchmarkTry measures from the save of a change to its verdict, in turns of a step that passes and one that fails.
func BenchmarkTry(b *testing.B) {
	f := newTried(b)
	p := f.start()
	f.await(p, 1)
	took := map[string]time.Duration{}
	n := 1
	for b.Loop() {
		for _, c := range [][3]string{{"Sing in", "Sign in", "pass-s"}, {"Sign in", "Sing in", "fail-s"}} {
			began := time.Now()
			f.edit(c[0], c[1])
			n++
			f.await(p, n)
			took[c[2]] += time.Since(began)
		}
	}
	for name, d := range took {
		b.ReportMetric(d.Seconds()/float64(b.N), name)
	}
	if code, _, err := p.end(os.Interrupt); code != loop.ExitInterrupted || err != nil {
		b.Error(code, err)
	}
}
