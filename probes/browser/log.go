package browser

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// A log is what happened on the tab besides what the steps asked for: console lines, script errors, failed requests,
// dialogs. It is kept for evidence, and the part that may explain a failure is added to the failure's text.
type log struct {
	mu      sync.Mutex
	lines   []string
	dropped int
	trouble []string // first-party failures, each once, as far as they are told apart
	more    int      // those beyond
}

// A page that writes without end must not fill our memory, and a failure's text is read out on a phone.
const (
	maxLines    = 2000
	maxTroubles = 2   // that are told
	maxKnown    = 100 // that are told apart
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

// blame remembers a failure of the site itself that may be the cause of the step's.
func (l *log) blame(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range l.trouble {
		if t == what {
			return
		}
	}
	if len(l.trouble) >= maxKnown {
		l.more++
		return
	}
	l.trouble = append(l.trouble, what)
}

// troubles is the blame, ready to follow an error: "; on the way: GET /static/cards.js answered 404".
func (l *log) troubles() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.trouble) == 0 {
		return ""
	}
	s := "; on the way: " + strings.Join(l.trouble[:min(len(l.trouble), maxTroubles)], ", ")
	if more := len(l.trouble) + l.more - maxTroubles; more > 0 {
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
