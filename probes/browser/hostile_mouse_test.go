package browser_test

import (
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// html5 is a list of which an element is dragged into a box by the browser.
const html5 = `<p id=a draggable=true ondragstart="event.dataTransfer.setData('text/plain', 'otter')" style="width:80px">Otter</p>
	<div id=box style="width:200px;height:100px;background:#ddd" ondragover="if (window.open_ !== false) event.preventDefault()" ondrop="event.preventDefault(); document.body.append('got ' + event.dataTransfer.getData('text/plain'))">Box</div>`

// byPointer is an element that the page drags itself; its events are noted.
const byPointer = `<div id=a style="position:absolute;left:10px;top:10px;width:50px;height:50px;background:#9cf;touch-action:none">Otter</div>
	<div id=box style="position:absolute;left:300px;top:200px;width:200px;height:100px;background:#ddd">Box</div>
	<script>let from; a.onpointerdown = (e) => { from = [e.clientX - a.offsetLeft, e.clientY - a.offsetTop]; a.setPointerCapture(e.pointerId) };
	a.onpointermove = (e) => { if (from) { a.style.left = e.clientX - from[0] + 'px'; a.style.top = e.clientY - from[1] + 'px' } };
	a.onpointerup = () => { from = null; const r = a.getBoundingClientRect(); if (r.left > 290 && r.top > 190) document.body.append('Thank you') }</script>`

// mouseRows are actions of the mouse besides a click.
var mouseRows = map[string]row{
	"drop zone that appears while dragging": {page: `<div draggable=true style="width:60px;height:30px;background:#ccc" ondragstart="setTimeout(() => b.hidden = false)">Otter</div><div id=b hidden style="position:fixed;top:200px;width:90px;height:90px;border:1px solid" ondragover="event.preventDefault()" ondrop="document.body.append('Thank you')">Trash</div>`, do: dragTo("Otter", "Trash"), want: journey.Passed},
	"drop zone shown by a class":            {page: `<style>.z{display:none;position:fixed;top:200px;width:90px;height:90px;border:1px solid}.dragging .z{display:block}</style><div draggable=true style="width:60px;height:30px;background:#ccc" ondragstart="requestAnimationFrame(() => document.body.className = 'dragging')">Otter</div><div class=z ondragover="event.preventDefault()" ondrop="document.body.append('Thank you')">Trash</div>`, do: dragTo("Otter", "Trash"), want: journey.Passed},
	"drop zone shown by the mouse":          {page: `<div id=a style="width:60px;height:30px;background:#ccc;user-select:none">Otter</div><div id=b hidden style="position:fixed;top:200px;width:90px;height:90px;border:1px solid;user-select:none">Trash</div><script>let d; a.onmousedown = () => d = 1; onmousemove = () => { if (d) b.hidden = false }; b.onmouseup = () => { if (d) document.body.append('Thank you') }</script>`, do: dragTo("Otter", "Trash"), want: journey.Passed},
	"drop zone that never appears":          {page: `<div draggable=true style="width:60px;height:30px;background:#ccc">Otter</div><div hidden>Trash</div>`, do: dragTo("Otter", "Trash"), limit: soon, want: journey.Failed, wantError: `could not drag the text "Otter" to the text "Trash"`},
	"drag by the browser":                   {page: html5, do: dragged("got otter"), want: journey.Passed},
	"drag that is not taken":                {page: html5 + `<script>open_ = false</script>`, do: dragged("got otter"), want: journey.Failed, wantError: `could not drag the text "Otter" to the css "#box": it is not taken there`},
	"drag by the page":                      {page: byPointer, do: dragged("Thank you"), want: journey.Passed},
	"drag by the page, alone":               {page: `<script>addEventListener('pointerdown', (e) => e.preventDefault())</script>` + byPointer, do: dragged("Thank you"), want: journey.Passed},
	"drag of a covered one":                 {page: html5 + `<div id=veil style="position:fixed;inset:0 0 auto;height:60px"></div>`, do: dragged("got otter"), want: journey.Failed, wantError: `could not drag the text "Otter" to the css "#box" within 1.5s: it is covered by div#veil`},
	"drag to a covered one":                 {page: html5 + `<div id=veil style="position:fixed;top:60px;left:0;width:300px;height:400px"></div>`, do: dragged("got otter"), want: journey.Failed, wantError: `it is covered by div#veil`},
	"drag of one covered on hover":          {page: html5 + `<div id=veil hidden style="position:fixed;inset:0"></div><script>a.onmouseenter = () => veil.hidden = false</script>`, do: dragged("got otter"), want: journey.Failed, wantError: `it is covered by div#veil`},
	"drag to a place that is made":          {page: html5 + `<script>a.addEventListener('dragstart', () => setTimeout(() => box.style.marginTop = '50px'))</script>`, do: dragged("got otter"), want: journey.Passed},
	"drag far down":                         {page: html5 + `<style>#box{margin-top:400px}</style>`, do: dragged("got otter"), want: journey.Passed},

	"double click": {page: `<p id=a ondblclick="` + thanks + `">Otter</p>`, do: mouseOn((*browser.Tab).DoubleClick), want: journey.Passed},
	"double click, in order": {page: `<p id=a>Otter</p><p id=seen></p><script>for (const e of ['mousedown', 'mouseup', 'click', 'dblclick']) a.addEventListener(e, (ev) => { seen.textContent += e + ev.detail + ' ' })</script>`, do: func(s *fixture) {
		s.Visit("/")
		s.DoubleClick(browser.Text("Otter"))
		s.holds("#seen", "mousedown1 mouseup1 click1 mousedown2 mouseup2 click2 dblclick2")
	}, want: journey.Passed},
	"double click on a covered one": {page: `<p id=a ondblclick="` + thanks + `">Otter</p><div id=veil style="position:fixed;inset:0"></div>`, do: mouseOn((*browser.Tab).DoubleClick), want: journey.Failed, wantError: `could not double-click the text "Otter" within 1.5s: it is covered by div#veil`},
	"double click to edit": {page: `<p id=a ondblclick="a.innerHTML = '<input aria-label=Name value=Otter>'; a.firstChild.focus()">Otter</p>`, do: func(s *fixture) {
		s.Visit("/")
		s.DoubleClick(browser.Text("Otter"))
		s.Fill(browser.Field("Name"), "Fox")
		s.holds("input", "Fox")
	}, want: journey.Passed},

	"right click":                  {page: `<p id=a oncontextmenu="event.preventDefault(); ` + thanks + `">Otter</p>`, do: mouseOn((*browser.Tab).RightClick), want: journey.Passed},
	"right click is no click":      {page: `<p id=a onclick="document.body.append('clicked')" onauxclick="` + thanks + `">Otter</p>`, do: func(s *fixture) { mouseOn((*browser.Tab).RightClick)(s); s.Gone(browser.Text("clicked")) }, want: journey.Passed},
	"right click on a covered one": {page: `<p id=a oncontextmenu="` + thanks + `">Otter</p><div id=veil style="position:fixed;inset:0"></div>`, do: mouseOn((*browser.Tab).RightClick), want: journey.Failed, wantError: `could not right-click the text "Otter" within 1.5s: it is covered by div#veil`},
	"right click covered on hover": {page: `<p id=a oncontextmenu="` + thanks + `" onmouseenter="veil.hidden = false">Otter</p><div id=veil hidden style="position:fixed;inset:0"></div><script>addEventListener('contextmenu', () => document.body.append('reached'), true)</script>`, do: func(s *fixture) { s.Visit("/"); s.RightClick(browser.Text("Otter")) }, want: journey.Failed, wantError: `it is covered by div#veil`},

	"named by its title until hovered": {page: iconLink, do: click(browser.Link("Print [p]")), want: journey.Passed},
	"named by its text when hovered":   {page: iconLink, do: click(browser.Link("Print")), want: journey.Failed, wantError: `could not click the link "Print" within 1.5s: there is none`},
	"hover shows the name twice":       {page: `<style>#t { display: none } #a:hover + #t { display: block }</style><button id=a onclick="` + thanks + `">Print</button><button id=t>Print</button>`, want: journey.Passed},
	"renamed by the click": {page: `<button onclick="this.textContent = 'Printing'; ` + thanks + `">Print</button>`, do: func(s *fixture) {
		press(s)
		s.Click(browser.Button("Print"))
	}, want: journey.Failed, wantError: `could not click the button "Print" within 1.5s: there is none`},

	"clicked before the scripts start":  {page: `<button id=b>Print</button><script>setTimeout(() => b.onclick = () => ` + thanks + `, 400)</script>`, want: journey.Passed},
	"clicked before it is redrawn":      {page: `<div id=r><button>Print</button></div><script>setTimeout(() => { r.innerHTML = '<button>Print</button>'; r.onclick = () => ` + thanks + ` }, 400)</script>`, want: journey.Passed},
	"switched before the scripts start": {page: `<button role=switch aria-checked=false aria-label=Sound>x</button><script>setTimeout(() => document.querySelector('button').onclick = (e) => e.target.setAttribute('aria-checked', e.target.getAttribute('aria-checked') === 'false'), 400)</script>`, do: check("Sound"), want: journey.Passed},
	"clicked once where it is heard": {page: `<button>Print</button><p id=n>0</p><script>document.addEventListener('click', () => { n.textContent++; setTimeout(() => document.querySelector('button').onclick = () => 1, 100) })</script>`, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Button("Print"))
		time.Sleep(500 * time.Millisecond)
		s.holds("#n", "1")
	}, want: journey.Passed},

	"type without a field": {page: `<p id=o></p><script>addEventListener('keydown', (e) => { o.textContent += e.key })</script>`, do: func(s *fixture) { s.Visit("/"); s.Type("go\n"); s.holds("#o", "goEnter") }, want: journey.Passed},
	"type a code in boxes": {page: `<input id=a maxlength=1 aria-label=One oninput="b.focus()"><input id=b maxlength=1 oninput="c.focus()"><input id=c maxlength=1 oninput="if (a.value + b.value + c.value === '123') ` + thanks + `">`, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Field("One"))
		s.Type("123")
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"keys by name": {page: `<p id=o></p><script>addEventListener('keydown', (e) => { e.preventDefault(); o.textContent += e.code + e.location + ' ' })</script>`, do: func(s *fixture) {
		s.Visit("/")
		for _, key := range []string{"F2", "Insert", "ContextMenu", "Numpad5", "MediaPlayPause", "AltGraph", "Shift+F10"} {
			s.Press(key)
		}
		s.holds("#o", "F20 Insert0 ContextMenu0 Numpad53 MediaPlayPause0 AltRight2 ShiftLeft1 F100")
	}, want: journey.Passed},
	"no such key": {page: `<p>x</p>`, do: func(s *fixture) { s.Visit("/"); s.Press("Entr") }, want: journey.Broken, wantError: `could not press Entr: there is no key "Entr"; did you mean Enter?`},
}

func mouseOn(do func(*browser.Tab, browser.Locator)) func(*fixture) {
	return func(s *fixture) { s.Visit("/"); do(s.Tab, browser.Text("Otter")); s.See(browser.Text("Thank you")) }
}

func dragged(want string) func(*fixture) {
	return func(s *fixture) {
		s.Visit("/")
		s.DragTo(browser.Text("Otter"), browser.CSS("#box"))
		s.See(browser.Text(want))
	}
}

// iconLink shows its text only on hover; its name is its title before.
const iconLink = `<style>a span { display: none } a:hover span { display: inline }</style><a href=/next title="Print [p]" onclick="event.preventDefault(); ` + thanks + `"><span>Print</span><svg width=20 height=20><rect width=20 height=20 /></svg></a>`

// dragTo drags one text to another, and sees the thanks.
func dragTo(from, to string) func(*fixture) {
	return func(s *fixture) {
		s.Visit("/")
		s.DragTo(browser.Text(from), browser.Text(to))
		s.See(browser.Text("Thank you"))
	}
}
