package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/journey"
)

// A chrome is one running Chrome with its profile and its temporary files, all in one folder of its own.
type chrome struct {
	ctx     context.Context // chromedp's: its end is the end of this Chrome
	cancel  context.CancelFunc
	release context.CancelFunc // of the allocator
	dir     string
	cmd     *exec.Cmd // as chromedp starts it; to be read only after open's first call has returned
	pgid    int
	version string
	single  bool  // all of it is one process
	said    *tail // the last of what Chrome wrote
	once    sync.Once

	tab       atomic.Pointer[target.ID] // the tab's, once it is set up
	crashed   chan struct{}             // closed when the page's process has crashed
	crashOnce sync.Once
}

// flags are the switches that a Chrome without a screen, a sandbox and much memory needs, and those that keep it from
// doing things of its own. There is no --disable-web-security nor --allow-running-insecure-content: they would hide real
// breakage. The popup blocker stays on for the same reason. site-per-process gives frames of other sites processes of
// their own, as every customer's Chrome does and a Chrome without a screen by itself does not: without it an
// advertisement that hangs would hang the shop, for us alone. A page without such frames pays nothing for it.
//
// There is no --single-process either, though "make bench" has it at 0.83 of the memory (212 MB, not 255), 0.96 of the
// wall time and a first page 44 ms sooner: with it a page that crashes takes all of Chrome along, so that nothing can be
// had of it and its crash is told only by Chrome's death, and a second browser context ends it. Where memory is what
// costs, switch it on by journey.Program.Args (VALKYRIE_CHROME_FLAGS on the command line).
var flags = []string{
	"site-per-process", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "no-zygote", "disable-quic", "no-first-run", "hide-scrollbars",
	"mute-audio", "no-default-browser-check", "disable-background-networking", "disable-component-update", "disable-sync",
	"disable-default-apps", "disable-extensions", "disable-breakpad", "disable-background-timer-throttling",
	"disable-backgrounding-occluded-windows", "disable-renderer-backgrounding", "metrics-recording-only", "no-pings",
}

// launch starts program and attaches to its first tab, within ctx. Chrome outlives ctx: stop ends it.
func launch(ctx context.Context, program journey.Program) (*chrome, error) {
	if program.Path == "" {
		return nil, errors.New("no Chrome was given to the runner; set CHROME to a Chrome, Chromium or headless-shell")
	}
	sweep(os.TempDir())
	dir, err := makeFolder()
	if err != nil {
		return nil, fmt.Errorf("no temporary folder for Chrome's profile: %w; free some disk space, or set TMPDIR", err)
	}
	c := &chrome{dir: dir, said: &tail{}, crashed: make(chan struct{}), single: slices.Contains(program.Args, "single-process")}
	adoptOrphans()
	alloc, release := chromedp.NewExecAllocator(context.Background(), c.options(program)...)
	c.release = release
	quiet := func(string, ...any) {} // what goes wrong reaches us as errors; chromedp would print it as well
	tab, cancel := chromedp.NewContext(alloc, chromedp.WithErrorf(quiet))
	c.ctx, c.cancel = tab, sync.OnceFunc(cancel) // a second call would wait for ever if no process had been started
	if err := c.open(ctx); err != nil {
		late := ctx.Err()
		left := c.stop() // only then is it known how its process ended
		return nil, errors.Join(c.explain(late, fmt.Sprintf("Chrome (%s) did not start", program.Path), err), left)
	}
	return c, nil
}

// options are how Chrome is started. Its window is that of a customer's laptop. chromedp's own of 800 by 600 would spare an
// eighth of the CPU time (960 ms of the bench's journey, not 1095), and show them another layout.
func (c *chrome) options(program journey.Program) []chromedp.ExecAllocatorOption {
	opts := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(program.Path),
		chromedp.Flag("headless", true),
		chromedp.UserDataDir(filepath.Join(c.dir, "profile")),
		chromedp.WindowSize(1280, 900),
		chromedp.Env(append([]string{"TMPDIR=" + c.dir}, program.Env...)...),
		chromedp.CombinedOutput(c.said),
		chromedp.ModifyCmdFunc(func(cmd *exec.Cmd) { ownGroup(cmd); c.cmd = cmd }),
	}
	for _, f := range flags {
		opts = append(opts, chromedp.Flag(f, true))
	}
	return append(opts, extra(program.Args)...)
}

// extra are the switches that this deployment adds, as chromedp takes them.
func extra(args []string) []chromedp.ExecAllocatorOption {
	var opts []chromedp.ExecAllocatorOption
	for _, a := range args {
		if name, value, ok := strings.Cut(strings.TrimLeft(a, "-"), "="); ok {
			opts = append(opts, chromedp.Flag(name, value))
		} else {
			opts = append(opts, chromedp.Flag(name, true))
		}
	}
	return opts
}

