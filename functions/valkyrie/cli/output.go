package cli

import (
	"encoding/json"
	"fmt"
	"io"
)

// WriteJSON writes a value as one line of JSON.
func WriteJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// Prefixed returns s behind a prefix, or "" when s is empty.
func Prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// Milliseconds formats a duration for people: 1234 ms, 12.3 s.
func Milliseconds(ms int64) string {
	if ms < 10_000 {
		return fmt.Sprintf("%d ms", ms)
	}
	return fmt.Sprintf("%.1f s", float64(ms)/1000)
}
