package chrome

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// flags are Valkyrie's flags for Chrome; probes/browser explains them.
var flags = []string{
	"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-zygote", "--disable-quic",
	"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
	"--window-size=600,100", "--remote-debugging-pipe",
}

// A devtools is a running Chrome, controlled by JSON over a pipe. The test needs it because the pinned Chrome ignores
// --screenshot, and only probes/browser may import chromedp.
type devtools struct {
	t       *testing.T
	in      io.Writer
	out     *bufio.Reader
	session string
	last    int
}

// launch starts c with a new profile, and kills it and its children when the test ends.
func launch(t *testing.T, c Chrome, env ...string) *devtools {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), c.Path, append(flags, "--user-data-dir="+t.TempDir())...)
	cmd.Env = append(append(os.Environ(), c.Env...), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	chromeIn, toChrome := pipe(t)
	fromChrome, chromeOut := pipe(t)
	cmd.ExtraFiles = []*os.File{chromeIn, chromeOut} // Chrome reads file descriptor 3 and writes 4
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	chromeIn.Close()
	chromeOut.Close()
	t.Cleanup(func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		cmd.Wait()
		io.ReadAll(fromChrome) // returns when the last child has closed the pipe
		toChrome.Close()
		fromChrome.Close()
	})
	return &devtools{t: t, in: toChrome, out: bufio.NewReader(fromChrome)}
}

func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return r, w
}

type message struct {
	ID     int
	Method string
	Error  json.RawMessage
	Result struct {
		TargetID, SessionID string
		Data                []byte // of a screenshot; base64 in JSON
		Result              struct{ Value any }
	}
}

// call sends a command and returns its response, skipping events.
func (d *devtools) call(method string, params map[string]any) message {
	d.t.Helper()
	d.last++
	command := map[string]any{"id": d.last, "method": method, "params": params}
	if d.session != "" {
		command["sessionId"] = d.session
	}
	text, err := json.Marshal(command)
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := d.in.Write(append(text, 0)); err != nil {
		d.t.Fatal(err)
	}
	m := d.until(func(m message) bool { return m.ID == d.last })
	if m.Error != nil {
		d.t.Fatalf("%s: %s", method, m.Error)
	}
	return m
}

func (d *devtools) until(wanted func(message) bool) message {
	d.t.Helper()
	for {
		text, err := d.out.ReadBytes(0)
		if err != nil {
			d.t.Fatalf("Chrome's end of the pipe: %v", err)
		}
		var m message
		if err := json.Unmarshal(text[:len(text)-1], &m); err != nil {
			d.t.Fatal(err)
		}
		if wanted(m) {
			return m
		}
	}
}

// open loads a page in a new tab and waits for its load event.
func (d *devtools) open(url string) {
	d.t.Helper()
	tab := d.call("Target.createTarget", map[string]any{"url": "about:blank"}).Result.TargetID
	d.session = d.call("Target.attachToTarget", map[string]any{"targetId": tab, "flatten": true}).Result.SessionID
	d.call("Page.enable", nil)
	d.call("Page.navigate", map[string]any{"url": url})
	d.until(func(m message) bool { return m.Method == "Page.loadEventFired" })
}

func (d *devtools) eval(expression string) string {
	d.t.Helper()
	return fmt.Sprint(d.call("Runtime.evaluate", map[string]any{"expression": expression}).Result.Result.Value)
}
