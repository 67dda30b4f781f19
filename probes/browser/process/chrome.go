// Package process owns Chrome's operating-system process: launch, death, kill, reaping, and the removal of its files.
//
// It exists so that no run can leave a process or a file behind, whatever the page, Chrome or this program does. Each
// Chrome leads a process group of its own and keeps all its files in one folder of its own.
package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/systeminfo"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/journey"
)

// A Chrome is one running Chrome with its profile and its temporary files, all in one folder of its own.
type Chrome struct {
	ctx     context.Context // chromedp's; it ends when this Chrome ends
	cancel  context.CancelFunc
	release context.CancelFunc // of the allocator
	dir     string
	unlock  func()    // dir
	cmd     *exec.Cmd // as chromedp starts it; read only after open's first call has returned
	pgid    int
	version string
	single  bool    // all of Chrome is one process
	window  bool    // it has to open a window
	output  *output // the last bytes that Chrome wrote
	once    sync.Once

	tab       atomic.Pointer[target.ID] // the first tab, once it is set up
	crashed   chan struct{}             // closed when the tab's renderer has crashed
	crashOnce sync.Once
}

// ErrRendererCrashed reports that the process which renders the page died.
var ErrRendererCrashed = errors.New("the browser's process for the page crashed")

// Launch starts program and attaches to its first tab, within ctx. Chrome outlives ctx: Stop ends it.
func Launch(ctx context.Context, program journey.Program) (*Chrome, error) {
	if program.Path == "" {
		return nil, errors.New("no Chrome was given to the runner; set CHROME to a Chrome, Chromium or headless-shell")
	}
	sweep(os.TempDir())
	dir, unlock, err := makeFolder()
	if err != nil {
		return nil, fmt.Errorf("create a temporary folder for Chrome's profile: %w; free some disk space, or set TMPDIR", err)
	}
	c := &Chrome{dir: dir, unlock: unlock, output: &output{}, crashed: make(chan struct{}), single: slices.Contains(program.Args, "single-process"), window: program.Window}
	adoptOrphans()
	alloc, release := chromedp.NewExecAllocator(context.Background(), c.options(program)...)
	c.release = release
	quiet := func(string, ...any) {} // failures are returned as errors; chromedp would print them as well
	tab, cancel := chromedp.NewContext(alloc, chromedp.WithErrorf(quiet))
	c.ctx, c.cancel = tab, sync.OnceFunc(cancel) // a second call would block if no process had been started
	if err := c.open(ctx); err != nil {
		late := ctx.Err()
		left := c.Stop() // the exit status is known only after this
		return nil, errors.Join(c.StartError(late, fmt.Sprintf("Chrome (%s) did not start", program.Path), err), left)
	}
	return c, nil
}

// open starts the process and its first tab. chromedp ties the browser's life to the context of the first call, so that
// call gets the long-lived context; ctx only bounds the wait for it.
func (c *Chrome) open(ctx context.Context) error {
	opened := make(chan error, 1)
	go func() { opened <- c.attach() }()
	select {
	case err := <-opened:
		c.recordGroup()
		if err != nil {
			return err
		}
	case <-c.crashed:
		c.abort(opened)
		return ErrRendererCrashed
	case <-ctx.Done():
		c.abort(opened)
		return ctx.Err()
	}
	v, err := cdp.Call(c.ctx, c.browser(), browser.GetVersion, cdp.Empty{})
	c.version = v.Product
	if err == nil && c.window && strings.HasPrefix(v.Product, "Headless") {
		return errors.New("it opens no window, as it is a headless shell; install Google Chrome or Chromium, or set CHROME to one")
	}
	return err
}

// attach starts the process and listens for the renderer's crash before it opens the tab: Chrome does not report a crash
// that happened earlier, the tab just never answers.
func (c *Chrome) attach() error {
	err := chromedp.ListenBrowser(c.ctx, func(ev any) {
		if e, ok := ev.(*target.EventTargetCrashed); ok && c.isTab(e.TargetID) {
			c.crashOnce.Do(func() { close(c.crashed) })
		}
	})
	if err != nil {
		return err
	}
	return chromedp.Do(c.ctx)
}

// isTab reports whether id is the first tab; before WatchTab no other target exists.
func (c *Chrome) isTab(id target.ID) bool {
	tab := c.tab.Load()
	return tab == nil || *tab == id
}

