// Package browser drives one page the way a customer uses it: a Tab in a fresh headless Chrome, over the DevTools protocol.
//
// It exists because a probe must not be fooled. A driver made for tests clicks covered buttons, waits for ever on a page
// that blocks, and adds its own delays to its times; this one differs in three ways. It acts only on elements that a person
// could act on, and otherwise reports why not. It measures time by the page's own clock, from the click until the page
// shows the result. And it never hangs: every wait is one awaited evaluation that ends with its context (chromedp's
// WaitVisible and Poll can outlive theirs), and Kill ends all of it.
//
// The order of the scripts that make up an action is in package script. Code that needs no tab is in har, process, picture
// and neterror.
//
// # Evidence
//
// When a run fails (or always, with Runner.Always) a tab captures these, independently of each other: one that fails is
// reported as missing. None is larger than 8 MiB.
//
//	screenshot.png  the whole page, 8000 px of it at most, scaled down if the file were too large; a red line around the
//	                step's target (amber ones around the closest matches), and the error above it
//	page.html       the current document, 2 MiB at most
//	console.txt     console lines, uncaught exceptions, failed requests and dialogs, 2000 lines at most
//	url.txt         the address
//	run.har         the run's requests as HAR 1.2, 3000 at most; bodies of failed requests and of the failing step,
//	                256 KiB of each and 4 MiB in all
//	film.jpg        a picture of 320 px at the end of each step, 40 at most
//	download-NAME   the latest download
//
// Secrets that steps have requested are masked in text, in every encoding, and covered by solid boxes in pictures, as are
// all password fields. The HAR leaves out cookies, authorization, and fields with names of secrets. A secret that a
// page paints into a canvas or an image, or generates by its style sheets, cannot be found. Frames of other sites are
// covered whole.
package browser

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/device"
	"valkyrie/probes/browser/har"
	"valkyrie/probes/browser/mouse"
	"valkyrie/probes/browser/picture"
	"valkyrie/probes/browser/process"
	"valkyrie/probes/journey"
	"valkyrie/probes/journey/reach"
)

// A Tab is one browser tab in a Chrome of its own, created for one run. Call its methods in the steps of the journey that
// uses it: each ends the step by itself when its expectation is not met within the step's limit.
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
	ctx     context.Context // root, cancelled at the end of the current step
	release context.CancelFunc
	step    *journey.T
	began   time.Time // when the step began
	// stepName is the name of step, a string, for the goroutine that continues requests; nil before the first one.
	stepName atomic.Value
	close    context.CancelFunc // of a popup; nil for the run's first tab

	// shared with the windows that the tab opens
	windows   *windows
	wait      *wait
	log       *log
	requests  *har.Requests
	downloads *downloads
	recorder  *har.Recorder
	film      *picture.Film
	vitals    *vitals

	clicked     chan clickReport
	mouse       mouse.Mouse
	frames      frames
	shadow      shadowScan
	contexts    contexts
	navigations navigations
	dialogs     dialogs
	prints      prints
	background  sync.WaitGroup

	proxy      *reach.Proxy // of a confined Chrome; nil: none
	stage      journey.Stage
	device     device.Settings
	id         target.ID
	userAgent  emulation.SetUserAgentOverrideParams
	lastError  loadError // of the last document that could not be loaded
	place      place
	opened     opening     // by the last Visit
	passable   float64     // start of the document whose error status is expected, or was accepted
	current    query       // the latest query, for the screenshot
	attachedAt float64     // when the popup was attached, milliseconds since the epoch
	taskMS     float64     // the renderer's busy time at the last call of busySince
	frameKept  atomic.Bool // keepFrame was called
	entries    []*entry
	unsettled  int // the latest choice or tick, if nothing was clicked since

	mu           sync.Mutex
	killed       bool
	died         error
	outOfMemory  bool          // the page used up its memory
	closedByPage bool          // the page closed its window
	heard        []heard       // what the page has said lately
	frame        []byte        // a picture of the window before the first click; nil: none was kept
	still        chan struct{} // closed when the latest step's picture was taken; nil: there is none
}

