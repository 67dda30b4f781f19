package browser_test

import (
	"fmt"
	"strings"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

const thanks = `document.body.append('Thank you')`

const childrenForm = `<form><label>Adults <input name=adults></label><label>Children <input name=children></label></form><p>Welcome</p>`

// shadowedRows are pages with form controls and elements whose names are properties that scripts read.
var shadowedRows = map[string]row{
	"form with a field called children": {page: childrenForm, do: waitFor("Welcome"), want: journey.Passed},
	"fill in a form with children": {page: childrenForm, do: func(s *fixture) {
		s.Visit("/")
		s.Fill(browser.Field("Children"), "2")
		if got := s.Read(browser.Field("Children")); got != "2" {
			s.faultf("the field contains %q", got)
		}
	}, want: journey.Passed},
	"form with a select called children": {page: `<form><p>Welcome</p><label>Children <select name=children><option>0<option>1</select></label></form>`, do: waitFor("Welcome"), want: journey.Passed},
	"form with matches":                  {page: `<form><label>Matches played <input name=matches></label></form>` + button, want: journey.Passed},
	"form with parentNode":               {page: `<form><input name=parentNode><input name=host><button type=button onclick="` + thanks + `">Print</button></form>`, want: journey.Passed},
	"form with every property":           {page: formWithEvery(), want: journey.Passed},
	"document with every property":       {page: documentWithEvery() + button, want: journey.Passed},
	"image called body":                  {page: `<img name=body src="data:,"><p>Welcome</p>`, do: waitFor("Welcome"), want: journey.Passed},
	"form called head":                   {page: `<form name=head></form><form name=documentElement></form>` + button, want: journey.Passed},
	"iframe called body":                 {page: `<iframe name=body srcdoc="ad"></iframe><p>Welcome</p>`, do: waitFor("Welcome"), want: journey.Passed},
	"gone on a form with children":       {page: childrenForm, do: func(s *fixture) { s.Visit("/"); s.Gone(browser.Text("never")) }, want: journey.Passed},
	"within a form with children": {page: `<form><input name=children><input name=contains><input name=parentNode>` + button + `</form>`, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Button("Print").Within(browser.CSS("form")))
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"missing on a form with closest": {page: `<form><input name=closest><input name=tagName><input name=textContent></form>`, want: journey.Failed, wantError: "there is none"},
	// Not a customer's page any more, but our scripts must say so and not fail themselves.
	"document without its element": {page: button + `<script>onload=()=>document.documentElement.remove()</script>`, do: waitFor("Print"), want: journey.Failed, wantError: "the page is blank"},
	"document without a body":      {page: button + `<script>onload=()=>document.body.remove()</script>`, do: waitFor("Print"), want: journey.Failed, wantError: "the page is blank"},
	"usual names":                  {page: `<form onsubmit="return false"><label>Title <input name=title></label><input type=hidden name=id value=7><input type=hidden name=name><input type=hidden name=action><input type=hidden name=role><input type=hidden name=style><input type=hidden name=attributes>` + button + `</form>`, want: journey.Passed},
}

// properties are those that scripts commonly read of elements and of the document.
var properties = strings.Fields(`children childNodes firstChild parentNode parentElement host matches closest getAttribute id classList className localName tagName
	nodeType innerText textContent isConnected assignedSlot shadowRoot getRootNode ownerDocument getBoundingClientRect getClientRects querySelector querySelectorAll
	getElementsByTagName getAnimations checkVisibility scrollIntoView labels title style value type options focus dispatchEvent
	body head readyState documentElement elementFromPoint createRange scrollingElement implementation doctype baseURI forms location`)

// formWithEvery is a form with a hidden control named after each property, around the button.
func formWithEvery() string {
	var b strings.Builder
	b.WriteString("<form>")
	for _, p := range properties {
		fmt.Fprintf(&b, "<input type=hidden name=%s>", p)
	}
	return b.String() + `<button type=button onclick="document.body.append('Thank you')">Print</button></form>`
}

// documentWithEvery has an image named after each property; the page itself still finds its body, which is not among them.
func documentWithEvery() string {
	var b strings.Builder
	for _, p := range properties {
		if p != "body" && p != "location" {
			fmt.Fprintf(&b, `<img name=%s src="data:,">`, p)
		}
	}
	return b.String()
}
