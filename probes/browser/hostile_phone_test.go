package browser_test

import (
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

const mobile = `<meta name=viewport content="width=device-width">`

// byFinger is a list of two entries that the page drags by touch events, after a rest of 200 ms as lists do that can be scrolled.
const byFinger = mobile + `<style>#l,#box{touch-action:none;width:300px;min-height:60px;background:#ddd;margin:9px}p{height:40px;user-select:none}</style><div id=l><p id=a>Otter</p></div><div id=box>Box</div><script>
	let held, timer; a.addEventListener('touchstart', () => { timer = setTimeout(() => { held = 1 }, 200) }); a.addEventListener('touchmove', (e) => { if (!held) clearTimeout(timer); else e.preventDefault() }, { passive: false });
	a.addEventListener('touchend', (e) => { const t = e.changedTouches[0]; if (held && document.elementFromPoint(t.clientX, t.clientY) === box) document.body.append('dropped by ' + e.type) })</script>`

// reorderable is a list whose entries change places by pointer events, as libraries for sorting do.
const reorderable = mobile + `<ol id=l style="touch-action:none;margin:0;padding:0"><li>one<li>two<li>three</ol><style>li{height:50px;background:#eee;border:1px solid;list-style:none;user-select:none}</style><p id=o></p><script>
	let item; l.onpointerdown = (e) => { item = e.target.closest('li'); l.setPointerCapture(e.pointerId) };
	l.onpointermove = (e) => { const over = item && [...l.children].find((c) => { const r = c.getBoundingClientRect(); return e.clientY > r.top && e.clientY < r.bottom }); if (over && over !== item) { const down = item.compareDocumentPosition(over) & 4; over[down ? 'after' : 'before'](item) } };
	l.onpointerup = (e) => { item = null; o.textContent = [...l.children].map((c) => c.textContent).join() + ' by ' + e.pointerType }</script>`

func phoneRow(page string, do func(*fixture), wantError string) row {
	r := row{page: mobile + page, phone: true, do: do, want: journey.Passed}
	if wantError != "" {
		r.want, r.wantError = journey.Failed, wantError
	}
	return r
}

// phoneRows are gestures of a finger.
var phoneRows = map[string]row{
	"double tap": phoneRow(`<p id=a ondblclick="`+thanks+`">Otter</p>`, mouseOn((*browser.Tab).DoubleClick), ""),
	"double tap, in order": phoneRow(`<p id=a>Otter</p><p id=seen></p><script>for (const e of ['touchstart', 'touchend', 'mousedown', 'click', 'dblclick']) a.addEventListener(e, (ev) => { seen.textContent += e + ' ' })</script>`, func(s *fixture) {
		s.Visit("/")
		s.DoubleClick(browser.Text("Otter"))
		s.holds("#seen", "touchstart touchend mousedown click touchstart touchend mousedown click dblclick")
	}, ""),
	"double tap that the page times itself": phoneRow(`<p id=a>Otter</p><script>let last = 0; a.addEventListener('touchend', (e) => { if (e.timeStamp - last < 300) `+thanks+`; last = e.timeStamp })</script>`, mouseOn((*browser.Tab).DoubleClick), ""),
	"double tap with a slow handler":        phoneRow(`<p id=a ondblclick="`+thanks+`" onclick="const t = Date.now(); while (Date.now() - t < 400);">Otter</p>`, mouseOn((*browser.Tab).DoubleClick), ""),
	"double tap on a canvas":                phoneRow(board, visitAnd(func(tab *browser.Tab) { tab.DoubleClick(canvas(250, 20)) }, "dblclick"), ""),
	"double tap on a covered one":           phoneRow(`<p id=a ondblclick="`+thanks+`">Otter</p><div id=veil style="position:fixed;inset:0"></div>`, mouseOn((*browser.Tab).DoubleClick), `could not double-click the text "Otter" within 1.5s: it is covered by div#veil`),
	"two taps after a double tap": phoneRow(`<p id=a ondblclick="`+thanks+`">Otter</p>`+button, func(s *fixture) {
		mouseOn((*browser.Tab).DoubleClick)(s)
		s.Click(browser.Button("Print"))
		s.See(browser.Text("Thank youThank you"))
	}, ""),

	"long press":              phoneRow(`<p id=a oncontextmenu="event.preventDefault(); `+thanks+`">Otter</p>`, mouseOn((*browser.Tab).RightClick), ""),
	"long press by a timer":   phoneRow(`<p id=a style="user-select:none">Otter</p><script>let t; a.addEventListener('touchstart', () => { t = setTimeout(() => `+thanks+`, 600) }); for (const e of ['touchend', 'touchmove', 'touchcancel']) a.addEventListener(e, () => clearTimeout(t))</script>`, mouseOn((*browser.Tab).RightClick), ""),
	"long press by a pointer": phoneRow(`<p id=a>Otter</p><script>let t; a.onpointerdown = (e) => { t = setTimeout(() => document.body.append('Thank you, ' + e.pointerType), 500) }; a.onpointerup = a.onpointercancel = () => clearTimeout(t)</script>`, visitAnd(func(tab *browser.Tab) { tab.RightClick(browser.Text("Otter")) }, "Thank you, touch"), ""),
	"long press is no click": phoneRow(`<p id=a oncontextmenu="event.preventDefault(); `+thanks+`" onclick="document.body.append('clicked')" onmousedown="document.body.append('mouse')" onauxclick="document.body.append('mouse')">Otter</p>`, func(s *fixture) {
		mouseOn((*browser.Tab).RightClick)(s)
		s.Gone(browser.Text("clicked"))
		s.Gone(browser.Text("mouse"))
	}, ""),
	"long press opens a menu under the finger": phoneRow(`<p id=a>Otter</p><div id=menu hidden style="position:fixed;inset:0;background:#fff"><button onclick="menu.append('Thank you')">Print</button></div><script>a.addEventListener('touchstart', () => setTimeout(() => { menu.hidden = false }, 500))</script>`, func(s *fixture) {
		s.Visit("/")
		s.RightClick(browser.Text("Otter"))
		s.Click(browser.Button("Print"))
		s.See(browser.Text("Thank you"))
	}, ""),
	"long press on a covered one": phoneRow(`<p id=a oncontextmenu="`+thanks+`">Otter</p><div id=veil style="position:fixed;inset:0"></div>`, mouseOn((*browser.Tab).RightClick), `could not press long on the text "Otter" within 1.5s: it is covered by div#veil`),
	"long press, then a tap": phoneRow(`<p id=a oncontextmenu="event.preventDefault()">Otter</p>`+button, func(s *fixture) {
		s.Visit("/")
		s.RightClick(browser.Text("Otter"))
		s.Click(browser.Button("Print"))
		s.See(browser.Text("Thank you"))
	}, ""),
	"long press covered as it is touched": phoneRow(`<p id=a>Otter</p><div id=veil hidden style="position:fixed;inset:0"></div><script>addEventListener('pointerover', () => { veil.hidden = false }); a.ontouchstart = () => document.body.append('reached')</script>`, mouseOn((*browser.Tab).RightClick), `could not press long on the text "Otter" within 1.5s: it is covered by div#veil`),

	"drag by a finger":              phoneRow(byFinger, visitAnd(func(tab *browser.Tab) { tab.DragTo(browser.Text("Otter"), browser.CSS("#box")) }, "dropped by touchend"), ""),
	"drag by a finger, pointer":     phoneRow(byPointer, dragged("Thank you"), ""),
	"sort a list by a finger":       phoneRow(reorderable, visitAnd(func(tab *browser.Tab) { tab.DragTo(browser.Text("one"), browser.Text("three")) }, "two,three,one by touch"), ""),
	"sort a list up":                phoneRow(reorderable, visitAnd(func(tab *browser.Tab) { tab.DragTo(browser.Text("three"), browser.Text("one")) }, "three,one,two by touch"), ""),
	"draw by a finger":              phoneRow(board, visitAnd(func(tab *browser.Tab) { tab.DragTo(canvas(20, 30), canvas(220, 130)) }, "pointermove 220,130; pointerup 220,130"), ""),
	"drag by the browser, on phone": phoneRow(html5, dragged("got otter"), ""),
	"drag that is not taken, phone": phoneRow(html5+`<script>open_ = false</script>`, dragged("got otter"), `could not drag the text "Otter" to the css "#box": it is not taken there`),
	"drag under a cover, phone":     phoneRow(byFinger+`<div id=veil style="position:fixed;inset:0 0 auto;height:80px"></div>`, visitAnd(func(tab *browser.Tab) { tab.DragTo(browser.Text("Otter"), browser.CSS("#box")) }, "dropped"), `could not drag the text "Otter" to the css "#box" within 1.5s: it is covered by div#veil`),
	"drag, then a tap": phoneRow(byFinger+button, func(s *fixture) {
		s.Visit("/")
		s.DragTo(browser.Text("Otter"), browser.CSS("#box"))
		s.Click(browser.Button("Print"))
		s.See(browser.Text("Thank you"))
	}, ""),
	"drag of a link by a finger": phoneRow(`<a id=a href="#x" style="display:block;width:60px;touch-action:none">Otter</a><div id=box style="margin-top:90px;height:50px;background:#ddd">Box</div><script>a.onpointerup = (e) => document.body.append('up by ' + e.pointerType + ' at ' + (e.clientY > 100)); a.onpointerdown = (e) => a.setPointerCapture(e.pointerId)</script>`, dragged("up by touch at true"), ""),
}
