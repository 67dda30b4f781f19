package browser

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser/har"
	"valkyrie/probes/browser/neterror"
)

// A log records what happened on the tab besides the steps' own actions: console lines, script errors, failed requests,
// dialogs. It is kept as evidence; the part that may explain a failure is appended to the failure's text.
type log struct {
	mu       sync.Mutex
	lines    []string
	dropped  int
	troubles []string // distinct first-party failures
	more     int      // failures beyond maxKnown
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
	l.lines = append(l.lines, at.UTC().Format("15:04:05.000 ")+fmt.Sprintf(format, args...))
}

// addTrouble records a failure of the site itself that may be the cause of the step's.
func (l *log) addTrouble(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range l.troubles {
		if t == what {
			return
		}
	}
	if len(l.troubles) >= maxKnown {
		l.more++
		return
	}
	l.troubles = append(l.troubles, what)
}

// troubleNote formats these failures to follow an error: "; on the way: GET /static/cards.js answered 404".
func (l *log) troubleNote() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.troubles) == 0 {
		return ""
	}
	s := "; on the way: " + strings.Join(l.troubles[:min(len(l.troubles), maxTroubles)], ", ")
	if more := len(l.troubles) + l.more - maxTroubles; more > 0 {
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
	what := fmt.Sprintf("%s answered %d", tab.requests.Name(ev.RequestID, ev.Response.URL), ev.Response.Status)
	tab.log.add(time.Now(), "request: %s", what)
	if har.FirstParty(tab.site, ev.Response.URL) {
		tab.log.addTrouble(what)
	}
}

func (tab *Tab) logFailure(ev *network.EventLoadingFailed) {
	if ev.Canceled || ev.ErrorText == "net::ERR_ABORTED" {
		return // the page was left, or the request became a download
	}
	address := tab.requests.URL(ev.RequestID)
	what := fmt.Sprintf("%s failed: %s", tab.requests.Name(ev.RequestID, address), neterror.Describe(ev.ErrorText))
	tab.log.add(time.Now(), "request: %s", what)
	if har.FirstParty(tab.site, address) {
		tab.log.addTrouble(what)
	}
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
			if m.IsException() && har.FirstParty(tab.site, m.URL) {
				text, _, _ := strings.Cut(m.Text, "\n")
				tab.log.addTrouble("script error " + strings.TrimPrefix(text, "Uncaught "))
			}
		}
	})
}
