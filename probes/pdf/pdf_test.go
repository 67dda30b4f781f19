package pdf_test

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-pdf/fpdf"
	"github.com/google/go-cmp/cmp"

	"valkyrie/infra/slowdown"
	"valkyrie/probes/journey"
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
	return printed(t, doc)
}

func printed(t *testing.T, doc *fpdf.Fpdf) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := doc.Output(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func read(t *testing.T, data []byte) pdf.Document {
	t.Helper()
	doc, err := patient.Read(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// patient has a limit for a busy machine.
var patient = pdf.Reader{Limit: time.Minute}

func TestRead(t *testing.T) {
	doc := read(t, paper(t, "otter kiwi", "fox"))
	if doc.Pages != 2 {
		t.Errorf("%d pages, want 2", doc.Pages)
	}
	if lacking := doc.Lacks("otter  kiwi", "fox", "heron"); strings.Join(lacking, ",") != "heron" {
		t.Errorf("lacks %q, want heron", lacking)
	}
	if lacking := doc.Sheet(2).Lacks("otter", "fox"); strings.Join(lacking, ",") != "otter" {
		t.Errorf("page 2 lacks %q, want otter", lacking)
	}
	if lacking := doc.Sheet(3).Lacks("fox"); len(lacking) != 1 {
		t.Errorf("page 3 of 2 lacks %q, want fox", lacking)
	}
}

// TestCases reads the PDFs of public reports.
func TestCases(t *testing.T) {
	for _, c := range cases {
		reader := patient
		reader.Limit = slowdown.Scale(reader.Limit)
		if c.want == "returns" {
			reader = pdf.Reader{Limit: time.Second}
		}
		doc, err := reader.Read(t.Context(), c.data())
		lacking := doc.Lacks("otter kiwi")
		pages, countPages := strings.CutPrefix(c.want, "pages: ")
		refusal, refused := strings.CutPrefix(c.want, "error: ")
		ok := true
		switch {
		case refused:
			ok = err != nil && strings.Contains(err.Error(), refusal)
		case countPages:
			ok = err == nil && strconv.Itoa(doc.Pages) == pages
		case c.want == "lacks":
			ok = err == nil && len(lacking) == 1
		case c.want == "":
			ok = err == nil && len(lacking) == 0
		}
		if !ok {
			t.Errorf("%s: want %q, got %d pages, %q, %v", c.name, c.want, doc.Pages, doc.Text[:min(len(doc.Text), 60)], err)
		}
	}
}

// TestPrograms reads what common programs print: Chrome, jsPDF, PDFKit and pdf-lib.
func TestPrograms(t *testing.T) {
	for name, words := range map[string][]string{
		"chrome-print": {"Animals 2026", "first office fluffy", "Zoë Müller", "total 1 234,50 €", "SPACED TITLE", "second paragraph here that wraps over several lines"},
		"jspdf":        {"Animals 2026: otter kiwi", "first office fluffy"},
		"pdfkit":       {"Animals 2026: otter kiwi", "first office fluffy"},
		"pdflib-form":  {"otter kiwi", "second line here", "filled words"},
		"irt-self":     {"otter kiwi"}, "cycle-devicen-of-itself": {"otter kiwi"}, "cycle-tiling-pattern-uses-itself": {"otter kiwi"},
	} {
		doc := read(t, kept(name+".pdf")())
		if lacking := doc.Lacks(words...); lacking != nil || doc.Pages != 1 {
			t.Errorf("%s: lacks %q in %q", name, lacking, doc.Text)
		}
		if _, err := doc.Picture(t.Context(), 1); err != nil {
			t.Errorf("%s: %v", name, err)
		}
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
		"cut in the half": {whole[:len(whole)/2], "it is not a valid PDF: it is damaged beyond repair"},
		"its head alone":  {whole[:20], "it is not a valid PDF"},
		"a password":      {kept("user-aes256.pdf")(), "it is not a valid PDF without its password"},
		"garbage inside":  {append(append([]byte{}, whole[:200]...), bytes.Repeat([]byte("\x00<<"), 500)...), "it is not a valid PDF"},
	} {
		if _, err := patient.Read(t.Context(), c.data); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: got %v, want %q", name, err, c.words)
		}
	}
}

func TestPassword(t *testing.T) {
	secret := kept("user-aes256.pdf")()
	doc, err := pdf.Reader{Password: "customer", Limit: time.Minute}.Read(t.Context(), secret)
	if err != nil || !doc.Encrypted || doc.Lacks("otter kiwi") != nil {
		t.Errorf("with its password: %v, encrypted %v, %q", err, doc.Encrypted, doc.Text)
	}
	_, err = pdf.Reader{Password: "sesame", Limit: time.Minute}.Read(t.Context(), secret)
	if err == nil || !strings.Contains(err.Error(), "refuses it") || strings.Contains(err.Error(), "sesame") {
		t.Errorf("with another: %v", err)
	}
	if doc := read(t, kept("owner-aes256.pdf")()); !doc.Encrypted {
		t.Error("a document that forbids copying is not reported as encrypted")
	}
	if doc := read(t, paper(t, "otter")); doc.Encrypted || doc.Repaired {
		t.Errorf("a plain document: encrypted %v, repaired %v", doc.Encrypted, doc.Repaired)
	}
}

// TestSheet reads sizes, rotation, links, fields and fonts.
func TestSheet(t *testing.T) {
	doc := fpdf.New("L", "mm", "A5", "")
	doc.SetFont("Helvetica", "", 12)
	doc.AddPage()
	doc.CellFormat(40, 10, "shop", "", 0, "", false, 0, "https://shop.example/orders")
	doc.Text(20, 60, "or see https://help.example/contact for help")
	got := read(t, printed(t, doc)).Sheet(1)
	if w, h := int(got.Width+.5), int(got.Height+.5); w != 595 || h != 421 || got.Rotation != 0 {
		t.Errorf("A5 across is %d x %d, turned by %d; want 595 x 421, 0", w, h, got.Rotation)
	}
	if diff := cmp.Diff([]string{"https://shop.example/orders", "https://help.example/contact"}, got.Links); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]pdf.Font{{Name: "Helvetica"}}, got.Fonts); diff != "" {
		t.Errorf("fonts (-want +got):\n%s", diff)
	}
	turned := read(t, bytes.Replace(page(simple, ""), []byte("/MediaBox[0 0 300 300]"), []byte("/Rotate 90/MediaBox[0 0 300 500]"), 1)).Sheet(1)
	if turned.Width != 500 || turned.Height != 300 || turned.Rotation != 90 {
		t.Errorf("a turned page is %v x %v, turned by %d", turned.Width, turned.Height, turned.Rotation)
	}
	form := read(t, kept("pdflib-form.pdf")()).Sheet(1)
	if len(form.Fields) == 0 || form.Fields[0].Name == "" || form.Fields[0].Value != "filled words" {
		t.Errorf("fields %+v, want the filled words", form.Fields)
	}
	chrome := read(t, kept("chrome-print.pdf")()).Sheet(1)
	if len(chrome.Fonts) == 0 || !chrome.Fonts[0].Embedded {
		t.Errorf("Chrome embeds its fonts; got %+v", chrome.Fonts)
	}
}

