package browser

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/console"
	"valkyrie/probes/browser/har"
	"valkyrie/probes/browser/neterror"
	"valkyrie/probes/browser/script"
	"valkyrie/probes/journey"
)

// A log records what happened on the tab besides the steps' own actions: console lines, script errors, failed requests,
// dialogs. It is kept as evidence; the part that may explain a failure is appended to the failure's text.
type log struct {
	mu       sync.Mutex
	lines    []string
	dropped  int
	troubles []trouble // distinct first-party failures
	more     int       // failures beyond maxKnown
	errors   []trouble // lines of errors that the page itself wrote to the console
	lost     []string  // addresses of scripts and style sheets that a failed answer, or a page, came for
	step     int       // index of the current step
}

// A trouble is a failure of the site itself that may be the cause of the step's. Its time is in milliseconds since the epoch.
type trouble struct {
	what string
	tab  target.ID
	part bool // a script or a style sheet failed, so that the document lacks it until it is left
	step int  // index of its step
	at   float64
}

// Caps on memory, and on a text that is read out on a phone.
const (
	maxLines    = 2000
	maxTroubles = 2   // in a failure's text
	maxKnown    = 100 // distinct ones
	maxErrors   = 20  // lines of errors
	maxErrorLen = 120 // characters of such a line in a failure's text
)

func (l *log) add(at time.Time, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.lines) >= maxLines {
		l.dropped++
		return
	}
	l.lines = append(l.lines, at.UTC().Format("15:04:05.000 ")+clippedLine(fmt.Sprintf(format, args...)))
}

// maxLine is the length of the longest line that is kept, in bytes.
const maxLine = 16 << 10

// clippedLine is a line with its control characters shown, as its reader may print it on a terminal.
func clippedLine(line string) string {
	if n := len(line); n > maxLine {
		line = strings.ToValidUTF8(line[:maxLine], "") + fmt.Sprintf("… (the first %d of %d bytes)", maxLine, n)
	}
	return journey.Printable(line)
}

// begin starts a step. What failed in earlier ones was expected there, or did not matter; only what the document still lacks
// may be the cause of later failures.
func (l *log) begin() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.step++
	l.more = 0
	l.troubles = slices.DeleteFunc(l.troubles, func(t trouble) bool { return !t.part })
	l.errors = slices.DeleteFunc(l.errors, func(t trouble) bool { return !t.part })
}

// leave forgets what the tab's earlier document lacked, before this step.
func (l *log) leave(tab target.ID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	earlier := func(t trouble) bool { return t.tab == tab && t.step < l.step }
	l.troubles, l.errors = slices.DeleteFunc(l.troubles, earlier), slices.DeleteFunc(l.errors, earlier)
}

// addTrouble records such a failure on a tab.
func (l *log) addTrouble(tab target.ID, what string, part bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range l.troubles {
		if t.what == what {
			return
		}
	}
	if len(l.troubles) >= maxKnown {
		l.more++
		return
	}
	l.troubles = append(l.troubles, trouble{what, tab, part, l.step, epochMS(time.Now())})
}

// removeTrouble removes those that begin so.
func (l *log) removeTrouble(prefix string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.troubles = slices.DeleteFunc(l.troubles, func(t trouble) bool { return strings.HasPrefix(t.what, prefix) })
}

// addErrorLine records the first line of an error that the page wrote to the console at a time. The document may stay broken by it.
func (l *log) addErrorLine(tab target.ID, at time.Time, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if line, _, _ := strings.Cut(text, "\n"); len(l.errors) < maxErrors && strings.TrimSpace(line) != "" {
		l.errors = append(l.errors, trouble{line, tab, true, l.step, epochMS(at)})
	}
}

// addLost records that something else came for a part of a document: that Chrome cannot use it needs no words besides.
func (l *log) addLost(address string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.lost) < maxKnown {
		l.lost = append(l.lost, address)
	}
}

func (l *log) isLost(address string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Contains(l.lost, address)
}

// troubleSince reports whether something of the site has failed since a time.
func (l *log) troubleSince(at float64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.troubles, func(t trouble) bool { return t.at >= at })
}

// errorNote quotes the first error that the page wrote to the console since a time, or ever, to follow an error.
func (l *log) errorNote(since float64, mask func(string) string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := slices.IndexFunc(l.errors, func(t trouble) bool { return t.at >= since })
	if at < 0 {
		return ""
	}
	line := []rune(mask(l.errors[at].what)) // masked first: half a secret would not be recognized
	if len(line) > maxErrorLen {
		line = append(line[:maxErrorLen-1], '…')
	}
	return fmt.Sprintf("; the page's console has the error %q", string(line))
}

