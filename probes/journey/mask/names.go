package mask

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
)

// Hidden stands for a value that is not shown because of its field's name.
const Hidden = "[hidden]"

// secretWords are the words of names whose fields hold a secret; secretParts make one also within a word.
var (
	secretWords = []string{
		"pass", "pw", "pwd", "secret", "token", "csrf", "xsrf", "jwt", "bearer", "auth", "authorization", "credential", "credentials", "session",
		"sess", "sid", "otp", "totp", "pin", "cvc", "cvv", "csc", "sig", "signature", "cookie", "iban", "ssn",
	}
	secretParts = []string{
		"passw", "passphrase", "passcode", "secret", "token", "csrf", "xsrf", "apikey", "authkey", "accesskey", "privatekey", "authorization",
		"credential", "sessid", "sessionid", "onetime", "cardnumber", "samlresponse", "signature",
	}
)

// IsSecretName reports whether a field, a header, a cookie or a parameter of this name usually holds a secret, however its words
// are joined: api_key, X-Auth-Key, accessToken, connect.sid, user[password].
func IsSecretName(name string) bool {
	var words []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			words, word = append(words, strings.ToLower(string(word))), nil
		}
	}
	small := false
	for _, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			end()
			continue
		}
		if unicode.IsUpper(r) && small {
			end()
		}
		small = unicode.IsLower(r)
		word = append(word, r)
	}
	end()
	joined := strings.Join(words, "")
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(secretWords, strings.TrimRight(w, "0123456789")) }) ||
		slices.ContainsFunc(secretParts, func(p string) bool { return strings.Contains(joined, p) })
}

// isLong reports whether a parameter that may be a secret is one by its length: a code of OAuth, a key of an API.
func isLong(name string, n int) bool {
	return strings.EqualFold(name, "code") && n >= 16 || strings.EqualFold(name, "key") && n >= 20
}

func mayBeSecret(name string) bool { return isLong(name, 1<<10) }

// Fields replaces the values of fields that have the names of secrets, in a text of any kind: parameters of an address or a
// form, members of JSON, headers, and attributes of HTML, each of them also escaped within another text.
func Fields(s string) string {
	if strings.Contains(s, "<") {
		s = taggedValue.ReplaceAllStringFunc(s, hideTag)
	}
	data := []byte(s)
	var out strings.Builder
	done := 0
	for at := 0; at < len(data); at++ {
		if c := data[at]; c != '=' && c != ':' && !mayEscape(data, at) {
			continue
		}
		from, to := secretValue(data, at, done)
		if to <= from {
			continue
		}
		out.Write(data[done:from])
		out.WriteString(Hidden)
		done, at = to, to-1
	}
	if done == 0 {
		return s
	}
	out.Write(data[done:])
	return out.String()
}

// secretValue is where the value stands that follows a separator at a place, if it is a secret; the name begins at least at the
// place after done.
func secretValue(data []byte, at, done int) (from, to int) {
	for depth := range layers {
		sign, after := unit(data, at, depth)
		if depth > 0 && after == at+1 {
			break // not an escape, and read already
		}
		switch sign {
		case '=':
			name, _ := nameBefore(data, at, done)
			known := IsSecretName(name)
			if !known && !mayBeSecret(name) {
				break
			}
			if from, to = valueAfter(data, after, depth); known || isLong(name, to-from) {
				return from, to
			}
		case ':':
			if from, to = memberValue(data, at, after, done, depth); to > from {
				return from, to
			}
			name, start := nameBefore(data, at, done)
			if isHeader(data, name, start) {
				return lineAfter(data, after)
			}
			if rest := bytes.TrimLeft(data[after:], " "); len(rest) > 0 && strings.IndexByte("\"'`", rest[0]) >= 0 && IsSecretName(name) && opensMember(data[done:start]) {
				return valueAfter(data, after, depth) // of an object in JavaScript
			}
		}
	}
	return 0, 0
}

// maxName is the length of the longest name that is looked at, in bytes.
const maxName = 80

// nameBefore is the name that ends before a place, and where it begins. What an escape leaves before it is no part of it.
func nameBefore(data []byte, at, done int) (string, int) {
	start := at
	for start > done && at-start < maxName && (isName(data[start-1]) || isBracket(data[start-1:at])) {
		start--
	}
	if start > done {
		switch before := data[start-1]; {
		case before == '%' && at-start > 2:
			start += 2
		case before == '\\' && at-start > 5 && data[start] == 'u':
			start += 5
		}
	}
	return brackets.Replace(string(data[start:at])), start
}

// brackets are those of a name in a form, as user[password] is sent.
var brackets = strings.NewReplacer("%5B", "[", "%5b", "[", "%5D", "]", "%5d", "]")

// isBracket reports whether a text begins with one of them.
func isBracket(text []byte) bool {
	return len(text) > 2 && text[0] == '%' && text[1] == '5' && (text[2]|0x20 == 'b' || text[2]|0x20 == 'd')
}

func isName(c byte) bool {
	return isAlphanumeric(c) || c == '_' || c == '-' || c == '.' || c == '$' || c == '[' || c == ']' || c >= 0x80
}

// quotes are the ways to write the quotation marks of a string, the longest first.
var quotes = []string{`\\\"`, `\\u0022`, `&quot;`, `\u0022`, `%2522`, `&#34;`, `\"`, `%22`, `\'`, `"`, `'`, "`"}

// memberValue is where the value stands after the colon between a JSON member's name and value.
func memberValue(data []byte, at, after, done, depth int) (from, to int) {
	end := at
	for end > done && data[end-1] == ' ' {
		end--
	}
	if end == 0 || strings.IndexByte(`"';2`, data[end-1]) < 0 { // the last bytes of quotation marks
		return 0, 0
	}
	for _, q := range quotes {
		if !bytes.HasSuffix(data[done:end], []byte(q)) {
			continue
		}
		name, start := nameBefore(data, end-len(q), done)
		if start-len(q) < done || string(data[start-len(q):start]) != q {
			return 0, 0
		}
		if !IsSecretName(name) || !opensMember(data[done:start-len(q)]) {
			return 0, 0
		}
		return valueAfter(data, after, depth)
	}
	return 0, 0
}

// opensMember reports whether a member of an object may begin after text.
func opensMember(text []byte) bool {
	before := strings.TrimRight(string(text[max(0, len(text)-maxName):]), " \t\r\n")
	if len(before) < min(len(text), maxName) && strings.Trim(before, " ") == "" || len(text) == 0 {
		return true
	}
	for _, end := range []string{"{", ",", "[", "(", "%7B", "%2C", "%7b", "%2c", `\n`, `\t`} {
		if strings.HasSuffix(before, end) {
			return true
		}
	}
	return strings.HasSuffix(strings.TrimRight(before, ` nrt\`), "{") || strings.HasSuffix(strings.TrimRight(before, ` nrt\`), ",")
}
