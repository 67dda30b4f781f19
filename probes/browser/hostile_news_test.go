package browser_test

import (
	"net/http"
	"strings"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// shopMenu is what many pages begin with.
const shopMenu = `<nav>Shop Orders Help Account Basket Imprint Privacy Contact Blog Jobs Press About us and more</nav>`

// refused is a page with a menu that tells of a refused payment at a click, by a script on the element t.
func refused(js, html string) string {
	return shopMenu + `<button onclick="` + js + `">Print</button>` + html
}

const tells = `t.textContent = 'Payment was refused'`

// pressThenStays presses Print and wants the thanks to stay.
func pressThenStays(d time.Duration) func(*fixture) {
	return func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Button("Print"))
		s.Stays(browser.Text("Thank you"), d)
	}
}

// newsRows are failures that the page itself explains in words that are new since the action, wherever they stand, and even if they
// are gone before the step ends.
var newsRows = map[string]row{
	"toast, white on red":      {page: refused(`t.innerHTML = '<div style=&quot;background:#dc2626;color:#fff;padding:8px&quot; class=&quot;bg-red-600 text-white&quot;>Payment was refused</div>'`, `<div id=t style="position:fixed;top:10px;right:10px"></div>`), want: journey.Failed, wantError: `there is none; the page says "Payment was refused" (at /)`},
	"polite live region":       {page: refused(tells, `<div id=t aria-live=polite></div>`), want: journey.Failed, wantError: `the page says "Payment was refused"`},
	"output element":           {page: refused(tells, `<output id=t></output>`), want: journey.Failed, wantError: `the page says "Payment was refused"`},
	"new line far down":        {page: refused(tells, `<p>`+strings.Repeat("Words of the shop. ", 30)+`</p><p id=t></p>`), want: journey.Failed, wantError: `the page says "Payment was refused"`},
	"popover by the field":     {page: refused(`t.showPopover()`, `<div id=t popover=manual>Payment was refused</div>`), want: journey.Failed, wantError: `the page says "Payment was refused"`},
	"words in a dark theme":    {page: `<body style="background:#111;color:#eee">` + refused(tells, `<div id=t style="color:#fca5a5"></div>`), want: journey.Failed, wantError: `the page says "Payment was refused"`},
	"toast of shadcn":          {page: refused(`s.innerHTML = '<ol><li data-sonner-toast data-type=error><div data-title>Printer is out of paper</div></ol>'`, `<section id=s aria-live=polite aria-label="Notifications" style="position:fixed;bottom:0;right:0"></section>`), want: journey.Failed, wantError: `the page says "Printer is out of paper"`},
	"words shown by a class":   {page: refused(`document.body.className = 'late'`, `<style>#t{display:none}.late #t{display:block}</style><p id=t>Payment was refused</p>`), want: journey.Failed, wantError: `the page says "Payment was refused"`},
	"words in pieces":          {page: refused(`t.innerHTML = 'Payment <b>was</b> refused'`, `<p id=t></p>`), want: journey.Failed, wantError: `the page says "Payment was refused"`},
	"words in capitals":        {page: refused(tells, `<p id=t style="text-transform:uppercase"></p>`), want: journey.Failed, wantError: `the page says "PAYMENT WAS REFUSED"`},
	"words in a shadow root":   {page: refused(`t.shadowRoot.innerHTML = '<p>Payment was refused</p>'`, `<div id=t></div><script>t.attachShadow({ mode: 'open' })</script>`), want: journey.Failed, wantError: `the page says "Payment was refused"`},
	"a message before a clock": {page: refused(tells+`; let n = 0; setInterval(() => { c.textContent = '12:00:' + (10 + n++ % 50) }, 50)`, `<p id=c>12:00:00</p><p id=t></p>`), want: journey.Failed, wantError: `the page says "Payment was refused" (at /)`},
	"an old alert after news":  {page: refused(tells, `<p role=alert>Closed on Monday</p><p id=t></p>`), want: journey.Failed, wantError: `the page says "Payment was refused", "Closed on Monday"`},
	"an alert before news":     {page: refused(tells+`; a.textContent = 'Card declined'`, `<p id=t></p><p id=a role=alert></p>`), want: journey.Failed, wantError: `the page says "Card declined", "Payment was refused"`},
	"hidden news":              {page: refused(tells, `<p id=t hidden></p>`), want: journey.Failed, wantError: `there is none; after its menu, the page begins with "Print" (at /)`, notError: "refused"},
	"news for readers alone":   {page: refused(tells, `<p id=t style="position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0,0,0,0)"></p>`), want: journey.Failed, wantError: `there is none; after its menu, the page begins with`},
	"nothing new":              {page: refused(``, `<p>Otter`), want: journey.Failed, wantError: `there is none; after its menu, the page begins with "Print Otter" (at /)`},
	"what one typed":           {page: shopMenu + `<div contenteditable role=textbox aria-label=Note style="border:1px solid">a</div>`, do: func(s *fixture) { fill("Note", "otter")(s); s.Press("ArrowLeft"); s.See(browser.Text("Thank you")) }, want: journey.Failed, wantError: `there is none`, notError: `says "otter`},
	"flash after a redirect": {
		page: `<form action=/save method=post><button>Print</button></form>`, handlers: map[string]http.HandlerFunc{"/save": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/cart?err=1", http.StatusSeeOther) }},
		pages: map[string]string{"/cart": shopMenu + `<div class="flash notice">Payment was refused</div><form action=/save method=post><button>Print</button></form>`}, want: journey.Failed, wantError: `the page says "Payment was refused" (at /cart)`,
	},
	"words after a redirect": {page: `<form action=/cart><button>Print</button></form>`, pages: map[string]string{"/cart": shopMenu + `<p>Payment was refused<form><button>Print</button></form>`}, want: journey.Failed, wantError: `after its menu, the page begins with "Payment was refused Print" (at /cart)`},
	"notice about cookies":   {page: shopMenu + `<h1>Cart</h1><div class="cookie-notice">We use cookies</div><button>Print</button>`, want: journey.Failed, wantError: `the page says "Cart" (at /)`},

	// gone again
	"toast that goes":          {page: `<button onclick="o.textContent = 'No stock left'; setTimeout(() => { o.textContent = '' }, 1200)">Print</button><div role=alert id=o></div>`, limit: 4 * time.Second, want: journey.Failed, wantError: `the page begins with "Print" (at /); for a moment the page said "No stock left"`},
	"toast that is removed":    {page: refused(`const d = document.createElement('div'); d.textContent = 'No stock left'; document.body.append(d); setTimeout(() => d.remove(), 1200)`, ``), limit: 4 * time.Second, want: journey.Failed, wantError: `for a moment the page said "No stock left"`},
	"toast that fades":         {page: refused(`t.className = 'on'; setTimeout(() => { t.className = '' }, 1200)`, `<style>#t{opacity:0;transition:opacity .2s;position:fixed;bottom:0}#t.on{opacity:1}</style><div id=t class="">Payment was refused</div>`), limit: 4 * time.Second, want: journey.Failed, wantError: `Payment was refused`},
	"toast beside other news":  {page: refused(`r.textContent = 'Cart is empty'; a.textContent = 'No stock left'; setTimeout(() => { a.textContent = '' }, 1200)`, `<p id=r></p><p role=alert id=a></p>`), limit: 4 * time.Second, want: journey.Failed, wantError: `the page says "Cart is empty" (at /); for a moment the page said "No stock left"`},
	"wheel beside news":        {page: refused(`r.textContent = 'Loading'; setTimeout(() => { r.textContent = 'Cart is empty' }, 500)`, `<p id=r></p>`), limit: 2 * time.Second, want: journey.Failed, wantError: `the page says "Cart is empty"`, notError: "Loading"},
	"toast of the page before": {page: `<button onclick="o.textContent = 'Signed out'; setTimeout(() => { location = '/home' }, 1200)">Print</button><div role=alert id=o></div>`, pages: map[string]string{"/home": `<h1>Shop</h1>`}, limit: 4 * time.Second, want: journey.Failed, wantError: `the page says "Shop" (at /home); for a moment the page said "Signed out"`},
	"toast of the action before": {page: `<button onclick="o.textContent = 'No stock left'; setTimeout(() => { o.textContent = ''; document.body.append('Otter') }, 400)">Print</button><button>Save</button><div role=alert id=o></div>`, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Button("Print"))
		s.See(browser.Text("Otter"))
		s.Click(browser.Button("Save"))
		s.See(browser.Text("Thank you"))
	}, limit: 3 * time.Second, want: journey.Failed, wantError: `there is none`, notError: "No stock left"},
	"poll beside a message": {page: `<script>fetch('/silent'); setTimeout(() => { b.hidden = false }, 300)</script><button id=b hidden onclick="o.textContent = 'No stock left'">Print</button><p role=alert id=o></p>`, limit: 3 * time.Second, want: journey.Failed, wantError: "No stock left", notError: "/silent"},

	// other expectations
	"still there, with news": {page: refused(tells, `<p>Working</p><p id=t></p>`), do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Button("Print"))
		s.Gone(browser.Text("Working"))
	}, want: journey.Failed, wantError: `it is still there; the page says "Payment was refused"`},
	"text, then an error":    {page: refused(`t.textContent = 'Thank you'; setTimeout(() => { t.textContent = 'Your card was declined' }, 1000)`, `<p id=t></p>`), do: pressThenStays(3 * time.Second), limit: 8 * time.Second, want: journey.Failed, wantError: `the page says "Your card was declined"`},
	"text that is covered":   {page: refused(`t.textContent = 'Thank you'; setTimeout(() => { v.hidden = false }, 1000)`, `<p id=t></p><div id=v hidden style="position:fixed;inset:0;background:#fff">x</div>`), do: pressThenStays(3 * time.Second), limit: 8 * time.Second, want: journey.Failed, wantError: `it is there, but covered by div#v`},
	"text that is taken off": {page: refused(`t.textContent = 'Thank you'; setTimeout(() => { t.textContent = '' }, 1000)`, `<p id=t></p>`), do: pressThenStays(3 * time.Second), limit: 8 * time.Second, want: journey.Failed, wantError: `it was gone again after `},
}
