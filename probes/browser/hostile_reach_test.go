package browser_test

import (
	"net/http"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// unreachable is a row with a button that a person cannot press.
func unreachable(page, why string) row {
	return row{page: page, limit: soon, want: journey.Failed, wantError: `could not click the button "Print" within 700ms: ` + why}
}

// pressable is a row with a button that a person can press.
func pressable(page string) row { return row{page: page, want: journey.Passed} }

// closesOnScroll is a page that removes what is in it when it is scrolled.
func closesOnScroll(inner string) string {
	return `<div style="height:700px"></div><div id=m>` + inner + `</div><div style="height:3000px"></div><script>addEventListener('scroll',()=>m.remove(),true)</script>`
}

const framed = `srcdoc="<p style='height:190px'>x</p><button onclick=&quot;document.body.append('Thank you')&quot;>Print</button>"`

func hover(s *fixture) {
	s.Visit("/")
	s.Hover(browser.Button("Print"))
	s.See(browser.Text("Thank you"))
}

func tick(name string) func(*fixture) {
	return func(s *fixture) {
		s.Visit("/")
		s.Check(browser.Checkbox(name))
		s.See(browser.Text("Thank you"))
	}
}

// reachRows are elements that a person can press only by scrolling, not even then, or in another way than by their middle.
var reachRows = map[string]row{
	// what opens at the press, and covers or bars the rest of the page before the release
	"a menu at the press bars the page": {page: `<button id=b aria-haspopup=menu>Menu</button><div id=p></div><script>b.onpointerdown = () => { document.body.style.pointerEvents = 'none'; p.innerHTML = '<div role=menu style="pointer-events:auto;position:fixed;top:60px;left:0;background:#fff"><div role=menuitem tabindex=-1>Print</div></div>'; p.querySelector('[role=menuitem]').onclick = () => document.body.append('Thank you') }</script>`, do: pressedThen(browser.Role("menuitem", "Print")), want: journey.Passed},
	"a veil at the press":               {page: `<button id=b>Menu</button><script>b.onmousedown = () => { document.body.insertAdjacentHTML('beforeend', '<div style="position:fixed;inset:0"></div><div style="position:fixed;top:60px;left:0;background:#fff"><button onclick="document.body.append(\'Thank you\')">Print</button></div>') }</script>`, do: pressedThen(browser.Button("Print")), want: journey.Passed},
	"a dialog at the press":             {page: `<button onpointerdown="d.showModal()">Menu</button><dialog id=d>` + button + `</dialog>`, do: pressedThen(browser.Button("Print")), want: journey.Passed},
	"a popover at the press":            {page: `<button onpointerdown="d.showPopover()">Menu</button><div popover=manual id=d style="position:fixed;inset:0;width:100%;height:60px">` + button + `</div><div style="height:200px"></div>`, do: pressedThen(browser.Button("Print")), want: journey.Passed},
	"the press changes nothing":         {page: `<style>button:active ~ i{display:block}i{display:none;position:fixed;inset:0}</style><button>Menu</button><i></i>`, do: pressedThen(browser.Button("Print")), want: journey.Failed, wantError: `could not click the button "Menu": the click was intercepted by i`},
	// frames of another site, out of view
	"far down, in another site":           {site: withOtherSite(`<h1>Pay</h1><div style="height:2000px"></div><iframe src=OTHER/></iframe>`, map[string]string{"/": button}), want: journey.Passed},
	"far down, in a frame of another":     {site: withOtherSite(`<h1>Pay</h1><div style="height:2000px"></div><iframe src=OTHER/></iframe>`, map[string]string{"/": `<div style="height:900px"></div><iframe src=/in></iframe>`, "/in": button}), want: journey.Passed},
	"far to the right, in another site":   {site: withOtherSite(`<h1>Pay</h1><div style="width:4000px;padding-left:3000px"><iframe src=OTHER/></iframe></div>`, map[string]string{"/": button}), want: journey.Passed},
	"far down in a box, in another site":  {site: withOtherSite(`<h1>Pay</h1><div style="height:200px;overflow:auto"><div style="height:2000px"></div><iframe src=OTHER/></iframe></div>`, map[string]string{"/": button}), want: journey.Passed},
	"far down and hidden, in another one": {site: withOtherSite(`<h1>Pay</h1><div style="height:2000px"></div><iframe style="visibility:hidden" src=OTHER/></iframe>`, map[string]string{"/": button}), want: journey.Failed, wantError: "the frame that holds it is not visible"},
	// where only scripts scroll
	"in a clipped box":              unreachable(`<div class=box style="height:60px;overflow:hidden"><div style="height:500px">Slide 1</div>`+button+`</div>`, `it is outside of the visible part of div.box, and no scrolling reaches it`),
	"on a carousel's second slide":  unreachable(`<div class=slides style="width:400px;overflow:hidden;white-space:nowrap"><div style="display:inline-block;width:400px">Slide 1</div><div style="display:inline-block;width:400px">`+button+`</div></div>`, `it is outside of the visible part of div.slides, and no scrolling reaches it`),
	"in a box of overflow clip":     unreachable(`<div class=box style="height:60px;overflow:clip"><div style="height:500px">Slide 1</div>`+button+`</div>`, `it is outside of the visible part of div.box`),
	"in a collapsed accordion":      unreachable(`<div class=panel style="max-height:0;overflow:hidden">`+button+`</div>`, `it is outside of the visible part of div.panel`),
	"below a scroll lock":           unreachable(`<body style="overflow:hidden"><div style="height:3000px"></div>`+button, `it is outside of the window, and no scrolling reaches it`),
	"below a whole scroll lock":     unreachable(`<style>html,body{overflow:hidden;height:100%}</style><div style="height:3000px"></div>`+button, `it is outside of the visible part of body`),
	"scrolled there by the page":    pressable(`<div id=b style="height:60px;overflow:hidden"><div style="height:500px">Slide 1</div>` + button + `</div><script>b.scrollTop = 500</script>`),
	"in nested scrollers":           pressable(`<div style="height:200px;overflow:auto"><div style="height:800px"></div><div style="height:100px;overflow:auto"><div style="height:500px"></div>` + button + `</div></div>`),
	"far down a shell that scrolls": pressable(`<style>html,body{height:100%;margin:0;overflow:hidden}</style><main style="height:100%;overflow:auto"><div style="height:3000px">top</div><button onclick="this.after('Thank you')">Print</button></main>`),
	"under a sticky header":         pressable(`<div style="position:sticky;top:0;height:100px;background:#eee">Shop</div><div style="height:3000px"></div>` + button + `<div style="height:3000px"></div>`),
	"between tall bars":             pressable(`<div style="position:fixed;inset:0 0 auto;height:400px;background:#eee">Shop</div><div style="position:fixed;inset:auto 0 0;height:380px;background:#ddd">Foot</div><div style="height:3000px"></div>` + button + `<div style="height:3000px"></div>`),
	"in view under a bar":           pressable(`<div style="position:fixed;inset:0 0 auto;height:100px;background:#eee">Shop</div><div style="height:500px"></div>` + button + `<div style="height:4000px"></div><script>scrollTo(0, 470)</script>`),
	"on a page from right to left":  pressable(`<html dir=rtl lang=he><div style="width:4000px;overflow:auto"><div style="width:6000px;text-align:left">` + button + `</div></div>`),
	"on a zoomed page":              pressable(`<style>html{zoom:1.7}</style><div style="height:1200px"></div>` + button),
	"in a popover": {page: `<button popovertarget=pp>Menu</button><div id=pp popover>` + button + `</div><div style="position:fixed;inset:0;z-index:2147483647;pointer-events:none"></div>`, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Button("Menu"))
		s.Click(browser.Button("Print"))
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"in content not yet rendered": {page: `<div style="height:5000px"></div><section style="content-visibility:auto;contain-intrinsic-size:100px">` + button + `<p>Welcome</p></section>`, do: func(s *fixture) {
		waitFor("Welcome")(s)
		s.Click(browser.Button("Print"))
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},

	// not scrolled without need
	"menu that closes on scroll":          {page: closesOnScroll(button), want: journey.Passed},
	"menu that closes on scroll, hovered": {page: closesOnScroll(`<button onmouseenter="` + thanks + `">Print</button>`), do: hover, want: journey.Passed},
	"field that closes on scroll":         {page: closesOnScroll(`<label>Code <input oninput="` + thanks + `"></label>`), do: func(s *fixture) { s.Visit("/"); s.Fill(browser.Field("Code"), "x"); s.See(browser.Text("Thank you")) }, want: journey.Passed},
	"box that closes on scroll":           {page: closesOnScroll(`<label><input type=checkbox onchange="` + thanks + `">Gift</label>`), do: tick("Gift"), want: journey.Passed},

	// twins
	"off-canvas twin": pressable(`<nav style="position:fixed;top:0;left:0;width:300px;transform:translateX(-100%)"><button>Print</button></nav><nav>` + button + `</nav>`),
	"folded twin":     pressable(`<nav style="max-height:0;overflow:hidden"><button>Print</button></nav><nav>` + button + `</nav>`),
	"covered twin":    pressable(`<div style="position:relative;width:200px;height:40px"><button>Print</button><div style="position:absolute;inset:0;background:#fff"></div></div>` + button),
	"twin in sight":   unreachable(button+`<nav>`+button+`</nav>`, `there are 2 of them`),

	// moving within its own size
	"wobbles":                pressable(`<style>@keyframes p{25%{transform:rotate(1deg)}75%{transform:rotate(-1deg)}}button{animation:p .6s infinite}</style>` + button),
	"pulses":                 pressable(`<style>@keyframes p{50%{transform:scale(1.08)}}button{animation:p .8s infinite}</style>` + button),
	"bobs":                   pressable(`<style>@keyframes p{50%{translate:0 -7px}}button{animation:p .9s ease-in-out infinite}</style>` + button),
	"bobs by its margin":     pressable(`<style>@keyframes p{50%{margin-top:6px}}button{animation:p .9s infinite}</style>` + button),
	"bobs by a script":       pressable(button + `<script>const b = document.querySelector('button'), go = (t) => { b.style.transform = 'translateY(' + 4 * Math.sin(t / 90) + 'px)'; requestAnimationFrame(go) }; go(0)</script>`),
	"runs along for ever":    unreachable(`<style>@keyframes p{to{transform:translateX(900px)}}button{animation:p 2s linear infinite}</style>`+button, `it is moving`),
	"runs along by a script": unreachable(`<button id=b style="position:absolute">Print</button><script>const go = (t) => { b.style.left = t / 2 % 900 + 'px'; requestAnimationFrame(go) }; go(0)</script>`, `it is moving`),

	// controls drawn by the page
	"transparent box over a drawn one": {page: `<span style="position:relative;display:inline-block;width:42px;height:42px"><input type=checkbox aria-label=Gift style="position:absolute;inset:0;opacity:0;width:100%;height:100%;margin:0;z-index:1" onchange="` + thanks + `"><svg width=24 height=24><rect width=24 height=24 /></svg></span>`, do: tick("Gift"), want: journey.Passed},
	"transparent box over nothing":     {page: `<input type=checkbox aria-label=Gift style="opacity:0">`, do: tick("Gift"), limit: soon, want: journey.Failed, wantError: `it is transparent`},
	"transparent box in a pale wrap":   {page: `<span style="position:relative;display:inline-block"><span style="position:absolute;inset:0;opacity:0"><input type=checkbox aria-label=Gift onchange="` + thanks + `"></span><svg width=24 height=24><rect width=24 height=24 /></svg></span>`, do: tick("Gift"), want: journey.Passed},
	"transparent link over a card":     {page: `<div style="position:relative;width:200px"><h2>Cards</h2><a href=/next aria-label=Print style="position:absolute;inset:0;opacity:0"></a></div>`, pages: map[string]string{"/next": "Thank you"}, do: click(browser.Link("Print")), want: journey.Passed},
	"styled radio, clicked":            {page: `<style>input{position:absolute;opacity:0}</style><label><input type=radio name=r onchange="` + thanks + `">Express</label>`, do: click(browser.Role("radio", "Express")), want: journey.Passed},
	"clipped box with a drawn label":   {page: `<style>input{` + srOnly + `}i{display:inline-block;width:16px;height:16px;background:navy}</style><label><input type=checkbox onchange="` + thanks + `"><i></i> Gift</label>`, do: tick("Gift"), want: journey.Passed},
	"label with a link in its middle": {page: `<style>input{position:absolute;opacity:0}</style><label style="display:inline-block"><input type=checkbox onchange="` + thanks + `">I <a href=/next>accept all of the terms of this shop</a></label>`, pages: map[string]string{"/next": "Terms"}, do: func(s *fixture) {
		s.Visit("/")
		s.Check(browser.Role("checkbox", "I accept all of the terms of this shop"))
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"menu of a hidden checkbox": {page: `<style>nav{display:none}#m:checked~nav{display:block}#m{display:none}</style><input type=checkbox id=m><label for=m>Menu</label><nav>` + button + `</nav>`, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Checkbox("Menu"))
		s.Click(browser.Button("Print"))
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},

	// pressed elsewhere than in their middle
	"image map":                    {page: `<img src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='300' height='100'><rect width='300' height='100' fill='gold'/></svg>" usemap="#m" width=300 height=100><map name=m><area shape=rect coords="10,10,100,60" alt="Print" href="/next"></map>`, pages: map[string]string{"/next": "Thank you"}, do: click(browser.Link("Print")), want: journey.Passed},
	"image map, circle, below":     {page: `<div style="height:3000px"></div><img alt=Map src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='300' height='100'><rect width='300' height='100' fill='gold'/></svg>" usemap="#m" width=300 height=100><map name=m><area shape=circle coords="200,50,30" alt="Print" href="/next"></map>`, pages: map[string]string{"/next": "Thank you"}, do: click(browser.Link("Print")), want: journey.Passed},
	"takes clicks only in a child": pressable(`<button style="pointer-events:none;width:300px;text-align:right" onclick="` + thanks + `"><span style="pointer-events:auto">Print</span></button>`),
	"icon that takes no clicks":    pressable(`<button onclick="` + thanks + `"><svg width=40 height=20 style="pointer-events:none"><rect width=40 height=20 /></svg>Print</button>`),
	"display contents":             pressable(`<button style="display:contents" onclick="` + thanks + `">Print</button>`),
	"link without a size":          {page: `<a href=/next style="display:block;width:0;height:0;white-space:nowrap"><b style="position:absolute">Print</b></a>`, pages: map[string]string{"/next": "Thank you"}, do: click(browser.Link("Print")), want: journey.Passed},
	"its middle is covered":        pressable(`<div style="position:relative;display:inline-block"><button style="width:200px" onclick="` + thanks + `">Print</button><div style="position:absolute;left:80px;top:0;width:40px;height:40px;background:red"></div></div>`),
	"in a rotated frame":           pressable(`<iframe style="transform:rotate(90deg);margin:200px;width:400px;height:300px" ` + framed + `></iframe>`),
	"in a turned and scaled frame": pressable(`<div style="scale:.8;rotate:20deg"><iframe style="transform:rotate(200deg);margin:100px;width:400px;height:300px;border:9px solid" ` + framed + `></iframe></div>`),
	"in a frame far down":          pressable(`<div style="height:3000px"></div><iframe style="width:400px;height:300px" ` + framed + `></iframe>`),
	"in a frame off the canvas":    unreachable(`<iframe style="position:fixed;left:-900px;width:400px;height:300px" `+framed+`></iframe>`, `the frame that holds it is not visible`),

	// covered
	"covered by a form's field":        unreachable(button+`<form style="position:fixed;inset:0;background:#fff"><input name=id style="position:fixed;inset:0;width:100%;height:100%"></form>`, `it is covered by form`),
	"covered by a dialog's heading":    unreachable(`<div style="position:fixed;inset:0;display:grid;place-items:center">`+button+`</div><dialog id=d><h1 style="padding:80px">Cookies?</h1></dialog><script>d.showModal()</script>`, `it is covered by dialog#d`),
	"covered by a form named by class": unreachable(button+`<form class=login style="position:fixed;inset:0;background:#fff"><p style="height:900px;margin:0"><input name=id type=hidden><input name=classList type=hidden></form>`, `it is covered by form.login`),
	"behind a modal dialog":            unreachable(button+`<dialog id=d>Cookies?</dialog><script>d.showModal()</script>`, `it is covered by dialog#d`),
}

// slowly serves nothing, after d.
func slowly(d time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(d):
		case <-r.Context().Done():
		}
		w.WriteHeader(http.StatusNotFound)
	}
}

// paintedRows are contents that are there long before they are painted; the wait lasts until then.
var paintedRows = map[string]row{
	"splash screen":                {page: `<h1>Thank you</h1><div id=sp style="position:fixed;inset:0;background:#fff;z-index:9"></div><script>setTimeout(()=>sp.remove(),900)</script>`, do: waitFor("Thank you"), limit: 2 * time.Second, ms: [2]int64{880, 1300}, want: journey.Passed},
	"splash screen that fades":     {page: `<h1>Thank you</h1><div id=sp style="position:fixed;inset:0;background:#fff;z-index:9;transition:opacity .2s linear"></div><script>setTimeout(()=>{sp.style.opacity=0},700)</script>`, do: waitFor("Thank you"), limit: 2 * time.Second, ms: [2]int64{690, 1200}, want: journey.Passed},
	"web font that blocks":         {page: `<style>@font-face{font-family:f;src:url(/f.woff2);font-display:block}p{font-family:f}</style><p>Thank you</p>`, handlers: map[string]http.HandlerFunc{"/f.woff2": slowly(900 * time.Millisecond)}, do: waitFor("Thank you"), limit: 2 * time.Second, ms: [2]int64{880, 1400}, want: journey.Passed},
	"web font, by default":         {page: `<style>@font-face{font-family:f;src:url(/f.woff2)}p{font-family:f,serif}</style><p>Thank you</p>`, handlers: map[string]http.HandlerFunc{"/f.woff2": slowly(900 * time.Millisecond)}, do: waitFor("Thank you"), limit: 2 * time.Second, ms: [2]int64{880, 1400}, want: journey.Passed},
	"web font that swaps":          {page: `<style>@font-face{font-family:f;src:url(/f.woff2);font-display:swap}p{font-family:f}</style><p>Thank you</p>`, handlers: map[string]http.HandlerFunc{"/f.woff2": slowly(1100 * time.Millisecond)}, do: waitFor("Thank you"), ms: [2]int64{0, 600}, want: journey.Passed},
	"web font of another text":     {page: `<style>@font-face{font-family:f;src:url(/f.woff2)}h1{font-family:f}</style><h1>Shop</h1><p>Thank you</p>`, handlers: map[string]http.HandlerFunc{"/f.woff2": slowly(1100 * time.Millisecond)}, do: waitFor("Thank you"), ms: [2]int64{0, 600}, want: journey.Passed},
	"web font that never comes":    {page: `<style>@font-face{font-family:f;src:url(/silent)}p{font-family:f}</style><p>Thank you</p>`, do: waitFor("Thank you"), limit: 5 * time.Second, ms: [2]int64{2850, 4500}, want: journey.Passed},
	"shown by a style sheet":       {page: `<style>p{visibility:hidden;animation:a 0s .8s forwards}@keyframes a{to{visibility:visible}}</style><p>Thank you</p>`, do: waitFor("Thank you"), limit: 2 * time.Second, ms: [2]int64{780, 1250}, want: journey.Passed},
	"hidden against flicker":       {page: `<style>.h{opacity:0!important}</style><script>document.documentElement.className='h';setTimeout(()=>document.documentElement.className='',800)</script><p>Thank you</p>`, do: waitFor("Thank you"), limit: 2 * time.Second, ms: [2]int64{790, 1200}, want: journey.Passed},
	"fades in":                     {page: `<style>p{animation:a 1s linear}@keyframes a{from{opacity:0}to{opacity:1}}</style><p>Thank you</p>`, do: waitFor("Thank you"), limit: 2 * time.Second, ms: [2]int64{80, 600}, want: journey.Passed},
	"pulsing button costs no time": {page: `<style>@keyframes p{50%{transform:scale(1.08)}}button{animation:p .8s infinite}</style>` + button, ms: [2]int64{0, 200}, want: journey.Passed},
}

// pressedThen clicks on the button "Menu", and then on what it opens.
func pressedThen(next browser.Locator) func(*fixture) {
	return func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Button("Menu"))
		s.Click(next)
		s.See(browser.Text("Thank you"))
	}
}
