package journey

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// A Mask hides the secrets that a run has used in everything it leaves behind. It knows each secret in plain text and as
// encoded in an address, a form, JSON, HTML and base64. It is safe for concurrent use.
type Mask struct {
	mu     sync.RWMutex
	values []string // in plain text
	forms  []form   // longest first, for secrets that contain others
}

type form struct{ text, label string }

// MinSecret is the shortest length of a secret. A shorter one would match, and mask, unrelated text.
const MinSecret = 4

// Add masks value from now on; name is shown in its place.
func (m *Mask) Add(name, value string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if value == "" || slices.Contains(m.values, value) {
		return
	}
	m.values = append(m.values, value)
	for _, looks := range encodings(value) {
		m.forms = append(m.forms, form{looks, "[secret " + name + "]"})
	}
	slices.SortStableFunc(m.forms, func(a, b form) int { return len(b.text) - len(a.text) })
}

// Forms are the secrets in all their encodings, to locate them on a page.
func (m *Mask) Forms() []string {
	m.mu.RLock()
	defer m.mu.RUnlock()
	looks := []string{}
	for _, f := range m.forms {
		looks = append(looks, f.text)
	}
	return looks
}

// Text replaces each secret in s by its name.
func (m *Mask) Text(s string) string {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, f := range m.forms {
		s = strings.ReplaceAll(s, f.text, f.label)
	}
	return s
}

// Overwrite replaces each secret in data by asterisks of the same length, so that a file of any format stays readable.
func (m *Mask) Overwrite(data []byte) []byte {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, f := range m.forms {
		data = bytes.ReplaceAll(data, []byte(f.text), bytes.Repeat([]byte("*"), len(f.text)))
	}
	return data
}

// encodings are the forms in which a secret may be written.
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
