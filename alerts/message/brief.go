package message

import (
	"regexp"
	"strings"
	"unicode"
)

// clauses are the ends of clauses, at which a long sentence is divided.
var clauses = regexp.MustCompile(`[;:,] `)

// brief divides a sentence of more than maxSentence words into sentences that a listener can keep. What follows a semicolon,
// and the regions, are sentences of their own; other long ones, such as errors, are divided between clauses if possible.
func brief(s string) []string {
	if len(strings.Fields(s)) <= maxSentence {
		if s == "" {
			return nil
		}
		return []string{s}
	}
	for _, c := range []struct{ at, begin string }{{"; ", ""}, {", seen from ", "It is seen from "}, {", last at ", "The last time was "}} {
		before, after, ok := strings.Cut(s, c.at)
		if of := strings.HasPrefix(after, "the step "); ok && !of && before != "" && after != "" {
			return append(brief(sentence(before)), brief(sentence(c.begin+after))...)
		}
	}
	return divide(s)
}

// divide divides a sentence between clauses, and a long clause between words.
func divide(s string) []string {
	var said []string
	var now strings.Builder
	flush := func() {
		if one := sentence(now.String()); one != "" {
			said = append(said, one)
		}
		now.Reset()
	}
	for _, clause := range splitAfter(s) {
		if len(strings.Fields(now.String()))+len(strings.Fields(clause)) > maxSentence {
			flush()
		}
		for words := strings.Fields(clause); len(words) > maxSentence; words = words[maxSentence:] {
			now.WriteString(strings.Join(words[:maxSentence], " "))
			flush()
			clause = strings.Join(words[maxSentence:], " ")
		}
		now.WriteString(clause)
	}
	flush()
	return said
}

// splitAfter divides a text after each end of a clause.
func splitAfter(s string) []string {
	var all []string
	begin := 0
	for _, at := range clauses.FindAllStringIndex(s, -1) {
		all = append(all, s[begin:at[1]])
		begin = at[1]
	}
	return append(all, s[begin:])
}

// cutWords keeps the first sentences of at most n words, and says that there is more.
func cutWords(sentences []string, n int) []string {
	for i := range sentences {
		if countWords(sentences[:i+1]) > n {
			return append(sentences[:i:i], "The rest is in the text.")
		}
	}
	return sentences
}

// countWords counts words by the time that a voice takes for them: digits take longer, and letters of another alphabet are
// spelled.
func countWords(sentences []string) int {
	n := 0.0
	for _, s := range sentences {
		n += float64(len(strings.Fields(s)))
		for _, r := range s {
			switch {
			case r >= '0' && r <= '9', strings.ContainsRune(`"/\=#&`, r):
				n += 0.4
			case r > 0x24f && unicode.IsLetter(r):
				n += 0.9
			}
		}
	}
	return int(n)
}
