package demoshop

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/probes/pdf"
)

func TestPrintCards(t *testing.T) {
	_, server := open(t, instant())
	c := teacher(t, server)
	c.get("/cards").wantPage(t, http.StatusOK, "<h1>Your cards</h1>", ">New card</a>", "Nothing printed yet")
	c.get("/cards/new").wantPage(t, http.StatusOK, `<label for="title">Title</label>`, `<label for="words">Words</label>`,
		`<label for="copies">How many cards</label>`, ">Preview</button>", ">Print</button>")

	job := c.printCards("Animals at Léa's", "3")
	c.waitForStatus(job, jobReady)
	c.get(job).wantPage(t, http.StatusOK, "Your cards are ready", ">Download PDF</a>")
	c.get("/cards").wantPage(t, http.StatusOK, "Animals at Léa's", "ready")

	file := c.get(job + "/cards.pdf")
	file.wantPage(t, http.StatusOK)
	if got, want := file.header.Get("Content-Disposition"), `attachment; filename="bingo-cards.pdf"`; got != want {
		t.Errorf("Content-Disposition %q, want %q", got, want)
	}
}

func TestPDFHasACardAPage(t *testing.T) {
	long := append(slices.Clone(sampleWords[:wordsACard-2]), "lunch at the new canteen", "crème brûlée")
	data, err := printPDF("Spelling, week 12", long, 3)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := pdf.Reader{Limit: time.Minute}.Read(t.Context(), data)
	if err != nil || doc.Pages != 3 {
		t.Fatalf("%v, %d pages, want 3", err, doc.Pages)
	}
	for n, page := range doc.Sheets {
		if lacking := page.Lacks(append([]string{"Spelling, week 12", freeCentre}, long...)...); lacking != nil {
			t.Errorf("page %d lacks %q:\n%s", n+1, lacking, page.Text)
		}
	}
	if doc.Sheets[0].Text == doc.Sheets[1].Text {
		t.Error("the first two cards are the same")
	}
}

func TestPreviewIsTheFirstCard(t *testing.T) {
	_, server := open(t, instant())
	c := teacher(t, server)
	c.get("/cards/new")
	got := c.post("/cards/preview", "title", "Zoo <3", "words", words, "copies", "1")
	got.wantPage(t, http.StatusOK, "Zoo <3", ">FREE</td>")
	at := -1
	for _, row := range dealCard("Zoo <3", sampleWords, 0).Rows {
		for _, word := range row {
			next := strings.Index(got.body, ">"+word+"</td>")
			if next < at {
				t.Fatalf("%q is out of order:\n%s", word, got.body)
			}
			at = next
		}
	}
}

func TestEditorSaysWhatIsWrong(t *testing.T) {
	many := func(n int) string {
		var lines []string
		for i := range n {
			lines = append(lines, fmt.Sprint("word ", i))
		}
		return strings.Join(lines, "\n")
	}
	for name, test := range map[string]struct {
		title, words, copies string
		want                 []string
	}{
		"fine":          {"Zoo", many(24), "2", nil},
		"empty":         {"", "", "", []string{"Give your cards a title.", "A card needs at least 24 different words; you have 0.", "How many cards? Between 1 and 30."}},
		"one short":     {"Zoo", many(23) + "\n  WORD   1 \n\n", "30", []string{"A card needs at least 24 different words; you have 23."}},
		"too many":      {"Zoo", many(201), "31", []string{"That is too much: at most 200 words, you have 201.", "How many cards? Between 1 and 30."}},
		"long word":     {"Zoo", many(24) + "\n" + strings.Repeat("x", 25), "1", []string{"“" + strings.Repeat("x", 25) + "” does not fit in a square: at most 24 letters."}},
		"long title":    {strings.Repeat("é", 61), many(24), "1", []string{"The title is too long: at most 60 letters."}},
		"not printable": {"Zoo", many(24) + "\n鯨", "1", []string{"“鯨” cannot be printed: our printer does not know '鯨'."}},
	} {
		form := url.Values{"title": {test.title}, "words": {test.words}, "copies": {test.copies}}
		_, got := parseCardRequest(form)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: problems (-want +got):\n%s", name, diff)
		}
	}
}

func TestEditorShowsProblems(t *testing.T) {
	_, server := open(t, instant())
	c := teacher(t, server)
	c.get("/cards/new")
	for _, path := range []string{"/cards/preview", "/print"} {
		c.post(path, "title", "Zoo", "words", "one\ntwo", "copies", "2").
			wantPage(t, http.StatusUnprocessableEntity, "A card needs at least 24 different words; you have 2.")
	}
}

func TestNobodyPrintsWithoutSigningIn(t *testing.T) {
	_, server := open(t, instant())
	job := teacher(t, server).printCards("Mine", "1")
	stranger := arrives(t, server)
	if got := stranger.get(job + "/cards.pdf").path; got != "/sign-in" {
		t.Errorf("a stranger's download leads to %s, want /sign-in", got)
	}
	stranger.post("/print", "title", "Zoo", "words", words, "copies", "2").wantPage(t, http.StatusUnauthorized)
	teacher(t, server).get("/print/no-such-job").wantPage(t, http.StatusNotFound, "We do not know these cards")
}
