// Package mask hides secrets in whatever a run leaves behind: errors, requests, pages, files.
//
// It exists so that there is one rule for every place: a text is masked by the values of the run's secrets, in any encoding,
// and by the names of fields that usually hold a secret which the run does not know, such as a session's cookie.
package mask

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// A Mask hides the secrets that a run has used. It recognizes each of them in any mixture of the encodings that unit knows, in
// base64 and in hexadecimal. It is safe for concurrent use; the zero value knows no secret.
type Mask struct {
	mu      sync.RWMutex
	secrets []secret
	parts   []string  // of secrets, too short to be masked wherever they stand
	first   [256]bool // bytes at which a secret may start
	least   int       // digits of base64 that the shortest secret takes, at least
}

type secret struct {
	value, label string
	letters      string // of the value, or of its bytes in UTF-16
	pattern      []rune // the letters, folded
}

// MinSecret is the shortest length of a secret, in bytes. A shorter one would match, and mask, unrelated text.
const MinSecret = 4

// Add masks value from now on; name is shown in its place.
func (m *Mask) Add(name, value string) { m.add(value, "[secret "+name+"]") }

// AddPart masks a text that is a part of a secret, as when a password is typed into several fields. One that is shorter than
// MinSecret is masked only where it is all of a field. Any other text changes nothing, and is reported as none.
func (m *Mask) AddPart(text string) bool {
	m.mu.RLock()
	label := ""
	for _, s := range m.secrets {
		if text != "" && text != s.value && strings.Contains(s.value, text) {
			label = strings.Replace(s.label, "[secret ", "[part of the secret ", 1)
			break
		}
	}
	m.mu.RUnlock()
	switch {
	case label == "":
		return false
	case len(text) >= MinSecret:
		m.add(text, label)
	default:
		m.mu.Lock()
		defer m.mu.Unlock()
		if !slices.Contains(m.parts, text) {
			m.parts = append(m.parts, text)
		}
	}
	return true
}

func (m *Mask) add(value, label string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if value == "" || slices.ContainsFunc(m.secrets, func(s secret) bool { return s.value == value }) {
		return
	}
	if digits := len(value) * 8 / 6; m.least == 0 || digits < m.least {
		m.least = digits
	}
	for _, letters := range append(wide(value), value) {
		for _, pattern := range patterns(letters) {
			m.secrets = append(m.secrets, secret{value, label, letters, pattern})
			m.start(pattern[0])
		}
	}
	slices.SortStableFunc(m.secrets, func(a, b secret) int { return len(b.value) - len(a.value) })
}

// Forms are the secrets as a page may show or hold them, to locate them on it, and the short parts of them.
func (m *Mask) Forms() []string {
	m.mu.RLock()
	defer m.mu.RUnlock()
	forms := []string{}
	for _, s := range m.secrets {
		forms = append(forms, encodings(s.value)...)
	}
	slices.Sort(forms)
	return append(slices.Compact(forms), m.parts...)
}

// Has reports whether s contains a secret in any encoding.
func (m *Mask) Has(s string) bool { return len(m.find([]byte(s))) > 0 }

// Text replaces each secret in s by its name, and the values of fields with the names of secrets by "[hidden]".
func (m *Mask) Text(s string) string {
	data := []byte(s)
	found := m.find(data)
	if len(found) == 0 {
		return Fields(s)
	}
	var out strings.Builder
	at := 0
	for _, f := range found {
		out.Write(data[at:f.from])
		out.WriteString(f.label)
		at = f.to
	}
	out.Write(data[at:])
	return Fields(out.String())
}

// Overwrite replaces each secret in data by asterisks of the same length, so that a file of any format stays readable.
func (m *Mask) Overwrite(data []byte) []byte {
	found := m.find(data)
	if len(found) == 0 {
		return data
	}
	data = bytes.Clone(data)
	for _, f := range found {
		for i := f.from; i < f.to; i++ {
			data[i] = '*'
		}
	}
	return data
}

// File masks a file of evidence by its content, since the site chooses the names of downloads.
func (m *Mask) File(name string, data []byte) []byte {
	switch strings.ToLower(path.Ext(name)) {
	case ".txt", ".html", ".har", ".json":
		if utf8.Valid(data) && !bytes.ContainsRune(data, 0) {
			return []byte(m.Text(string(data)))
		}
	}
	return m.Overwrite(data)
}

// Value masks the value of a field: whole if the field's name is that of a secret.
func (m *Mask) Value(name, value string) string {
	if value != "" && IsSecretName(name) {
		return Hidden
	}
	return m.Text(value)
}

// Split reports which of the values of a form, in order, are parts that make up a secret together.
func (m *Mask) Split(values []string) []bool {
	m.mu.RLock()
	defer m.mu.RUnlock()
	hidden := make([]bool, len(values))
	for _, s := range m.secrets {
		for i := range values {
			whole := ""
			for j := i; j < len(values) && len(whole) < len(s.value) && strings.HasPrefix(s.value, whole); j++ {
				if whole += values[j]; whole == s.value {
					for k := i; k <= j; k++ {
						hidden[k] = hidden[k] || values[k] != ""
					}
				}
			}
		}
	}
	return hidden
}
