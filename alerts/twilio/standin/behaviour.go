package standin

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Behaviour is the course of one call or text: how the person at the other end acts, or the API's fault. It is
// written as on the command line, such as "press 4" or "busy".
type Behaviour string

// Behaviours of the person, or the phone, at the other end. See also Press, ForgedKey, Undelivered and ReplyWith.
const (
	Listen    Behaviour = "listen"    // a human answers, listens to the end, presses nothing
	Voicemail Behaviour = "voicemail" // a machine answers; no key is ever pressed
	Busy      Behaviour = "busy"
	NoAnswer  Behaviour = "no-answer"
	FailCall  Behaviour = "fail" // the network cannot reach the number
	Deliver   Behaviour = "deliver"
)

// Faults of the API in a create request. See also Refuse. A call or text that is placed nevertheless behaves as the
// exchange's default for its kind.
const (
	TooMany       Behaviour = "too-many"       // 429, code 20429: nothing is placed
	ServerError   Behaviour = "server-error"   // 502 with an HTML page: nothing is placed, but the client cannot know
	ErrorAfter    Behaviour = "error-after"    // 500 in Twilio's own words, yet it is placed
	Unavailable   Behaviour = "unavailable"    // 503 in Twilio's own words: nothing is placed, but the client cannot know
	WebPage       Behaviour = "web-page"       // 200 with the HTML page of some proxy: nothing is placed
	TimeoutBefore Behaviour = "timeout-before" // the request is never answered, and nothing is placed
	TimeoutAfter  Behaviour = "timeout-after"  // the request is never answered, yet the call or text is placed
	NoSID         Behaviour = "no-sid"         // 201 with {}: it is placed
	Truncated     Behaviour = "truncated"      // 201, cut in the middle of the answer: it is placed
)

// Press is a human who answers, listens, and presses these keys, as many at each question as it asks for.
func Press(keys string) Behaviour { return Behaviour("press " + keys) }

// ForgedKey is a human who listens and presses nothing, while another party posts this key press with a bad signature.
func ForgedKey(key string) Behaviour { return Behaviour("forged-key " + key) }

// Undelivered is a text that never arrives, with Twilio's error code, such as 30003.
func Undelivered(code int) Behaviour { return Behaviour("undelivered " + strconv.Itoa(code)) }

// Refuse answers the request with 400 (401 for 20003) and this error code of Twilio's, such as 21211. Nothing is placed.
func Refuse(code int) Behaviour { return Behaviour("refuse " + strconv.Itoa(code)) }

// The first words of behaviours, in three groups.
var (
	callWords = []string{"press", "listen", "voicemail", "busy", "no-answer", "fail", "forged-key"}
	textWords = []string{"deliver", "undelivered", "reply"}
	apiWords  = []string{
		"too-many", "server-error", "error-after", "unavailable", "web-page", "refuse", "timeout-before", "timeout-after", "no-sid", "truncated",
	}
)

// ParseBehaviour parses a behaviour as written on the command line: "press 4", "busy", "refuse 21211". Its error lists
// the valid ones.
func ParseBehaviour(s string) (Behaviour, error) {
	b := Behaviour(strings.Join(strings.Fields(strings.ToLower(s)), " "))
	known := slices.Concat(callWords, textWords, apiWords)
	if !slices.Contains(known, b.word()) {
		return "", fmt.Errorf("no behaviour %q: want one of %s", s, strings.Join(known, ", "))
	}
	if err := b.checkDetail(); err != nil {
		return "", err
	}
	return b, nil
}

// ParseBehaviours parses a comma-separated list, such as "busy, voicemail, press 4".
func ParseBehaviours(s string) ([]Behaviour, error) {
	var all []Behaviour
	for part := range strings.SplitSeq(s, ",") {
		b, err := ParseBehaviour(part)
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
}

// checkDetail checks the argument of the behaviour's word.
func (b Behaviour) checkDetail() error {
	switch b.word() {
	case "press", "forged-key":
		if b.detail() == "" || strings.Trim(b.detail(), "0123456789*#") != "" {
			return fmt.Errorf("behaviour %q: want keys of a phone after it, such as %q", b, b.word()+" 4")
		}
	case "reply":
		if b.detail() == "" {
			return fmt.Errorf("behaviour %q: want the words of a text after it, such as %q", b, "reply ack")
		}
	case "undelivered", "refuse":
		if b.code() < 10000 || b.code() > 99999 {
			return fmt.Errorf("behaviour %q: want Twilio's error code after it, such as %q", b, b.word()+" 30003")
		}
	default:
		if b.detail() != "" {
			return fmt.Errorf("behaviour %q: want nothing after %q", b, b.word())
		}
	}
	return nil
}

func (b Behaviour) word() string {
	word, _, _ := strings.Cut(string(b), " ")
	return word
}

func (b Behaviour) detail() string {
	_, detail, _ := strings.Cut(string(b), " ")
	return detail
}

func (b Behaviour) code() int {
	code, _ := strconv.Atoi(b.detail())
	return code
}

func (b Behaviour) isCall() bool { return slices.Contains(callWords, b.word()) }
func (b Behaviour) isText() bool { return slices.Contains(textWords, b.word()) }
func (b Behaviour) isAPI() bool  { return slices.Contains(apiWords, b.word()) }
