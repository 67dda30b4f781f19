package browser_test

import (
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// pressDetector shows the thanks at any press event that reaches the page.
const pressDetector = `<body><script>for (const e of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click']) addEventListener(e, () => document.body.append('Thank you'), true)</script>`

// elementRows are elements that a person could not act on or see, and elements that only seem so.
var elementRows = map[string]row{
	"covered": {page: button + `<div id=cookie-banner style="position:fixed;inset:0;background:#fff">cookies?</div>`, want: journey.Failed, wantError: `could not click the button "Print" within 1.5s: it is covered by div#cookie-banner`},
	"cookie wall that can go": {page: button + `<div id=wall style="position:fixed;inset:0;background:#fff"><button onclick="wall.remove()">Accept all</button></div>`, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Button("Accept all"))
		s.Click(browser.Button("Print"))
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"covered by a frame":        {page: button + `<iframe id=ad style="position:fixed;inset:0;width:100%;height:100%" srcdoc="ad"></iframe>`, want: journey.Failed, wantError: `it is covered by iframe#ad`},
	"in a covered frame":        {page: `<iframe srcdoc="<button>Print</button>"></iframe><div id=veil style="position:fixed;inset:0"></div>`, want: journey.Failed, wantError: `it is covered by div#veil`},
	"disabled":                  {page: `<button disabled>Print</button>`, want: journey.Failed, wantError: `it is disabled`},
	"disabled by its fieldset":  {page: `<fieldset disabled>` + button + `</fieldset>`, want: journey.Failed, wantError: `it is disabled`},
	"disabled for readers":      {page: `<div aria-disabled=true>` + button + `</div>`, want: journey.Failed, wantError: `it is disabled`},
	"enabled after a while":     {page: `<button id=b disabled onclick="document.body.append('Thank you')">Print</button><script>setTimeout(() => b.disabled = false, 300)</script>`, want: journey.Passed},
	"moving":                    {page: `<style>@keyframes a{to{margin-left:900px}}button{animation:a 3s linear infinite}</style>` + button, want: journey.Failed, wantError: `it is moving`},
	"runs from the mouse":       {page: pressDetector + `<button id=b style="position:absolute" onmouseenter="b.style.left = b.style.left ? '' : '400px'">Print</button>`, want: journey.Failed, wantError: `could not click the button "Print" within 1.5s: `},
	"glides from the mouse":     {page: pressDetector + `<style>button{transition:transform 90s linear}button:hover{transform:translateX(4000px)}</style><button>Print</button>`, want: journey.Failed, wantError: `could not click the button "Print" within 1.5s: `},
	"covered by the mouse":      {page: pressDetector + `<button onmouseenter="veil.hidden = false">Print</button><div id=veil hidden style="position:fixed;inset:0"></div>`, want: journey.Failed, wantError: `it is covered by div#veil`},
	"disabled by the mouse":     {page: pressDetector + `<button id=b onmouseenter="b.disabled = true">Print</button>`, want: journey.Failed, wantError: `it is disabled`},
	"grows under the mouse":     {page: `<style>button{transition:transform .2s}button:hover{transform:scale(1.2)}</style>` + button, want: journey.Passed},
	"clicks something itself":   {page: `<button id=b onpointerdown="other.click()" onclick="document.body.append('Thank you')">Print</button><button id=other>Other</button>`, want: journey.Passed},
	"keeps the mouse to itself": {page: `<script>for (const e of ['pointermove', 'mousemove', 'pointerover', 'mouseover']) addEventListener(e, (ev) => ev.stopImmediatePropagation(), true)</script>` + button, want: journey.Passed},
	"replaced by the mouse":     {page: `<div id=r><button onmouseenter="r.innerHTML = '<button onclick=&quot;document.body.append(\'Thank you\')&quot;>Print</button>'">Print</button></div>`, want: journey.Passed},
	"lit up by the mouse":       {page: `<style>button{transition:all 9s}button:hover{color:#fff;background:#900;box-shadow:0 0 9px}</style>` + button, want: journey.Passed},
	"beside what moves":         {page: `<style>@keyframes a{to{transform:rotate(1turn)}}i{display:inline-block;animation:a 1s linear infinite}</style><i>o</i>` + button, want: journey.Passed},
	"pushed by what grows":      {page: pressDetector + `<style>@keyframes a{from{height:0}to{height:900px}}i{display:block;animation:a 9s linear infinite}</style><i></i><button>Print</button>`, want: journey.Failed, wantError: `it is moving`},
	"no size":                   {page: `<button style="all:unset;display:block;width:0;height:0;overflow:hidden">Print</button>`, want: journey.Failed, wantError: `it has no size`},
	"transparent":               {page: `<div style="opacity:.04">` + button + `</div>`, want: journey.Failed, wantError: `it is transparent`},
	"hidden":                    {page: `<div style="visibility:hidden">` + button + `</div>`, want: journey.Failed, wantError: `it is there, but not visible`},
	"off-screen":                {page: `<button style="position:absolute;left:-9999px">Print</button>`, want: journey.Failed, wantError: `it is outside of the window`},
	"takes no clicks":           {page: `<button style="pointer-events:none">Print</button>`, want: journey.Failed, wantError: `it takes no clicks`},
	"detached while clicking":   {page: `<button onmousedown="this.remove()">Print</button>`, want: journey.Failed, wantError: `expected to see the text "Thank you"`},
	"swapped while clicking":    {page: `<button id=a onmousedown="a.remove(); b.hidden = false">Print</button><button id=b hidden onclick="document.body.append('Thank you')">Delete</button>`, want: journey.Failed, wantError: `"Thank you"`},
	"re-rendered on each tick":  {page: `<div id=r></div><script>const draw = () => { r.innerHTML = '<button>Print</button>' }, paint = () => { draw(); requestAnimationFrame(paint) }; setInterval(draw, 10); addEventListener('pointerdown', draw, true); paint()</script>`, want: journey.Failed, wantError: `could not click the button "Print" within 1.5s: the page keeps replacing it`},
	"re-rendered now and then":  {page: `<div id=r></div><script>setInterval(r.draw = () => { r.innerHTML = '<button onclick="document.body.append(&quot;Thank you&quot;)">Print</button>' }, 300); r.draw()</script>`, limit: 2 * time.Second, want: journey.Passed},
	"rendered late":             {page: `<p>wait<script>setTimeout(()=>{document.body.innerHTML='<button onclick="document.body.append(\'Thank you\')">Print</button>'}, 200)</script>`, want: journey.Passed},
	"two of them":               {page: button + button, want: journey.Failed, wantError: `there are 2 of them`},
	"another name":              {page: `<button>Print later</button><button>Preview</button>`, want: journey.Failed, wantError: `there is none; the nearest are "Print later", "Preview"`},
	"too few":                   {page: button, do: func(s *fixture) { s.Visit("/"); s.Click(browser.Button("Print").Nth(3)) }, want: journey.Failed, wantError: `could not click the button "Print" number 3 within 1.5s: there are only 1 of them`},
	"not in there":              {page: button + `<section><h2>Cart</h2></section>`, do: func(s *fixture) { s.Visit("/"); s.Click(browser.Button("Print").Within(browser.CSS("section"))) }, want: journey.Failed, wantError: `could not click the button "Print" in the css "section" within 1.5s`},
	"in a closed shadow root":   {page: inClosedRoot("x-bar", button), want: journey.Passed},
	"covered in a closed one":   {page: inClosedRoot("x-bar", button+`<div id=veil style="position:fixed;inset:0"></div>`), want: journey.Failed, wantError: `it is covered by div#veil`},
	"not in a closed one":       {page: inClosedRoot("x-bar", `<button>Print later</button>`), want: journey.Failed, wantError: `there is none; the nearest are "Print later"`},
	"read-only field":           {page: `<input aria-label=Title readonly>`, do: func(s *fixture) { s.Visit("/"); s.Fill(browser.Field("Title"), "x") }, want: journey.Failed, wantError: `it is read-only`},
	"no such option":            {page: `<select aria-label=Size><option>A4</select>`, do: func(s *fixture) { s.Visit("/"); s.Choose(browser.Field("Size"), "A3") }, want: journey.Failed, wantError: `it has no such option; it offers "A4"`},
	"a box that springs back":   {page: `<input type=checkbox aria-label=Gift onclick="return false">`, do: func(s *fixture) { s.Visit("/"); s.Check(browser.Checkbox("Gift")) }, want: journey.Failed, wantError: `it was clicked, and stays as it was`},
	"thanks that are hidden":    {page: `<p hidden>Thank you</p><button>Print</button>`, want: journey.Failed, wantError: `there is none; the page begins with "Print"`},
}