func TestPicture(t *testing.T) {
	doc := read(t, paper(t, "otter", "fox"))
	drawn, err := doc.Picture(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(drawn))
	if err != nil {
		t.Fatal(err)
	}
	dark := 0
	for x := range img.Bounds().Dx() {
		for y := range img.Bounds().Dy() {
			if r, _, _, _ := img.At(x, y).RGBA(); r < 0x8000 {
				dark++
			}
		}
	}
	if s := img.Bounds().Size(); s.Y != 1000 || s.X < 700 || dark < 50 {
		t.Errorf("the picture has %v, %d dark pixels", s, dark)
	}
	if _, err := doc.Picture(t.Context(), 3); err == nil || !strings.Contains(err.Error(), "the document has 2") {
		t.Errorf("page 3 of 2: %v", err)
	}
}

// soft is a font whose hyphen is a soft one in its text.
var (
	soft   = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 7 0 R>>"
	toSoft = stream("", "begincmap 1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfchar <2d> <00ad> endbfchar endcmap")
)

// TestWords folds what a reader sees as the same.
func TestWords(t *testing.T) {
	for name, c := range map[string]struct{ content, has, lacks string }{
		"two lines":              {"BT /F1 12 Tf 20 100 Td (otter) Tj 0 -14 Td (kiwi) Tj ET", "otter kiwi", "otterkiwi"},
		"divided at a line end":  {"BT /F1 12 Tf 20 100 Td (the exam-) Tj 0 -14 Td (ple here) Tj ET", "the example here", "exam ple"},
		"compound at a line end": {"BT /F1 12 Tf 20 100 Td (a well-) Tj 0 -14 Td (known fox) Tj ET", "a well-known fox", "well known"},
		"soft hyphen inside":     {"BT /F1 12 Tf 20 100 Td (ex) Tj /F2 12 Tf (-) Tj /F1 12 Tf (ample) Tj ET", "example", "ex-ample"},
		"no-break space":         {"BT /F1 12 Tf 20 100 Td (1\\240234 EUR) Tj ET", "1 234 EUR", "1234"},
		"letters set apart":      {"BT /F1 12 Tf 8 Tc 20 100 Td (OTTER) Tj ET", "OTTER", "HERON"},
		"letters far apart":      {"BT /F1 12 Tf 20 Tc 20 100 Td (OTTER) Tj ET", "OTTER", "HERON"},
		"digits set apart":       {"BT /F1 12 Tf 20 100 Td (1) Tj 20 0 Td (23) Tj ET", "1 23", "123"},
		"part of a word":         {"BT /F1 12 Tf 20 100 Td (otter kiwi) Tj ET", "ott", "rkiw"},
	} {
		doc := read(t, bytes.Replace(page(c.content, "", soft, toSoft), []byte("<</F1 5 0 R>>"), []byte("<</F1 5 0 R/F2 6 0 R>>"), 1))
		if lacking := doc.Lacks(c.has, c.lacks); strings.Join(lacking, "|") != c.lacks {
			t.Errorf("%s: %q lacks %q; want %q alone", name, doc.Text, lacking, c.lacks)
		}
	}
	if doc := read(t, page("BT /F1 12 Tf 20 100 Td (of\\256ce) Tj ET", "")); doc.Lacks("of®ce") != nil { // 256 octal is ®
		t.Errorf("%q", doc.Text)
	}
}

