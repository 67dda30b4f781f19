package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"
)

// A Progress says how far a long command has come. It says nothing in the first second. Then it keeps one line up to date on a
// terminal, and removes it in the end; elsewhere it writes a line now and then. A nil Progress says nothing.
type Progress struct {
	Out      io.Writer
	Terminal bool             // Out is one
	Now      func() time.Time // nil: time.Now

	began, shown time.Time
	width        int // of the line on the terminal
}

// NewProgress returns a Progress on a file, such as stderr.
func NewProgress(out io.Writer) *Progress { return &Progress{Out: out, Terminal: IsTerminal(out)} }

// Update says how far the command has come, if it is time to.
func (p *Progress) Update(format string, args ...any) {
	const quiet, refresh, line = time.Second, 200 * time.Millisecond, 10 * time.Second
	if p == nil {
		return
	}
	now := p.now()
	every := line
	if p.Terminal {
		every = refresh
	}
	switch {
	case p.began.IsZero():
		p.began = now
		return
	case now.Sub(p.began) < quiet, !p.shown.IsZero() && now.Sub(p.shown) < every:
		return
	}
	p.shown = now
	text := fmt.Sprintf(format, args...)
	if !p.Terminal {
		fmt.Fprintln(p.Out, text)
		return
	}
	width := utf8.RuneCountInString(text)
	fmt.Fprint(p.Out, "\r", text, strings.Repeat(" ", max(0, p.width-width)))
	p.width = max(width, p.width)
}

// End removes the line from the terminal. Results follow.
func (p *Progress) End() {
	if p != nil && p.width > 0 {
		fmt.Fprint(p.Out, "\r", strings.Repeat(" ", p.width), "\r")
		p.width = 0
	}
}

func (p *Progress) now() time.Time {
	if p.Now == nil {
		return time.Now()
	}
	return p.Now()
}

// IsTerminal reports whether a file is a terminal.
func IsTerminal(f any) bool { return modeOf(f)&os.ModeCharDevice != 0 }

// IsFile reports whether a file is an ordinary one.
func IsFile(f any) bool {
	_, open := f.(*os.File)
	return open && modeOf(f).IsRegular()
}

func modeOf(f any) os.FileMode {
	file, ok := f.(*os.File)
	if !ok {
		return 0
	}
	info, err := file.Stat()
	if err != nil {
		return 0
	}
	return info.Mode()
}
