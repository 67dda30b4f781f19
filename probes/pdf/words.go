package pdf

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Lacks returns the words that are not in the document. Ligatures, soft hyphens, white space, letters that are set apart, and
// words that are broken at the end of a line count as their plain text. Of a document with more pages than were read, each
// comes with how far it was looked for.
func (d Document) Lacks(words ...string) []string {
	missing := lacking(d.Sheets, words)
	if len(d.Sheets) < d.Pages {
		for i := range missing {
			missing[i] += fmt.Sprintf(" (on the first %d of %d pages)", len(d.Sheets), d.Pages)
		}
	}
	return missing
}

// Lacks returns the words that are not on this page; see Document.Lacks.
func (s Sheet) Lacks(words ...string) []string { return lacking([]Sheet{s}, words) }

func lacking(sheets []Sheet, words []string) (missing []string) {
	var texts [3][]string
	for _, s := range sheets {
		texts[0], texts[1], texts[2] = append(texts[0], s.breaks.read), append(texts[1], s.breaks.kept), append(texts[2], s.breaks.joined)
	}
	var forms []string
	for _, t := range texts {
		if all := strings.Join(t, " "); !slices.Contains(forms, all) {
			forms = append(forms, all)
		}
	}
	for _, w := range words {
		wanted := fold(w)
		if !slices.ContainsFunc(forms, func(text string) bool { return strings.Contains(text, wanted) || spacedOut(text, wanted) }) {
			missing = append(missing, w)
		}
	}
	return missing
}

// spacedOut reports whether text has the wanted words with their letters set apart, as "O T T E R" in a title: whole words,
// with a gap after every third letter at least. Digits must be exact: 1 23 is not 12 3.
func spacedOut(text, wanted string) bool {
	var p strings.Builder
	letters := 0
	var last rune
	for _, r := range wanted {
		if unicode.IsLetter(last) && unicode.IsLetter(r) {
			p.WriteString(" ?")
			letters++
		}
		p.WriteString(regexp.QuoteMeta(string(r)))
		last = r
	}
	words := regexp.MustCompile(`(?:^|[^\pL\pN])(` + p.String() + `)(?:$|[^\pL\pN])`)
	for _, m := range words.FindAllStringSubmatch(text, -1) {
		if gaps := strings.Count(m[1], " ") - strings.Count(wanted, " "); 3*gaps >= letters {
			return true
		}
	}
	return false
}

// Sheet returns page n, counted from 1. One that does not exist, or was not read, is empty: it lacks every word.
func (d Document) Sheet(n int) Sheet {
	if n < 1 || n > len(d.Sheets) {
		return Sheet{}
	}
	return d.Sheets[n-1]
}

// lineBreaks are the three ways to read a text whose lines end in hyphens: "well-" and "known" are one word with its
// hyphen, "exam-" and "ple" one without.
type lineBreaks struct {
	read   string // as PDFium takes them
	kept   string // every hyphen belongs to its word
	joined string // none does
}

// atBreak is a hyphen at the end of a line. PDFium marks those that it takes for a division by U+0002 or U+FFFE.
var (
	divided = regexp.MustCompile(`[\x02\x{FFFE}](\r?\n)?`)
	atBreak = regexp.MustCompile(`(\pL)[-\x{2010}]\r?\n`)
)

func foldBreaks(text string) lineBreaks {
	return lineBreaks{
		read:   fold(atBreak.ReplaceAllString(divided.ReplaceAllString(text, ""), "$1-")),
		kept:   fold(atBreak.ReplaceAllString(divided.ReplaceAllString(text, "-"), "$1-")),
		joined: fold(atBreak.ReplaceAllString(divided.ReplaceAllString(text, ""), "$1")),
	}
}

// fold reduces a text to its readable form: compatibility forms such as ligatures become letters (Unicode's NFKC),
// invisible characters go, and white space is one space.
func fold(text string) string {
	visible := func(r rune) rune {
		switch r {
		case '\u00ad', '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\uffff', 0:
			return -1
		}
		return r
	}
	return strings.Join(strings.Fields(strings.Map(visible, norm.NFKC.String(text))), " ")
}
