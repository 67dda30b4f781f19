package twilio

import (
	"encoding/xml"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxTwiML is Twilio's limit for a call's document, in characters.
const maxTwiML = 4000

// maxPrompt bounds the prompt, in characters, so that it is never cut to make room for the rest.
const maxPrompt = 200

// The TwiML verbs in use. encoding/xml writes fields in order, so the result is stable.
type (
	response struct {
		XMLName xml.Name `xml:"Response"`
		Verbs   []any
	}
	say struct {
		XMLName  xml.Name `xml:"Say"`
		Language string   `xml:"language,attr,omitempty"`
		Words    string   `xml:",chardata"`
	}
	play struct {
		XMLName xml.Name `xml:"Play"`
		URL     string   `xml:",chardata"`
	}
	gather struct {
		XMLName   xml.Name `xml:"Gather"`
		NumDigits int      `xml:"numDigits,attr"`
		Timeout   int      `xml:"timeout,attr"` // seconds
		Action    string   `xml:"action,attr"`
		Method    string   `xml:"method,attr"`
		Verbs     []any
	}
	hangup struct {
		XMLName xml.Name `xml:"Hangup"`
	}
)

// A script is the content of a call.
type script struct {
	play     string   // address of a sound, played first
	language string   // of the voice
	speech   []string // sentences
	prompt   string   // the keys
	details  []string // sentences after the keys
	keyURL   string   // address for a key press
}

// Limits that leave room for words, in characters. A longer address or language is left out.
const (
	maxPlay     = 300
	maxLanguage = 20
)

// callTwiML returns a call's document: a sound, the speech and the prompt, and all words once more for a person who was
// not awake yet. Without a prompt, or an address for the key, no key is asked for. An excess over Twilio's limit is cut
// from the end of the speech, where the details are.
func callTwiML(s script) string {
	if s.keyURL == "" {
		s.prompt = ""
	}
	if len(s.language) > maxLanguage {
		s.language = ""
	}
	if s.play = spoken(s.play); utf8.RuneCountInString(s.play) > maxPlay {
		s.play = ""
	}
	s.prompt = cut(spoken(s.prompt), maxPrompt)
	speech, details := spokenAll(s.speech), spokenAll(s.details)
	with := func(n int) string {
		s.speech, s.details = cutAll(speech, n), cutAll(details, max(0, n-total(speech)))
		return s.document()
	}
	if utf8.RuneCountInString(with(0)) > maxTwiML {
		s.play = "" // escaped, characters of the sound, the prompt and the address can be five times as long
	}
	// Search finds the smallest size that exceeds the limit; the size before it is the largest that fits, usually
	// everything.
	tooMuch := 1 + sort.Search(total(speech)+total(details), func(n int) bool { return utf8.RuneCountInString(with(n+1)) > maxTwiML })
	return with(tooMuch - 1)
}

// replyTwiML returns the document after a key press; then the call ends.
func replyTwiML(s script) string {
	var verbs []any
	for _, words := range spokenAll(s.speech) {
		verbs = append(verbs, s.say(words))
	}
	return write(append(verbs, hangup{}))
}

func (s script) say(words string) say { return say{Language: spoken(s.language), Words: words} }

func (s script) document() string {
	var sound, words []any
	if s.play != "" {
		sound = []any{play{URL: s.play}}
	}
	for _, sentence := range s.speech {
		words = append(words, s.say(sentence))
	}
	if s.prompt != "" {
		words = append(words, s.say(s.prompt))
	}
	for _, sentence := range s.details {
		words = append(words, s.say(sentence))
	}
	if s.prompt == "" {
		return write(slices.Concat(sound, words, []any{s.say("Goodbye")}))
	}
	return write([]any{s.ask(slices.Concat(sound, words)), s.ask(words), s.say("Goodbye")})
}

// ask waits for a key, during the words and for some seconds after them.
func (s script) ask(verbs []any) gather {
	const patience = 8 // seconds: enough to find the key pad
	return gather{NumDigits: 1, Timeout: patience, Action: s.keyURL, Method: "POST", Verbs: verbs}
}

func write(verbs []any) string {
	b, err := xml.Marshal(response{Verbs: verbs})
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return string(b)
}

// spokenAll returns the sentences that are not empty.
func spokenAll(sentences []string) []string {
	var all []string
	for _, s := range sentences {
		if s = spoken(s); s != "" {
			all = append(all, s)
		}
	}
	return all
}

// spoken returns the speakable part of a text: valid characters, with single spaces between the words.
func spoken(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r == utf8.RuneError, r == '\ufffe', r == '\uffff':
			return -1
		}
		return r
	}, s)), " ")
}

func total(sentences []string) int {
	n := 0
	for _, s := range sentences {
		n += utf8.RuneCountInString(s)
	}
	return n
}

// cutAll keeps the first n characters of the speech, in whole words.
func cutAll(sentences []string, n int) []string {
	var all []string
	for _, s := range sentences {
		k := utf8.RuneCountInString(s)
		if k > n {
			if s = cut(s, n); s != "" {
				all = append(all, s)
			}
			return all
		}
		all, n = append(all, s), n-k
	}
	return all
}

// cut keeps at most n characters, up to the end of a word if there is one.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	head := string([]rune(s)[:n])
	if i := strings.LastIndexByte(head, ' '); i > 0 {
		return head[:i]
	}
	return head
}
