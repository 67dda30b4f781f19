package browser_test

import (
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

const ofBackground = `its text has the colour of its background`

// inkRows are texts on paints that lie under them in other ways than as backgrounds of the elements around them. The styles leave it in doubt
// whether one can read them, so that a picture decides.
var inkRows = map[string]row{
	"white on a dark backdrop":         seen(`<style>dialog{background:none;border:0;color:#fff}::backdrop{background:#111}</style><dialog id=d><p>Thank you</p></dialog><script>d.showModal()</script>`),
	"black on a black backdrop":        unseen(`<style>dialog{background:none;border:0;color:#000}::backdrop{background:#000}</style><dialog id=d><p>Thank you</p></dialog><script>d.showModal()</script>`, ofBackground),
	"white on a border image":          seen(`<div style="border:60px solid;border-image:linear-gradient(#111,#222) 1;height:0"><p style="color:#fff;margin-top:-50px">Thank you</p></div>`),
	"black on a black border image":    unseen(`<div style="border:60px solid #fff;border-image:linear-gradient(#000,#000) 60;height:0;width:500px"><p style="margin-top:-50px">Thank you</p></div>`, ofBackground),
	"white on a filled border image":   seen(`<div style="border:2px solid;border-image:linear-gradient(#111,#222) 1 fill"><p style="color:#fff">Thank you</p></div>`),
	"black on a filled border image":   unseen(`<div style="border:2px solid;border-image:linear-gradient(#000,#000) 1 fill"><p>Thank you</p></div>`, ofBackground),
	"white in a dark row":              seen(`<table><tr style="background:#111;color:#fff"><td>Thank you</table>`),
	"black in a black row":             unseen(`<table><tr style="background:#000;color:#000"><td>Thank you</table>`, ofBackground),
	"white in a dark column":           seen(`<table><col style="background:#111"><tr style="color:#fff"><td>Thank you</table>`),
	"black in a black column":          unseen(`<table><colgroup style="background:#000"><col></colgroup><tr><td>Thank you</table>`, ofBackground),
	"white in a sibling's shadow":      seen(`<div style="width:100px;height:20px;box-shadow:0 0 0 99px #111"></div><p style="color:#fff">Thank you</p>`),
	"black in a sibling's shadow":      unseen(`<div style="width:100px;height:20px;box-shadow:0 0 0 99px #000"></div><p style="margin-top:10px">Thank you</p>`, ofBackground),
	"black in an offset shadow":        unseen(`<div style="width:400px;height:50px;box-shadow:0 60px #000"></div><p style="margin-top:10px;width:200px">Thank you</p>`, ofBackground),
	"a white first line":               unseen(`<style>p::first-line{color:#fff}</style><p>Thank you</p>`, ofBackground),
	"a dark first line":                seen(`<style>p::first-line{color:#000}</style><p style="color:#fff">Thank you</p>`),
	"a dark highlight":                 seen(`<style>::highlight(h){color:#fff;background:#000}</style><p style="color:#fff" id=p>Thank you</p><script>const r=new Range();r.selectNodeContents(p);CSS.highlights.set('h',new Highlight(r))</script>`),
	"a black highlight":                unseen(`<style>::highlight(h){color:#000;background:#000}</style><p id=p>Thank you</p><script>const r=new Range();r.selectNodeContents(p);CSS.highlights.set('h',new Highlight(r))</script>`, ofBackground),
	"a black selection":                unseen(`<style>::selection{color:#000;background:#000}</style><p id=p>Thank you</p><script>getSelection().selectAllChildren(p)</script>`, ofBackground),
	"black on a drawn black layer":     unseen(`<style>.b{position:relative;z-index:0}.b::before{content:'';position:absolute;inset:0;background:#000;z-index:-1}</style><div class=b><p>Thank you</p></div>`, ofBackground),
	"black on a layer without clicks":  unseen(`<div style="position:relative;height:90px"><div style="position:absolute;inset:0;background:#000;pointer-events:none"></div><p style="position:relative">Thank you</p></div>`, ofBackground),
	"white in a frame on dark":         seen(`<body style="background:#111"><iframe style="width:300px;height:100px" srcdoc="<p style='color:#fff'>Thank you</p>"></iframe>`),
	"black in a frame on black":        unseen(`<body style="background:#000"><iframe style="width:300px;height:100px" srcdoc="<p>Thank you</p>"></iframe>`, ofBackground),
	"white in a frame on white":        unseen(`<body><iframe style="width:300px;height:100px" srcdoc="<p style='color:#fff'>Thank you</p>"></iframe>`, ofBackground),
	"a white link on a dark backdrop":  {page: `<style>dialog{background:none;border:0}a{color:#fff}::backdrop{background:#111}</style><dialog id=d><a href="#" onclick="p.append('Thank you')">Print</a><p id=p style="color:#fff"></p></dialog><script>d.showModal()</script>`, want: journey.Passed, do: func(s *fixture) { s.Visit("/"); s.Click(browser.Link("Print")); s.See(browser.Text("Thank you")) }},
	"a black link on a black backdrop": {page: `<style>dialog{background:none;border:0}a{color:#000}::backdrop{background:#000}</style><dialog id=d><a href="#">Print</a></dialog><script>d.showModal()</script>`, want: journey.Failed, wantError: ofBackground, do: func(s *fixture) { s.Visit("/"); s.Click(browser.Link("Print")) }},
	"becomes readable":                 {page: `<p id=p style="color:#fff">Thank you</p><script>setTimeout(()=>{p.style.color='#000'},600)</script>`, want: journey.Passed, do: waitFor("Thank you"), ms: [2]int64{500, 900}},
	"gone into its background":         {page: `<p id=p>Thank you</p><script>setTimeout(()=>{p.style.color='#fff'},400)</script>`, want: journey.Passed, do: func(s *fixture) { s.Visit("/"); s.Gone(browser.Text("Thank you")) }},
	"a white twin of a link":           {page: `<div><a href="#" onclick="document.body.append('Thank you')">Print</a></div><div style="position:relative"><a href="#" style="color:#fff">Print</a></div>`, want: journey.Passed, do: func(s *fixture) { s.Visit("/"); s.Click(browser.Link("Print")); s.See(browser.Text("Thank you")) }},
	"on a phone, scrolled":             {phone: true, page: `<div style="height:3000px">x</div><div style="background:linear-gradient(#000,#000)"><a href="#">Print</a><p>Thank you</p></div>`, want: journey.Failed, wantError: ofBackground, do: func(s *fixture) { s.Visit("/"); s.ScrollTo(browser.Link("Print")); s.See(browser.Text("Thank you")) }},
	"on a phone, scrolled, white":      {phone: true, page: `<div style="height:3000px">x</div><div style="background:linear-gradient(#000,#000)"><a href="#" style="color:#fff">Print</a><p style="color:#fff">Thank you</p></div>`, want: journey.Passed, do: func(s *fixture) { s.Visit("/"); s.ScrollTo(browser.Link("Print")); s.See(browser.Text("Thank you")) }},
}
