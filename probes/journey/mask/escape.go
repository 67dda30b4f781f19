package mask

import (
	"html"
	"slices"
	"strconv"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// unit reads one character at a place of data, with so many layers of escapes undone: percent (of UTF-8 and ISO 8859-1, and
// escape's %u), backslash (JSON, JavaScript, C), HTML entities and quoted-printable. end is after it; at the end of data it is at.
func unit(data []byte, at, depth int) (r rune, end int) {
	if at >= len(data) {
		return 0, at
	}
	if depth == 0 {
		r, n := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && n <= 1 {
			return rune(data[at]), at + 1
		}
		return r, at + n
	}
	c, end := unit(data, at, depth-1)
	if end >= len(data) || c == '%' && end == at+1 && data[end] == '%' {
		return c, end
	}
	decoded, after := c, end
	switch c {
	case '%':
		decoded, after = percent(data, end, depth-1)
	case '=':
		if after := softBreak(data, end, depth-1); after > end {
			return unit(data, after, depth)
		}
		if b, n := hexUnits(data, end, depth-1, 2); n > end {
			decoded, after = continued(data, b, n, depth-1, '=')
		}
	case '\\':
		decoded, after = backslash(data, end, depth-1)
	case '&':
		decoded, after = entity(data, end, depth-1)
	default:
		return c, end
	}
	if after <= end {
		return c, end
	}
	return decoded, after
}

// softBreak is the place after a line break that follows; at: there is none.
func softBreak(data []byte, at, depth int) int {
	c, end := unit(data, at, depth)
	if c == '\r' {
		c, end = unit(data, end, depth)
	}
	if c == '\n' {
		return end
	}
	return at
}

// percent reads what follows a percent sign.
func percent(data []byte, at, depth int) (rune, int) {
	if b, end := hexUnits(data, at, depth, 2); end > at {
		return continued(data, b, end, depth, '%')
	}
	if u, end := unit(data, at, depth); u == 'u' || u == 'U' {
		if r, after := hexUnits(data, end, depth, 4); after > end {
			return r, after
		}
	}
	return 0, at
}

// continued reads the other bytes of a character in UTF-8 whose first one is b, each after a sign.
func continued(data []byte, b rune, at, depth int, sign rune) (rune, int) {
	if b < 0xc2 {
		return b, at
	}
	text, end := []byte{byte(b)}, at
	for len(text) < utf8.UTFMax {
		c, after := unit(data, end, depth)
		if rest := softBreak(data, after, depth); sign == '=' && c == sign && rest > after {
			c, after = unit(data, rest, depth)
		}
		next, last := hexUnits(data, after, depth, 2)
		if c != sign || last <= after || next&0xc0 != 0x80 {
			break
		}
		text, end = append(text, byte(next)), last
		if r, n := utf8.DecodeRune(text); n == len(text) && r != utf8.RuneError {
			return r, end
		}
	}
	return b, at
}

// backslash reads what follows a backslash. A letter that escapes nothing is none.
func backslash(data []byte, at, depth int) (rune, int) {
	c, end := unit(data, at, depth)
	if end == at {
		return 0, at
	}
	switch c {
	case 'u', 'U':
		return utf16Escape(data, end, at, depth)
	case 'x':
		if r, after := hexUnits(data, end, depth, 2); after > end {
			return r, after
		}
		return 0, at
	case 'n':
		return '\n', end
	case 'r':
		return '\r', end
	case 't':
		return '\t', end
	}
	if c < utf8.RuneSelf && (unicode.IsPunct(c) || unicode.IsSymbol(c) || c == ' ') {
		return c, end
	}
	return 0, at
}

// utf16Escape reads the digits of \u0041, \u{41} or of a pair.
func utf16Escape(data []byte, end, none, depth int) (rune, int) {
	if c, after := unit(data, end, depth); c == '{' {
		for n := 6; n > 0; n-- {
			r, last := hexUnits(data, after, depth, n)
			if close, closed := unit(data, last, depth); last > after && close == '}' {
				return r, closed
			}
		}
		return 0, none
	}
	r, after := hexUnits(data, end, depth, 4)
	if after <= end {
		return 0, none
	}
	if utf16.IsSurrogate(r) {
		slash, one := unit(data, after, depth)
		u, two := unit(data, one, depth)
		low, last := hexUnits(data, two, depth, 4)
		if slash == '\\' && u == 'u' && last > two {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return pair, last
			}
		}
	}
	return r, after
}

// maxEntity is the length of the longest name of an entity that is read, with room for zeros before a number.
const maxEntity = 24

// entity reads what follows an ampersand.
func entity(data []byte, at, depth int) (rune, int) {
	name, end := []byte{'&'}, at
	for len(name) < maxEntity {
		c, after := unit(data, end, depth)
		if after == end || c >= utf8.RuneSelf || c != ';' && c != '#' && !isAlphanumeric(byte(c)) {
			break
		}
		name, end = append(name, byte(c)), after
		if c == ';' {
			break
		}
	}
	if ended := name[len(name)-1] == ';'; len(name) < 3 || !ended && !slices.Contains([]string{"&amp", "&lt", "&gt", "&quot"}, string(name)) {
		return 0, at
	}
	text := html.UnescapeString(string(name))
	if r, n := utf8.DecodeRuneInString(text); n == len(text) {
		return r, end
	}
	return 0, at
}

// hexUnits reads n hexadecimal digits; end is at if there are fewer.
func hexUnits(data []byte, at, depth, n int) (r rune, end int) {
	end = at
	for range n {
		c, after := unit(data, end, depth)
		digit, err := strconv.ParseUint(string(c), 16, 8)
		if after == end || err != nil {
			return 0, at
		}
		r, end = r<<4|rune(digit), after
	}
	return r, end
}

func isAlphanumeric(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' }
