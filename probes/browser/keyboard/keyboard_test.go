package keyboard

import (
	"fmt"
	"strings"
	"testing"
)

// words formats events: type, key, code, modifiers, location, text.
func words(events []Event) string {
	var all []string
	for _, e := range events {
		s := fmt.Sprintf("%s %s %s", e.Type, e.Key, e.Code)
		for _, more := range []struct {
			name string
			n    int64
		}{{"mod", e.Modifiers}, {"at", e.Location}} {
			if more.n != 0 {
				s += fmt.Sprintf(" %s=%d", more.name, more.n)
			}
		}
		if e.Text != "" {
			s += fmt.Sprintf(" %q", e.Text)
		}
		all = append(all, s)
	}
	return strings.Join(all, ", ")
}

func TestChord(t *testing.T) {
	for name, want := range map[string]string{
		"a":               `keyDown a KeyA "a", keyUp a KeyA`,
		"A":               `keyDown A KeyA mod=8 "A", keyUp A KeyA mod=8`,
		"é":               `keyDown é  "é", keyUp é `,
		"+":               `keyDown + Equal mod=8 "+", keyUp + Equal mod=8`,
		"Enter":           `keyDown Enter Enter "\r", keyUp Enter Enter`,
		"return":          `keyDown Enter Enter "\r", keyUp Enter Enter`,
		"ESC":             `rawKeyDown Escape Escape, keyUp Escape Escape`,
		"F12":             `rawKeyDown F12 F12, keyUp F12 F12`,
		"ContextMenu":     `rawKeyDown ContextMenu ContextMenu, keyUp ContextMenu ContextMenu`,
		"Insert":          `rawKeyDown Insert Insert, keyUp Insert Insert`,
		"MediaPlayPause":  `rawKeyDown MediaPlayPause MediaPlayPause, keyUp MediaPlayPause MediaPlayPause`,
		"Space":           `keyDown   Space " ", keyUp   Space`,
		"Numpad7":         `keyDown 7 Numpad7 at=3 "7", keyUp 7 Numpad7 at=3`,
		"NumpadEnter":     `keyDown Enter NumpadEnter at=3 "\r", keyUp Enter NumpadEnter at=3`,
		"KeyQ":            `keyDown q KeyQ "q", keyUp q KeyQ`,
		"Shift":           `rawKeyDown Shift ShiftLeft at=1, keyUp Shift ShiftLeft at=1`,
		"ShiftRight":      `rawKeyDown Shift ShiftRight at=2, keyUp Shift ShiftRight at=2`,
		"Control+A":       `rawKeyDown Control ControlLeft mod=2 at=1, rawKeyDown a KeyA mod=2, keyUp a KeyA mod=2, keyUp Control ControlLeft at=1`,
		"ctrl+Shift+k":    `rawKeyDown Control ControlLeft mod=2 at=1, rawKeyDown Shift ShiftLeft mod=10 at=1, rawKeyDown K KeyK mod=10, keyUp K KeyK mod=10, keyUp Shift ShiftLeft mod=2 at=1, keyUp Control ControlLeft at=1`,
		"Shift+ArrowLeft": `rawKeyDown Shift ShiftLeft mod=8 at=1, rawKeyDown ArrowLeft ArrowLeft mod=8, keyUp ArrowLeft ArrowLeft mod=8, keyUp Shift ShiftLeft at=1`,
		"Control++":       `rawKeyDown Control ControlLeft mod=2 at=1, rawKeyDown + Equal mod=10, keyUp + Equal mod=10, keyUp Control ControlLeft at=1`,
	} {
		events, err := Chord(name)
		if err != nil || words(events) != want {
			t.Errorf("%s:\n got %s (%v)\nwant %s", name, words(events), err, want)
		}
	}
}

func TestUnknownKeys(t *testing.T) {
	for name, want := range map[string]string{
		"Entr":           `there is no key "Entr"; did you mean Enter?`,
		"Control+Escpae": `there is no key "Escpae"; did you mean Escape?`,
		"F99":            `did you mean F19?`,
		"otter99":        `there is no key "otter99"; use one letter, or a name such as Enter, Escape, Tab, ArrowDown, F5`,
		"":               `there is no key ""; use one letter`,
		"🦊":              `there is no key "🦊"; use one letter`,
		"Hyper+":         `there is no key "Hyper+"`,
	} {
		if _, err := Chord(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", name, err, want)
		}
	}
}

// TestStrokes checks which characters are typed by keys and which arrive from an input method.
func TestStrokes(t *testing.T) {
	for text, want := range map[string]string{
		"aB":         `a B`,
		"é ж":        `é   ж`,
		"a\r\nb":     `a Enter b`,
		"谢谢x":        `Process<谢谢> x`,
		"👩‍👩‍👧!🇩🇪👍🏽": `Process<👩‍👩‍👧> ! Process<🇩🇪👍🏽>`,
		"e\u0301a":   "Process<e\u0301> a",
		"a\tb":       "a Process<\t> b",
		"":           "",
	} {
		var got []string
		for _, s := range Strokes(text) {
			one := s.Events[0].Key
			if s.Insert != "" {
				one += "<" + s.Insert + ">"
			}
			got = append(got, one)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	long := strings.Repeat("otter ", 200)
	all := Strokes(long)
	if len(all) != 2*ends+1 || len(all[ends].Insert) != len(long)-2*ends {
		t.Errorf("a text of %d characters is entered by %d strokes", len(long), len(all))
	}
}
