package mask

import (
	"strings"
	"unicode/utf8"
)

// A run is a row of digits of base64 or hexadecimal in a text: their values, and where each begins and ends.
type run struct {
	values   []byte
	from, to []int
}

// add appends a digit.
func (r *run) add(value, from, to int) {
	r.values, r.from, r.to = append(r.values, byte(value)), append(r.from, from), append(r.to, to)
}

// wrapped finds secrets in what data has in base64 or in hexadecimal, also within each other, so deep.
func (m *Mask) wrapped(data []byte, deep int) []span {
	if deep == 0 {
		return nil
	}
	var all []span
	for at := 0; at < len(data); {
		if c := data[at]; base64Value(c) < 0 && c != '%' && c != '\\' && c != '&' {
			at++
			continue
		}
		if n := rawDigits(data, at); n < m.least && !mayContinue(data, at+n) {
			at += max(n, 1)
			continue
		}
		r, end := digits(data, at)
		if end == at {
			at++
			continue
		}
		if len(r.values) >= m.least {
			for offset := range 4 {
				all = append(all, m.within(r, offset, 6, deep)...)
			}
			for _, h := range r.hex() {
				for offset := range 2 {
					all = append(all, m.within(h, offset, 4, deep)...)
				}
			}
		}
		at = end
	}
	return all
}

// rawDigits is how many digits of base64 stand at a place, without any escape.
func rawDigits(data []byte, at int) (n int) {
	for at+n < len(data) && base64Value(data[at+n]) >= 0 {
		n++
	}
	return n
}

// mayContinue reports whether a run may go on at a place, after a line break or by an escape.
func mayContinue(data []byte, at int) bool {
	return at < len(data) && (data[at] == '\n' || data[at] == '\r' || mayEscape(data, at))
}

// within finds secrets in the bytes that a run's digits of so many bits make up from an offset on.
func (m *Mask) within(r run, offset, bits, deep int) []span {
	if offset >= len(r.values) {
		return nil
	}
	decoded := make([]byte, 0, (len(r.values)-offset)*bits/8)
	word, have := 0, 0
	for _, v := range r.values[offset:] {
		word, have = word<<bits|int(v), have+bits
		if have >= 8 {
			have -= 8
			decoded = append(decoded, byte(word>>have))
			word &= 1<<have - 1
		}
	}
	found := append(m.plain(decoded, true), m.wrapped(decoded, deep-1)...)
	for i, s := range found {
		first, last := offset+s.from*8/bits, offset+(s.to*8+bits-1)/bits-1
		found[i].from, found[i].to = r.from[first], r.to[min(last, len(r.to)-1)]
	}
	return found
}

const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// base64Values has the value of each digit, of either alphabet; -1: it is none.
var base64Values = func() (values [256]int8) {
	for i := range values {
		values[i] = int8(strings.IndexByte(base64Digits, byte(i)))
	}
	values['-'], values['_'] = 62, 63
	return values
}()

func base64Value(c byte) int { return int(base64Values[c]) }

// digits reads a run of base64's digits. Escapes within it are read, and line breaks skipped, as in a mail.
func digits(data []byte, at int) (r run, end int) {
	for at < len(data) {
		if v := base64Value(data[at]); v >= 0 {
			r.add(v, at, at+1)
			at++
			continue
		}
		value, next := escapedDigit(data, at)
		if next == at {
			break
		}
		if value >= 0 {
			r.add(value, at, next)
		}
		at = next
	}
	return r, at
}

// escapedDigit reads a digit that is escaped, or a line break between two, whose value is -1; next is at if there is neither.
func escapedDigit(data []byte, at int) (value, next int) {
	switch data[at] {
	case '\n', '\r':
		return -1, at + 1
	case '=':
		if after := softBreak(data, at+1, 0); after > at+1 {
			return -1, after
		}
	case '%', '\\', '&':
		for depth := 1; depth < layers; depth++ {
			c, after := unit(data, at, depth)
			if c == '\n' || c == '\r' {
				return -1, after
			}
			if c < utf8.RuneSelf && base64Value(byte(c)) >= 0 {
				return base64Value(byte(c)), after
			}
		}
	}
	return -1, at
}

// hex are the rows of hexadecimal digits in the run that are long enough for a secret.
func (r run) hex() (all []run) {
	var h run
	for i, from := range r.from {
		value := -1
		switch c := base64Digits[r.values[i]]; {
		case c >= '0' && c <= '9':
			value = int(c - '0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			value = int(c|0x20-'a') + 10
		}
		if value >= 0 {
			h.add(value, from, r.to[i])
		}
		if (value < 0 || i == len(r.from)-1) && len(h.values) > 0 {
			if len(h.values) >= 2*MinSecret {
				all = append(all, h)
			}
			h = run{}
		}
	}
	return all
}