// open starts the process and its first tab. chromedp ties the browser's life to the context of the first call, so that
// call gets the long one; ctx only bounds how long we wait for it.
func (c *chrome) open(ctx context.Context) error {
	opened := make(chan error, 1)
	go func() { opened <- c.attach() }()
	select {
	case err := <-opened:
		c.lead()
		if err != nil {
			return err
		}
	case <-c.crashed:
		c.abort(opened)
		return errCrashed
	case <-ctx.Done():
		c.abort(opened)
		return ctx.Err()
	}
	v, err := cdp.Call(c.ctx, chromedp.FromContext(c.ctx).Browser, browser.GetVersion, cdp.Empty{})
	c.version = v.Product
	return err
}

// abort ends a Chrome that is still starting. chromedp ends its process, but then waits for as long as the children of
// that one keep its output open, so they are ended too.
func (c *chrome) abort(opened <-chan error) {
	gone := make(chan struct{})
	go func() {
		c.cancel() // waits for the process to be gone, so the call of attach ends too
		<-opened
		close(gone)
	}()
	for {
		killOwners(c.dir)
		select {
		case <-gone:
			c.lead()
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// attach starts the process, listens for the page's crash, and only then opens the tab: nobody tells later of a page that
// has crashed already, it just never answers.
func (c *chrome) attach() error {
	err := chromedp.ListenBrowser(c.ctx, func(ev any) {
		if e, ok := ev.(*target.EventTargetCrashed); ok && c.isOurs(e.TargetID) {
			c.crashOnce.Do(func() { close(c.crashed) })
		}
	})
	if err != nil {
		return err
	}
	return chromedp.Do(c.ctx)
}

// isOurs reports whether a target is the tab. There is no other before the tab is set up.
func (c *chrome) isOurs(id target.ID) bool {
	ours := c.tab.Load()
	return ours == nil || *ours == id
}

// lead takes note of the process that leads the group, also of a Chrome that died while it started: its children are to
// be reaped all the same.
func (c *chrome) lead() {
	if c.cmd != nil && c.cmd.Process != nil {
		c.pgid = c.cmd.Process.Pid
	}
}

// kill ends every process of this Chrome. It is safe to call at any time, and more than once.
func (c *chrome) kill() { killGroup(c.pgid) }

// stop ends Chrome, reaps its processes and removes its files.
func (c *chrome) stop() error {
	var err error
	c.once.Do(func() {
		c.kill()
		removed := make(chan struct{})
		go func() { // while the kernel ends the processes; what they still write is removed below
			defer close(removed)
			_ = os.RemoveAll(c.dir)
		}()
		c.cancel()
		c.release()
		reapGroup(c.pgid, 2*time.Second)
		<-removed
		err = removeAll(c.dir)
	})
	return err
}

// removeAll removes dir, trying again for a moment: a dying process may still be writing into it.
func removeAll(dir string) error {
	var err error
	for range 20 {
		if err = os.RemoveAll(dir); err == nil {
			return nil
		}
		time.Sleep(25 * time.Millisecond)
	}
	return fmt.Errorf("the temporary folder of Chrome could not be removed: %w", err)
}

// death says how Chrome ended.
func (c *chrome) death() error {
	err := chromedp.Do(c.ctx)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return fmt.Errorf("the browser died: %s%s", exit, c.said.note())
	}
	return fmt.Errorf("the browser died%s", c.said.note())
}

// explain words a failure to start: what was tried, why it went wrong, what Chrome said, and the cure.
func (c *chrome) explain(late error, what string, err error) error {
	switch {
	case errors.Is(late, context.DeadlineExceeded):
		err = errors.New("it took too long")
	case c.cmd != nil && c.cmd.ProcessState != nil && c.cmd.ProcessState.Exited():
		err = fmt.Errorf("it ended at once with exit code %d", c.cmd.ProcessState.ExitCode())
		if c.said.note() == "" {
			return fmt.Errorf("%s: %v and printed nothing, so it is hardly a browser; set CHROME to a Chrome, Chromium or headless-shell, or unset it to have one found", what, err)
		}
	}
	return fmt.Errorf("%s: %v%s; start it by hand to see more, or set CHROME to another one", what, firstLine(err), c.said.note())
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// A tail keeps the last few hundred bytes that are written to it.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

const tailSize = 600

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p...)
	if over := len(t.buf) - tailSize; over > 0 {
		t.buf = append(t.buf[:0], t.buf[over:]...)
	}
	return len(p), nil
}

// has reports whether words are among what was written of late.
func (t *tail) has(words string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Contains(string(t.buf), words)
}

// note is the last line that says something, ready to follow an error.
func (t *tail) note() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(string(t.buf)), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if l := strings.TrimSpace(lines[i]); l != "" && !strings.Contains(l, ":WARNING:") && !strings.Contains(l, ":INFO:") {
			return fmt.Sprintf(" (it said: %s)", l)
		}
	}
	return ""
}
