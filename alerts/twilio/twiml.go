package twilio

import (
	"encoding/xml"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxTwiML is the most that Twilio takes with a call, in characters.
const maxTwiML = 4000

// maxPrompt bounds what the keys do, in characters, so that it is never cut to make room for the rest.
const maxPrompt = 200

// The verbs of TwiML that are used. encoding/xml writes them in the order of their fields, so the result is stable.
type (
	response struct {
		XMLName xml.Name `xml:"Response"`
		Verbs   []any
	}
	say struct {
		XMLName xml.Name `xml:"Say"`
		Words   string   `xml:",chardata"`
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

// callTwiML is what a call says: the speech, then what the keys do, and all of it once more for the person who was not
// awake yet. Without a prompt, or an address to send the key to, no key is asked for. What is too long for Twilio is cut
// at the end of the speech, where the details are.
func callTwiML(speech []string, prompt, keyURL string) string {
	if keyURL == "" {
		prompt = ""
	}
	prompt = cut(spoken(prompt), maxPrompt)
	speech = spokenAll(speech)
	// Search finds the first size that is too much; the size before it is the most that fits. Usually all of it does.
	tooMuch := 1 + sort.Search(total(speech), func(n int) bool {
		return utf8.RuneCountInString(document(cutAll(speech, n+1), prompt, keyURL)) > maxTwiML
	})
	return document(cutAll(speech, tooMuch-1), prompt, keyURL)
}

// replyTwiML is what is said after a key was pressed.
func replyTwiML(reply string) string {
	var verbs []any
	if reply = spoken(reply); reply != "" {
		verbs = append(verbs, say{Words: reply})
	}
	return write(append(verbs, hangup{}))
}

func document(speech []string, prompt, keyURL string) string {
	var words []any
	for _, s := range speech {
		words = append(words, say{Words: s})
	}
	if prompt != "" {
		const patience = 8 // seconds: enough to find the key pad
		ask := gather{
			NumDigits: 1, Timeout: patience, Action: keyURL, Method: "POST", Verbs: append(words, say{Words: prompt}),
		}
		words = []any{ask, ask}
	}
	return write(append(words, say{Words: "Goodbye"}))
}

func write(verbs []any) string {
	b, err := xml.Marshal(response{Verbs: verbs})
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return string(b)
}

// spokenAll returns the sentences that have anything to say.
func spokenAll(sentences []string) []string {
	var all []string
	for _, s := range sentences {
		if s = spoken(s); s != "" {
			all = append(all, s)
		}
	}
	return all
}

// spoken leaves what can be said: valid characters, with single spaces between the words.
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

// cutAll leaves the first n characters of the speech, and no piece of a word.
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

// cut leaves at most n characters, and ends at the end of a word if there is one.
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
