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

// A Mask hides the secrets that a run has used, in whatever it leaves behind. It knows each secret as it is, and as it
// looks in an address, in a form, in JSON, in HTML and in base64. It may be used by several goroutines.
type Mask struct {
	mu     sync.RWMutex
	values []string // as they are
	forms  []form   // longest first, so that a secret inside another one does not spoil it
}

type form struct{ looks, shown string }

// MinSecret is how short a secret may be. A shorter one would be found, and masked, all over the place.
const MinSecret = 4

// Add has value hidden from now on; name is what is shown in its place.
func (m *Mask) Add(name, value string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if value == "" || slices.Contains(m.values, value) {
		return
	}
	m.values = append(m.values, value)
	for _, looks := range disguises(value) {
		m.forms = append(m.forms, form{looks, "[secret " + name + "]"})
	}
	slices.SortStableFunc(m.forms, func(a, b form) int { return len(b.looks) - len(a.looks) })
}

// Looks are the secrets in all their forms. They are for finding where on a page one is shown, and for nothing else.
func (m *Mask) Looks() []string {
	m.mu.RLock()
	defer m.mu.RUnlock()
	looks := []string{}
	for _, f := range m.forms {
		looks = append(looks, f.looks)
	}
	return looks
}

// Text is s with each secret replaced by its name.
func (m *Mask) Text(s string) string {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, f := range m.forms {
		s = strings.ReplaceAll(s, f.looks, f.shown)
	}
	return s
}

// Blot is data with each secret overwritten, and every other byte where it was, so that a file of any format can still
// be opened.
func (m *Mask) Blot(data []byte) []byte {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, f := range m.forms {
		data = bytes.ReplaceAll(data, []byte(f.looks), bytes.Repeat([]byte("*"), len(f.looks)))
	}
	return data
}

// disguises are the ways in which a secret may be written.
func disguises(value string) []string {
	escaped, _ := json.Marshal(value) // a string always can be
	var plain bytes.Buffer
	enc := json.NewEncoder(&plain)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(value)
	all := []string{
		value,
		url.QueryEscape(value), strings.ReplaceAll(url.QueryEscape(value), "+", "%20"), url.PathEscape(value),
	}
	for _, s := range []string{value, inner(escaped), inner(plain.Bytes())} { // JSON may stand inside of HTML
		all = append(all, s)
		for _, quote := range []string{`"`, "&quot;", "&#34;"} {
			for _, apostrophe := range []string{"'", "&#39;", "&apos;", "&#x27;"} {
				all = append(all, strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, quote, "'", apostrophe).Replace(s))
			}
		}
	}
	all = append(all, inBase64(value)...)
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(s string) bool { return len(s) < MinSecret })
}

// inner is a JSON string without its quotes.
func inner(quoted []byte) string {
	s := strings.TrimSpace(string(quoted))
	return s[1 : len(s)-1]
}

// inBase64 is what stays the same of a secret in base64, at each of the three places where it may begin: inside
// "user:password", for one.
func inBase64(value string) []string {
	var all []string
	for before := range 3 {
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := enc.EncodeToString([]byte(strings.Repeat("\x00", before) + value))
			first := []int{0, 2, 3}[before]               // the characters that hold bits of what stands before it
			last := (before + len(value)) * 8 / 6         // and those that hold bits of what follows
			if last-first >= max(MinSecret, len(value)) { // shorter than the secret itself: too likely by chance
				all = append(all, text[first:last])
			}
		}
	}
	return all
}
