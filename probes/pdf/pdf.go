// Package pdf validates a PDF as the customer's reader would: whether it opens, how many pages it has, and their text.
//
// It exists because a site that prints can answer 200 with a damaged or empty file: a journey must open its download.
// Both libraries may panic on a damaged file, so their calls are isolated here.
package pdf

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	text "github.com/ledongthuc/pdf"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
)

func init() {
	api.DisableConfigDir() // pdfcpu would otherwise write to the user's home
}

// A Document is the content of a PDF.
type Document struct {
	Pages int
	Text  string // of all pages, in order, white space collapsed
}

// Read opens a PDF. The error is worded for a report: not a PDF, truncated, encrypted, empty.
func Read(data []byte) (Document, error) {
	if !bytes.HasPrefix(data, []byte("%PDF-")) {
		return Document{}, fmt.Errorf("it is not a PDF: it begins with %q", start(data))
	}
	conf := model.NewDefaultConfiguration()
	conf.ValidationMode = model.ValidationRelaxed
	conf.Offline = true
	if err := validate(data, conf); err != nil {
		return Document{}, fmt.Errorf("it is not a valid PDF: %w", err)
	}
	pages, err := api.PageCount(bytes.NewReader(data), conf)
	if err != nil {
		return Document{}, fmt.Errorf("its pages cannot be counted: %w", err)
	}
	if pages == 0 {
		return Document{}, fmt.Errorf("it has no pages")
	}
	words, err := extract(data)
	if err != nil {
		return Document{}, fmt.Errorf("its text cannot be read: %w", err)
	}
	return Document{Pages: pages, Text: words}, nil
}

// Lacks returns the words that are not in the document.
func (d Document) Lacks(words ...string) []string {
	var lacking []string
	for _, w := range words {
		if !strings.Contains(d.Text, strings.Join(strings.Fields(w), " ")) {
			lacking = append(lacking, w)
		}
	}
	return lacking
}

func start(data []byte) string { return string(data[:min(len(data), 24)]) }

// validate and extract convert a panic into an error: both libraries can panic on a damaged file.
func validate(data []byte, conf *model.Configuration) (err error) {
	defer rescue(&err)
	return api.Validate(bytes.NewReader(data), conf)
}

func extract(data []byte) (_ string, err error) {
	defer rescue(&err)
	r, err := text.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "", err
	}
	plain, err := r.GetPlainText()
	if err != nil {
		return "", err
	}
	all, err := io.ReadAll(plain)
	return strings.Join(strings.Fields(string(all)), " "), err
}

func rescue(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("it is damaged: %v", p)
	}
}