// troubleNote formats these failures to follow an error, unless it names them: "; on the way: GET /static/cards.js answered
// 404".
func (l *log) troubleNote(said string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []string
	for _, t := range l.troubles {
		if !strings.Contains(said, t.what) {
			all = append(all, t.what)
		}
	}
	if len(all) == 0 {
		return ""
	}
	s := "; on the way: " + strings.Join(all[:min(len(all), maxTroubles)], ", ")
	if more := len(all) + l.more - maxTroubles; more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}

// text is the whole log, for evidence.
func (l *log) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := strings.Join(l.lines, "\n") + "\n"
	if l.dropped > 0 {
		s += fmt.Sprintf("(%d more lines were not kept)\n", l.dropped)
	}
	return s
}

// answeredPage precedes what a document has asked for.
const answeredPage = " answered with a page instead of a "

func (tab *Tab) logResponse(ev *network.EventResponseReceived) {
	if ev.Response == nil {
		return
	}
	what := tab.requestName(ev.RequestID, ev.Response.URL)
	switch as := partName(ev.Type); {
	case ev.Response.Status >= 400:
		what += fmt.Sprintf(" answered %d", ev.Response.Status)
	case as != "" && ev.Response.MimeType == "text/html":
		what += answeredPage + as
	default:
		return
	}
	if isPart(ev.Type) {
		tab.log.addLost(ev.Response.URL)
	}
	tab.log.add(time.Now(), "request: %s", what)
	if tab.isOwn(ev.Type, ev.Response.URL) {
		tab.log.addTrouble(tab.id, what, isPart(ev.Type))
	}
}

// isOwn reports whether a request may be the site's own: to its origin, or a script's, or for a part of the document, to a host of its
// domain.
func (tab *Tab) isOwn(t network.ResourceType, address string) bool {
	return har.FirstParty(tab.site, address) || (isCall(t) || isPart(t)) && har.SameSite(tab.site, address)
}

// requestName is "POST /save", with the host unless it is the site's own.
func (tab *Tab) requestName(id network.RequestID, address string) string {
	name := tab.requests.Name(id, address)
	if to, err := url.Parse(address); err == nil && to.Host != "" && har.Origin(to) != tab.site {
		name = strings.Replace(name, " ", " "+to.Host, 1)
	}
	return name
}

// isCall reports whether a script of the page makes requests of this type.
func isCall(t network.ResourceType) bool {
	return t == network.ResourceTypeFetch || t == network.ResourceTypeXHR
}

func (tab *Tab) logFailure(ev *network.EventLoadingFailed) {
	if ev.Canceled || ev.ErrorText == "net::ERR_ABORTED" {
		return // the page was left, or the request became a download
	}
	address := tab.requests.URL(ev.RequestID)
	why, refused := neterror.Describe(ev.ErrorText), ev.CorsErrorStatus != nil
	if refused {
		why = fmt.Sprintf("its answer is not allowed for this site (CORS: %s)", ev.CorsErrorStatus.CorsError)
	}
	name := tab.requestName(ev.RequestID, address)
	what := fmt.Sprintf("%s failed: %s", name, why)
	tab.log.removeTrouble(name + answeredPage) // that it failed says more
	tab.log.add(time.Now(), "request: %s", what)
	if tab.isOwn(ev.Type, address) || isCall(ev.Type) && refused {
		tab.log.addTrouble(tab.id, what, isPart(ev.Type))
	}
}

// isPart reports whether a document that lacks a resource of this type stays broken.
func isPart(t network.ResourceType) bool { return partName(t) != "" }

func partName(t network.ResourceType) string {
	return map[network.ResourceType]string{network.ResourceTypeScript: "script", network.ResourceTypeStylesheet: "style sheet"}[t]
}

// listenToConsole records console lines and uncaught exceptions of a session, the tab's own or that of a frame, until it ends.
func (tab *Tab) listenToConsole(ctx context.Context) {
	messages, frame := chromedp.Console(ctx), ctx != tab.root
	tab.background.Go(func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.URL == script.HookURL { // the page's own call of open() or print()
				m.URL, m.Line = "about:srcdoc", 0
				if !frame {
					m.URL = tab.site + "/"
				}
			}
			tab.log.add(m.Time, "console %s", m)
			own := har.FirstParty(tab.site, m.URL) || frame && m.URL == "about:srcdoc"
			if m.IsException() && (own || !frame) {
				tab.recorder.AddException(m.URL, m.Text)
			}
			switch trouble := console.Read(tab.site, m); {
			case !own || tab.log.isLost(trouble.Of):
			case trouble.What != "":
				tab.log.addTrouble(tab.id, trouble.What, trouble.Part)
			case m.Type == chromedp.ConsoleError && m.Source == "":
				tab.log.addErrorLine(tab.id, m.Time, m.Text)
			}
		}
	})
}
