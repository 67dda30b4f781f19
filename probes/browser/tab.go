package browser

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/har"
	"valkyrie/probes/browser/picture"
	"valkyrie/probes/browser/process"
	"valkyrie/probes/journey"
)

// A Tab is one browser tab in a Chrome of its own, made for one run. Its methods belong in the steps of the journey that
// uses it: each ends the step by itself when what it asks for cannot be had within the step's limit.
//
//	tab := browser.NewTab()
//	return journey.Journey{Uses: tab, Steps: []journey.Step{{Name: "sign in", Do: func(*journey.T) {
//		tab.Visit("/sign-in")
//		tab.Fill(browser.Field("E-mail"), "teacher@example.com")
//		tab.Click(browser.Button("Sign in"))
//		tab.See(browser.Text("Your cards"))
//	}}}}
type Tab struct {
	chrome  *process.Chrome
	site    string // origin of the site under probe
	root    context.Context
	ctx     context.Context // root, ending with the present step
	release context.CancelFunc
	step    *journey.T
	close   context.CancelFunc // of a window that was opened by another tab

	// shared with the windows that the tab opens
	windows   *windows
	wait      *wait
	log       *log
	requests  *har.Requests
	downloads *downloads
	recorder  *har.Recorder
	film      *picture.Film
	vitals    *vitals

	clicked    chan clickReport
	pointer    pointer
	frames     frames
	shadow     shadowScan
	contexts   contexts
	dialogs    dialogs
	prints     prints
	background sync.WaitGroup

	stage      journey.Stage
	id         target.ID
	userAgent  emulation.SetUserAgentOverrideParams // how the tab calls itself; empty: as Chrome does
	lastError  loadError                            // why the last document could not be had
	current    query                                // what the tab looked for last
	attachedAt float64                              // since when a window is, milliseconds since the epoch
	taskMS     float64                              // how long the page's process had worked when it was last asked, milliseconds

	mu           sync.Mutex
	killed       bool
	died         error
	outOfMemory  bool // the page used up its memory
	closedByPage bool // the page closed its window
}

// NewTab makes a tab for one run. Nothing is started before the run does.
func NewTab() *Tab {
	tab := &Tab{wait: &wait{}, log: &log{}, requests: &har.Requests{}, downloads: &downloads{}, recorder: &har.Recorder{}, film: &picture.Film{}, vitals: &vitals{}}
	tab.windows = &windows{tabs: []*Tab{tab}}
	return tab
}

var _ journey.Instrument = (*Tab)(nil)

// Start starts a fresh Chrome with an empty profile, and opens the tab.
func (tab *Tab) Start(ctx context.Context, stage journey.Stage) error {
	tab.site, tab.stage = har.Origin(stage.Site), stage
	tab.clicked = make(chan clickReport, 8)
	c, err := process.Launch(ctx, stage.Chrome)
	if err != nil {
		return err
	}
	tab.chrome = c
	tab.root, tab.ctx = c.Context(), c.Context()
	tab.id = tab.target().TargetID
	tab.background.Go(func() {
		select {
		case <-c.Crashed():
			tab.crash()
		case <-c.Context().Done():
		}
	})
	if err := tab.prepare(ctx); err != nil {
		return c.StartError(ctx.Err(), "Chrome started, but its first tab could not be set up", err)
	}
	c.WatchTab(tab.id)
	return nil
}

// Begin binds the tab to the step that is about to run.
func (tab *Tab) Begin(t *journey.T) {
	if tab.release != nil {
		tab.release()
	}
	tab.step = t
	tab.ctx, tab.release = bind(tab.root, t.Context())
	tab.dialogs.begin()
	if tab.close != nil {
		return
	}
	tab.recorder.BeginStep(t.Step())
	tab.vitals.begin(t.Step())
	for _, child := range tab.otherTabs() {
		child.Begin(t)
	}
}

// bind is root, ending also when step does.
func bind(root, step context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(root)
	stop := context.AfterFunc(step, cancel)
	return ctx, func() { stop(); cancel() }
}

// Died returns why Chrome, or the page's process, is gone, unless Kill ended it.
func (tab *Tab) Died() error {
	lost := tab.chrome != nil && tab.chrome.RendererMissing()
	tab.mu.Lock()
	defer tab.mu.Unlock()
	if tab.killed {
		return nil
	}
	if tab.died == nil && tab.root != nil && tab.root.Err() != nil {
		tab.died = tab.chrome.Death()
	}
	if tab.died == nil && lost {
		tab.died = process.ErrRendererCrashed
	}
	return tab.died
}

// Kill ends Chrome at once; every pending call returns.
func (tab *Tab) Kill() {
	tab.mu.Lock()
	if tab.died == nil && (tab.root == nil || tab.root.Err() == nil) {
		tab.killed = true
	}
	tab.mu.Unlock()
	if tab.chrome != nil {
		tab.chrome.Kill()
	}
}

// Stop ends Chrome and waits until no process and no file of it is left.
func (tab *Tab) Stop() error {
	if tab.release != nil {
		tab.release()
	}
	if tab.chrome == nil {
		return nil
	}
	err := tab.chrome.Stop()
	tab.windows.wait()
	tab.background.Wait()
	return err
}

// Version is Chrome's product and version, such as "HeadlessChrome/153.0.7890.0".
func (tab *Tab) Version() string {
	if tab.chrome == nil {
		return ""
	}
	return tab.chrome.Version()
}

// fail ends the step, adding what broke on the page meanwhile: it is often the cause.
func (tab *Tab) fail(format string, args ...any) {
	tab.markFailed()
	tab.step.Failf(format+"%s%s%s", append(args, tab.goneNote(), tab.dialogs.note(), tab.log.troubleNote())...)
}

// crash ends Chrome when the page's renderer has died: calls that wait for it would otherwise wait until their limit. A
// page that has used up its memory would do the same to a customer, so it is the site's failure; every other death of the
// renderer is the probe's.
func (tab *Tab) crash() {
	tab.mu.Lock()
	switch {
	case tab.died != nil || tab.killed:
	case tab.chrome.OutOfMemory():
		tab.killed, tab.outOfMemory = true, true
	default:
		tab.died = process.ErrRendererCrashed
	}
	tab.mu.Unlock()
	tab.chrome.Kill()
}

// gone describes why the page no longer exists, when that is the page's own doing; "" otherwise.
func (tab *Tab) goneNote() string {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	switch {
	case tab.outOfMemory:
		return ": the page used up its memory and crashed"
	case tab.closedByPage:
		return ": the page closed its own window"
	}
	return ""
}

func (tab *Tab) target() *chromedp.Target { return chromedp.FromContext(tab.root).Target }

// deathNotice is how long the word of Chrome's death may come after the first call that failed of it.
const deathGrace = 150 * time.Millisecond

// reason puts a missed deadline into words. Any other error may be the first sign that Chrome has died, so it gives the
// word of that time to come: whose fault a failure is depends on it.
func (tab *Tab) callError(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return fmt.Errorf("no answer %s", tab.step.LimitNote())
	}
	sleep(tab.root, deathGrace)
	return err
}
