package demoshop

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/go-pdf/fpdf"
)

// Sizes of a printed card, in millimetres on A4, and in points for letters.
const (
	pageWidth   = 210.0
	squareSide  = 34.0
	gridLeft    = (pageWidth - cardSide*squareSide) / 2
	gridTop     = 62.0
	squareInset = 2.0

	biggestTitle = 26.0
	biggestWord  = 15.0
)

var (
	translateMu sync.Mutex // fpdf's translator reuses one buffer
	translate   = fpdf.New("P", "mm", "A4", "").UnicodeTranslatorFromDescriptor("")
)

// latin encodes text for the PDF's built-in fonts.
func latin(text string) string {
	translateMu.Lock()
	defer translateMu.Unlock()
	return translate(text)
}

// printProblem names a letter that the built-in fonts lack (it would be printed as a dot), or is "".
func printProblem(text string) string {
	for _, letter := range text {
		if latin(string(letter)) == "." && letter != '.' || letter < ' ' {
			return fmt.Sprintf("“%s” cannot be printed: our printer does not know %q.", text, letter)
		}
	}
	return ""
}

// printPDF prints copies different cards, one per page.
func printPDF(title string, words []string, copies int) ([]byte, error) {
	doc := fpdf.New("P", "mm", "A4", "")
	doc.SetTitle(title, true)
	doc.SetCreator("Bingo & Co", true)
	doc.SetAutoPageBreak(false, 0)
	for n := range copies {
		printCard(doc, dealCard(title, words, n))
	}
	var out bytes.Buffer
	if err := doc.Output(&out); err != nil {
		return nil, fmt.Errorf("print %d cards: %w", copies, err)
	}
	return out.Bytes(), nil
}

func printCard(doc *fpdf.Fpdf, c card) {
	doc.AddPage()
	doc.SetTextColor(38, 50, 79)
	doc.SetFont("Helvetica", "B", biggestTitle)
	fit(doc, latin(c.Title), cardSide*squareSide)
	doc.SetXY(gridLeft, 26)
	doc.CellFormat(cardSide*squareSide, 20, latin(c.Title), "", 0, "C", false, 0, "")

	doc.SetDrawColor(38, 50, 79)
	doc.SetLineWidth(0.5)
	for row := range cardSide {
		for column := range cardSide {
			printSquare(doc, row, column, c.Rows[row][column])
		}
	}
	doc.SetFont("Helvetica", "", 9)
	doc.SetXY(gridLeft, gridTop+cardSide*squareSide+6)
	doc.CellFormat(cardSide*squareSide, 6, "Bingo & Co - bingo cards for teachers", "", 0, "C", false, 0, "")
}

func printSquare(doc *fpdf.Fpdf, row, column int, word string) {
	x, y := gridLeft+float64(column)*squareSide, gridTop+float64(row)*squareSide
	style := "D"
	if word == freeCentre {
		style = "FD"
	}
	doc.SetFillColor(255, 214, 102)
	doc.Rect(x, y, squareSide, squareSide, style)
	doc.SetFont("Helvetica", "B", biggestWord)
	fit(doc, latin(word), squareSide-2*squareInset)
	doc.SetXY(x+squareInset, y)
	doc.CellFormat(squareSide-2*squareInset, squareSide, latin(word), "", 0, "C", false, 0, "")
}

// fit reduces the font size if text is wider than width. A word stays on one line, so that a search of the PDF finds it.
func fit(doc *fpdf.Fpdf, text string, width float64) {
	if w := doc.GetStringWidth(text); w > width {
		points, _ := doc.GetFontSize()
		doc.SetFontSize(points * width / w)
	}
}
