package pdf_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/go-pdf/fpdf"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"

	"valkyrie/probes/pdf"
)

// paper returns a PDF with a page for each text.
func paper(t *testing.T, texts ...string) []byte {
	t.Helper()
	doc := fpdf.New("P", "mm", "A4", "")
	doc.SetFont("Helvetica", "", 12)
	for _, text := range texts {
		doc.AddPage()
		doc.Cell(40, 10, text)
	}
	var out bytes.Buffer
	if err := doc.Output(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestRead(t *testing.T) {
	doc, err := pdf.Read(paper(t, "otter kiwi", "fox"))
	if err != nil {
		t.Fatal(err)
	}
	if doc.Pages != 2 {
		t.Errorf("%d pages, want 2", doc.Pages)
	}
	if lacking := doc.Lacks("otter  kiwi", "fox", "heron"); strings.Join(lacking, ",") != "heron" {
		t.Errorf("lacks %q, want heron", lacking)
	}
}

func TestReadRefuses(t *testing.T) {
	whole := paper(t, "otter")
	for name, c := range map[string]struct {
		data  []byte
		words string
	}{
		"nothing":         {nil, `it is not a PDF: it begins with ""`},
		"HTML":            {[]byte("<!doctype html><h1>Sorry"), `it begins with "<!doctype html><h1>Sorry"`},
		"cut in the half": {whole[:len(whole)/2], "it is not a valid PDF"},
		"its head alone":  {whole[:20], "it is not a valid PDF"},
		"encrypted":       {encrypted(t, whole), "it is not a valid PDF"},
		"garbage inside":  {append(append([]byte{}, whole[:200]...), bytes.Repeat([]byte("\x00<<"), 500)...), "it is not a valid PDF"},
	} {
		if _, err := pdf.Read(c.data); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: got %v, want %q", name, err, c.words)
		}
	}
}

// encrypted returns data protected by a password.
func encrypted(t *testing.T, data []byte) []byte {
	t.Helper()
	conf := model.NewAESConfiguration("customer", "owner", 256)
	var out bytes.Buffer
	if err := api.Encrypt(bytes.NewReader(data), &out, conf); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// FuzzRead checks that Read returns for any input.
func FuzzRead(f *testing.F) {
	f.Add([]byte("%PDF-1.4\n%%EOF"))
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := pdf.Read(data)
		if err == nil && doc.Pages < 1 {
			t.Errorf("a good PDF of %d pages", doc.Pages)
		}
	})
}
