// Package samcheck_test deploys this tree with the real SAM into an emulator of AWS on this machine, and uses the deployment:
// a journey fails twice, the stand-in phone rings, and the key press comes back at the function's address. `make sam-check`
// installs the tools and runs it; without them it is skipped.
package samcheck_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"valkyrie/probes/practice"
)

// toolsEnv names the folder of the virtual environments "sam" and "emulator".
const toolsEnv = "VALKYRIE_SAM_CHECK"

// account is the emulator's account; as an access key it selects the account.
const account = "111122223333"

// A desk is a copy of the tree with the tools to deploy it into an emulator.
type desk struct {
	*testing.T
	tools, dir string
	endpoint   string // of the emulator
	phone      string // of Twilio's stand-in
	logs       string // folder of the emulator's log
	regions    []string
	whole      bool // all regions, with interruptions, updates, a key and a VPC
}

// newDesk copies the tree, so that its samconfig.toml can be changed and its builds are apart.
func newDesk(t *testing.T) *desk {
	t.Helper()
	tools := os.Getenv(toolsEnv)
	if tools == "" {
		t.Skip("make sam-check runs this test: it needs SAM and an emulator of AWS")
	}
	t.Setenv("AWS_CA_BUNDLE", "") // the machine's own setting does not apply
	t.Setenv("PATH", filepath.Join(tools, "sam/bin")+":"+os.Getenv("PATH"))
	d := &desk{T: t, tools: tools, dir: t.TempDir(), logs: t.TempDir(), regions: regions[:2]}
	if d.whole = !testing.Short(); d.whole {
		d.regions = regions
	}
	out, err := exec.Command("git", "-C", "../..", "ls-files", "-z").Output()
	if err != nil {
		t.Fatalf("list the files of the tree: %v; run the test in a clone", err)
	}
	for _, name := range strings.Split(strings.TrimRight(string(out), "\x00"), "\x00") {
		from := filepath.Join("../..", name)
		info, err := os.Stat(from)
		if os.IsNotExist(err) {
			continue // removed, but not committed
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(d.dir, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, body, info.Mode()); err != nil {
			t.Fatal(err)
		}
	}
	d.practise()
	return d
}

// practise gives the copy the practice shop's journeys, people and schedules, in place of a fork's own.
func (d *desk) practise() {
	d.Helper()
	d.write("probes/probes.go", "// Package probes lists the practice shop's journeys.\npackage probes\n\nimport \"valkyrie/probes/practice\"\n\n// All lists them.\nvar All = practice.All\n")
	people := strings.ReplaceAll(d.read("probes/practice/alerts.yaml"), "+120255501", "+120255511") // doctor refuses numbers for examples
	d.write("alerts/alerts.yaml", people)
	template := d.read("template.yaml")
	own := regexp.MustCompile(`(?s)(\n  Probe:\n.*?\n)      Events:\n.*?\n\n`)
	if !own.MatchString(template) {
		d.Fatal("template.yaml: expected the schedules of the journeys under Probe: Events, and an empty line after them")
	}
	schedules := strings.ReplaceAll("      Events:\n"+practice.Schedules+"\n", "$", "$$")
	d.write("template.yaml", own.ReplaceAllString(template, "${1}"+schedules))
}

// read returns the text of a file of the copy.
func (d *desk) read(name string) string {
	d.Helper()
	text, err := os.ReadFile(filepath.Join(d.dir, name))
	if err != nil {
		d.Fatal(err)
	}
	return string(text)
}

// write writes a file of the copy.
func (d *desk) write(name, text string) {
	d.Helper()
	if err := os.WriteFile(filepath.Join(d.dir, name), []byte(text), 0o644); err != nil {
		d.Fatal(err)
	}
}

// environ returns the environment of commands: the tools first on the PATH, credentials of the emulator only, no telemetry.
func (d *desk) environ() []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "AWS_") && !strings.HasPrefix(v, "SAM_") && !strings.HasPrefix(v, "VALKYRIE_") {
			env = append(env, v)
		}
	}
	if !d.whole { // no second toolchain and standard library
		env = append(env, "GOTOOLCHAIN=local")
	}
	return append(env, "AWS_ENDPOINT_URL="+d.endpoint,
		"AWS_ACCESS_KEY_ID="+account, "AWS_SECRET_ACCESS_KEY=test", "AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null",
		"SAM_CLI_TELEMETRY=0", "POLL=1", "MAKEFLAGS=", "CGO_ENABLED=0", "GOFLAGS=-trimpath")
}

// config returns the settings of an SDK's client in a region.
func (d *desk) config(region string) aws.Config {
	return aws.Config{Region: region, BaseEndpoint: &d.endpoint, Credentials: credentials.NewStaticCredentialsProvider(account, "test", "")}
}

