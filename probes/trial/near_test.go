package trial

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"valkyrie/probes/browser"
)

// offersOf makes offers of printed lines.
func offersOf(t *testing.T, lines ...string) (all []browser.Offer) {
	t.Helper()
	for _, line := range lines {
		code, note, _ := strings.Cut(line, " // ")
		verb, l, rest, err := ParseCall(code)
		if err != nil {
			t.Fatal(err)
		}
		o := browser.Offer{Verb: verb, Target: l, Note: note}
		if verb == "Choose" {
			o.Argument = rest[0]
		}
		if o.Code() != code {
			t.Fatalf("%s is printed as %s", code, o.Code())
		}
		all = append(all, o)
	}
	return all
}

// TestNear checks which offers come near, and in which order, to what a step looked for.
func TestNear(t *testing.T) {
	page := offersOf(
		t,
		`tab.Click(browser.Link("Cards"))`,
		`tab.Click(browser.Button("Save page"))`,
		`tab.Click(browser.Button("Save page as a draft"))`,
		`tab.Click(browser.Link("Page history"))`,
		`tab.Click(browser.Button("Delete")) // it is disabled`,
		`tab.Fill(browser.Field("E-mail"), "...")`,
		`tab.Check(browser.Checkbox("Watch this page"))`,
		`tab.Choose(browser.Field("Language"), "Deutsch")`,
		`tab.Click(browser.Button("Remove").Within(browser.Role("row", "Animal Bingo")))`,
		`tab.Click(browser.Button("Remove").Within(browser.Role("row", "Weather Bingo")))`,
		`tab.See(browser.Heading("Editing Main Page"))`,
		`tab.See(browser.Text("Your password was sent"))`,
		`tab.Click(browser.TestID("submit-order"))`,
	)
	for _, c := range []struct {
		op     string
		target browser.Locator
		want   []string
	}{
		{"click", browser.Button("Sav page"), []string{`browser.Button("Save page")`}},
		{"click", browser.Button("save PAGE"), []string{`browser.Button("Save page")`, `browser.Button("Save page as a draft")`}},
		{"click", browser.Button("Save"), []string{`browser.Button("Save page")`, `browser.Button("Save page as a draft")`}},
		{"click", browser.Button("Cards"), []string{`browser.Link("Cards")`}},
		{"click", browser.Button("Delete"), []string{`browser.Button("Delete")`}}, // it is there, but disabled
		{"click", browser.Button("Save page"), nil},                               // it is there: the locator is not at fault
		{"fill", browser.Field("Email"), []string{`browser.Field("E-mail")`}},
		{"fill", browser.Field("Save page"), nil}, // a button takes no text
		{"check", browser.Checkbox("Watch page"), []string{`browser.Checkbox("Watch this page")`}},
		{"choose", browser.Field("Langauge"), []string{`browser.Field("Language")`}},
		{"click", browser.Button("Remvoe").Within(browser.Role("row", "Weather Bingo")), []string{
			`browser.Button("Remove").Within(browser.Role("row", "Weather Bingo"))`, `browser.Button("Remove").Within(browser.Role("row", "Animal Bingo"))`,
		}},
		{"click", browser.Button("Remove"), []string{
			`browser.Button("Remove").Within(browser.Role("row", "Animal Bingo"))`, `browser.Button("Remove").Within(browser.Role("row", "Weather Bingo"))`,
		}},
		{"visible", browser.Heading("Editing main page"), []string{`browser.Heading("Editing Main Page")`}},
		{"visible", browser.Text("Your e-mail"), nil}, // the field's label is no text of its own
		{"click", browser.TestID("submit_order"), []string{`browser.TestID("submit-order")`}},
		{"click", browser.CSS("#delete"), nil},
		{"click", browser.Button("Quit"), nil},
		{"visible", browser.Text("Saved").Or(browser.Heading("Editing Main")), []string{`browser.Heading("Editing Main Page")`}},
	} {
		var got []string
		for _, m := range Near(c.op, c.target, page) {
			got = append(got, m.Target.Code())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s %s: -want +got\n%s", c.op, c.target.Code(), diff)
		}
	}
}

// TestCorrectedAlternative checks that only the alternative is replaced to which the offer comes near.
func TestCorrectedAlternative(t *testing.T) {
	wanted := browser.Text("Saved").Or(browser.Heading("Editing Main")).Or(browser.Text("x"))
	if got, want := corrected(wanted, browser.Heading("Editing Main Page")).Code(), `browser.Heading("Editing Main Page").Or(browser.Text("x"))`; got != want {
		t.Errorf("Or keeps one alternative: got %s, want %s", got, want)
	}
	wanted = browser.Text("Saved").Or(browser.Heading("Editing Main"))
	if got, want := corrected(wanted, browser.Heading("Editing Main Page")).Code(), `browser.Text("Saved").Or(browser.Heading("Editing Main Page"))`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
