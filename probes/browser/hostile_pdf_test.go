package browser_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-pdf/fpdf"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
	"valkyrie/probes/pdf"
)

// pdfRows return something other than the expected PDF.
var pdfRows = map[string]row{
	"a good PDF":       pdfRow(sends(printedFrame()), journey.Passed, ""),
	"none begins":      {page: `<a href="#">Download</a>`, do: download, want: journey.Failed, wantError: "expected a file to download within 1.5s: none began"},
	"stalls half-way":  pdfRow(sendHalf(true), journey.Failed, "expected cards.pdf to download within 1.5s:"),
	"truncated":        pdfRow(sendHalf(false), journey.Failed, "cards.pdf"),
	"HTML called .pdf": pdfRow(sends([]byte("<!doctype html><h1>Sorry, try again</h1>")), journey.Failed, `it is not a PDF: it begins with "<!doctype html><h1>Sorry`),
	"empty":            pdfRow(sends(nil), journey.Failed, `it is not a PDF: it begins with ""`),
	"encrypted":        pdfRow(sends(encryptedPDF()), journey.Failed, "the customer cannot open the PDF: it is not a valid PDF without its password"),
	"no pages":         pdfRow(sends(emptyPDF()), journey.Failed, "the customer cannot open the PDF: it"),
	"cut in the half":  pdfRow(sends(printedFrame()[:len(printedFrame())/2]), journey.Failed, "it is not a valid PDF"),
	"500 for a file":   pdfRow(frameResult(500, "Sorry"), journey.Failed, "answered 500"),
	"404 for a file":   pdfRow(frameResult(404, ""), journey.Failed, "answered 404"),
}

// pdfRow is a row whose page links to a PDF.
func pdfRow(h http.HandlerFunc, o journey.Outcome, words string) row {
	return row{page: `<a href=/cards.pdf>Download</a>`, handlers: map[string]http.HandlerFunc{"/cards.pdf": h}, do: download, want: o, wantError: words}
}

func download(s *fixture) {
	s.Visit("/")
	s.Click(browser.Link("Download"))
	doc := pdf.Open(s.s, s.Download())
	if lacking := doc.Lacks("otter"); len(lacking) > 0 {
		s.s.Failf("the PDF lacks %s", strings.Join(lacking, ", "))
	}
}

func sends(data []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/pdf")
		w.Header().Set("Content-Disposition", `attachment; filename="cards.pdf"`)
		w.Write(data)
	}
}

// sendHalf announces a whole file and sends half of it; then it stalls or closes the connection.
func sendHalf(stall bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(printedFrame())))
		sends(printedFrame()[:len(printedFrame())/2])(w, r)
		w.(http.Flusher).Flush()
		if stall {
			<-r.Context().Done()
		}
	}
}

func printedFrame() []byte {
	doc := fpdf.New("P", "mm", "A4", "")
	doc.SetFont("Helvetica", "", 12)
	doc.AddPage()
	doc.Cell(40, 10, "otter")
	var out bytes.Buffer
	if err := doc.Output(&out); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// encryptedPDF requires a password.
func encryptedPDF() []byte {
	doc := fpdf.New("P", "mm", "A4", "")
	doc.SetProtection(fpdf.CnProtectPrint, "customer", "owner")
	doc.AddPage()
	var out bytes.Buffer
	if err := doc.Output(&out); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// emptyPDF is a PDF without pages.
func emptyPDF() []byte {
	parts := []string{"%PDF-1.4\n", "1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n", "2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"}
	first, second := len(parts[0]), len(parts[0]+parts[1])
	body := strings.Join(parts, "")
	return fmt.Appendf(nil, "%sxref\n0 3\n0000000000 65535 f \n%010d 00000 n \n%010d 00000 n \ntrailer\n<</Size 3/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", body, first, second, len(body))
}
