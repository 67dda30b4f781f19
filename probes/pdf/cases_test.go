package pdf_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-pdf/fpdf"
)

// build is a PDF of objects 1..n with a right xref table; object 1 is the catalog.
func build(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	x := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, a := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", a)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, x)
	return b.Bytes()
}

func stream(dict, s string) string {
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", dict, len(s), s)
}

const helv = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"

// page is a one-page PDF with this content, font F1, and more objects from 6 on; res goes into the resources.
func page(content, res string, more ...string) []byte {
	return build(append([]string{
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>" + res + ">>>>",
		stream("", content), helv,
	}, more...)...)
}

// kept returns a committed file: nothing in this module writes such.
func kept(name string) func() []byte {
	return func() []byte {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			panic(err)
		}
		return data
	}
}

func template() []byte {
	doc := fpdf.New("P", "mm", "A4", "")
	doc.SetFont("Helvetica", "", 12)
	tpl := doc.CreateTemplate(func(t *fpdf.Tpl) {
		t.SetFont("Helvetica", "", 12)
		t.Text(20, 20, "otter kiwi")
	})
	doc.AddPage()
	doc.UseTemplate(tpl)
	var out bytes.Buffer
	doc.Output(&out)
	return out.Bytes()
}

// A pdfCase is a PDF from a public report, and what Chrome's reader makes of it.
type pdfCase struct {
	name, source string
	data         func() []byte
	// want is "": opens and has the words "otter kiwi"; "lacks": opens without them; "error: x"; "pages: n"; "returns": either.
	want string
}

var simple = "BT /F1 12 Tf 20 100 Td (otter kiwi) Tj ET"

func catalog(more string, rest ...string) []byte {
	return build(append([]string{
		"<</Type/Catalog/Pages 2 0 R" + more + ">>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>", stream("", simple), helv,
	}, rest...)...)
}

