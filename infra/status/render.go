package status

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"time"
	"unicode"
	"unicode/utf8"
)

//go:embed page.html
var pageHTML string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"rfc":     func(t time.Time) string { return t.Format(time.RFC3339) },
	"clock":   func(t time.Time) string { return t.Format("2 January 2006, 15:04:05 UTC") },
	"capital": capitalize,
}).Parse(pageHTML))

func capitalize(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// A File is a file to publish.
type File struct {
	Name, ContentType string
	Data              []byte
}

// Files returns the page, the JSON and the feed. The page comes last, so that its links resolve.
func (p Page) Files() ([]File, error) {
	data, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("render status.json: %w", err)
	}
	feed, err := p.feed()
	if err != nil {
		return nil, fmt.Errorf("render incidents.atom: %w", err)
	}
	var page bytes.Buffer
	if err := pageTemplate.Execute(&page, p); err != nil {
		return nil, fmt.Errorf("render index.html: %w", err)
	}
	return []File{
		{"status.json", "application/json", append(data, '\n')},
		{feedName, "application/atom+xml", feed},
		{"index.html", "text/html; charset=utf-8", page.Bytes()},
	}, nil
}
