package browser_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"valkyrie/infra/slowdown"
	"valkyrie/infra/suite"
	"valkyrie/probes/browser"
	"valkyrie/probes/demoshop"
	"valkyrie/probes/journey"
	"valkyrie/probes/trial"
)

// offered lists what the page offers, as code.
func offered(t *testing.T, s *journey.T, tab *browser.Tab) (offers []browser.Offer, lines []string) {
	t.Helper()
	offers, more, err := browser.Offers(s.Context(), tab)
	if err != nil || more && slowdown.Factor() < 3 { // on a busy machine, the time to list is over sooner
		t.Errorf("offers: more %v, %v", more, err)
	}
	for _, o := range offers {
		line := o.Code()
		if o.Note != "" {
			line += " // " + o.Note
		}
		lines = append(lines, line)
	}
	return offers, lines
}

// TestOffersOfShop checks on each page of the practice shop that every printed line compiles, and that its locator finds exactly the
// element that it was printed for.
func TestOffersOfShop(t *testing.T) {
	shop, err := demoshop.New(demoshop.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shop.Close() })
	tab := browser.NewTab()
	var all []string
	check := func(s *journey.T, page string, atLeast int) {
		offers, lines := offered(t, s, tab)
		if len(lines) < atLeast && slowdown.Factor() < 3 {
			t.Errorf("%s: expected %d lines at least, got %q", page, atLeast, lines)
		}
		for i, o := range offers {
			_, l, _, err := trial.ParseCall(o.Code())
			if err != nil {
				t.Error(err)
				continue
			}
			if found, err := tab.Finds(l, o); !found {
				t.Errorf("%s: %s finds another element: %v", page, lines[i], err)
			}
			tab.SeeCount(l, 1)
		}
		all = append(all, lines...)
	}
	steps := []journey.Step{{Name: "sign in", Limit: 30 * time.Second, Do: func(s *journey.T) {
		tab.Visit("/sign-in")
		check(s, "/sign-in", 8)
		email, _ := demoshop.Secret("shop-email")
		password, _ := demoshop.Secret("shop-password")
		tab.Fill(browser.Field("E-mail"), email)
		tab.Fill(browser.Field("Password"), password)
		tab.Click(browser.Button("Sign in"))
		tab.See(browser.Heading("Your cards"))
		check(s, "cards", 8)
	}}}
	for page, atLeast := range map[string]int{"/": 6, "/catalogue": 60, "/cards/new": 9, "/cart": 6, "/orders": 6, "/backstage": 60} {
		steps = append(steps, journey.Step{Name: page, Limit: 30 * time.Second, Do: func(s *journey.T) {
			tab.Visit(page)
			check(s, page, atLeast)
		}})
	}
	run := play(t, serveRaw(t, shop), tab, steps...)
	if !run.Outcome.Good() {
		t.Fatal(run)
	}
	compile(t, all)
}

// TestOffersOfOtherPages checks on the pages of the hostile tables that each printed locator finds exactly the element that it was printed
// for, unless a step cannot act on that, or the page has changed meanwhile. Each day other pages.
func TestOffersOfOtherPages(t *testing.T) {
	tables := map[string]map[string]row{
		"within": withinRows, "names": nameRows, "elements": elementRows, "widgets": widgetRows, "custom": customRows, "frames": frameRows,
		"shadowed": shadowedRows, "layers": layerRows, "veils": veilRows, "visible": visibleRows, "covers": coverRows, "choose": chooseRows, "combobox": comboboxRows,
		"fill": fillRows, "mouse": mouseRows, "text": textRows, "written": writtenRows, "phone": phoneRows,
	}
	type page struct {
		name string
		row  row
	}
	var all []page
	for theme, rows := range tables {
		for name, r := range rows {
			if r.page != "" && r.site == nil && r.args == nil {
				all = append(all, page{theme + "/" + name, r})
			}
		}
	}
	slices.SortFunc(all, func(a, b page) int { return strings.Compare(path.Base(a.name), path.Base(b.name)) })
	offered := 0
	for _, p := range suite.Pick(t, all, 15) {
		t.Run(p.name, func(t *testing.T) {
			pages := map[string]string{"/": p.row.page}
			for at, html := range p.row.pages {
				pages[at] = html
			}
			tab := browser.NewTab()
			play(t, serve(t, pages, p.row.handlers), tab, journey.Step{Name: "offers", Limit: 20 * time.Second, Do: func(s *journey.T) {
				tab.Visit("/")
				offered += findsOffers(t, s, tab)
			}})
		})
	}
	if offered == 0 && !strings.Contains(flag.Lookup("test.run").Value.String(), "/") {
		t.Error("no page offers anything")
	}
}