// TestMaxPages: of a long document the count is exact, and the words say how far they were looked for.
func TestMaxPages(t *testing.T) {
	doc, err := pdf.Reader{Limit: time.Minute, MaxPages: 2}.Read(t.Context(), paper(t, "otter", "kiwi", "fox"))
	if err != nil || doc.Pages != 3 || len(doc.Sheets) != 2 {
		t.Fatalf("%v, %d pages, %d read", err, doc.Pages, len(doc.Sheets))
	}
	if got := strings.Join(doc.Lacks("otter", "fox"), ","); got != "fox (on the first 2 of 3 pages)" {
		t.Errorf("lacks %q", got)
	}
}

// TestLong: a document with too many pages for the limit is read in part, and its words say so.
func TestLong(t *testing.T) {
	texts := make([]string, 400)
	for i := range texts {
		texts[i] = strings.Repeat("otter kiwi fox ", 20)
	}
	doc, err := pdf.Reader{Limit: slowdown.Scale(800 * time.Millisecond), MaxPages: 400}.Read(t.Context(), paper(t, append(texts, "heron")...))
	if err != nil || doc.Pages != 401 || len(doc.Sheets) == 0 {
		t.Fatalf("%v, %d pages, %d read", err, doc.Pages, len(doc.Sheets))
	}
	if got := doc.Lacks("otter", "heron"); len(got) != 1 || !strings.Contains(got[0], "heron (on the first ") {
		t.Errorf("lacks %q", got)
	}
}

