package twilio

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"valkyrie/infra/suite"
)

const keyURL = "https://example.org/twilio/page-1/key" + retries

func TestTwiMLGolden(t *testing.T) {
	speech := []string{"This is Valkyrie.", "Customers cannot <print> a card & it is 3 o'clock.", "\x1b[31m", "Seen\tfrom\nDublin."}
	tests := map[string]string{
		"call.xml":           callTwiML(script{speech: speech, prompt: "Press 4 to acknowledge.", keyURL: keyURL}),
		"call-sound.xml":     callTwiML(script{play: "https://example.org/ride.mp3?a&b", language: "en-GB", speech: speech, prompt: "Press 4.", keyURL: keyURL}),
		"message.xml":        messageTwiML("#3f <ack> & out"),
		"message-silent.xml": messageTwiML(""),
		"call-no-prompt.xml": callTwiML(script{speech: speech, keyURL: keyURL}),
		"call-no-key.xml":    callTwiML(script{speech: speech, prompt: "Press 4 to acknowledge."}),
		"reply.xml":          replyTwiML(script{speech: []string{`Thank you, "Ada". <Bye> & out.`}}),
		"reply-silent.xml":   replyTwiML(script{}),
	}
	for name, got := range tests {
		suite.Golden(t, "testdata/"+name, got+"\n")
	}
}

// TestTwiMLFitsAlways checks that arbitrary words give a document within Twilio's rules: well-formed, short enough,
// with the prompt and without control characters.
func TestTwiMLFitsAlways(t *testing.T) {
	long := rapid.Custom(func(t *rapid.T) string {
		return strings.Repeat(rapid.String().Draw(t, "piece"), rapid.IntRange(1, 300).Draw(t, "times"))
	})
	anyBytes := rapid.Custom(func(t *rapid.T) string { return string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) })
	words := rapid.OneOf(rapid.String(), long, anyBytes, rapid.Just(strings.Repeat(`"`, 900)))
	sound := rapid.OneOf(words, rapid.Just(strings.Repeat("<", maxPlay))) // no character is longer when escaped
	rapid.Check(t, func(t *rapid.T) {
		speech := rapid.SliceOf(words).Draw(t, "speech")
		prompt := words.Draw(t, "prompt")
		id := words.Draw(t, "page")
		p := &Client{cfg: ClientConfig{CallbackURL: "https://" + strings.Repeat("e", maxCallbackURL-len("https://"))}}
		key := p.callback(id[:min(len(id), maxPageID)], "key")
		document := callTwiML(script{sound.Draw(t, "sound"), words.Draw(t, "language"), speech, prompt, rapid.SliceOf(words).Draw(t, "details"), key})
		if n := utf8.RuneCountInString(document); n > maxTwiML {
			t.Fatalf("%d characters", n)
		}
		text := readXML(t, document)
		if strings.ContainsFunc(text, unicode.IsControl) {
			t.Fatalf("control characters in %q", text)
		}
		if want := cut(spoken(prompt), maxPrompt); strings.Count(text, want) < 2 {
			t.Fatalf("prompt %q is not said twice in %q", want, text)
		}
		readXML(t, replyTwiML(script{speech: []string{prompt}}))
		if text := messageTwiML(prompt); utf8.RuneCountInString(text) > maxTwiML || readXML(t, text) == "" && spoken(prompt) != "" {
			t.Fatalf("%q became %q", prompt, text)
		}
	})
}

// TestTwiMLCutsSpeech checks that everything that fits is said, and that an excess is cut from the speech only, after a
// word.
func TestTwiMLCutsSpeech(t *testing.T) {
	speech := []string{"First.", strings.Repeat("word ", 2000), "Last."}
	text := readXML(t, callTwiML(script{speech: speech, prompt: "Press 4.", keyURL: keyURL}))
	if n := len(text); n < 3000 || !strings.HasPrefix(text, "|First.|word word") || !strings.Contains(text, " word|Press 4.|First.") {
		t.Errorf("%d characters: %.60q", n, text)
	}
	if strings.Contains(text, "Last.") {
		t.Error("a sentence comes after the cut")
	}
}

// readXML returns the words, with a bar before each sentence.
func readXML(t rapid.TB, document string) string {
	t.Helper()
	var b strings.Builder
	for d := xml.NewDecoder(strings.NewReader(document)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Fatalf("%v in %q", err, document)
		}
		if words, ok := token.(xml.CharData); ok {
			b.WriteString("|" + string(words))
		}
	}
}

func TestCutText(t *testing.T) {
	if got := cutText(strings.Repeat("é", 1600)); utf8.RuneCountInString(got) != 1600 || strings.Contains(got, ".") {
		t.Error("a text of 1600 characters was changed")
	}
	if got := cutText(strings.Repeat("é", 1601)); utf8.RuneCountInString(got) != 1600 || !strings.HasSuffix(got, "é...") {
		t.Errorf("a text of 1601 characters became %d: %.20q", utf8.RuneCountInString(got), got[len(got)-20:])
	}
}

// TestTwiMLDropsSound checks that the sound is left out when the escaped address, prompt and sound exceed the limit
// together.
func TestTwiMLDropsSound(t *testing.T) {
	p := &Client{cfg: ClientConfig{CallbackURL: "https://" + strings.Repeat("e", maxCallbackURL-len("https://"))}}
	s := script{play: strings.Repeat("<", maxPlay), prompt: strings.Repeat(`"`, 900), keyURL: p.callback(strings.Repeat("?", maxPageID), "key")}
	document := callTwiML(s)
	if n := utf8.RuneCountInString(document); n > maxTwiML || strings.Contains(document, "<Play>") || !strings.Contains(readXML(t, document), strings.Repeat(`"`, maxPrompt)) {
		t.Errorf("%d characters: %s", n, document)
	}
	s.play = strings.Repeat("s", maxPlay)
	if document := callTwiML(s); !strings.Contains(document, "<Play>") {
		t.Errorf("no sound in %s", document)
	}
}