// findsOffers checks the offers of a page, of one that changes up to three times, and returns their number.
func findsOffers(t *testing.T, s *journey.T, tab *browser.Tab) (n int) {
	t.Helper()
	var faults []string
	for range 3 {
		offers, _, err := browser.Offers(s.Context(), tab)
		if err != nil {
			t.Logf("the page answers no list: %v", err)
			return 0
		}
		n, faults = len(offers), nil
		for _, o := range offers {
			if found, err := tab.Finds(o.Target, o); !found && o.Note == "" {
				faults = append(faults, fmt.Sprintf("%s finds another element: %v", o.Code(), err))
			}
		}
		if len(faults) == 0 {
			return n
		}
	}
	t.Errorf("%s", strings.Join(faults, "\n"))
	return n
}

// compile compiles the lines as the code of a step.
func compile(t *testing.T, lines []string) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	code := "package offered\n\nimport \"valkyrie/probes/browser\"\n\nfunc Do(tab *browser.Tab) {\n\t" + strings.Join(lines, "\n\t") + "\n}\n"
	file := filepath.Join(dir, "offered.go")
	if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, "probes/offered/offered.go"): file}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-overlay", filepath.Join(dir, "overlay.json"), "./probes/offered")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("the printed lines do not compile: %v\n%s\n%s", err, out, code)
	}
}

// An offerRow is a page with the lines that it must print, each with the element that the line then acts on: the value of its
// attribute data-is, as the page hears it. A line after "-" is of an element that can only be read, which must be there once, or of one that
// no step can act on now.
type offerRow struct {
	page, more string // at / and at /more
	want       []string
}