// TestLimit: a document that takes too long, or whose context ends, yields an error, and the next one is read.
func TestLimit(t *testing.T) {
	endless := page(strings.Repeat("<</a ", 1000000), "")
	if _, err := (pdf.Reader{Limit: 20 * time.Millisecond}).Read(t.Context(), endless); err == nil || !strings.Contains(err.Error(), "a reader needs more than 20ms") {
		t.Errorf("over its limit: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var ours *pdf.ProbeFault
	if _, err := patient.Read(ctx, endless); !errors.As(err, &ours) {
		t.Errorf("before its start: %v", err)
	}
	read(t, paper(t, "otter"))
}

// TestConcurrent: more documents than readers, among them a bomb, whose memory is given back.
func TestConcurrent(t *testing.T) {
	read(t, paper(t, "otter"))
	var all sync.WaitGroup
	all.Go(func() {
		if _, err := (pdf.Reader{Limit: time.Second}).Read(t.Context(), bomb()); err == nil {
			t.Error("the bomb was read")
		}
	})
	for range 6 {
		all.Go(func() {
			if doc, err := patient.Read(t.Context(), page(simple, "")); err != nil || doc.Lacks("otter kiwi") != nil {
				t.Errorf("%v %q", err, doc.Text)
			}
		})
	}
	all.Wait()
	debug.FreeOSMemory()
	if mb := resident(t) >> 20; mb > 400 {
		t.Errorf("after the bomb %d MB are held", mb)
	}
}

// resident is the memory of this process, bytes.
func resident(t *testing.T) int {
	t.Helper()
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip(err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(data))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}

// TestStart: it starts PDFium, and ends with its context.
func TestStart(t *testing.T) {
	if err := pdf.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("no time"))
	if err := pdf.Start(ctx); err == nil || err.Error() != "start PDFium: no time; give the probe more CPU" {
		t.Error(err)
	}
}

// TestOpen: a damaged document fails the step, and a failed step leaves a picture of the page unless it shows a secret.
func TestOpen(t *testing.T) {
	for name, c := range map[string]struct {
		data    []byte
		want    journey.Outcome
		words   string
		picture journey.Evidence
	}{
		"good":    {paper(t, "otter"), journey.Passed, "", journey.Evidence{}},
		"lacking": {paper(t, "fox"), journey.Failed, "lacks otter", journey.Evidence{Kind: "picture", Path: "page-1.png"}},
		"secret":  {paper(t, "sesame fox"), journey.Failed, "lacks otter", journey.Evidence{Kind: "picture", Missing: "create page-1.png: the page shows a secret"}},
		"damaged": {[]byte("%PDF-1.4"), journey.Failed, "the customer cannot open the PDF: it is not a valid PDF", journey.Evidence{}},
	} {
		secrets := func(string) (string, error) { return "sesame", nil }
		runner := journey.Runner{Stage: journey.Stage{Secrets: secrets}, Evidence: files{}}
		run := runner.Run(t.Context(), journey.Journey{Name: "read", Secrets: []string{"shop-password"}, Steps: []journey.Step{{Name: "read", Limit: time.Minute, Do: func(s *journey.T) {
			s.Secret("shop-password")
			if pdf.Open(s, c.data).Lacks("otter") != nil {
				s.Failf("it lacks otter")
			}
		}}}}, time.Now())
		if run.Outcome != c.want || !strings.Contains(run.Error, c.words) {
			t.Errorf("%s: %v", name, run)
		}
		if len(run.Evidence) > 0 && run.Evidence[0] != c.picture || len(run.Evidence) == 0 && c.picture != (journey.Evidence{}) {
			t.Errorf("%s: evidence %v", name, run.Evidence)
		}
	}
}

// files keeps nothing.
type files struct{}

func (files) Save(_ journey.Run, name string, _ []byte) (string, error) { return name, nil }

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
