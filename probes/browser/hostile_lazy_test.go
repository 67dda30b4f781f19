package browser_test

import (
	"net/http"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// picture answers with a small picture after a while; fails answers that there is none.
func picture(after time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(after):
		case <-r.Context().Done():
		}
		w.Header().Set("Content-Type", "image/svg+xml")
		_, _ = w.Write([]byte(`<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"><rect width="60" height="40" fill="green"/></svg>`))
	}
}

func freePicture(svg string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/svg+xml")
		_, _ = w.Write([]byte(svg))
	}
}

var pictures = map[string]http.HandlerFunc{
	"/otter.svg": picture(0), "/late.svg": picture(400 * time.Millisecond), "/never.svg": silent, "/none.svg": http.NotFound,
	"/free.svg": freePicture(`<svg xmlns="http://www.w3.org/2000/svg"><rect width="60" height="40" fill="green"/></svg>`), "/box.svg": freePicture(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 40"><rect width="60" height="40" fill="green"/></svg>`),
	"/wide.svg": freePicture(`<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="100%"><rect width="60" height="40" fill="green"/></svg>`),
}

// pictured is a row whose page has pictures.
func pictured(page string, do func(*fixture), wantError string) row {
	handlers := map[string]http.HandlerFunc{"/{$}": frameResult(200, "<!doctype html>"+page)}
	for path, h := range pictures {
		handlers[path] = h
	}
	r := row{handlers: handlers, do: do, want: journey.Passed}
	if wantError != "" {
		r.want, r.wantError = journey.Failed, wantError
	}
	return r
}

func seeOne(l browser.Locator) func(*fixture) {
	return func(s *fixture) { s.Visit("/"); s.See(l) }
}

const (
	far   = `<p style="height:1800px">Shop</p><p style="height:1800px">of</p><p style="height:1800px">cards</p><p style="height:1800px">and</p><p style="height:1800px">games</p>`
	below = `; more may load further down: ScrollTo goes there`
	// lazyPart fills its box when one scrolls there.
	lazyPart = `<div id=part style="height:200px"></div><script>new IntersectionObserver((seen) => { if (seen[0].isIntersecting) setTimeout(() => { part.innerHTML = '<p>Thank you</p>' }, 200) }).observe(part)</script>`
)

var otter = browser.Role("img", "Otter")

// lazyRows are contents that come late, or only when one scrolls to them. See does not scroll.
var lazyRows = map[string]row{
	"lazy picture far below":            pictured(far+`<img loading=lazy src=/otter.svg alt=Otter width=60 height=40>`, seeOne(otter), `it is there, but its picture has not loaded, and does so only when one scrolls to it: ScrollTo does`),
	"lazy picture without a size":       pictured(far+`<img loading=lazy src=/otter.svg alt=Otter>`, seeOne(otter), `its picture has not loaded, and does so only when one scrolls to it: ScrollTo does`),
	"lazy picture that is scrolled to":  pictured(far+`<img id=i loading=lazy src=/otter.svg alt=Otter>`, func(s *fixture) { s.Visit("/"); s.ScrollTo(otter); s.See(otter); s.isTrue("i.naturalWidth === 60") }, ""),
	"lazy picture in view":              pictured(`<img loading=lazy src=/otter.svg alt=Otter>`, seeOne(otter), ""),
	"lazy picture a little below":       pictured(`<div style="height:1000px"></div><img loading=lazy src=/otter.svg alt=Otter>`, seeOne(otter), ""),
	"picture below the fold":            pictured(far+`<img src=/otter.svg alt=Otter>`, seeOne(otter), ""),
	"lazy picture in a box":             pictured(`<div style="height:200px;overflow:auto"><div style="height:9000px"></div><img loading=lazy src=/otter.svg alt=Otter></div>`, seeOne(otter), `only when one scrolls to it: ScrollTo does`),
	"late picture":                      {handlers: pictured(`<img src=/late.svg alt=Otter>`, nil, "").handlers, do: seeOne(otter), want: journey.Passed, ms: [2]int64{400, 1200}},
	"picture that never comes":          pictured(`<p>Shop</p><script>setTimeout(() => document.body.insertAdjacentHTML('beforeend', '<img src=/never.svg alt=Otter width=60 height=40>'), 50)</script>`, seeOne(otter), `expected to see the img "Otter" within 1.5s: it is there, but its picture has not loaded`),
	"broken picture":                    pictured(`<img src=/none.svg alt=Otter>`, seeOne(otter), `it is there, but its picture could not be loaded`),
	"broken picture as a link":          pictured(`<a href="#x"><img src=/none.svg alt=Otter width=60 height=40></a>`, seeOne(browser.Link("Otter")), `its picture could not be loaded`),
	"link of a picture and a text":      pictured(`<a href="#x"><img src=/none.svg alt="" width=60 height=40>Otter</a>`, seeOne(browser.Link("Otter")), ""),
	"broken picture that is clicked":    pictured(`<img src=/none.svg alt=Otter width=60 height=40 onclick="`+thanks+`">`, clickAt(otter, "Thank you"), ""),
	"picture without an address":        pictured(`<img alt=Otter style="width:60px;height:40px;background:green">`, seeOne(otter), ""),
	"one of several has come":           pictured(`<img src=/otter.svg alt=Otter><img src=/none.svg alt=Otter>`, func(s *fixture) { s.Visit("/"); s.SeeCount(otter, 2) }, `expected to see the img "Otter" 2 times within 1.5s: there is 1`),
	"picture without a size of its own": pictured(`<img src=/free.svg alt=Otter>`, seeOne(otter), ""),
	"picture with only a ratio":         pictured(`<img src=/box.svg alt=Otter style="width:90px">`, seeOne(otter), ""),
	"picture of relative size":          pictured(`<img src=/wide.svg alt=Otter style="width:90px;height:60px">`, seeOne(otter), ""),
	"picture that changes":              pictured(`<img id=i src=/otter.svg alt=Otter><script>setTimeout(() => { i.src = '/late.svg' }, 100)</script>`, seeOne(otter), ""),
	"picture by its sources":            pictured(`<picture><source srcset=/otter.svg><img alt=Otter></picture>`, seeOne(otter), ""),
	"broken picture, then another":      pictured(`<img src=/none.svg alt=Otter onerror="this.onerror = null; this.src = '/otter.svg'">`, seeOne(otter), ""),
	"picture that goes":                 pictured(`<img id=i src=/otter.svg alt=Otter><script>setTimeout(() => i.remove(), 200)</script>`, func(s *fixture) { s.Visit("/"); s.Gone(otter) }, ""),

	"lazy part": {page: far + lazyPart, do: waitFor("Thank you"), want: journey.Failed, wantError: below},
	"lazy part that is scrolled to": {page: far + lazyPart, do: func(s *fixture) {
		s.Visit("/")
		s.ScrollTo(browser.Text("Thank you"))
		s.See(browser.Text("Thank you"))
	}, limit: 3 * time.Second, want: journey.Passed},
	"lazy part that is read":       {page: far + lazyPart, do: func(s *fixture) { s.Visit("/"); s.Read(browser.Text("Thank you")) }, want: journey.Failed, wantError: below},
	"lazy part that is clicked":    {page: far + lazyPart, do: click(browser.Button("Print")), want: journey.Failed, wantError: below},
	"lazy part by its skeleton":    {page: far + `<div class=skeleton-card style="height:90px;background:#eee"></div>`, do: waitFor("Thank you"), want: journey.Failed, wantError: below},
	"lazy part in a box":           {page: `<div style="height:200px;overflow:auto"><div style="height:900px">x</div><div class=lazy-load style="height:90px"></div></div>`, do: waitFor("Thank you"), want: journey.Failed, wantError: below},
	"endless feed":                 {page: feed, do: waitFor("Entry 37"), want: journey.Failed, wantError: below},
	"row of a long list":           {page: rows(`'Row ' + i`, `draw`), do: waitFor("Row 900"), want: journey.Failed, wantError: below},
	"row that is not drawn, then":  {page: rows(`'Row ' + i`, `draw`), do: func(s *fixture) { s.Visit("/"); s.ScrollTo(browser.Text("Row 900")); s.See(browser.Text("Row 900")) }, limit: 3 * time.Second, want: journey.Passed},
	"page that is only long":       {page: far + `<p>The end</p>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `there is none; the page begins with "Shop`, notError: "ScrollTo"},
	"page that does not scroll":    {page: `<div class=skeleton style="height:90px"></div>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `there is none`, notError: "ScrollTo"},
	"scrolled to in vain":          {page: far + lazyPart, do: func(s *fixture) { s.Visit("/"); s.ScrollTo(browser.Button("Print")) }, want: journey.Failed, wantError: `could not scroll to the button "Print" within 1.5s: there is none`, notError: "ScrollTo"},
	"seen after scrolling by hand": {page: far + lazyPart, do: func(s *fixture) { s.Visit("/"); s.Press("End"); s.See(browser.Text("Thank you")) }, want: journey.Passed},
}