var offerRows = map[string]offerRow{
	"names that several share": {
		page: `<table><tr><td>Animal Bingo<td><button data-is=a>Remove</button><tr><td>Weather Bingo<td><button data-is=b>Remove</button></table>
			<p><button data-is=c>More</button><button data-is=d>More</button><button data-testid=third data-is=e>More</button>`,
		want: []string{
			`- tab.See(browser.Role("row", "Animal Bingo"))`,
			`- tab.See(browser.Text("Animal Bingo"))`,
			`a tab.Click(browser.Button("Remove").Within(browser.Role("row", "Animal Bingo")))`,
			`- tab.See(browser.Role("row", "Weather Bingo"))`,
			`- tab.See(browser.Text("Weather Bingo"))`,
			`b tab.Click(browser.Button("Remove").Within(browser.Role("row", "Weather Bingo")))`,
			`c tab.Click(browser.Button("More").Nth(1))`,
			`d tab.Click(browser.Button("More").Nth(2))`,
			`e tab.Click(browser.TestID("third"))`,
		},
	},
	"fields of all kinds": {
		page: `<form><label>E-mail <input type=email data-is=a></label> <input placeholder="Search the shop" type=search data-is=b>
			<label for=n>Note</label><textarea id=n data-is=c></textarea> <label>Day <input type=date data-is=d></label>
			<label>Size <select data-is=e><option value="">Choose</option><option>Small</option><option disabled>Huge</option></select></label>
			<label><input type=checkbox data-is=f> I agree</label> <label><input type=radio name=r data-is=g> By post</label>
			<label>Photo <input type=file data-is=h></label> <div contenteditable role=textbox aria-label="Letter" data-is=i>x</div>
			<label>Off <input disabled></label><input type=hidden></form>`,
		want: []string{
			`a tab.Fill(browser.Field("E-mail"), "...")`,
			`b tab.Fill(browser.Field("Search the shop"), "...")`,
			`c tab.Fill(browser.Field("Note"), "...")`,
			`d tab.Fill(browser.Field("Day"), "...")`,
			`e tab.Choose(browser.Field("Size"), "Small")`,
			`f tab.Check(browser.Checkbox("I agree"))`,
			`g tab.Check(browser.Role("radio", "By post"))`,
			`h tab.Upload(browser.Field("Photo"), "file.txt", []byte("..."))`,
			`i tab.Fill(browser.Field("Letter"), "...")`,
			`- tab.Fill(browser.Field("Off"), "...") // it is disabled`,
		},
	},
	"names that no text shows": {
		page: `<button aria-label="Close the dialog" data-is=a>×</button> <a href="#x" data-is=b><img alt="Home" src="data:image/gif;base64,R0lGODlhAQABAIAAAAUEBAAAACwAAAAAAQABAAACAkQBADs=" width=20 height=20></a>
			<button id=save data-is=c style="width:20px;height:20px"></button> <button style="text-transform:uppercase" data-is=d>Print</button>
			<button data-is=e>Say "hello"` + "\u00ad" + ` \ back</button>`,
		want: []string{
			`a tab.Click(browser.Button("Close the dialog"))`,
			`b tab.Click(browser.Link("Home"))`,
			`c tab.Click(browser.CSS("#save"))`,
			`d tab.Click(browser.Button("Print"))`,
			`e tab.Click(browser.Button("Say \"hello\" \\ back"))`,
		},
	},
	"what only a script presses": {
		page: `<div onclick="" data-is=a>Open the box</div><div style="cursor:pointer" data-is=b><b>Bold</b> choice</div><p>Just text</p>`,
		want: []string{
			`a tab.Click(browser.Text("Open the box"))`,
			`b tab.Click(browser.Text("Bold choice"))`,
			`- tab.See(browser.Text("Just text"))`,
		},
	},
	"what nobody sees or reaches": {
		page: `<button style="display:none">Gone</button><button style="visibility:hidden">Hidden</button><button style="opacity:0">Clear</button>
			<p style="color:#fff;background:#fff">White on white</p><button data-is=a>Seen</button>
			<div style="position:relative;height:40px"><button style="position:absolute;left:0;top:0">Under</button><div id=veil style="position:absolute;inset:0;background:#eee"></div></div>
			<template><button>Template</button></template><details><summary data-is=b>More</summary><button>Folded</button></details>`,
		want: []string{
			`a tab.Click(browser.Button("Seen"))`,
			`- tab.Click(browser.Button("Under")) // it is covered by div#veil`,
			`b tab.Click(browser.Button("More"))`,
		},
	},
	"a dialog over the page": {
		page: `<button>Behind</button><dialog aria-label="Leave?"><p>Really leave?</p><button data-is=a>Leave</button></dialog><script>document.querySelector('dialog').showModal()</script>`,
		want: []string{`- tab.See(browser.Text("Really leave?"))`, `a tab.Click(browser.Button("Leave"))`},
	},
	"shadow roots": {
		page: `<my-box></my-box><my-vault></my-vault><script>
			class Box extends HTMLElement { connectedCallback() { this.attachShadow({ mode: 'open' }).innerHTML = '<button data-is=a>Open</button>' } }
			class Vault extends HTMLElement { connectedCallback() { const r = this.attachShadow({ mode: 'closed' }); r.innerHTML = '<button data-is=b>Shut</button>'; hear(r) } }
			customElements.define('my-box', Box); customElements.define('my-vault', Vault)</script>`,
		want: []string{`a tab.Click(browser.Button("Open"))`, `b tab.Click(browser.Button("Shut"))`},
	},
	"a frame with the same button": {
		page: `<main><button data-is=a>Pay</button></main><iframe title="Secure payment" src="/more" width=300 height=80></iframe>`,
		more: `<button data-is=b>Pay</button><label>Card number <input data-is=c></label>`,
		want: []string{
			`b tab.Click(browser.Button("Pay").Within(browser.Frame("Secure payment")))`,
			`c tab.Fill(browser.Field("Card number"), "...")`,
		},
	},
	"a styled checkbox and a switch": {
		page: `<style>input{position:absolute;opacity:0;width:0;height:0}label{display:inline-block;padding:8px;border:1px solid}</style>
			<label><input type=checkbox data-is=a>Newsletter</label><button role=switch aria-checked=false aria-label="Dark" data-is=b style="width:40px;height:20px"
			onclick="this.setAttribute('aria-checked', this.getAttribute('aria-checked') === 'false')"></button>`,
		want: []string{`a tab.Check(browser.Checkbox("Newsletter"))`, `b tab.Check(browser.Checkbox("Dark"))`},
	},
	"controls that shadow a form's properties": {
		page: `<form onsubmit="return false"><label>Children <input name=children data-is=a></label><label>Matches <input name=matches data-is=b></label><button name=closest data-is=c>Go on</button></form>`,
		want: []string{
			`a tab.Fill(browser.Field("Children"), "...")`,
			`b tab.Fill(browser.Field("Matches"), "...")`,
			`c tab.Click(browser.Button("Go on"))`,
		},
	},
	"long names": {
		page: `<a href="#x" data-is=a>` + strings.Repeat("A very long tale of bingo ", 8) + `</a><h1>` + strings.Repeat("Long heading ", 12) + `</h1>`,
		want: []string{
			`a tab.Click(browser.Link("").Containing("A very long tale of bingo A very long tale of bingo A very"))`,
			`- tab.See(browser.Heading("").Containing("Long heading Long heading Long heading Long heading Long"))`,
		},
	},
}

