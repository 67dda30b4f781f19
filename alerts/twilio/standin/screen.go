package standin

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// width is where lines end, in characters: it leaves room in a terminal of 100 columns, and is easy to read.
const width = 88

// A screen shows calls and texts in progress. Concurrent ones are distinguished by their number.
type screen struct {
	mu   sync.Mutex
	out  io.Writer
	last string // the number of the last line
}

func (s *screen) ring(to, from string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = to
	s.print("☎  ", "ring ring: "+to+" (from "+from+")")
}

func (s *screen) say(to, words string) { s.line(to, `   "`, words+`"`) }

func (s *screen) note(to, what string) { s.line(to, "   ▸ ", what) }

func (s *screen) text(to, body string, segments int, arrives bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = to
	plural := "s"
	if segments == 1 {
		plural = ""
	}
	s.print("✉  ", fmt.Sprintf("text to %s (%d segment%s)", to, segments, plural))
	for line := range strings.Lines(body) {
		s.print("   ", line)
	}
	if !arrives {
		s.print("   ▸ ", "never arrives")
	}
}

// line shows an event of a call, with its number if another call's line precedes.
func (s *screen) line(to, lead, words string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last != to {
		s.print("☎  ", to+":")
		s.last = to
	}
	s.print(lead, words)
}

// print writes words after a lead, wrapped, and indented to the lead's width.
func (s *screen) print(lead, words string) {
	indent := strings.Repeat(" ", utf8.RuneCountInString(lead))
	for i, line := range wrap(harmless(words), width-len(indent)) {
		if i > 0 {
			lead = indent
		}
		_, _ = io.WriteString(s.out, lead+line+"\n") // a closed terminal must not end a call
	}
}

// harmless removes invisible characters, so that no text can move the cursor, colour the screen or hide itself.
func harmless(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsPrint(r):
			return r
		}
		return -1
	}, s)
}

// wrap breaks words into lines of at most n characters, and a longer word into pieces.
func wrap(words string, n int) []string {
	lines, line, size := []string{}, "", 0
	for _, word := range strings.Fields(words) {
		for _, piece := range pieces(word, n) {
			k := utf8.RuneCountInString(piece)
			switch {
			case size == 0:
				line, size = piece, k
			case size+1+k <= n:
				line, size = line+" "+piece, size+1+k
			default:
				lines = append(lines, line)
				line, size = piece, k
			}
		}
	}
	return append(lines, line)
}

func pieces(word string, n int) []string {
	var all []string
	for runes := []rune(word); len(runes) > 0; {
		k := min(n, len(runes))
		all, runes = append(all, string(runes[:k])), runes[k:]
	}
	return all
}
