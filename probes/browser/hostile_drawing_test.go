package browser_test

import (
	"net/http"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// drawingRows are words and lines of drawings and of controls, as a flow editor has them.
var drawingRows = map[string]row{
	"words on a button":          onWords(`<button onclick="` + thanks + `"><span style="pointer-events:none">Save it</span></button>`),
	"words on a clickable box":   onWords(`<div onclick="` + thanks + `" style="width:300px"><span style="pointer-events:none">Save it</span></div>`),
	"words deep in a link":       onWords(`<a href=#x onclick="` + thanks + `"><b style="pointer-events:none"><i>Save it</i></b></a>`),
	"words over a shape":         onWords(`<svg width=300 height=90><g onclick="` + thanks + `"><rect width=200 height=60 fill=#def /><g style="pointer-events:none"><text x=20 y=30>Save it</text></g></g></svg>`),
	"words of a box with a hand": onWords(`<div id=d style="cursor:pointer"><span style="pointer-events:none">Save it</span></div><script>d.addEventListener('click', () => ` + thanks + `)</script>`),
	"words on a disabled look":   {page: `<div><button style="pointer-events:none"><span>Save it</span></button></div>`, do: clickWords, limit: soon, want: journey.Failed, wantError: `it takes no clicks`},
	"words of a veiled page":     {page: `<main style="pointer-events:none"><p>Save it</p></main>`, do: clickWords, limit: soon, want: journey.Failed, wantError: `it takes no clicks`},
	"words on another's button":  {page: `<div onclick="` + thanks + `" style="position:relative"><span style="pointer-events:none">Save it</span><button style="position:absolute;left:0;top:0;width:200px;height:60px">Other</button></div>`, do: clickWords, limit: soon, want: journey.Failed, wantError: `covered by button`},

	"a straight line": {page: `<svg width=300 height=90><line x1=10 x2=200 y1=30 y2=30 stroke=black stroke-width=6 onclick="` + thanks + `" /></svg>`, do: func(s *fixture) {
		s.Visit("/")
		s.See(browser.CSS("line"))
		s.Click(browser.CSS("line"))
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"an upright line":            {page: `<svg width=300 height=90><path d="M20 5 L20 80" stroke=red stroke-width=4 fill=none onclick="` + thanks + `" /></svg>`, do: func(s *fixture) { s.Visit("/"); s.Click(browser.CSS("path")); s.See(browser.Text("Thank you")) }, want: journey.Passed},
	"a straight line in a group": {page: `<svg width=300 height=90><g><path d="M10 50 L200 50" stroke=red stroke-width=4 fill=none /></g></svg>`, do: func(s *fixture) { s.Visit("/"); s.See(browser.CSS("g")) }, want: journey.Passed},
	"a straight line stays":      {page: `<svg width=300 height=90><path d="M10 50 L200 50" stroke=red stroke-width=4 fill=none /></svg>`, do: func(s *fixture) { s.Visit("/"); s.Gone(browser.CSS("path")) }, limit: soon, want: journey.Failed, wantError: `it is still there`},
	"a line without a stroke":    {page: `<svg width=300 height=90><path d="M10 50 L200 50" fill=none /></svg>`, do: func(s *fixture) { s.Visit("/"); s.See(browser.CSS("path")) }, limit: soon, want: journey.Failed, wantError: `it has no size`},

	"a worker has its script": {page: `<script>new Worker('/w.js').onmessage = (e) => document.body.append(e.data)</script>`, handlers: map[string]http.HandlerFunc{"/w.js": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		w.Write([]byte(`postMessage("up")`))
	}}, do: func(s *fixture) { s.Visit("/"); s.See(browser.Text("up")); s.See(browser.Text("Thank you")) }, limit: 3 * time.Second, want: journey.Failed, wantError: `expected to see the text "Thank you"`, notError: "has had no answer"},
	"a worker waits for its script": {page: `<script>new Worker('/silent').onmessage = (e) => document.body.append(e.data)</script>`, do: waitFor("Thank you"), limit: 3 * time.Second, want: journey.Failed, wantError: `GET /silent has had no answer for `},
}

func clickWords(s *fixture) { s.Visit("/"); s.Click(browser.Text("Save it")) }

// onWords clicks the words on what gets the clicks in their place.
func onWords(page string) row {
	return row{page: page, do: func(s *fixture) { clickWords(s); s.See(browser.Text("Thank you")) }, want: journey.Passed}
}