// hear has a page record the element of each action on it, for the top document to read, and stops what it would lead to.
const hear = `<script>
	const hear = (root) => { for (const type of ['click', 'input', 'change']) root.addEventListener(type, (e) => {
		const el = e.composedPath().map((n) => n instanceof Element && Element.prototype.closest.call(n, '[data-is]')).find(Boolean);
		if (el) top.acted = el.getAttribute('data-is');
		if (type === 'click' && el?.matches('a')) e.preventDefault();
	}, true) };
	hear(document);
</script>`

// TestOffersOfHostilePages checks on hostile pages which lines are printed, that they compile, and that each acts on its element, and on
// no other, when it is used.
func TestOffersOfHostilePages(t *testing.T) {
	var all []string
	for name, row := range offerRows {
		t.Run(name, func(t *testing.T) {
			site := serve(t, map[string]string{"/": hear + row.page, "/more": hear + row.more}, nil)
			tab := browser.NewTab()
			run := play(t, site, tab, journey.Step{Name: "offers", Limit: 20 * time.Second, Do: func(s *journey.T) {
				tab.Visit("/")
				if strings.Contains(row.page, "iframe") {
					tab.See(browser.Field("Card number"))
				}
				var lines []string
				for _, w := range row.want {
					lines = append(lines, w[2:])
				}
				_, got := offered(t, s, tab)
				if diff := cmp.Diff(lines, got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
				for _, w := range row.want {
					switch {
					case !strings.HasPrefix(w, "-"):
						act(t, tab, w[2:], w[:1])
					case !strings.Contains(w, "//"):
						_, l, _, err := trial.ParseCall(w[2:])
						if err != nil {
							t.Error(err)
						}
						tab.SeeCount(l, 1)
					}
				}
			}})
			if !run.Outcome.Good() {
				t.Error(run)
			}
		})
		for _, w := range row.want {
			all = append(all, w[2:])
		}
	}
	compile(t, all)
}

// act does what a printed line says, with arguments that fit, and checks which element has got it.
func act(t *testing.T, tab *browser.Tab, line, want string) {
	t.Helper()
	verb, l, rest, err := trial.ParseCall(line)
	if err != nil {
		t.Error(err)
		return
	}
	browser.Run(tab, chromedp.Evaluate[string]("window.acted = 'nothing'"))
	switch verb {
	case "Click":
		tab.Click(l)
	case "Check":
		tab.Check(l)
	case "Fill":
		text := "text"
		if strings.Contains(line, `"Day"`) {
			text = "2026-12-24"
		} else if strings.Contains(line, `"E-mail"`) {
			text = "ada@example.com"
		}
		tab.Fill(l, text)
	case "Choose":
		tab.Choose(l, rest[0])
	case "Upload":
		tab.Upload(l, rest[0], []byte("x"))
	default:
		t.Errorf("%s: the row expects no action of this kind", line)
	}
	if got := browser.Run(tab, chromedp.Evaluate[string]("window.acted")); got != want {
		t.Errorf("%s acts on the element %q, expected %q", line, got, want)
	}
}
