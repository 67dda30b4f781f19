package mask

import (
	"bytes"
	"slices"
	"strings"
)

// valueAfter is where the value stands that begins at a place: a string, an object or a list as a whole, or a word. true, false
// and null are no secrets, and a hidden value stays.
func valueAfter(data []byte, at, depth int) (from, to int) {
	for at < len(data) && (data[at] == ' ' || data[at] == '\n' || data[at] == '\t') {
		at++
	}
	rest := data[at:]
	for _, q := range quotes {
		if len(rest) >= len(q) && string(rest[:len(q)]) == q {
			from = at + len(q)
			return unmasked(data, from, closing(data, from, q))
		}
	}
	if len(rest) > 0 && (rest[0] == '{' || rest[0] == '[') && !isMasked(rest) {
		return at, bracketEnd(data, at)
	}
	to = at
	for to < len(data) && !strings.ContainsRune("&;#\"'<>)}], \t\r\n`|", rune(data[to])) {
		stop := data[to] == '\\' && to+1 < len(data) && strings.IndexByte(`nrt"'`, data[to+1]) >= 0
		most := depth
		if data[to] == '\\' {
			most = max(most, 1) // an ampersand in JSON
		}
		for d := 1; d <= most && !stop; d++ {
			c, _ := unit(data, to, d)
			stop = c == '&' || c == '"' || c == ' ' || c == '#'
		}
		if stop {
			break
		}
		to++
	}
	switch string(data[at:to]) {
	case "true", "false", "null", "undefined":
		return at, at
	}
	return unmasked(data, at, to)
}

// unmasked is the span, or an empty one if it is hidden already.
func unmasked(data []byte, from, to int) (int, int) {
	if isMasked(data[from:]) {
		return from, from
	}
	return from, to
}

func isMasked(text []byte) bool {
	if bytes.HasPrefix(text, []byte("%5Bhidden%5D")) { // in a form
		return true
	}
	for _, label := range []string{Hidden, "[secret ", "[part of the secret "} {
		if !bytes.HasPrefix(text, []byte(label)) {
			continue
		}
		end := bytes.IndexByte(text, ']') + 1 // what follows would be part of the value
		return end > 0 && (end == len(text) || !isAlphanumeric(text[end]))
	}
	return false
}

// closing is where a string ends: before its closing quotation mark, or with the text.
func closing(data []byte, at int, q string) int {
	for at < len(data) {
		if strings.HasPrefix(string(data[at:min(len(data), at+len(q))]), q) {
			return at
		}
		if data[at] == '\\' && len(q) == 1 {
			at++
		}
		at++
	}
	return len(data)
}

// bracketEnd is the end of an object or a list; its strings may hold brackets.
func bracketEnd(data []byte, at int) int {
	depth, quoted := 0, false
	for ; at < len(data); at++ {
		switch c := data[at]; {
		case c == '\\':
			at++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return at + 1
			}
		}
	}
	return len(data)
}

// isHeader reports whether a name before a colon is that of a header with a secret, and no word of a sentence.
func isHeader(data []byte, name string, start int) bool {
	lower := strings.ToLower(name)
	if lower == "cookie" || lower == "authorization" {
		return true
	}
	line := start == 0 || data[start-1] == '\n' || start > 1 && string(data[start-2:start]) == `\n`
	return strings.Contains(name, "-") && IsSecretName(name) && (line || strings.HasPrefix(lower, "x-") || strings.HasSuffix(lower, "-cookie"))
}

// lineAfter is the rest of the line after a place.
func lineAfter(data []byte, at int) (from, to int) {
	for at < len(data) && data[at] == ' ' {
		at++
	}
	for to = at; to < len(data) && data[to] != '\n' && data[to] != '\r' && data[to] != '"'; to++ {
		if data[to] == '\\' && to+1 < len(data) && strings.IndexByte(`nr"`, data[to+1]) >= 0 {
			break
		}
	}
	if isHiddenLine(string(data[at:to])) {
		return at, at
	}
	return at, to
}

// isHiddenLine reports whether all values of a header are hidden already: Bearer [hidden], or sid=[hidden]; Path=/.
func isHiddenLine(line string) bool {
	for piece := range strings.SplitSeq(line, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(piece), "=")
		scheme, rest, _ := strings.Cut(name, " ")
		switch {
		case name == Hidden || value == Hidden:
		case value == "" && rest == Hidden && len(scheme) < maxScheme:
		case slices.Contains([]string{"path", "domain", "expires", "max-age", "samesite", "priority", "secure", "httponly", "partitioned"}, strings.ToLower(name)):
		default:
			return false
		}
	}
	return true
}

// maxScheme is more than the longest name of a scheme of authorization, such as AWS4-HMAC-SHA256.
const maxScheme = 20
