package mask

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// layers is how many encodings may be nested: JSON in HTML in an address in another address.
const layers = 4

// A span is where a secret stands in a text.
type span struct {
	from, to int
	label    string
}

// find returns the secrets in data, in order and without overlap. Of several at one place the longest counts.
func (m *Mask) find(data []byte) []span {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if len(m.secrets) == 0 {
		return nil
	}
	all := m.plain(data, false)
	all = append(all, m.wrapped(data, 2)...)
	return merge(all)
}

// merge sorts spans and joins those that overlap.
func merge(all []span) []span {
	slices.SortStableFunc(all, func(a, b span) int {
		if a.from != b.from {
			return a.from - b.from
		}
		return b.to - a.to
	})
	var joined []span
	for _, s := range all {
		if n := len(joined); n > 0 && s.from < joined[n-1].to {
			joined[n-1].to = max(joined[n-1].to, s.to)
			continue
		}
		joined = append(joined, s)
	}
	return joined
}

// plain finds secrets in text and its escapes. With strict, capitals count: in decoded data a short secret may occur by chance.
func (m *Mask) plain(data []byte, strict bool) []span {
	var all []span
	for at := 0; at < len(data); {
		if !m.first[data[at]] {
			at++
			continue
		}
		end := 0
		for _, s := range m.secrets {
			if s.differs(data, at) {
				continue
			}
			if e := s.matchAt(data, at, strict); e > end {
				end = e
				all = append(all, span{at, e, s.label})
			}
		}
		at = max(end, at+1)
	}
	return all
}

// differs reports, at little cost, that the secret does not start at a place: what stands there is no escape, and its first two
// letters are others.
func (s secret) differs(data []byte, at int) bool {
	for i, want := range s.pattern[:min(2, len(s.pattern))] {
		if at+i >= len(data) {
			return false
		}
		c := data[at+i]
		if want == ' ' || c == 0 || c >= utf8.RuneSelf || mayEscape(data, at+i) {
			return false
		}
		if fold(rune(c)) != want {
			return true
		}
	}
	return false
}

// mayEscape reports whether an escape or a tag may begin at a place.
func mayEscape(data []byte, at int) bool {
	if at+1 >= len(data) {
		return false
	}
	next := data[at+1]
	switch data[at] {
	case '%':
		return isAlphanumeric(next)
	case '&':
		return isAlphanumeric(next) || next == '#' || next == '\\' || next == '%'
	case '=':
		return isAlphanumeric(next) || next == '\r' || next == '\n'
	case '<':
		return isAlphanumeric(next) || next == '/' || next == '\\'
	}
	return data[at] == '\\'
}

// start notes the bytes at which a pattern that begins with r may start: its letter in both cases, or that of an escape.
func (m *Mask) start(r rune) {
	for _, c := range []rune{r, unicode.ToUpper(r), unicode.ToTitle(r)} {
		m.first[string(c)[0]] = true
		if c < 256 {
			m.first[byte(c)] = true // ISO 8859-1
		}
	}
	for _, c := range "%\\&=" {
		m.first[c] = true
	}
	if r == ' ' {
		for _, c := range []byte("+\t\n\r\u00a0\u2000\u3000\xa0") {
			m.first[c] = true
		}
	}
}

// matchAt returns where the secret that starts at a place of data ends; 0: none starts there. It follows all readings of what
// stands there at once: "%41" is an A, and three characters.
func (s secret) matchAt(data []byte, at int, strict bool) int {
	ends := []int{at}
	for i, want := range s.pattern {
		var next []int
		for _, from := range ends {
			next = s.step(next, data, from, want, strict)
			for skipped := skipIgnored(data, from); i > 0 && skipped > from; skipped = skipIgnored(data, from) {
				next = s.step(next, data, skipped, want, strict)
				from = skipped
			}
		}
		if len(next) == 0 {
			return 0
		}
		slices.Sort(next)
		ends = slices.Compact(next)
		if want == ' ' {
			ends = moreSpace(data, ends)
		}
	}
	return ends[len(ends)-1]
}