// WatchTab limits Crashed to the renderer of this tab; windows that open later do not count.
func (c *Chrome) WatchTab(id target.ID) { c.tab.Store(&id) }

// Crashed is closed when the tab's renderer has crashed.
func (c *Chrome) Crashed() <-chan struct{} { return c.crashed }

// Context is chromedp's context of the first tab; it ends when this Chrome ends.
func (c *Chrome) Context() context.Context { return c.ctx }

// Dir is the folder of this Chrome; Stop removes it with all its content.
func (c *Chrome) Dir() string { return c.dir }

// Version is Chrome's product and version, such as "HeadlessChrome/153.0.7890.0".
func (c *Chrome) Version() string { return c.version }

func (c *Chrome) browser() *chromedp.Browser { return chromedp.FromContext(c.ctx).Browser }

// abort ends a Chrome that is still starting. chromedp kills its process, but then waits for as long as that process's
// children keep its output open, so they are killed too.
func (c *Chrome) abort(opened <-chan error) {
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
			c.recordGroup()
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// recordGroup records the process that leads the group, even of a Chrome that died while it started: its children must
// be reaped all the same.
func (c *Chrome) recordGroup() {
	if c.cmd != nil && c.cmd.Process != nil {
		c.pgid = c.cmd.Process.Pid
	}
}

// Kill kills every process of this Chrome. It may be called at any time, and more than once.
func (c *Chrome) Kill() { killGroup(c.pgid) }

// Stop kills Chrome, reaps its processes and removes its files.
func (c *Chrome) Stop() error {
	var err error
	c.once.Do(func() {
		c.Kill()
		removed := make(chan struct{})
		go func() { // while the kernel ends the processes; files written meanwhile are removed below
			defer close(removed)
			_ = os.RemoveAll(c.dir)
		}()
		c.cancel()
		c.release()
		reapGroup(c.pgid, 2*time.Second)
		<-removed
		err = removeAll(c.dir)
		c.unlock()
	})
	return err
}

// Death returns how Chrome ended, as an error with its exit status and its last output.
func (c *Chrome) Death() error {
	err := chromedp.Do(c.ctx)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return fmt.Errorf("the browser died: %s%s", exit, c.output.note())
	}
	return fmt.Errorf("the browser died%s", c.output.note())
}

// OutOfMemory reports whether V8 wrote that a page reached the limit of its heap. When the machine itself runs out of
// memory, the kernel kills the process and nothing is written.
func (c *Chrome) OutOfMemory() bool {
	return c.output.contains("OOM") || c.output.contains("out of memory")
}

// NetworkCrashed reports whether Chrome's network process has died. Chrome restarts it, but requests in flight are lost
// and fail like requests that the site aborted.
func (c *Chrome) NetworkCrashed() bool { return c.output.contains("Network service crashed") }

// rendererLimit bounds the call of RendererMissing, which only failed runs make.
const rendererLimit = 300 * time.Millisecond

// RendererMissing reports whether Chrome lives but no process of it could render a page. Chrome does not report a
// renderer that died before the tab was attached, and then the page never answers, as if the site did not.
func (c *Chrome) RendererMissing() bool {
	if c.single || c.ctx.Err() != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(c.ctx, rendererLimit)
	defer cancel()
	info, err := cdp.Call(ctx, c.browser(), systeminfo.GetProcessInfo, cdp.Empty{})
	return err == nil && !slices.ContainsFunc(info.ProcessInfo, func(p *systeminfo.ProcessInfo) bool { return p.Type == "renderer" })
}

// StartError describes a failure to start: the attempt, the cause, Chrome's output, and the cure. late is the error of
// the context that bounded the start.
func (c *Chrome) StartError(late error, what string, err error) error {
	switch {
	case errors.Is(late, context.DeadlineExceeded):
		err = errors.New("it took too long")
	case c.cmd != nil && c.cmd.ProcessState != nil && c.cmd.ProcessState.Exited():
		err = fmt.Errorf("it ended at once with exit code %d", c.cmd.ProcessState.ExitCode())
		if c.output.note() == "" {
			return fmt.Errorf("%s: %v and printed nothing, so it is hardly a browser; set CHROME to a Chrome, Chromium or headless-shell, or unset it to have one found", what, err)
		}
	}
	line, _, _ := strings.Cut(err.Error(), "\n")
	return fmt.Errorf("%s: %v%s; start it by hand to see more, or set CHROME to another one", what, line, c.output.note())
}
