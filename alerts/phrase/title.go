package phrase

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

var (
	ansiCodes  = regexp.MustCompile(`(?:\x1b|\\x1b|\\u001b|\\033)\[[0-9;?]*[A-Za-z]`)
	escapes    = strings.NewReplacer(`\"`, `"`, `\n`, " ", `\t`, " ", `\r`, " ", `\\`, " ", `\`, " ")
	dots       = regexp.MustCompile(`(?:\s*(?:\.{2,}|…))+\s*`)
	titleEnds  = " .!?:;,…。！？-–—"
	titleQuote = "'‘’"
	quotation  = strings.NewReplacer(`"`, "", "`", "", "“", "", "”", "", "„", "", "«", "", "»", "")
	whoCan     = regexp.MustCompile(`^(?i:(?:` + who + ` )?(?:can|to) )`)
	canWho     = regexp.MustCompile(`^(?i:(?:can|could|may) ` + who + ` )`)
	doesWork   = regexp.MustCompile(`^(?i:(?:do|does|is|are) (.+?) (?:still )?(?:work|working|up|ok|okay|fine|alive|available|reachable|online|there))$`)
	address    = regexp.MustCompile(`(?i:https?|ftp)://(?:[^\s/@]*@)?([^\s?#"]+)[^\s"]*`)
)

// who are the words for a person who uses a site.
const who = `(?:(?:a|an|the|my|our|any) )?(?:customers?|users?|shoppers?|visitors?|people|i|we|you)`

// Plain returns a text without the codes that are no words: ANSI colours, the backslashes of %q, and controls.
func Plain(s string) string {
	s = escapes.Replace(ansiCodes.ReplaceAllString(s, ""))
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, " "))
	return strings.Join(strings.Fields(s), " ")
}

// Uncoded returns a text without ANSI colours and without the backslashes before quotation marks, otherwise as it is.
func Uncoded(s string) string {
	return strings.ReplaceAll(ansiCodes.ReplaceAllString(s, ""), `\"`, `"`)
}

// Title returns a title as it can be said or written in a sentence: plain, unquoted, without pictures and a final stop, not too
// long; of "customers can print a card" or "can I print a card?" only what they can, and of an address the host and path.
func Title(s string) string {
	s = strings.TrimSpace(quotation.Replace(Plain(withoutPictures(s))))
	asks := strings.HasSuffix(s, "?")
	s = address.ReplaceAllStringFunc(s, func(m string) string { return strings.TrimRight(address.ReplaceAllString(m, "$1"), "/") })
	s = strings.Trim(dots.ReplaceAllString(s, " "), titleQuote+titleEnds)
	if asks {
		s = doesWork.ReplaceAllString(s, "$1")
	}
	for _, subject := range []*regexp.Regexp{canWho, whoCan} {
		if task := subject.ReplaceAllString(s, ""); task != "" {
			s = task
		}
	}
	if short := breath(s); short != s {
		if i := strings.LastIndexByte(short, ' '); i > len(short)/2 {
			short = short[:i]
		}
		s = strings.TrimRight(short, titleQuote+titleEnds) // and no ellipsis, beside which each further stop would be one too many
	}
	return s
}

// breath returns the beginning of a title that is said in one breath: 72 characters, of which one of an alphabet that an English
// voice spells counts three times.
func breath(s string) string {
	const most, latin = 72, 0x24F
	n := 0
	for i, r := range s {
		if n++; r > latin && unicode.IsLetter(r) {
			n += 2
		}
		if n > most {
			return s[:i]
		}
	}
	return s
}

// TitleOr returns a title as Title does, or where nothing is left of it the words of the journey's name.
func TitleOr(title, journey string) string {
	if title = Title(title); title == "" {
		title = Title(strings.ReplaceAll(journey, "-", " "))
	}
	return title
}

// withoutPictures removes emoji and other pictures, which no voice reads and which would cost half of a text's length.
func withoutPictures(s string) string {
	const skinTones, last, variation, keycap = 0x1F3FB, 0x1F3FF, 0xFE0F, 0x20E3
	var kept strings.Builder
	picture := false
	for _, r := range s {
		joiner := picture && r == 0x200D
		picture = joiner || unicode.Is(unicode.So, r) && r != '°' || r >= skinTones && r <= last || r == variation || r == keycap
		if !picture {
			kept.WriteRune(r)
		} else if !joiner {
			kept.WriteByte(' ')
		}
	}
	return kept.String()
}

// IsTask reports whether a title completes "customers cannot ...": "print a card" does, "Checkout", "payment form" and
// "DNS" do not. It need not be right about every word: a sentence for titles that are no tasks suits each.
func IsTask(title string) bool {
	words := strings.Fields(title)
	if len(words) == 0 {
		return false
	}
	for _, r := range words[0] {
		if !unicode.IsLower(r) {
			return false
		}
	}
	first := words[0]
	switch {
	case slices.Contains(verbs, first):
		return true
	case len(words) == 1, slices.Contains(notVerbs, first):
		return false
	case strings.HasSuffix(first, "s") && !strings.HasSuffix(first, "ss"): // orders, sees
		return false
	}
	for _, end := range []string{"ing", "tion", "sion", "ment", "ness", "ity", "ance", "ence", "ship", "ed", "ly", "al", "ous", "ful", "ive"} {
		if strings.HasSuffix(first, end) {
			return false
		}
	}
	return isASCII(first)
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

// verbs are verbs that a title is likely to begin with, also those that are nouns too or end like other words.
var verbs = strings.Fields(`accept access activate add answer apply approve ask assign attach bid book browse build buy call cancel
	change chat check choose claim click close collect comment compare complete configure confirm connect contact copy create delete
	deliver deploy do donate download draw edit email enter export fill filter find finish follow get give go import install invite join
	launch learn list listen load look make manage merge message move open order pay pick place play post preview print produce publish
	pull purchase push put read receive redeem refund register rename renew rent reply request reserve reset resume return review run
	save schedule scan see select sell send serve set share ship show sign sort start stay stop store stream submit subscribe switch
	sync take tell test top track transfer translate try turn unsubscribe update upgrade upload use validate verify view visit vote
	wait watch withdraw work write`)

// notVerbs are words that begin a title which is no task.
var notVerbs = strings.Fields(`a account all an any api app basket billing blog can cannot card cart catalogue catalog checkout customer
	dashboard delivery die dns each email-service every front frontend health home homepage its landing le la login logon logout main
	mobile my never new news newsletter no not old online our page password payment pdf print-job product products profile public sale sales signin
	signup site sitemap some staff status support that the their then this to tls two user users web website weekly daily monthly nightly your
	der das ein eine el un una les`)
