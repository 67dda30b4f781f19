package standin

import (
	"bytes"
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestScreenTellsTheStory(t *testing.T) {
	b := newBench(t, Options{})
	b.Behave(alice, Busy, Voicemail, Listen)
	const words = "This is Valkyrie. Customers cannot print a card: no PDF within 15 seconds, in Dublin and in " +
		"Virginia, since 14:05."
	for n := range 3 {
		b.call(t, alice, "<Response><Say>"+words+"</Say></Response>")
		b.settled(t, n+1)
	}
	b.do("POST", "/Messages.json", url.Values{"To": {bob}, "From": {us}, "Body": {"Down:\nprint a card \x1b[31m\u202e"}})
	b.Close()
	want := `☎  ring ring: +15005550101 (from +15005550006)
   ▸ the line is busy
☎  ring ring: +15005550101 (from +15005550006)
   ▸ voicemail answers
   "This is Valkyrie. Customers cannot print a card: no PDF within 15 seconds, in Dublin
    and in Virginia, since 14:05."
☎  ring ring: +15005550101 (from +15005550006)
   "This is Valkyrie. Customers cannot print a card: no PDF within 15 seconds, in Dublin
    and in Virginia, since 14:05."
   ▸ hangs up, no key pressed
✉  text to +15005550102 (1 segment)
   Down:
   print a card [31m
`
	if diff := cmp.Diff(want, b.screen.String()); diff != "" {
		t.Errorf("screen (-want +got):\n%s", diff)
	}
}

// TestScreenIsHarmless checks that lines stay within the width, no word is lost, and no control sequence reaches the
// terminal.
func TestScreenIsHarmless(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.OneOf(rapid.String(), rapid.StringN(0, 500, -1)).Draw(t, "words")
		var out bytes.Buffer
		(&screen{out: &out}).say(alice, words)
		for line := range strings.Lines(out.String()) {
			line = strings.TrimSuffix(line, "\n")
			if n := utf8.RuneCountInString(line); n > width {
				t.Fatalf("%d characters: %q", n, line)
			}
			if strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Fatalf("not only text: %q", line)
			}
		}
		letters := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if !strings.Contains(letters(out.String()), letters(harmless(words))) {
			t.Fatalf("words are lost: %q shows %q", words, out.String())
		}
	})
}

func TestSegments(t *testing.T) {
	for body, want := range map[string]int{
		"":                                 1,
		strings.Repeat("a", 160):           1,
		strings.Repeat("a", 161):           2,
		strings.Repeat("a", 306):           2,
		strings.Repeat("a", 307):           3,
		strings.Repeat("€", 80):            1, // two septets each
		strings.Repeat("€", 81):            2,
		strings.Repeat("€", 153):           3, // 76 fit into 153 septets: none is split
		strings.Repeat("я", 70):            1,
		strings.Repeat("я", 71):            2,
		strings.Repeat("я", 134):           2,
		strings.Repeat("я", 135):           3,
		strings.Repeat("a", 70) + "\u2019": 2, // one typographic quote makes it UCS-2
		strings.Repeat("😀", 35):            1,
		strings.Repeat("😀", 36):            2,
		strings.Repeat("😀", 67):            3, // 33 fit into 67 units
	} {
		if got := segments(body); got != want {
			t.Errorf("%d of %.4q: %d segments: want %d", utf8.RuneCountInString(body), body, got, want)
		}
	}
}