// step adds the ends of all readings of one character at a place, if it is want.
func (s secret) step(ends []int, data []byte, at int, want rune, strict bool) []int {
	for depth := range layers {
		if r, end := unit(data, at, depth); end > at && same(r, want, s.letters, strict) {
			ends = append(ends, end)
		}
	}
	return ends
}

// same reports whether r is the folded character want. A short secret in decoded data has to match to the letter.
func same(r, want rune, letters string, strict bool) bool {
	if strict && len(letters) < 2*MinSecret {
		return fold(r) == want && (want == ' ' || strings.ContainsRune(letters, r))
	}
	return fold(r) == want
}

// moreSpace adds the ends of runs of white space, which a page shows as one space.
func moreSpace(data []byte, ends []int) []int {
	for i := 0; i < len(ends) && i < 64; i++ {
		for depth := range layers {
			for _, from := range []int{ends[i], skipIgnored(data, ends[i])} {
				if r, end := unit(data, from, depth); end > from && fold(r) == ' ' && !slices.Contains(ends, end) {
					ends = append(ends, end)
				}
			}
		}
	}
	slices.Sort(ends)
	return ends
}

// fold maps characters that are shown or sent for each other to one: capitals to small letters, kinds of space and the plus of
// a form to a space.
func fold(r rune) rune {
	if r == '+' || unicode.IsSpace(r) {
		return ' '
	}
	return unicode.ToLower(unicode.ToUpper(r))
}

// patterns are a value's folded characters, composed and decomposed: é is one character or two.
func patterns(value string) [][]rune {
	var all [][]rune
	for _, form := range []string{value, norm.NFC.String(value), norm.NFD.String(value)} {
		var p []rune
		for _, r := range form {
			if isIgnored(r) {
				continue
			}
			if r = fold(r); r != ' ' || len(p) == 0 || p[len(p)-1] != ' ' {
				p = append(p, r)
			}
		}
		for len(p) > 1 && p[0] == ' ' {
			p = p[1:]
		}
		for len(p) > 1 && p[len(p)-1] == ' ' {
			p = p[:len(p)-1]
		}
		if len(p) > 0 && !slices.ContainsFunc(all, func(o []rune) bool { return slices.Equal(o, p) }) {
			all = append(all, p)
		}
	}
	return all
}

// wide are the bytes of a value in UTF-16, both ways round, as characters of ISO 8859-1, if the value has any beyond those: others
// are found as they are, since the NUL in them is ignored.
func wide(value string) []string {
	if !strings.ContainsFunc(value, func(r rune) bool { return r > 255 }) {
		return nil
	}
	var little, big []rune
	for _, u := range utf16.Encode([]rune(value)) {
		low, high := rune(u&255), rune(u>>8)
		little, big = append(little, low, high), append(big, high, low)
	}
	return []string{string(little), string(big)}
}

// isIgnored reports whether a character within a word is not seen; NUL is half of a letter in UTF-16.
func isIgnored(r rune) bool {
	return r == 0 || r == '\u00ad' || r == '\ufeff' || r >= '\u200b' && r <= '\u200d' || r == '\u2060'
}

// skipIgnored is the place after a character that is not seen, or a tag; at: there is none.
func skipIgnored(data []byte, at int) int {
	if at >= len(data) {
		return at
	}
	if c := data[at]; c != 0 && c < utf8.RuneSelf && c != '%' && c != '\\' && c != '&' && c != '<' && c != '=' {
		return at
	}
	for depth := range layers {
		if end := tagEnd(data, at, depth); end > at {
			return end
		}
		if r, end := unit(data, at, depth); end > at && isIgnored(r) {
			return end
		}
	}
	return at
}

// maxTag is the length of the longest tag that is looked through, in characters.
const maxTag = 400

// tagEnd is the end of the HTML tag that begins at a place; at: there is none.
func tagEnd(data []byte, at, depth int) int {
	c, end := unit(data, at, depth)
	next, _ := unit(data, end, depth)
	if c != '<' || next != '/' && (next >= utf8.RuneSelf || next|0x20 < 'a' || next|0x20 > 'z') {
		return at
	}
	for range maxTag {
		c, after := unit(data, end, depth)
		if after == end || c == '>' {
			return after
		}
		end = after
	}
	return at
}
