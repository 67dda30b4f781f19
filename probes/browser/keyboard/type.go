package keyboard

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp/kb"
)

// A Stroke is one thing that a person does at a keyboard.
type Stroke struct {
	Events []Event // of a key, in order
	Insert string  // text that arrives after the first event without a key of its own, from an input method or the clipboard
}

// Pasted is the length in characters from which a person would paste a text; see Strokes.
const Pasted = 500

// ends is how much of a pasted text is still typed at its beginning and its end.
const ends = 50

// Strokes returns what a person does to enter text. A character that has a key is typed by it. Emoji, and scripts that are
// composed by an input method, arrive as such a method sends them: a key without a meaning, and then the text.
//
// The middle of a text longer than Pasted arrives at once, as from the clipboard: a person would not type it either, and the
// page gets the same beforeinput and input events as from a key. Its ends are typed, so that a handler of keys still runs.
func Strokes(text string) []Stroke {
	clusters := split(text)
	if len(clusters) <= Pasted {
		return strokes(clusters)
	}
	middle := strings.Join(clusters[ends:len(clusters)-ends], "")
	return slices.Concat(strokes(clusters[:ends]), []Stroke{{Insert: middle}}, strokes(clusters[len(clusters)-ends:]))
}

func strokes(clusters []string) []Stroke {
	var all []Stroke
	composed := ""
	flush := func() {
		if composed != "" {
			process := modifier("", "Process", 229, 0)
			all = append(all, Stroke{Events: process.press(0), Insert: composed})
			composed = ""
		}
	}
	for _, c := range clusters {
		runes := []rune(c)
		if len(runes) > 1 || !typed(runes[0]) {
			composed += c
			continue
		}
		flush()
		all = append(all, Stroke{Events: character(runes[0]).press(0)})
	}
	flush()
	return all
}

// typed reports whether some keyboard has a key for r.
func typed(r rune) bool {
	if k, ok := kb.Keys[r]; ok {
		return k.Print
	}
	if r == '\n' {
		return true
	}
	composed := unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo, unicode.Yi)
	return r <= 0xffff && !composed && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsPunct(r) || unicode.In(r, unicode.Sc, unicode.Sm) || r == '\u00a0')
}

// split splits text into what a person sees as characters: a letter with its combining marks, an emoji with its modifiers.
func split(text string) []string {
	var all []string
	joined := false // the last one ends with a joiner, or is half of a flag
	for _, r := range strings.ReplaceAll(text, "\r\n", "\n") {
		flag := r >= 0x1f1e6 && r <= 0x1f1ff
		switch {
		case len(all) > 0 && (joined || r == 0x200d || unicode.Is(unicode.M, r) || r >= 0x1f3fb && r <= 0x1f3ff || r >= 0xe0020 && r <= 0xe007f):
			all[len(all)-1] += string(r)
			joined = r == 0x200d
		default:
			all = append(all, string(r))
			joined = flag
		}
	}
	return all
}

// Send dispatches the strokes, each once the page has handled the one before, as between two keys of a person.
func Send(ctx context.Context, to cdp.Session, all ...Stroke) error {
	ctx, cancel := context.WithCancel(ctx) // for sending.Done: of its own context, a child of such a one asks only when it begins
	defer cancel()
	for _, s := range all {
		rest := s.Events
		if s.Insert != "" && len(rest) > 0 {
			if err := dispatch(ctx, to, rest[:1]); err != nil {
				return err
			}
			rest = rest[1:]
		}
		if s.Insert != "" {
			if _, err := cdp.Call(ctx, to, input.InsertText, input.InsertTextParams{Text: s.Insert}); err != nil {
				return err
			}
		}
		if err := dispatch(ctx, to, rest); err != nil {
			return err
		}
	}
	return nil
}

// dispatch sends the events without waiting in between, since each response takes as long as the page's handling, and then
// waits for all of them.
func dispatch(ctx context.Context, to cdp.Session, events []Event) error {
	errs := make([]error, len(events))
	var all sync.WaitGroup
	for i, ev := range events {
		call := &sending{Context: ctx, sent: make(chan struct{})}
		all.Go(func() {
			defer call.markSent()
			errs[i] = to.Call(call, input.DispatchKeyEvent.Method, marshalled{ev, call}, nil)
		})
		<-call.sent
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// A sending is the context of a call that signals when the command has been sent, so that the next one follows it: after
// marshalling the parameters, chromedp asks the context for Done when it sends the command and when it awaits the response.
type sending struct {
	context.Context
	mu         sync.Mutex
	marshalled bool
	asked      int
	once       sync.Once
	sent       chan struct{}
}

func (s *sending) Done() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.marshalled {
		if s.asked++; s.asked == 2 {
			s.markSent()
		}
	}
	return s.Context.Done()
}

func (s *sending) markSent() { s.once.Do(func() { close(s.sent) }) }

// marshalled are the parameters of a call that is about to be sent.
type marshalled struct {
	event Event
	call  *sending
}

func (m marshalled) MarshalJSON() ([]byte, error) {
	m.call.mu.Lock()
	m.call.marshalled = true
	m.call.mu.Unlock()
	return json.Marshal(m.event)
}

// Delete presses the key Delete.
func Delete() []Stroke { return []Stroke{{Events: named["delete"].press(0)}} }
