package mask

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// encodings are the common forms in which a page may show or hold a secret.
func encodings(value string) []string {
	escaped, _ := json.Marshal(value) // marshalling a string cannot fail
	var plain bytes.Buffer
	enc := json.NewEncoder(&plain)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(value)
	all := []string{
		value,
		url.QueryEscape(value), strings.ReplaceAll(url.QueryEscape(value), "+", "%20"), url.PathEscape(value),
	}
	for _, s := range []string{value, unquoted(escaped), unquoted(plain.Bytes())} { // JSON may be embedded in HTML
		all = append(all, s)
		for _, quote := range []string{`"`, "&quot;", "&#34;"} {
			for _, apostrophe := range []string{"'", "&#39;", "&apos;", "&#x27;"} {
				all = append(all, strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, quote, "'", apostrophe).Replace(s))
			}
		}
	}
	all = append(all, base64Forms(value)...)
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(s string) bool { return len(s) < MinSecret })
}

// unquoted is a JSON string without its quotes.
func unquoted(quoted []byte) string {
	s := strings.TrimSpace(string(quoted))
	return s[1 : len(s)-1]
}

// base64Forms are the invariant parts of a secret's base64 at each of the three offsets at which it may start, such as
// inside "user:password".
func base64Forms(value string) []string {
	var all []string
	for before := range 3 {
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := enc.EncodeToString([]byte(strings.Repeat("\x00", before) + value))
			first := []int{0, 2, 3}[before]               // characters with bits of the preceding text
			last := (before + len(value)) * 8 / 6         // characters with bits of the following text
			if last-first >= max(MinSecret, len(value)) { // shorter than the secret itself: too likely by chance
				all = append(all, text[first:last])
			}
		}
	}
	return all
}
