package browser_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// inner is the document of a frame.
const inner = `<body style="margin:0"><p style="margin:0">Thank you</p><button onclick="document.body.append('Pressed')">Print</button><div style="height:150px"></div><p>The end</p>`

// frameSite serves a page whose frame, at FRAME, is of the same site or of another one.
func frameSite(page string, other bool) func(*testing.T) *url.URL {
	return func(t *testing.T) *url.URL {
		pages := map[string]string{"/inner": inner}
		address := "/inner"
		if other {
			address = "http://localhost:" + serve(t, pages, nil).Port() + "/inner"
		}
		pages["/{$}"] = strings.ReplaceAll(page, "FRAME", `src="`+address+`"`)
		return serve(t, pages, nil)
	}
}

const framesHidden = `the frame that holds it is not visible`

// framePages are pages that hide or show their frame, with why its content is not seen; "": it is. do is another action than to see
// the thanks.
var framePages = map[string]struct {
	page, why string
	do        func(*fixture)
}{
	"plain":                              {page: `<iframe FRAME></iframe>`},
	"under a cover":                      {page: `<iframe FRAME></iframe><div id=sp style="position:fixed;inset:0;background:#fff"></div>`, why: `it is there, but covered by div#sp`},
	"under a cover of its text":          {page: `<iframe FRAME></iframe><div id=sp style="position:absolute;left:0;top:0;width:300px;height:30px;background:#fff"></div>`, why: `it is there, but covered by div#sp`},
	"under a cover beside its text":      {page: `<iframe FRAME></iframe><div id=sp style="position:absolute;left:0;top:60px;width:300px;height:90px;background:#fff"></div>`},
	"under a veil":                       {page: `<iframe FRAME></iframe><div style="position:fixed;inset:0;background:rgb(0 0 0 / 40%)"></div>`},
	"under a cover that takes no clicks": {page: `<iframe FRAME></iframe><div id=sp style="position:fixed;inset:0;background:#fff;pointer-events:none"></div>`, why: `it is there, but covered by div#sp`},
	"that takes no clicks":               {page: `<iframe FRAME style="pointer-events:none"></iframe>`, why: `could not click the button "Print" within 1.5s: its frame takes no clicks (pointer-events: none)`, do: clickAt(browser.Button("Print"), "Pressed")},
	"that does not scroll":               {page: `<iframe FRAME scrolling=no></iframe>`, why: `it is outside of the window, and no scrolling reaches it`, do: waitFor("The end")},
	"that does not scroll, for a click":  {page: `<iframe FRAME scrolling=NO></iframe>`, why: `it is outside of the window, and no scrolling reaches it`, do: func(s *fixture) { s.Visit("/"); s.Click(browser.Text("The end")) }},
	"that scrolls":                       {page: `<iframe FRAME scrolling=yes></iframe>`, do: func(s *fixture) { s.Visit("/"); s.Click(browser.Text("The end")) }},
	"hidden":                             {page: `<iframe FRAME style="visibility:hidden"></iframe>`, why: framesHidden},
	"in what is hidden":                  {page: `<div style="visibility:hidden"><iframe FRAME></iframe></div>`, why: framesHidden},
	"transparent":                        {page: `<iframe FRAME style="opacity:0"></iframe>`, why: framesHidden},
	"in what is transparent":             {page: `<div style="opacity:0"><iframe FRAME></iframe></div>`, why: framesHidden},
	"half transparent":                   {page: `<div style="opacity:.5"><iframe FRAME></iframe></div>`},
	"without a size":                     {page: `<iframe FRAME style="width:0;height:0;border:0"></iframe>`, why: ``, do: func(s *fixture) { s.Visit("/"); s.See(browser.Text("Thank you")) }},
	"of one pixel":                       {page: `<iframe FRAME style="width:1px;height:1px;border:0"></iframe>`, why: `expected to see the text "Thank you" within 1.5s`},
	"shrunk to nothing":                  {page: `<iframe FRAME style="transform:scale(0)"></iframe>`, why: framesHidden},
	"cut off by its parent":              {page: `<div class=box style="height:0;overflow:hidden"><iframe FRAME></iframe></div>`, why: framesHidden},
	"cut off above its text":             {page: `<div class=box style="height:60px;overflow:hidden"><iframe FRAME style="margin-top:58px;border:0"></iframe></div>`, why: `it is outside of the visible part of div.box, and no scrolling reaches it`},
	"cut off below its text":             {page: `<div class=box style="height:60px;overflow:hidden"><iframe FRAME></iframe></div>`},
	"in a box that scrolls":              {page: `<div style="height:60px;overflow:auto"><div style="height:400px"></div><iframe FRAME></iframe></div>`},
	"below the fold":                     {page: `<div style="height:3000px"></div><iframe FRAME></iframe>`},
	"left of the window":                 {page: `<iframe FRAME style="position:absolute;left:-9999px"></iframe>`, why: framesHidden},
	"right of the window, fixed":         {page: `<iframe FRAME style="position:fixed;right:-400px"></iframe>`, why: framesHidden},
	"half out of the window":             {page: `<iframe FRAME style="position:absolute;left:-200px"></iframe>`, why: `it is outside of the window, and no scrolling reaches it`},
	"scaled":                             {page: `<iframe FRAME style="transform:scale(.5)"></iframe>`},
	"turned":                             {page: `<iframe FRAME style="transform:rotate(90deg);margin:100px"></iframe>`},
	"back of a card":                     {page: `<iframe FRAME style="transform:rotateY(180deg);backface-visibility:hidden"></iframe>`, why: framesHidden},
	"behind a dialog":                    {page: `<iframe FRAME style="position:fixed;inset:0;margin:auto"></iframe><dialog id=d><div style="width:600px;height:400px">Cookies?</div></dialog><script>d.showModal()</script>`, why: `it is there, but covered by dialog#d`},
	"in the dialog":                      {page: `<dialog id=d><iframe FRAME></iframe></dialog><script>d.showModal()</script>`},
	"under a sticky bar":                 {page: `<div style="position:fixed;inset:0 0 auto;height:90px;background:#fff;z-index:1">Shop</div><div style="height:30px"></div><iframe FRAME></iframe><div style="height:2000px"></div>`, why: `it is there, but covered by`},
	"shown after a while":                {page: `<iframe id=f FRAME style="visibility:hidden"></iframe><script>setTimeout(() => { f.style.visibility = '' }, 400)</script>`},
	"uncovered after a while":            {page: `<iframe FRAME></iframe><div id=sp style="position:fixed;inset:0;background:#fff"></div><script>setTimeout(() => sp.remove(), 400)</script>`},

	"read under a cover":    {page: `<iframe FRAME></iframe><div id=sp style="position:fixed;inset:0;background:#fff"></div>`, why: `could not read the text "Thank you" within 1.5s: it is there, but covered by div#sp`, do: func(s *fixture) { s.Visit("/"); s.Read(browser.Text("Thank you")) }},
	"read in a hidden one":  {page: `<iframe FRAME style="opacity:0"></iframe>`, why: framesHidden, do: func(s *fixture) { s.Visit("/"); s.Read(browser.Text("Thank you")) }},
	"counted under a cover": {page: `<iframe FRAME></iframe><div id=sp style="position:fixed;inset:0;background:#fff"></div>`, why: `it is there, but covered by div#sp`, do: func(s *fixture) { s.Visit("/"); s.SeeCount(browser.Text("Thank you"), 1) }},
	"gone under a cover":    {page: `<iframe FRAME></iframe><div id=sp style="position:fixed;inset:0;background:#fff"></div>`, do: func(s *fixture) { s.Visit("/"); s.Gone(browser.Text("Thank you")) }},
	"gone in a hidden one": {page: `<iframe id=f FRAME></iframe><button onclick="setTimeout(() => { f.style.visibility = 'hidden' }, 200)">Hide</button>`, do: func(s *fixture) {
		s.Visit("/")
		s.See(browser.Text("Thank you"))
		s.Click(browser.Button("Hide"))
		s.Gone(browser.Text("Thank you"))
	}},
	"not gone in a shown one": {page: `<iframe FRAME></iframe>`, why: `expected the text "Thank you" to go away within 1.5s: it is still there`, do: func(s *fixture) { s.Visit("/"); s.See(browser.Text("Thank you")); s.Gone(browser.Text("Thank you")) }},
	"stays until it is hidden": {page: `<iframe id=f FRAME></iframe><button onclick="setTimeout(() => { f.style.opacity = 0 }, 2500)">Hide</button>`, why: `to stay for`, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Button("Hide"))
		s.Stays(browser.Text("The end"), 10*time.Second)
	}},
	"clicked":                 {page: `<iframe FRAME></iframe>`, do: clickAt(browser.Button("Print"), "Pressed")},
	"clicked under a cover":   {page: `<iframe FRAME></iframe><div id=sp style="position:fixed;inset:0;background:#fff"></div>`, why: `could not click the button "Print" within 1.5s: it is covered by div#sp`, do: clickAt(browser.Button("Print"), "Pressed")},
	"clicked in a hidden one": {page: `<iframe FRAME style="opacity:0"></iframe>`, why: `could not click the button "Print" within 1.5s: ` + framesHidden, do: clickAt(browser.Button("Print"), "Pressed")},
	"clicked, cut off":        {page: `<div class=box style="height:60px;overflow:hidden"><iframe FRAME style="margin-top:50px"></iframe></div>`, why: `could not click the button "Print" within 1.5s: it is`, do: clickAt(browser.Button("Print"), "Pressed")},
}

// frameRows are framePages with a frame of the same site, and of another one.
var frameRows = func() map[string]row {
	rows := map[string]row{}
	for name, p := range framePages {
		for kind, other := range map[string]bool{"": false, ", of another site": true} {
			r := row{site: frameSite(p.page, other), do: p.do, want: journey.Passed}
			if r.do == nil {
				r.do = waitFor("Thank you")
			}
			if p.why != "" || name == "without a size" {
				r.want, r.wantError = journey.Failed, p.why
			}
			if name == "shown after a while" || name == "uncovered after a while" {
				r.ms = [2]int64{350, 1000}
			}
			rows["frame "+name+kind] = r
		}
	}
	return rows
}()
