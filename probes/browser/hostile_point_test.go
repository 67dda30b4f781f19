package browser_test

import (
	"strings"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// board is a canvas of 300 by 200 pixels; it paints where it is clicked, and writes the places that get an event.
const board = `<canvas id=c width=300 height=200 style="background:#eee;touch-action:none;margin:7.5px"></canvas><p id=o></p><script>
	const g = c.getContext('2d'), at = (e) => { const r = c.getBoundingClientRect(); return Math.round(e.clientX - r.left) + ',' + Math.round(e.clientY - r.top) };
	for (const t of ['click', 'dblclick', 'contextmenu', 'pointerdown', 'pointermove', 'pointerup']) c.addEventListener(t, (e) => { const [x, y] = at(e).split(',');
	if (t === 'click') g.fillRect(x - 2, y - 2, 4, 4); if (t !== 'pointermove' || e.buttons) o.textContent += t + ' ' + at(e) + '; ' })</script>`

// svgMap has two regions, one of which is not a rectangle, in a drawing that is shown at twice its size.
const svgMap = `<svg id=m viewBox="0 0 100 100" width=200 height=200 role=img aria-label=Map><title>Map</title><rect width=100 height=100 fill=#def onclick="document.body.append('sea')" />
	<g role=button aria-label=Coast><path d="M0 0 L100 0 L0 100 Z" fill=#9c6 onclick="document.body.append('coast')" /></g></svg>`

func canvas(x, y float64) browser.Locator { return browser.CSS("#c").At(x, y) }

// visitAnd opens the page, acts, and waits for a text.
func visitAnd(act func(*browser.Tab), want string) func(*fixture) {
	return func(s *fixture) { s.Visit("/"); act(s.Tab); s.See(browser.Text(want)) }
}

func clickAt(l browser.Locator, want string) func(*fixture) {
	return visitAnd(func(tab *browser.Tab) { tab.Click(l) }, want)
}

// pointRows are actions at a point of an element.
var pointRows = map[string]row{
	"paint on a canvas": {page: board, do: func(s *fixture) {
		clickAt(canvas(40, 150), "click 40,150")(s)
		s.isTrue("g.getImageData(40, 150, 1, 1).data[3] === 255 && g.getImageData(150, 100, 1, 1).data[3] === 0")
	}, want: journey.Passed},
	"at its first pixel":       {page: board, do: clickAt(canvas(0, 0), "click 0,0"), want: journey.Passed},
	"at its last pixel":        {page: board, do: clickAt(canvas(299, 199), "click 299,199"), want: journey.Passed},
	"double click at a point":  {page: board, do: visitAnd(func(tab *browser.Tab) { tab.DoubleClick(canvas(250, 20)) }, "dblclick 250,20"), want: journey.Passed},
	"right click at a point":   {page: board, do: visitAnd(func(tab *browser.Tab) { tab.RightClick(canvas(250, 20)) }, "contextmenu 250,20"), want: journey.Passed},
	"hover at a point":         {page: `<div id=c style="width:300px;height:200px" onmousemove="if (event.offsetX === 280) ` + thanks + `">chart</div>`, do: visitAnd(func(tab *browser.Tab) { tab.Hover(canvas(280, 30)) }, "Thank you"), want: journey.Passed},
	"draw a line on a canvas":  {page: board, do: visitAnd(func(tab *browser.Tab) { tab.DragTo(canvas(20, 30), canvas(220, 130)) }, "pointermove 220,130; pointerup 220,130"), want: journey.Passed},
	"draw from where it began": {page: board, do: visitAnd(func(tab *browser.Tab) { tab.DragTo(canvas(20, 30), canvas(220, 130)) }, "pointerdown 20,30"), want: journey.Passed},
	"drop at a point of a list": {
		page: `<p id=a draggable=true style="width:80px">Otter</p><ol id=c style="width:200px;background:#ddd" ondragover="event.preventDefault()" ondrop="event.preventDefault(); document.body.append('dropped on ' + event.target.textContent)"><li>one<li>two<li>three</ol>`,
		do:   visitAnd(func(tab *browser.Tab) { tab.DragTo(browser.Text("Otter").At(3, 5), canvas(90, 27)) }, "dropped on two"), want: journey.Passed,
	},
	"drop of a native drag on a canvas": {
		page: board + `<p id=a draggable=true style="width:80px">Otter</p><script>c.ondragover = (e) => e.preventDefault(); c.ondrop = (e) => { e.preventDefault(); document.body.append('dropped at ' + at(e)) }</script>`,
		do:   visitAnd(func(tab *browser.Tab) { tab.DragTo(browser.Text("Otter"), canvas(290, 190)) }, "dropped at 290,190"), want: journey.Passed,
	},
	"slide a slider of the page": {
		page: `<div id=c style="width:300px;height:20px;background:#ddd;position:relative"><div id=k style="position:absolute;left:0;width:20px;height:20px;background:navy"></div></div><script>let on; k.onpointerdown = (e) => { on = 1; k.setPointerCapture(e.pointerId) };
		k.onpointermove = (e) => { if (on) k.style.left = e.clientX - c.getBoundingClientRect().left - 10 + 'px' }; k.onpointerup = () => { on = 0; document.body.append('at ' + Math.round(parseFloat(k.style.left))) }</script>`,
		do: visitAnd(func(tab *browser.Tab) { tab.DragTo(browser.CSS("#k"), canvas(200, 10)) }, "at 190"), want: journey.Passed,
	},

	"region of a map":             {page: svgMap, do: clickAt(browser.Role("img", "Map").At(20, 20), "coast"), want: journey.Passed},
	"other region of a map":       {page: svgMap, do: clickAt(browser.Role("img", "Map").At(180, 180), "sea"), want: journey.Passed},
	"beside the shape of a map":   {page: svgMap, do: clickAt(browser.Button("Coast").At(180, 180), "coast"), want: journey.Failed, wantError: `could not click the button "Coast" at 180, 180 within 1.5s: it is covered by rect in svg#m at its point 180, 180`},
	"a hole in a shape":           {page: `<svg id=c width=100 height=100><path id=p fill-rule=evenodd fill=green d="M0 0H100V100H0Z M40 40H60V60H40Z" onclick="document.body.append('ring')" /></svg>`, do: clickAt(browser.CSS("#p").At(50, 50), "ring"), want: journey.Failed, wantError: `nothing of it is at its point 50, 50`},
	"through a marker of the map": {page: `<div id=c style="position:relative;width:300px;height:200px;background:#def" onclick="document.body.append('map')"><b style="position:absolute;left:90px;top:90px;width:20px;height:20px">x</b></div>`, do: clickAt(canvas(100, 100), "map"), want: journey.Passed},
	"a scaled map":                {page: `<div id=c style="width:300px;height:200px;background:#def;transform:scale(.5);transform-origin:0 0" onclick="if (event.offsetX > 190 && event.offsetX < 210) ` + thanks + `">map</div>`, do: clickAt(canvas(100, 50), "Thank you"), want: journey.Passed},
	"an area of an image":         {page: `<map name=m><area shape=rect coords="50,50,150,150" href="#a" alt=Park onclick="document.body.append('park ' + (event.clientX - i.x))"></map><img id=i usemap="#m" width=200 height=200 src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='200' height='200'/%3E">`, do: clickAt(browser.Link("Park").At(10, 10), "park 60"), want: journey.Passed},

	"outside of it":                {page: board, do: clickAt(canvas(320, 20), "click"), want: journey.Failed, wantError: `could not click the css "#c" at 320, 20 within 1.5s: the point 320, 20 is outside of it: it is 300 by 200 pixels`},
	"outside of it, below":         {page: board, do: clickAt(canvas(20, 200), "click"), want: journey.Failed, wantError: `the point 20, 200 is outside of it: it is 300 by 200 pixels`},
	"outside of it until it grows": {page: `<canvas id=c width=30 height=30 onclick="` + thanks + `"></canvas><script>setTimeout(() => { c.width = 300; c.height = 200 }, 300)</script>`, do: clickAt(canvas(250, 100), "Thank you"), want: journey.Passed},
	"drag to outside of it":        {page: board, do: visitAnd(func(tab *browser.Tab) { tab.DragTo(canvas(20, 30), canvas(20, 230)) }, "up"), want: journey.Failed, wantError: `could not drag the css "#c" at 20, 30 to the css "#c" at 20, 230 within 1.5s: the point 20, 230 is outside of it`},
	"left of it":                   {page: board, do: clickAt(canvas(-1, 20), "click"), want: journey.Broken, wantError: `At(-1, 20): expected pixels from the element's left and top, 0 or more`},
	"covered at the point":         {page: board + `<div id=veil style="position:fixed;left:0;top:0;width:100px;height:100px"></div>`, do: clickAt(canvas(40, 40), "click"), want: journey.Failed, wantError: `within 1.5s: it is covered by div#veil at its point 40, 40`},
	"covered beside the point":     {page: board + `<div id=veil style="position:fixed;left:0;top:0;width:200px;height:300px"></div>`, do: clickAt(canvas(250, 40), "click 250,40"), want: journey.Passed},
	"covered at the end of a drag": {page: board + `<div id=veil style="position:fixed;left:0;top:0;width:100px;height:100px"></div>`, do: visitAnd(func(tab *browser.Tab) { tab.DragTo(canvas(250, 40), canvas(40, 40)) }, "up"), want: journey.Failed, wantError: `it is covered by div#veil at its point 40, 40`},
	"clipped at the point":         {page: `<div class=box style="width:100px;overflow:hidden">` + board + `</div>`, do: clickAt(canvas(250, 40), "click"), want: journey.Failed, wantError: `its point 250, 40 cannot be reached: it is outside of the visible part of div.box, and no scrolling reaches it`},
	"point below the fold":         {page: `<div id=c style="height:5000px;background:#eee" onclick="if (Math.round(event.offsetY) === 4500) ` + thanks + `">long</div>`, do: clickAt(canvas(10, 4500), "Thank you"), want: journey.Passed},
	"point in a box that scrolls":  {page: `<div style="width:200px;height:150px;overflow:auto"><div id=c style="width:2000px;height:2000px;background:#eee" onclick="if (event.offsetX === 1500 && event.offsetY === 1900) ` + thanks + `">big</div></div>`, do: clickAt(canvas(1500, 1900), "Thank you"), want: journey.Passed},
	"point in a frame":             {page: `<iframe style="width:320px;height:100px;border:0" srcdoc="<body style='margin:0'><canvas id=c width=300 height=200 onclick=&quot;document.body.append('at ' + event.offsetX + ',' + event.offsetY)&quot;></canvas>"></iframe>`, do: clickAt(canvas(250, 180), "at 250,180"), want: journey.Passed},
	"a moving map":                 {page: `<style>@keyframes m{to{transform:translateX(4px)}}</style><div id=c style="width:300px;height:200px;background:#def;animation:m .2s infinite alternate" onclick="` + thanks + `">map</div>`, do: clickAt(canvas(10, 10), "Thank you"), want: journey.Failed, wantError: `it is moving`},
	"at a point of either":         {page: board, do: clickAt(browser.Button("Draw").Or(browser.CSS("#c").At(40, 50)), "click 40,50"), want: journey.Passed},
	"at a point of several":        {page: `<button>Print</button><button>Print</button>`, do: clickAt(browser.Button("Print").At(2, 3), "x"), want: journey.Failed, wantError: `use browser.Button("Print").Nth(1).At(2, 3) or browser.Button("Print").Nth(2).At(2, 3)`},
	"seen at a point":              {page: board, do: func(s *fixture) { s.Visit("/"); s.See(canvas(1, 1)) }, want: journey.Broken, wantError: `At is for clicks, drags and Hover; this means the element as a whole, so leave it out`},
	"within a point":               {page: board, do: func(s *fixture) { s.Visit("/"); s.Click(browser.Button("Print").Within(canvas(1, 1))) }, want: journey.Broken, wantError: `At has no meaning in Within; give it to the inner locator`},

	"tap on a canvas":   {page: `<meta name=viewport content="width=device-width">` + strings.Replace(board, "7.5px", "8px", 1), phone: true, do: clickAt(canvas(40, 150), "click 40,150"), want: journey.Passed},
	"tap under a cover": {page: `<meta name=viewport content="width=device-width">` + board + `<div id=veil style="position:fixed;left:0;top:0;width:100px;height:100px"></div>`, phone: true, do: clickAt(canvas(40, 40), "click"), want: journey.Failed, wantError: `it is covered by div#veil at its point 40, 40`},
	"tap on a map":      {page: `<meta name=viewport content="width=device-width">` + svgMap, phone: true, do: clickAt(browser.Role("img", "Map").At(20, 20), "coast"), want: journey.Passed},
	"tap outside of it": {page: `<meta name=viewport content="width=device-width">` + board, phone: true, do: clickAt(canvas(320, 20), "click"), want: journey.Failed, wantError: `the point 320, 20 is outside of it: it is 300 by 200 pixels`},
}
