package browser_test

import (
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// soon is the limit of rows whose verdict needs no time.
const soon = 700 * time.Millisecond

// unseen is a row with a thanks that no person can see.
func unseen(page, why string) row {
	return row{page: page, do: waitFor("Thank you"), limit: soon, want: journey.Failed, wantError: why}
}

// seen is a row with a thanks that a person can see.
func seen(page string) row {
	return row{page: page, do: waitFor("Thank you"), want: journey.Passed}
}

const srOnly = `position:absolute;width:1px;height:1px;margin:-1px;padding:0;overflow:hidden;clip:rect(0,0,0,0);border:0`

// card is a card with two sides, turned by turn.
func card(turn string) string {
	return `<style>.card{position:relative;width:200px;height:80px;transform-style:preserve-3d;transform:` + turn + `}.card p{position:absolute;inset:0;backface-visibility:hidden}</style>
		<div class=card><p>Order</p><p class=back style="transform:rotateY(180deg)">Thank you</p></div>`
}

// visibleRows are contents that seem to be there, and contents that seem not to be.
var visibleRows = map[string]row{
	// clipped
	"for screen readers":           unseen(`<style>.sr{`+srOnly+`}</style><div class=sr role=status>Thank you</div>`, `it is there, but not visible: it is cut off`),
	"for screen readers, inset":    unseen(`<p style="position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap">Thank you</p>`, `it is cut off`),
	"for screen readers, far left": unseen(`<p style="position:absolute;left:-10000px;width:1px;height:1px;overflow:hidden">Thank you</p>`, `it is cut off`),
	"announced by a router": {page: `<button onclick="a.shadowRoot.querySelector('p').textContent='Checkout'">Print</button><next-route-announcer id=a style="position:absolute"></next-route-announcer><script>a.attachShadow({mode:'open'}).innerHTML='<p aria-live=assertive style="` + srOnly + `;white-space:nowrap"></p>'</script>`, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Button("Print"))
		s.See(browser.Text("Checkout"))
	}, limit: soon, want: journey.Failed, wantError: `expected to see the text "Checkout" within 700ms: it is there, but not visible: it is cut off`},
	"in a box without height":       unseen(`<div class=box style="height:0;overflow:hidden"><p>Thank you</p></div>`, `it is outside of the visible part of div.box, and no scrolling reaches it`),
	"in a collapsed grid row":       unseen(`<div style="display:grid;grid-template-rows:0fr"><div class=inner style="overflow:hidden;min-height:0"><p>Thank you</p></div></div>`, `it is outside of the visible part of div.inner`),
	"in an expanded grid row":       seen(`<div style="display:grid;grid-template-rows:1fr"><div style="overflow:hidden;min-height:0"><p>Thank you</p></div></div>`),
	"in a folded menu":              unseen(`<nav style="max-height:0;overflow:clip"><p>Thank you</p></nav>`, `it is outside of the visible part of nav`),
	"in a box of paint containment": unseen(`<div class=box style="contain:paint;height:0"><p>Thank you</p></div>`, `it is outside of the visible part of div.box`),
	"positioned out of its clip":    seen(`<div style="height:0;overflow:hidden"><p style="position:absolute;top:60px">Thank you</p></div>`),
	"positioned in its clip":        unseen(`<div class=box style="height:0;overflow:hidden;position:relative"><p style="position:absolute;top:60px">Thank you</p></div>`, `it is outside of the visible part of div.box`),
	"fixed out of its clip":         seen(`<div style="height:0;overflow:hidden;position:relative"><p style="position:fixed;top:60px">Thank you</p></div>`),
	"fixed in a transformed clip":   unseen(`<div class=box style="height:0;overflow:hidden;transform:scale(1)"><p style="position:fixed;top:60px">Thank you</p></div>`, `it is outside of the visible part of div.box`),
	"clip path, inset":              unseen(`<p style="clip-path:inset(100%)">Thank you</p>`, `it is cut off`),
	"clip path, circle":             unseen(`<p style="clip-path:circle(0)">Thank you</p>`, `it is cut off`),
	"clip path, polygon":            unseen(`<div style="clip-path:polygon(0 0,0 0,0 0)"><p>Thank you</p></div>`, `it is outside of the visible part of div`),
	"clip path that shows":          seen(`<p style="clip-path:inset(0 0 0 0 round 9px)">Thank you</p>`),
	"indented out":                  unseen(`<h1 style="text-indent:-9999px;overflow:hidden;white-space:nowrap">Thank you</h1>`, `it is cut off`),
	"cut off by an ellipsis":        unseen(`<p style="width:90px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap">Your order has been placed. Thank you</p>`, `it is cut off`),
	"beyond the last line":          unseen(`<p style="width:90px;height:20px;overflow:hidden">Your order has been placed. Thank you</p>`, `it is cut off`),
	"begins before an ellipsis":     seen(`<p style="width:90px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap">Thank you for your order at our shop</p>`),
	"picture in place of its text":  {page: `<a href="/next" style="display:block;width:90px;height:40px;background:url(/logo.png) gold;text-indent:-9999px;overflow:hidden">Print</a>`, pages: map[string]string{"/next": "Thank you"}, do: click(browser.Link("Print")), want: journey.Passed},

	// out of the window
	"left of the window":           unseen(`<div style="position:fixed;top:0;left:0;width:300px;transform:translateX(-100%)"><p>Thank you</p></div>`, `it is outside of the window, and no scrolling reaches it`),
	"right of the window, fixed":   unseen(`<div style="position:fixed;top:0;right:-300px;width:300px"><p>Thank you</p></div>`, `it is outside of the window`),
	"above the page":               unseen(`<p style="position:absolute;top:-200px">Thank you</p>`, `it is outside of the window`),
	"right of the window":          seen(`<p style="position:absolute;left:2000px">Thank you</p>`),
	"left of a page from right":    seen(`<html dir=rtl><p style="position:absolute;left:-2000px;width:200px">Thank you</p>`),
	"right of a page from right":   unseen(`<html dir=rtl><p style="position:absolute;left:2000px;width:200px">Thank you</p>`, `it is outside of the window`),
	"below the fold":               seen(`<div style="height:5000px"></div><p>Thank you</p>`),
	"below the fold of a scroller": seen(`<div style="height:100px;overflow:auto"><div style="height:5000px"></div><p>Thank you</p></div>`),
	"above in a reversed scroller": seen(`<div style="height:100px;overflow:auto;display:flex;flex-direction:column-reverse"><p>new</p><div style="flex:0 0 900px"></div><p>Thank you</p></div>`),
	"before a scroller's start":    unseen(`<div class=box style="height:100px;overflow:auto;position:relative"><p style="position:absolute;top:-90px">Thank you</p></div>`, `it is outside of the visible part of div.box`),
	"below a locked page":          unseen(`<body style="overflow:hidden"><div style="height:3000px"></div><p>Thank you</p>`, `it is outside of the window, and no scrolling reaches it`),
	"below the window of a frame":  seen(`<iframe style="width:300px;height:100px" srcdoc="<div style='height:900px'></div><p>Thank you</p>"></iframe>`),
	"toast that slides out": {page: `<div id=t style="position:fixed;top:0;right:0;transition:transform .1s">Working on it</div><button onclick="t.style.transform='translateX(120%)'">Print</button>`, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Button("Print"))
		s.Gone(browser.Text("Working on it"))
	}, want: journey.Passed},
	"toast that stays": {page: `<div style="position:fixed;top:0;right:0">Working on it</div>`, do: func(s *fixture) { s.Visit("/"); s.Gone(browser.Text("Working on it")) }, limit: soon, want: journey.Failed, wantError: `it is still there`},

	// not painted
	"no font size":             unseen(`<p style="font-size:0">Thank you</p>`, `it has no size`),
	"a font too small to read": unseen(`<p style="font-size:1px">Thank you</p>`, `it has no size`),
	"shrunk to nothing":        unseen(`<p style="transform:scale(0)">Thank you</p>`, `it has no size`),
	"transparent text":         unseen(`<p style="color:transparent">Thank you</p>`, `its text is transparent`),
	"transparent fill":         unseen(`<p style="-webkit-text-fill-color:rgb(0 0 0 / 2%)">Thank you</p>`, `its text is transparent`),
	"transparent filter":       unseen(`<p style="filter:opacity(0)">Thank you</p>`, `it is transparent`),
	"blurred":                  unseen(`<p style="filter:blur(9px)">Thank you</p>`, `it is blurred`),
	"text of its background":   seen(`<h1 style="background:linear-gradient(red,blue);background-clip:text;color:transparent">Thank you</h1>`),
	"outlined text":            seen(`<h1 style="-webkit-text-stroke:1px #000;color:transparent">Thank you</h1>`),
	"back of a card":           unseen(card("none"), `it is there, but not visible: p.back shows its back`),
	"back of a turned card":    seen(card("rotateY(180deg)")),
	"turned by its property":   unseen(`<p style="rotate:y 180deg;backface-visibility:hidden">Thank you</p>`, `p shows its back`),

	// text in the colour of its background
	"white on white":            unseen(`<p style="color:#fff">Thank you</p>`, `it is there, but not visible: its text has the colour of its background`),
	"white on a white body":     unseen(`<body style="background:#fff"><div><p style="color:white">Thank you</p></div>`, `its text has the colour of its background`),
	"black on black":            unseen(`<div style="background:#000;color:#000"><p><b>Thank</b> you</p></div>`, `its text has the colour of its background`),
	"nearly white on white":     unseen(`<p style="color:#fcfcfc">Thank you</p>`, `its text has the colour of its background`),
	"half clear white on white": unseen(`<p style="color:rgb(255 255 255 / 60%)">Thank you</p>`, `its text has the colour of its background`),
	"fill of the background":    unseen(`<p style="background:navy;-webkit-text-fill-color:navy;color:white">Thank you</p>`, `its text has the colour of its background`),
	"in a table's colour":       unseen(`<table style="background:teal"><tr><td style="color:teal">Thank you</table>`, `its text has the colour of its background`),
	"link in the page's colour": {page: `<a href="#x" style="color:#fff">Print</a>`, do: click(browser.Link("Print")), limit: soon, want: journey.Failed, wantError: `its text has the colour of its background`},
	"gone in its background":    {page: `<p style="color:#fff">Working on it</p>`, do: func(s *fixture) { s.Visit("/"); s.Gone(browser.Text("Working on it")) }, want: journey.Passed},
	"white until it is styled":  {page: `<p id=p style="color:#fff">Thank you</p><script>setTimeout(() => p.style.color = '#000', 300)</script>`, do: waitFor("Thank you"), want: journey.Passed},

	"white on white far below":          unseen(`<div style="height:3000px">Shop</div><p style="color:#fff">Thank you</p>`, `its text has the colour of its background`),
	"white on a dark part far below":    seen(`<div style="height:3000px">Shop</div><div style="background:#222"><p style="color:#fff">Thank you</p></div>`),
	"white on a layer far below":        seen(`<div style="height:3000px">Shop</div><div style="position:relative;height:90px"><div style="position:absolute;inset:0;background:#222"></div><p style="position:relative;color:#fff">Thank you</p></div>`),
	"white on a drawn layer far below":  seen(`<style>.b{position:relative;z-index:0}.b::before{content:'';position:absolute;inset:0;background:#222;z-index:-1}</style><div style="height:3000px">Shop</div><div class=b><p style="color:#fff">Thank you</p></div>`),
	"light grey on white":               seen(`<p style="color:#eee">Thank you</p>`),
	"white on a gradient":               seen(`<div style="background:linear-gradient(navy,teal)"><p style="color:#fff">Thank you</p></div>`),
	"white on a missing picture":        unseen(`<div style="background:url(/logo.png)"><p style="color:#fff">Thank you</p></div>`, `its text has the colour of its background`),
	"white on a picture below":          seen(`<div style="position:relative;height:90px"><img style="position:absolute;inset:0;width:300px;height:90px" src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='300' height='90'%3E%3Crect width='300' height='90'/%3E%3C/svg%3E"><p style="position:relative;color:#fff">Thank you</p></div>`),
	"white on a picture without clicks": seen(`<div style="position:relative;height:90px"><img style="pointer-events:none;position:absolute;inset:0;width:300px;height:90px" src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='300' height='90'%3E%3Crect width='300' height='90'/%3E%3C/svg%3E"><p style="position:relative;color:#fff">Thank you</p></div>`),
	"white on a layer below":            seen(`<div style="position:relative;height:90px"><div style="position:absolute;inset:0;background:#222"></div><p style="position:relative;color:#fff">Thank you</p></div>`),
	"white on a layer behind":           seen(`<div style="position:relative;height:90px;z-index:0"><div style="position:absolute;inset:0;background:#222;z-index:-1"></div><p style="color:#fff">Thank you</p></div>`),
	"white on a drawn layer":            seen(`<style>.b{position:relative;z-index:0}.b::before{content:'';position:absolute;inset:0;background:#222;z-index:-1}</style><div class=b><p style="color:#fff">Thank you</p></div>`),
	"white on a video":                  seen(`<video style="position:absolute;left:0;top:0;width:400px;height:200px;background:#000"></video><p style="position:relative;color:#fff">Thank you</p>`),
	"white with a shadow":               seen(`<p style="color:#fff;text-shadow:0 0 2px #000">Thank you</p>`),
	"white with an outline":             seen(`<p style="color:#fff;-webkit-text-stroke:1px #000">Thank you</p>`),
	"text of a gradient":                seen(`<h1 style="background:linear-gradient(red,blue);background-clip:text;-webkit-text-fill-color:transparent">Thank you</h1>`),
	"white on half a colour":            seen(`<div style="background:rgb(0 0 0 / 50%)"><p style="color:#fff">Thank you</p></div>`),
	"white on a dark canvas":            seen(`<html style="color-scheme:dark"><p style="color:#fff">Thank you</p>`),
	"white on a dark page":              seen(`<html style="background:#111"><p style="color:#fff">Thank you</p>`),
	"white across an edge":              seen(`<div style="width:40px;background:#222;white-space:nowrap"><p style="color:#fff">Thank you, dear customer</p></div>`),
	"in a blend mode":                   seen(`<html style="background:#fff"><p style="color:#fff;mix-blend-mode:difference">Thank you</p>`),
	"in a blend mode with the canvas":   unseen(`<p style="color:#fff;mix-blend-mode:difference">Thank you</p>`, `its text has the colour of its background`),
	"an emoji in white":                 seen(`<p style="color:#fff">🦊</p><p>Thank you</p>`),
	"emoji alone":                       {page: `<p style="color:#fff">🦊</p>`, do: waitFor("🦊"), want: journey.Passed},
	"white in an inset shadow":          seen(`<div style="box-shadow:inset 0 0 0 99px #222"><p style="color:#fff">Thank you</p></div>`),
	"white button":                      {page: `<button style="color:#fff;background:#fff" onclick="` + thanks + `">Print</button>`, want: journey.Passed},
	"white in a drawing":                seen(`<svg width=200 height=50><rect width=200 height=50 fill=navy /><text x=10 y=30 fill=white>Thank you</text></svg>`),
	"white in a clear frame":            seen(`<body style="background:#111"><iframe style="width:300px;height:100px" srcdoc="<p style='color:#fff'>Thank you</p>"></iframe>`),
	"white in a white frame":            unseen(`<iframe style="width:300px;height:100px" srcdoc="<body style='background:#fff'><p style='color:#fff'>Thank you</p>"></iframe>`, `its text has the colour of its background`),
	"white on a dark frame":             seen(`<iframe style="width:300px;height:100px" srcdoc="<body style='background:#111'><p style='color:#fff'>Thank you</p>"></iframe>`),

	// shown, though it has no box
	"display contents":        seen(`<p style="display:contents">Thank you</p>`),
	"hidden display contents": {page: `<div style="visibility:hidden"><p style="display:contents">Thank you</p></div>`, do: func(s *fixture) { s.Visit("/"); s.See(browser.CSS("p")) }, limit: soon, want: journey.Failed, wantError: `it is there, but not visible`},
	"overflows an empty box":  seen(`<div style="width:0;height:0;white-space:nowrap">Thank you</div>`),
	"holds only what floats":  seen(`<div style="height:0"><p style="float:left">Thank you</p></div>`),
	"in a slot":               seen(`<x-a>Thank you</x-a><script>document.querySelector('x-a').attachShadow({mode:'open'}).innerHTML='<div><slot></slot></div>'</script>`),
	"in a clipped slot":       unseen(`<x-a><p>Thank you</p></x-a><script>document.querySelector('x-a').attachShadow({mode:'open'}).innerHTML='<div style="height:0;overflow:hidden"><slot></slot></div>'</script>`, `it is outside of the visible part of div`),
	"the chosen option":       {page: `<select><option>red<option selected>blue</select>`, do: waitFor("blue"), want: journey.Passed},
	"an option not chosen":    {page: `<select><option>red<option selected>blue</select>`, do: waitFor("red"), limit: soon, want: journey.Failed, wantError: `expected to see the text "red" within 700ms`},
	"in a closed details":     unseen(`<details><summary>More</summary>Thank you</details>`, `within 700ms`),
	"in a popover":            seen(`<div style="height:0;overflow:hidden;opacity:0"><div popover=manual id=p>Thank you</div></div><script>p.showPopover()</script>`),

	// covered
	"under a splash screen":               unseen(`<p>Thank you</p><div id=sp style="position:fixed;inset:0;background:#fff;z-index:9"></div>`, `it is there, but covered by div#sp`),
	"under a splash's children":           unseen(`<p>Thank you</p><div id=sp style="position:fixed;inset:0"><div style="height:100%;background:#fff"><h1>Shop</h1></div></div>`, `it is there, but covered by div#sp`),
	"under a drawn splash screen":         unseen(`<style>body::after{content:'';position:fixed;inset:0;background:#fff}</style><p>Thank you</p>`, `it is there, but covered by body`),
	"under a splash that takes no clicks": unseen(`<p>Thank you</p><div id=sp style="position:fixed;inset:0;background:#fff;pointer-events:none"></div>`, `it is there, but covered by div#sp`),
	"far below a splash screen":           unseen(`<div style="height:5000px"></div><p>Thank you</p><div id=sp style="position:fixed;inset:0;background:#fff"></div>`, `it is there, but covered by div#sp`),
	"under a veil":                        seen(`<p>Thank you</p><div style="position:fixed;inset:0;background:rgb(0 0 0 / 60%)"></div>`),
	"under a fading splash":               seen(`<p>Thank you</p><div style="position:fixed;inset:0;background:#fff;opacity:.5"></div>`),
	"under an empty layer":                seen(`<p>Thank you</p><div style="position:fixed;inset:0"></div>`),
	"beside a dialog":                     seen(`<p>Thank you</p><dialog id=d>Cookies?</dialog><script>d.showModal()</script>`),
	"behind a dialog":                     unseen(`<div style="position:fixed;inset:0;display:grid;place-items:center"><p>Thank you</p></div><dialog id=d><div style="width:400px;height:200px">Cookies?</div></dialog><script>d.showModal()</script>`, `it is there, but covered by dialog#d`),
	"in the dialog":                       seen(`<dialog id=d>Thank you</dialog><script>d.showModal()</script>`),
	"under a sticky bar":                  seen(`<div id=bar style="position:fixed;inset:auto 0 0;height:700px;background:#fff"></div><div style="height:850px"></div><p>Thank you</p><div style="height:2000px"></div>`),
	"in a toast that takes no clicks":     seen(`<main style="background:#fff;height:800px">Shop</main><div style="position:fixed;bottom:100px;z-index:9;pointer-events:none">Thank you</div>`),
	"on a card that is a link":            seen(`<div style="position:relative"><p>Thank you</p><style>a::after{content:'';position:absolute;inset:0}</style><a href="#" style="background:navy">Open</a></div>`),
	"under a picture of a button":         unseen(`<div style="position:relative;width:200px"><p>Thank you</p><div class=busy style="position:absolute;inset:-20px;background:#fff">Working</div></div>`, `it is there, but covered by div.busy`),
	"gone under a splash screen":          {page: `<p>Working on it</p><div style="position:fixed;inset:0;background:#fff"></div>`, do: func(s *fixture) { s.Visit("/"); s.Gone(browser.Text("Working on it")) }, want: journey.Passed},
	"read under a splash screen":          {page: `<p class=total>42</p><div id=sp style="position:fixed;inset:0;background:#fff"></div>`, do: func(s *fixture) { s.Visit("/"); s.Read(browser.CSS(".total")) }, limit: soon, want: journey.Failed, wantError: `could not read the css ".total" within 700ms: it is there, but covered by div#sp`},
}
