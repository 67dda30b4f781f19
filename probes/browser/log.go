package browser

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/har"
	"valkyrie/probes/browser/neterror"
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
	step     int       // index of the current step
}

// A trouble is a failure of the site itself that may be the cause of the step's.
type trouble struct {
	what string
	tab  target.ID
	part bool // a script or a style sheet failed, so that the document lacks it until it is left
	step int  // index of its step
}

// Caps on memory, and on a text that is read out on a phone.
const (
	maxLines    = 2000
	maxTroubles = 2   // in a failure's text
	maxKnown    = 100 // distinct ones
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
}

// leave forgets what the tab's earlier document lacked, before this step.
func (l *log) leave(tab target.ID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.troubles = slices.DeleteFunc(l.troubles, func(t trouble) bool { return t.tab == tab && t.step < l.step })
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
	l.troubles = append(l.troubles, trouble{what, tab, part, l.step})
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

func (tab *Tab) logResponse(ev *network.EventResponseReceived) {
	if ev.Response == nil || ev.Response.Status < 400 {
		return
	}
	what := fmt.Sprintf("%s answered %d", tab.requestName(ev.RequestID, ev.Response.URL), ev.Response.Status)
	tab.log.add(time.Now(), "request: %s", what)
	if har.FirstParty(tab.site, ev.Response.URL) || isCall(ev.Type) && har.SameSite(tab.site, ev.Response.URL) {
		tab.log.addTrouble(tab.id, what, isPart(ev.Type))
	}
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
	what := fmt.Sprintf("%s failed: %s", tab.requestName(ev.RequestID, address), why)
	tab.log.add(time.Now(), "request: %s", what)
	if har.FirstParty(tab.site, address) || isCall(ev.Type) && (refused || har.SameSite(tab.site, address)) {
		tab.log.addTrouble(tab.id, what, isPart(ev.Type))
	}
}

// isPart reports whether a document that lacks a resource of this type stays broken.
func isPart(t network.ResourceType) bool {
	return t == network.ResourceTypeScript || t == network.ResourceTypeStylesheet
}

// listenToConsole records console lines and uncaught exceptions until the tab ends.
func (tab *Tab) listenToConsole() {
	messages := chromedp.Console(tab.root)
	tab.background.Go(func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			tab.log.add(m.Time, "console %s", m)
			if m.IsException() {
				tab.recorder.AddException(m.URL, m.Text)
			}
			if !har.FirstParty(tab.site, m.URL) {
				continue
			}
			if what, part := tab.consoleTrouble(m); what != "" {
				tab.log.addTrouble(tab.id, what, part)
			}
		}
	})
}

// Lines of the browser's log about an action that a page's own policy has blocked, and about a WebSocket.
var (
	blockedLine = regexp.MustCompile(`^(.+?) violates the following Content Security Policy directive:? ["']?(.+?)["']?\. .*has been blocked`)
	socketLine  = regexp.MustCompile(`^WebSocket connection to '(.+?)' failed: (.+)`)
	answerIn    = regexp.MustCompile(`Unexpected response code: (\d+)`)
	codeIn      = regexp.MustCompile(`net::ERR_\w+`)
)

// consoleTrouble is the failure of the site that a console line reports, and whether the document stays broken by it; "" if none.
func (tab *Tab) consoleTrouble(m chromedp.ConsoleMessage) (what string, part bool) {
	text, _, _ := strings.Cut(m.Text, "\n")
	if m.IsException() {
		return "script error " + strings.TrimPrefix(text, "Uncaught "), true
	}
	if m.Source == "" {
		return "", false // written by the page
	}
	text = strings.ReplaceAll(text, "'"+tab.site, "'")
	if of := blockedLine.FindStringSubmatch(text); of != nil {
		action := strings.ToLower(of[1][:1]) + of[1][1:]
		return fmt.Sprintf("the page's Content-Security-Policy has blocked %s (%s)", action, of[2]), true
	}
	of := socketLine.FindStringSubmatch(text)
	if of == nil {
		return "", false
	}
	name := "the WebSocket " + strings.TrimPrefix(of[1], strings.Replace(tab.site, "http", "ws", 1))
	if answer := answerIn.FindStringSubmatch(of[2]); answer != nil {
		return name + " answered " + answer[1], false
	}
	if code := codeIn.FindString(of[2]); code != "" {
		return name + " failed: " + neterror.Describe(code), false
	}
	return name + " failed: " + of[2], false
}

// goneNote describes why the page no longer exists, when the page itself caused that; "" otherwise.
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