// NewTab creates a tab for one run. Chrome starts with the run, as on a customer's laptop unless options say otherwise.
func NewTab(options ...Option) *Tab {
	tab := &Tab{wait: &wait{}, log: &log{}, requests: &har.Requests{}, downloads: &downloads{}, recorder: &har.Recorder{}, film: &picture.Film{}, vitals: &vitals{}}
	tab.windows = &windows{tabs: []*Tab{tab}}
	for _, set := range options {
		set(&tab.device)
	}
	return tab
}

var _ journey.Instrument = (*Tab)(nil)

// Start launches a Chrome with an empty profile and sets up its first tab.
func (tab *Tab) Start(ctx context.Context, stage journey.Stage) error {
	tab.site, tab.stage = har.Origin(stage.Site), stage
	tab.clicked = make(chan clickReport, 8)
	if err := tab.device.Check(); err != nil {
		return err
	}
	program := tab.device.Program(stage.Chrome)
	if stage.Confined {
		args, err := tab.confine(ctx, program)
		if err != nil {
			return err
		}
		program.Args = append(slices.Clone(program.Args), args...)
	}
	c, err := process.Launch(ctx, program)
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
	tab.step, tab.began = t, time.Now()
	tab.stepName.Store(t.Step())
	tab.ctx, tab.release = bind(tab.root, t.Context())
	tab.dialogs.begin()
	if tab.close != nil {
		return
	}
	tab.log.begin()
	tab.recorder.BeginStep(t.Step())
	tab.vitals.begin(t.Step())
	for _, child := range tab.otherTabs() {
		child.Begin(t)
	}
}

// bind derives a context from root that is also cancelled when step is.
func bind(root, step context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(root)
	stop := context.AfterFunc(step, cancel)
	return ctx, func() { stop(); cancel() }
}

// Died returns why Chrome or the page's renderer is gone, unless Kill ended it.
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

// Kill kills Chrome; every pending call returns.
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

// Stop ends Chrome and waits until none of its processes and files is left.
func (tab *Tab) Stop() error {
	if tab.release != nil {
		tab.release()
	}
	if tab.chrome == nil {
		return tab.proxy.Close()
	}
	err := tab.chrome.Stop()
	tab.windows.wait()
	tab.background.Wait()
	return errors.Join(err, tab.proxy.Close())
}

// Version is Chrome's product and version, such as "HeadlessChrome/153.0.7890.0".
func (tab *Tab) Version() string {
	if tab.chrome == nil {
		return ""
	}
	return tab.chrome.Version()
}

// fail ends the step; it appends the page's other failures, which are often the cause.
func (tab *Tab) fail(format string, args ...any) {
	tab.markFailed()
	said := fmt.Sprintf(format, args...) + tab.goneNote() + tab.dialogs.note()
	if strings.Contains(said, "there is none") {
		said += tab.cutOffNote() + tab.windowNote()
	}
	said = tab.withHeard(said)
	said += tab.logNote(said) + tab.clockNote()
	tab.step.Failf("%s", tab.withPending(said))
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

func (tab *Tab) target() *chromedp.Target { return chromedp.FromContext(tab.root).Target }

// deathGrace is how long the report of Chrome's death may lag behind the first call that failed because of it.
const deathGrace = 150 * time.Millisecond

// callError words a missed deadline. Any other error may be the first sign of Chrome's death, so it waits for that report:
// it decides whether the failure is the site's or the probe's.
func (tab *Tab) callError(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		busy := ""
		if pending, _ := tab.recorder.Unanswered(tab.id, tab.wait.acted, epochMS(time.Now())); pending == "" {
			busy = ": a script of the page is busy"
		}
		return fmt.Errorf("no answer %s%s", tab.step.LimitNote(), busy)
	}
	sleep(tab.root, deathGrace)
	return err
}