// run runs a command in the copy, and returns its output. It must succeed.
func (d *desk) run(name string, args ...string) string {
	d.Helper()
	out, err := d.attempt("", name, args...)
	if err != nil {
		d.Fatalf("%s %s: %v\n%s\n%s", name, strings.Join(args, " "), err, tail(out, 6000), d.emulatorLog())
	}
	return out
}

// beside starts a command that runs beside the test's next steps, and returns a function that waits for its output. It must succeed.
func (d *desk) beside(name string, args ...string) func() string {
	type result struct {
		out string
		err error
	}
	done := make(chan result, 1)
	go func() {
		out, err := d.attempt("", name, args...)
		done <- result{out, err}
	}()
	return func() string {
		d.Helper()
		r := <-done
		if r.err != nil {
			d.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), r.err, tail(r.out, 6000))
		}
		return r.out
	}
}

var errInterrupted = errors.New("interrupted")

// attempt runs a command, and interrupts it as Ctrl-C does, with all its processes, once its output has a text.
func (d *desk) attempt(until, name string, args ...string) (string, error) {
	return d.attemptIn(nil, until, name, args...)
}

// attemptIn is attempt with further variables of the environment.
func (d *desk) attemptIn(env []string, until, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(d.Context(), 15*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = d.dir, append(d.environ(), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	kill := func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.Cancel = kill
	read, write := io.Pipe()
	cmd.Stdout, cmd.Stderr = write, write
	if err := cmd.Start(); err != nil {
		return "", err
	}
	var out strings.Builder
	hit := make(chan bool, 1)
	go func() {
		interrupted := false
		lines := bufio.NewReader(read)
		for {
			line, err := lines.ReadString('\n')
			out.WriteString(line)
			if !interrupted && until != "" && strings.Contains(line, until) {
				interrupted = true
				_ = kill() // the processes may have ended
			}
			if err != nil {
				hit <- interrupted
				return
			}
		}
	}()
	err := cmd.Wait()
	_ = write.Close()
	if <-hit {
		err = errInterrupted
	}
	return out.String(), err
}

// emulate starts the emulator, which ends with the test. Functions call the stand-in phone.
func (d *desk) emulate() {
	d.Helper()
	_, port, _ := net.SplitHostPort(d.freeAddress())
	d.endpoint = "http://127.0.0.1:" + port
	log, err := os.Create(filepath.Join(d.logs, "log"))
	if err != nil {
		d.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(d.tools, "emulator/bin/python"), "infra/sam/emulator.py")
	cmd.Dir = d.dir
	cmd.Env = append(d.environ(), "GATEWAY_PORT="+port, "BIND_HOST=127.0.0.1", "AUTH=true", "TMPDIR="+d.logs, "PYTHONDONTWRITEBYTECODE=1", "TWILIO_API_URL="+d.phone)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		d.Fatal(err)
	}
	d.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // with the functions that run
		_ = cmd.Wait()
		_ = log.Close()
	})
	d.until("the emulator is ready", func() bool {
		res, err := http.Get(d.endpoint + "/_ministack/health")
		if err == nil {
			_ = res.Body.Close()
		}
		return err == nil && res.StatusCode == http.StatusOK
	})
}

// until waits for a condition.
func (d *desk) until(what string, ok func() bool) {
	d.Helper()
	for end := time.Now().Add(5 * time.Minute); !ok(); {
		if time.Now().After(end) {
			d.Fatalf("never: %s\n%s", what, d.emulatorLog())
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-d.Context().Done():
		}
	}
}

func (d *desk) emulatorLog() string {
	text, _ := os.ReadFile(filepath.Join(d.logs, "log"))
	return "the emulator's log ends with:\n" + tail(string(text), 3000)
}

func tail(text string, most int) string {
	text = regexp.MustCompile(`[^\n]*\r`).ReplaceAllString(text, "") // progress
	return text[max(0, len(text)-most):]
}

// A redirect sends requests for functions' addresses to the emulator, which recognizes them by the host.
type redirect struct {
	next     http.RoundTripper
	endpoint string
}

// RoundTrip implements http.RoundTripper.
func (r redirect) RoundTrip(req *http.Request) (*http.Response, error) {
	if !strings.Contains(req.URL.Host, ".lambda-url.") {
		return r.next.RoundTrip(req)
	}
	sent := req.Clone(req.Context())
	sent.Host = req.URL.Host
	sent.URL.Scheme, sent.URL.Host = "http", strings.TrimPrefix(r.endpoint, "http://")
	res, err := r.next.RoundTrip(sent)
	if err != nil {
		return nil, fmt.Errorf("the address of a function: %w", err)
	}
	return res, nil
}
