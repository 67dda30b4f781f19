package browser_test

import (
	"strconv"
	"strings"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// writtenRows are pages that replace their document by document.open(), which removes all listeners, also ours.
var writtenRows = map[string]row{
	"after load":              {page: writes(200, button), want: journey.Passed},
	"after load, to hover":    {page: writes(200, `<button onmouseenter="document.body.append('Thank you')">Print</button>`), do: hoverAndSee, want: journey.Passed},
	"after load, never ended": {page: strings.ReplaceAll(writes(200, button), "document.close()", ""), want: journey.Passed},
	"twice":                   {page: writes(100, "Loading") + writes(200, button), want: journey.Passed},
	"again and again":         {page: `<script>onload=()=>{let n=0;const t=setInterval(()=>{if(n++>15)return clearInterval(t);document.open();document.write(` + quoted(button) + `);document.close()},20)}</script>`, want: journey.Passed},
	"at the click":            {page: `<button id=b>Next</button><script>b.onclick=()=>{` + written(button) + `}</script>`, do: nextAndPress, want: journey.Passed},
	"at the hover":            {page: `<button id=b>Print</button><script>b.onmouseenter=()=>{` + written(button) + `}</script>`, want: journey.Passed},
	"at the focus": {page: `<label>Name <input id=i></label><script>i.onfocus=()=>{` + written("<label>Name <input id=i></label>"+button) + `}</script>`, do: func(s *fixture) {
		s.Visit("/")
		s.Fill(browser.Field("Name"), "Ada")
		s.Click(browser.Button("Print"))
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"covered where it is pressed": {page: writes(100, button+`<div style="position:fixed;inset:0"></div>`), limit: limit / 2, want: journey.Failed, wantError: "it is covered by div"},
	"in a frame":                  {page: `<iframe id=f style="width:300px;height:100px"></iframe><script>onload=()=>setTimeout(()=>{const d=f.contentDocument;d.open();d.write(` + quoted(button) + `);d.close()},100)</script>`, want: journey.Passed},
	"in a frame with an address":  {page: `<iframe src=/frame></iframe>`, pages: map[string]string{"/frame": writes(100, button)}, want: journey.Passed},
	"in a frame of another site":  {site: withOtherSite(`<iframe src=OTHER/></iframe>`, map[string]string{"/": writes(100, button)}), want: journey.Passed},
	"in a popup": {page: `<button onclick="window.open('/popup')">Help</button>`, pages: map[string]string{"/popup": writes(200, button)}, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Button("Help"))
		help := s.Popup()
		help.Click(browser.Button("Print"))
		help.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"then printed":                           {page: writes(100, `<h1>Card</h1><script>setTimeout(print,200)</script>`), do: printedPage, want: journey.Passed},
	"then printed at a click":                {page: writes(100, `<h1>Card</h1><button onclick=print()>Print</button>`), do: pressAndPrint, want: journey.Passed},
	"then printed from a frame":              {page: `<h1>Card</h1><iframe src=/frame></iframe>`, pages: map[string]string{"/frame": writes(100, `<h1>Inner</h1><script>setTimeout(print,200)</script>`)}, do: printedPage, want: journey.Passed},
	"then printed from another site's frame": {site: withOtherSite(`<h1>Card</h1><iframe src=OTHER/></iframe>`, map[string]string{"/": writes(100, `<h1>Inner</h1><script>setTimeout(print,200)</script>`)}), do: printedPage, want: journey.Passed},
	"the expected text is gone":              {page: `<h1>Thank you</h1>` + writes(0, "Sorry"), do: func(s *fixture) { s.Visit("/"); s.See(browser.Text("Sorry")); s.Gone(browser.Text("Thank you")) }, want: journey.Passed},
}

// writes is a page that replaces its document after ms milliseconds.
func writes(ms int, html string) string {
	return "<script>addEventListener('load',()=>setTimeout(()=>{" + written(html) + "}," + strconv.Itoa(ms) + "))</script>Loading"
}

// written is JavaScript that replaces the document.
func written(html string) string {
	return "document.open();document.write(" + quoted(html) + ");document.close()"
}

// quoted is html as a JavaScript string inside of a script element.
func quoted(html string) string {
	return "`<!doctype html><body>" + strings.ReplaceAll(html, "</script>", "<\\/script>") + "`"
}

func hoverAndSee(s *fixture) {
	s.Visit("/")
	s.Hover(browser.Button("Print"))
	s.See(browser.Text("Thank you"))
}

func nextAndPress(s *fixture) {
	s.Visit("/")
	s.Click(browser.Button("Next"))
	s.Click(browser.Button("Print"))
	s.See(browser.Text("Thank you"))
}

func printedPage(s *fixture) {
	s.Visit("/")
	s.See(browser.Text("Card"))
	s.Printed()
}

func pressAndPrint(s *fixture) {
	s.Visit("/")
	s.Click(browser.Button("Print"))
	s.Printed()
}