// cases differ from their reports in five: Chrome's reader shows glyphs without widths one on another ("font descriptor without
// FontName") and a missing glyph not at all ("the ligature character"), trusts a Count of 1, takes the 16 announced bytes of an
// inline image although they include its end, and refuses a file without any trailer.
var cases = []pdfCase{
	{"plain", "control", func() []byte { return page(simple, "") }, ""},
	{"words put apart by Td, no space drawn", "py-pdf/pdfminer complaints: words glued", func() []byte { return page("BT /F1 12 Tf 20 100 Td (otter) Tj 40 0 Td (kiwi) Tj ET", "") }, ""},
	{"lines by Td (two lines)", "same", func() []byte { return page("BT /F1 12 Tf 20 100 Td (otter) Tj 0 -14 Td (kiwi) Tj ET", "") }, ""},
	{"lines by TL and '", "spec 9.4.3", func() []byte { return page("BT /F1 12 Tf 14 TL 20 100 Td (otter) Tj (kiwi) ' ET", "") }, ""},
	{"lines by the operator \"", "spec 9.4.3", func() []byte { return page("BT /F1 12 Tf 14 TL 20 100 Td (otter) Tj 0 0 (kiwi) \" ET", "") }, ""},
	{"spaces as kerning in TJ (TeX)", "every pdfTeX file", func() []byte { return page("BT /F1 12 Tf 20 100 Td [(otter)-333(kiwi)]TJ ET", "") }, ""},
	{"lines by Tm (Word, Cairo)", "same", func() []byte {
		return page("BT /F1 12 Tf 1 0 0 1 20 100 Tm (otter) Tj 1 0 0 1 60 100 Tm (kiwi) Tj ET", "")
	}, ""},
	{"a BT a letter", "pdf writers that place each glyph", func() []byte {
		var s strings.Builder
		for i, r := range "otter kiwi" {
			fmt.Fprintf(&s, "BT /F1 12 Tf 1 0 0 1 %d 100 Tm (%c) Tj ET\n", 20+i*7, r)
		}
		return page(s.String(), "")
	}, ""},
	{"text in a form XObject", "ledongthuc/pdf#67, pdf_oxide#913", func() []byte {
		return page("/X Do", "/XObject<</X 6 0 R>>", stream("/Type/XObject/Subtype/Form/BBox[0 0 300 300]/Resources<</Font<</F1 5 0 R>>>>", simple))
	}, ""},
	{"fpdf template (letterhead)", "same", template, ""},
	{"inline image before the text", "pypdf#3501 (neighbour)", func() []byte {
		return page("q 10 0 0 10 0 0 cm BI /W 4 /H 4 /CS /G /BPC 8 ID \x01(\x02<<\x03)\x04[\x05>\x06\x07 EI Q\n"+simple, "")
	}, "lacks"},
	{"two pages, one font name, two encodings", "merged PDFs; ledongthuc caches fonts by name", func() []byte {
		cm := "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /x def 1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfrange <01> <0a> [<006f><0074><0074><0065><0072><0020><006b><0069><0077><0069>] endbfrange endcmap end end"
		return build("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R 6 0 R]/Count 2>>",
			"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>", stream("", "BT /F1 12 Tf 20 100 Td (cover) Tj ET"), helv,
			"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 7 0 R/Resources<</Font<</F1 8 0 R>>>>>>", stream("", "BT /F1 12 Tf 20 100 Td <0102030405060708090a> Tj ET"),
			"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 9 0 R>>", stream("", cm))
	}, ""},
	{"ToUnicode with ligature fi", "ligatures", func() []byte {
		cm := "/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <00> <ff> endcodespacerange 3 beginbfchar <01> <006f00740074006500720020> <02> <006b0069> <03> <00770069> endbfchar endcmap end end"
		return build("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
			"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>", stream("", "BT /F1 12 Tf 20 100 Td <010203> Tj ET"),
			"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>", stream("", cm))
	}, ""},
	{"the ligature character U+FB01 for \"fi\" (want office)", "ligatures", func() []byte {
		cm := "/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfchar <01> <fb01> endbfchar endcmap end end"
		return build("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
			"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F1 5 0 R/F2 7 0 R>>>>>>", stream("", "BT /F2 12 Tf 20 100 Td (otter kiwi of) Tj /F1 12 Tf <01> Tj /F2 12 Tf (ce) Tj ET"),
			"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>", stream("", cm), helv)
	}, ""},
	{"Differences encoding of a subset, with ToUnicode", "pdfTeX/ghostscript", func() []byte {
		cm := "/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfrange <01> <0a> [<006f><0074><0074><0065><0072><0020><006b><0069><0077><0069>] endbfrange endcmap end end"
		return build("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
			"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>", stream("", "BT /F1 12 Tf 20 100 Td <0102030405060708090a> Tj ET"),
			"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Type/Encoding/Differences[1/g1/g2/g3/g4/g5/g6/g7/g8/g9/g10]>>/ToUnicode 6 0 R>>", stream("", cm))
	}, ""},
	{"contents as an array cut inside a word's string", "spec 7.8.2", func() []byte {
		return build("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
			"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents[4 0 R 6 0 R]/Resources<</Font<</F1 5 0 R>>>>>>", stream("", "BT /F1 12 Tf 20 100 Td"), helv, stream("", "(otter kiwi) Tj ET"))
	}, ""},
	{"owner password only, AES-256", "qpdf/pypdf: every 'no copy' PDF", kept("owner-aes256.pdf"), ""},
	{"owner password only, AES-128", "same", kept("owner-aes128.pdf"), ""},
	{"owner password only, RC4-128", "same", kept("owner-rc4.pdf"), ""},
	{"xref stream and object streams", "pdfcpu optimize", kept("object-streams.pdf"), ""},
	{"a blank line before %PDF-", "pdfcpu#253 (neighbour); Acrobat looks in the first 1024 bytes", func() []byte { return append([]byte("\r\n"), page(simple, "")...) }, ""},
	{"a BOM before %PDF- (PHP)", "same", func() []byte { return append([]byte("\xef\xbb\xbf"), page(simple, "")...) }, ""},
	{"a PHP warning before %PDF-", "FPDF FAQ: 'some data has already been output'; viewers open it", func() []byte {
		return append([]byte("<br />\n<b>Deprecated</b>: foo in bar.php on line 3<br />\n"), page(simple, "")...)
	}, ""},
	{"garbage behind %%EOF", "usual", func() []byte { return append(page(simple, ""), bytes.Repeat([]byte("\x00\n"), 700)...) }, ""},
	{"HTML behind %%EOF", "usual", func() []byte { return append(page(simple, ""), []byte("<!-- served in 0.2 s by cache -->")...) }, ""},
	{"xref off by one", "every viewer repairs", func() []byte {
		return bytes.Replace(page(simple, ""), []byte("%\xe2\xe3\xcf\xd3\n"), []byte("%\xe2\xe3\xcf\xd3\n\n"), 1)
	}, ""},
	{"startxref 0", "every viewer repairs", func() []byte {
		d := page(simple, "")
		i := bytes.LastIndex(d, []byte("startxref"))
		return append(append([]byte{}, d[:i]...), []byte("startxref\n0\n%%EOF\n")...)
	}, ""},
	{"no %%EOF, trailer cut off", "every viewer repairs", func() []byte { d := page(simple, ""); return d[:bytes.LastIndex(d, []byte("trailer"))] }, "error: damaged beyond repair"},
	{"stream Length too small", "every viewer repairs", func() []byte {
		return bytes.Replace(page(simple, ""), []byte(fmt.Sprintf("/Length %d", len(simple))), []byte("/Length 10"), 1)
	}, ""},
	{"CRLF line ends", "usual", func() []byte { return bytes.ReplaceAll(page(simple, ""), []byte("\nstream\n"), []byte("\nstream\r\n")) }, ""},
	{"PDF 2.0 header", "usual", func() []byte { return bytes.Replace(page(simple, ""), []byte("%PDF-1.7"), []byte("%PDF-2.0"), 1) }, ""},
	{"PDF 1.10 header", "usual", func() []byte { return bytes.Replace(page(simple, ""), []byte("%PDF-1.7"), []byte("%PDF-1.8"), 1) }, ""},
	{"Info with a date no reader minds", "pdfcpu: invalid date", func() []byte {
		d := page(simple, "", "<</CreationDate(2026-11-29 10:00)/ModDate(D:20261)>>")
		return bytes.Replace(d, []byte("/Root 1 0 R"), []byte("/Root 1 0 R/Info 6 0 R"), 1)
	}, ""},
	{"font descriptor without FontName", "pdfcpu#772", func() []byte {
		return build("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
			"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>", stream("", simple),
			"<</Type/Font/Subtype/TrueType/BaseFont/Arial/FirstChar 32/LastChar 33/Widths[300 300]/Encoding/WinAnsiEncoding/FontDescriptor 6 0 R>>",
			"<</Type/FontDescriptor/Flags 32/FontBBox[0 0 1 1]/ItalicAngle 0/Ascent 1/Descent 0/CapHeight 1/StemV 1>>")
	}, "lacks"},
	{"Ink annotation without InkList", "pdfcpu#1195", func() []byte {
		return bytes.Replace(page(simple, "", "<</Type/Annot/Subtype/Ink/Rect[0 0 1 1]>>"), []byte("/MediaBox"), []byte("/Annots[6 0 R]/MediaBox"), 1)
	}, ""},
	{"Link annotation with a bad URI action", "pdfcpu complaints", func() []byte {
		return bytes.Replace(page(simple, "", "<</Type/Annot/Subtype/Link/Rect[0 0 1 1]/Border[0 0]/A<</S/URI/URI(not a uri at all %%)>>>>"), []byte("/MediaBox"), []byte("/Annots[6 0 R]/MediaBox"), 1)
	}, ""},
	{"AcroForm with a filled field, no text elsewhere", "acroforms", func() []byte {
		return build("<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]/DA(/Helv 12 Tf 0 g)/DR<</Font<</Helv 6 0 R>>>>>>>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
			"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Annots[5 0 R]/Resources<<>>>>", stream("", "q Q"),
			"<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(otter kiwi)/Rect[10 10 200 30]/DA(/Helv 12 Tf 0 g)/P 3 0 R/AP<</N 7 0 R>>>>", helv,
			stream("/Type/XObject/Subtype/Form/BBox[0 0 190 20]/Resources<</Font<</Helv 6 0 R>>>>", "BT /Helv 12 Tf 2 5 Td (otter kiwi) Tj ET"))
	}, ""},
	{"AcroForm with a wrong NeedAppearances", "pdfcpu#227/#244", func() []byte { return catalog("/AcroForm<</Fields[]/NeedAppearances 1>>") }, ""},
	{"JavaScript and an embedded file", "usual", func() []byte {
		return catalog("/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>/Names<</EmbeddedFiles<</Names[(a.txt)6 0 R]>>>>", "<</Type/Filespec/F(a.txt)/UF(a.txt)/EF<</F 7 0 R>>>>", stream("/Type/EmbeddedFile", "hello"))
	}, ""},
	{"rotated page, UserUnit", "usual", func() []byte {
		return bytes.Replace(page(simple, ""), []byte("/MediaBox"), []byte("/Rotate 90/UserUnit 2/MediaBox"), 1)
	}, ""},
	{"no MediaBox (viewers take Letter)", "usual", func() []byte { return bytes.Replace(page(simple, ""), []byte("/MediaBox[0 0 300 300]"), nil, 1) }, ""},
	{"zero pages", "usual", func() []byte { return build("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>") }, "error: it has no pages"},
	{"Count says 1, there are 2 pages", "usual", func() []byte {
		return build("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R 6 0 R]/Count 1>>",
			"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>", stream("", simple), helv,
			"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>")
	}, "pages: 1"},
	{"Count says 2000000000, there is 1 page", "ledongthuc/pdf#29 (neighbour)", func() []byte {
		return bytes.Replace(page(simple, ""), []byte("/Count 1>>"), []byte("/Count 2000000000>>"), 1)
	}, ""},
	{"page without Type", "ledongthuc/pdf#29; viewers mind not", func() []byte {
		return bytes.Replace(page(simple, ""), []byte("/Type/Page/Parent"), []byte("/Parent"), 1)
	}, ""},
	{"page tree: Kids lead back to the root", "PDFsharp#361, pdf_oxide#51, PDF-Writer#261", func() []byte {
		return build("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R]/Count 1>>")
	}, "error: cannot be shown"},
	{"page tree: two nodes lead to each other", "same", func() []byte {
		return build("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 5>>", "<</Type/Pages/Parent 2 0 R/Kids[2 0 R]/Count 5>>")
	}, "error: cannot be shown"},
	{"page whose Parent is itself (fonts inherited)", "same", func() []byte {
		return build("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 3 0 R/MediaBox[0 0 300 300]/Contents 4 0 R>>", stream("", simple))
	}, ""},
	{"outline: First is itself", "pdfcpu#1077, PdfPig#1436", func() []byte {
		return catalog("/Outlines 6 0 R", "<</Type/Outlines/First 7 0 R/Last 7 0 R/Count 1>>", "<</Title(a)/Parent 6 0 R/First 7 0 R/Last 7 0 R/Count 1>>")
	}, ""},
	{"outline: Next is itself", "pdfcpu#1077", func() []byte {
		return catalog("/Outlines 6 0 R", "<</Type/Outlines/First 7 0 R/Last 8 0 R/Count 2>>", "<</Title(a)/Parent 6 0 R/Next 7 0 R>>", "<</Title(b)/Parent 6 0 R>>")
	}, ""},
	{"name tree: Kids lead back", "neighbour", func() []byte {
		return catalog("/Names<</Dests 6 0 R>>", "<</Kids[7 0 R]>>", "<</Limits[(a)(b)]/Kids[7 0 R]>>")
	}, ""},
	{"structure tree: K leads back", "pdfcpu#313", func() []byte {
		return catalog("/StructTreeRoot 6 0 R/MarkInfo<</Marked true>>", "<</Type/StructTreeRoot/K 7 0 R>>", "<</Type/StructElem/S/P/P 6 0 R/K 7 0 R>>")
	}, ""},
	{"number tree: page labels lead back", "verapdf#258", func() []byte { return catalog("/PageLabels 6 0 R", "<</Kids[7 0 R]>>", "<</Limits[0 1]/Kids[7 0 R]>>") }, ""},
	{"form XObject that draws itself", "usual", func() []byte {
		return page(simple+" /X Do", "/XObject<</X 6 0 R>>", stream("/Type/XObject/Subtype/Form/BBox[0 0 3 3]/Resources<</XObject<</X 6 0 R>>>>", "/X Do"))
	}, ""},
	{"action: Next is itself", "neighbour", func() []byte { return catalog("/OpenAction 6 0 R", "<</S/JavaScript/JS(1)/Next 6 0 R>>") }, ""},
	{"field: Kids lead back", "neighbour", func() []byte {
		return catalog("/AcroForm<</Fields[6 0 R]>>", "<</T(a)/FT/Tx/Kids[6 0 R]/Parent 6 0 R>>")
	}, ""},
	{"thread beads lead back", "neighbour", func() []byte {
		return catalog("/Threads[6 0 R]", "<</Type/Thread/F 7 0 R>>", "<</Type/Bead/T 6 0 R/N 7 0 R/V 7 0 R/P 3 0 R/R[0 0 1 1]>>")
	}, ""},
	{"optional content: Order inside itself", "neighbour", func() []byte {
		return catalog("/OCProperties<</OCGs[7 0 R]/D<</Order 6 0 R>>>>", "[6 0 R 7 0 R]", "<</Type/OCG/Name(a)>>")
	}, ""},
	{"colour space that is its own base", "neighbour", func() []byte { return page("/C cs "+simple, "/ColorSpace<</C 6 0 R>>", "[/Indexed 6 0 R 1 <0000>]") }, ""},
	{"function stitched of itself", "neighbour", func() []byte {
		return page(simple, "/ExtGState<</G<</TR 6 0 R>>>>", "<</FunctionType 3/Domain[0 1]/Functions[6 0 R]/Bounds[]/Encode[0 1]>>")
	}, ""},
	{"reference that is itself", "pdfcpu#1334", func() []byte { return catalog("/Names 6 0 R", "6 0 R") }, ""},
	{"Length that is its own stream", "neighbour", func() []byte {
		return build("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 3 3]/Contents 4 0 R>>", "<</Length 4 0 R>>\nstream\nBT ET\nendstream")
	}, "lacks"},
	{"xref: Prev leads back", "usual", func() []byte {
		d := page(simple, "")
		x := bytes.LastIndex(d, []byte("xref\n0 "))
		return bytes.Replace(d, []byte("/Root 1 0 R"), []byte(fmt.Sprintf("/Root 1 0 R/Prev %d", x)), 1)
	}, ""},
	{"deep array in the content (100,000 brackets)", "neighbour", func() []byte { return page(strings.Repeat("[", 100000)+strings.Repeat("]", 100000)+simple, "") }, ""},
	{"deep array in an object (1,000,000 brackets)", "neighbour", func() []byte { return catalog("/X 6 0 R", strings.Repeat("[", 1000000)+strings.Repeat("]", 1000000)) }, ""},
	{"deep dictionaries in the content (1,000,000)", "neighbour", func() []byte { return page(strings.Repeat("<</a ", 1000000), "") }, "returns"},
	{"deep page tree (20,000 levels)", "neighbour", func() []byte {
		o := []string{"<</Type/Catalog/Pages 2 0 R>>"}
		for i := range 20000 {
			p := ""
			if i > 0 {
				p = fmt.Sprintf("/Parent %d 0 R", i+1)
			}
			o = append(o, fmt.Sprintf("<</Type/Pages%s/Kids[%d 0 R]/Count 1>>", p, i+3))
		}
		o = append(o, fmt.Sprintf("<</Type/Page/Parent %d 0 R/MediaBox[0 0 3 3]>>", len(o)))
		return build(o...)
	}, "error: cannot be shown"},
	{"content bomb: 400 KB makes 400 MB of spaces", "usual", func() []byte { return bomb() }, "error: crashes on it, or needs more than 256 MB"},
	{"20,000 pages", "usual", func() []byte {
		o := []string{"<</Type/Catalog/Pages 2 0 R>>", "", stream("", simple), helv}
		var kids strings.Builder
		for i := range 20000 {
			fmt.Fprintf(&kids, "%d 0 R ", i+5)
		}
		o[1] = "<</Type/Pages/Kids[" + kids.String() + "]/Count 20000>>"
		for range 20000 {
			o = append(o, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 3 0 R/Resources<</Font<</F1 4 0 R>>>>>>")
		}
		return build(o...)
	}, "pages: 20000"},
	{"image only", "usual", func() []byte { return page("q Q", "") }, "lacks"},
}

func bomb() []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	blank := bytes.Repeat([]byte(" "), 1<<20)
	for range 400 {
		z.Write(blank)
	}
	z.Close()
	return build("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 3 3]/Contents 4 0 R>>", stream("/Filter/FlateDecode", b.String()))
}
