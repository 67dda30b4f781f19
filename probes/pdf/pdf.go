// Package pdf judges a PDF as the customer's reader does: whether it opens, its pages, and the words on them.
//
// It exists because a site that prints can answer 200 with a damaged or empty file: a journey must open its download. PDFium
// reads it, the engine of Chrome's own reader, in a sandbox: no file can crash the probe, fill its memory or stop it.
package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/klippa-app/go-pdfium"
	pdferrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/requests"

	"valkyrie/probes/journey"
)

// A Document is the content of a PDF.
type Document struct {
	Pages     int
	Text      string  // of all Sheets, in order, folded as Lacks does it
	Sheets    []Sheet // its first pages, as many as Reader.MaxPages and Reader.Limit allow
	Encrypted bool    // it forbids copying or changing; readers open it nonetheless
	Repaired  bool    // its table of contents was damaged; readers repair it silently

	reader Reader
	data   []byte
}

// A Sheet is one page of a document. (A Page is a notification to a person.)
type Sheet struct {
	Width, Height float64 // as shown, in points of 1/72 inch; A4 is 595 x 842
	Rotation      int     // degrees clockwise: 0, 90, 180 or 270
	Text          string  // with the fields and stamps that are shown on it
	Links         []string
	Fields        []Field
	Fonts         []Font

	breaks lineBreaks
}

// A Field is a form field.
type Field struct {
	Name, Value string
	Checked     bool // of a checkbox or a radio button
}

// A Font is used by a text on a sheet. One that is not embedded looks different, or not at all, on another machine.
type Font struct {
	Name     string
	Embedded bool
}

// A Reader reads PDFs. The zero value has the defaults.
type Reader struct {
	Password string // of a document that asks for one
	// Limit is for one document, without PDFium's own start; 0: 8 s, or the end of the context. After half of it no further
	// page is begun, so that a long document is read in part: see Document.Sheets.
	Limit    time.Duration
	MaxPages int // how many pages are read; 0: 500. Document.Pages counts all
}

func (r Reader) limit() time.Duration {
	if r.Limit == 0 {
		return DefaultLimit
	}
	return r.Limit
}

// The defaults of a Reader.
const (
	DefaultLimit    = 8 * time.Second
	DefaultMaxPages = 500
)

// Open reads a PDF for a step, and attaches a picture of its first page. A document that a customer cannot open fails the
// step; a PDFium that does not start breaks it.
func Open(t *journey.T, data []byte) Document {
	_, err := start() // once in a process, and no customer's wait
	began := time.Now()
	var doc Document
	if err == nil {
		doc, err = Reader{}.Read(t.Context(), data)
	}
	t.Waited(time.Since(began))
	var ours *ProbeFault
	switch {
	case errors.As(err, &ours):
		t.Brokenf("the PDF was not read: %v", err)
	case err != nil:
		t.Failf("the customer cannot open the PDF: %v", err)
	}
	doc.Attach(t, 1)
	return doc
}

// Attach adds a picture of a page, counted from 1, to the evidence of a run that fails.
func (d Document) Attach(t *journey.T, page int) {
	name := fmt.Sprintf("page-%d.png", page)
	t.Attach("picture", name, func(ctx context.Context) ([]byte, error) {
		if shown := d.Sheet(page).Text; t.Mask().Has(shown) {
			return nil, fmt.Errorf("create %s: the page shows a secret", name)
		}
		return d.Picture(ctx, page)
	})
}

// Read opens a PDF with the defaults. The error is worded for a report: not a PDF, damaged, asking for a password, empty. A
// ProbeFault says that the PDF was not judged.
func Read(data []byte) (Document, error) { return Reader{}.Read(context.Background(), data) }

// Read opens a PDF within ctx and the reader's limits.
func (r Reader) Read(ctx context.Context, data []byte) (Document, error) {
	if !bytes.Contains(data[:min(len(data), headerWithin)], []byte("%PDF-")) {
		return Document{}, fmt.Errorf("it is not a PDF: it begins with %q", data[:min(len(data), 24)])
	}
	doc := Document{reader: r, data: data}
	err := r.with(ctx, data, doc.read)
	switch {
	case err != nil:
		return Document{}, err
	case doc.Pages == 0:
		return Document{}, errors.New("it has no pages")
	}
	texts := make([]string, len(doc.Sheets))
	for i, s := range doc.Sheets {
		texts[i] = s.Text
	}
	doc.Text = strings.Join(strings.Fields(strings.Join(texts, " ")), " ")
	return doc, nil
}

// headerWithin is where readers look for the header: a warning of PHP or a byte order mark before it does no harm.
const headerWithin = 1024

// with opens data in the sandbox and calls do.
func (r Reader) with(ctx context.Context, data []byte, do func(opened) error) error {
	err := sandboxed(ctx, r.limit(), func(p pdfium.Pdfium) error {
		asked := requests.OpenDocument{File: &data}
		if r.Password != "" {
			asked.Password = &r.Password
		}
		d, err := p.OpenDocument(&asked)
		if err != nil {
			return err
		}
		return do(opened{p, d.Document})
	})
	var ours *ProbeFault
	switch {
	case err == nil || errors.As(err, &ours):
		return err
	case errors.Is(err, pdferrors.ErrPassword) && r.Password != "":
		return errors.New("it is not a valid PDF with this password: it refuses it")
	case errors.Is(err, pdferrors.ErrPassword):
		return errors.New("it is not a valid PDF without its password: it asks for one; give it as Reader.Password")
	case errors.Is(err, pdferrors.ErrSecurity):
		return errors.New("it is not a valid PDF: readers do not know its encryption")
	case errors.Is(err, pdferrors.ErrFormat), errors.Is(err, pdferrors.ErrFile), errors.Is(err, pdferrors.ErrUnknown):
		return errors.New("it is not a valid PDF: it is damaged beyond repair")
	case ctx.Err() != nil:
		return fmt.Errorf("it was not read to its end: %w", err)
	}
	return fmt.Errorf("it is not a valid PDF: %w", err)
}
