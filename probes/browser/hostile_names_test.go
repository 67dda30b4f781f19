package browser_test

import (
	"fmt"
	"net/http"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

const (
	// readersOnly hides words from all but screen readers.
	readersOnly = `<style>.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0,0,0,0)}</style>`
	thank       = `onclick="` + thanks + `"`
	chosen      = `<select><option>red<option selected>blue</select>`
)

// nameRows are controls whose name is not simply their text.
var nameRows = map[string]row{
	"a part that ends with a space":  {page: `<button>Orders</button>` + `<button ` + thank + `>Order 12</button>`, do: pressLike("Order "), want: journey.Passed},
	"a space at the end of no name":  {page: `<button>Orders</button><button>Order </button>`, do: pressLike("Order "), want: journey.Failed, wantError: `there is none`},
	"label with hidden words":        {page: `<label>Title <span hidden>(required field)</span><input></label>`, do: fillIn("Title"), want: journey.Passed},
	"label with an aria-hidden star": {page: `<label>Title <span aria-hidden=true>*</span><input></label>`, do: fillIn("Title *"), want: journey.Passed},
	"label without the hidden star":  {page: `<label>Title <span aria-hidden=true>*</span><input></label>`, do: fillIn("Title"), want: journey.Passed},
	"label with words for readers":   {page: readersOnly + `<label for=i>Title<span class=sr> (required)</span></label><input id=i>`, do: fillIn("Title"), want: journey.Passed},
	"label with a style sheet":       {page: `<label>Title <style>b{color:red}</style><script>var x</script><input></label>`, do: fillIn("Title"), want: journey.Passed},
	"label around a list":            {page: `<label>Size <select><option>A4<option>A3</select></label>`, do: func(s *fixture) { s.Visit("/"); s.Choose(browser.Field("Size"), "A3") }, want: journey.Passed},
	"two labels":                     {page: `<label for=i>Card</label> <label for=i>title</label><input id=i>`, do: fillIn("Card title"), want: journey.Passed},
	"field by two ids":               {page: `<b id=a>Card</b><b id=b hidden>title</b><input aria-labelledby="a b">`, do: fillIn("Card title"), want: journey.Passed},
	"field by its placeholder":       {page: `<input placeholder=Title aria-label="The title of the card">`, do: fillIn("Title"), want: journey.Passed},
	"label in capitals":              {page: `<style>label{text-transform:uppercase}</style><label>Title <input></label>`, do: fillIn("Title"), want: journey.Passed},
	"label in a shadow root":         {page: `<x-f><template shadowrootmode=open><label>Title <input></label></template></x-f>`, do: fillIn("Title"), want: journey.Passed},
	"label in a slot":                {page: `<x-f><template shadowrootmode=open><label><slot></slot> <input></label></template>Title</x-f>`, do: fillIn("Title"), want: journey.Passed},
	"not editable":                   {page: `<div contenteditable=false aria-label=Title>x</div>`, do: fillIn("Title"), want: journey.Failed, wantError: `could not fill in the field "Title" within 1.5s: there is none`},

	"icon ligature":                    {page: `<button ` + thank + `><i class=material-icons aria-hidden=true style="display:inline-block;width:24px;overflow:hidden;font-size:0">print</i>Print</button>`, want: journey.Passed},
	"icon ligature that is not said":   {page: `<style>i{font-family:'Material Symbols Outlined',sans-serif}</style><button ` + thank + `><i>print</i> Print</button>`, want: journey.Passed},
	"icon font's own letter":           {page: `<button ` + thank + `><i>&#xe8ad;</i> Print</button>`, want: journey.Passed},
	"icon button by svg aria-label":    {page: `<button ` + thank + `><svg aria-label="Print" role=img width=20 height=20><rect width=20 height=20 /></svg></button>`, want: journey.Passed},
	"icon button by svg title":         {page: `<button ` + thank + `><svg width=20 height=20><title>Print</title><rect width=20 height=20 /></svg></button>`, want: journey.Passed},
	"icon button by title":             {page: `<button ` + thank + ` title=Print><svg width=20 height=20><rect width=20 height=20 /></svg></button>`, want: journey.Passed},
	"sr-only words in the name":        {page: readersOnly + `<button ` + thank + `>Print<span class=sr> opens a new window</span></button>`, want: journey.Passed},
	"all words of the name":            {page: readersOnly + `<button ` + thank + `>Print<span class=sr> opens a new window</span></button>`, do: click(browser.Button("Print opens a new window")), want: journey.Passed},
	"name for readers alone":           {page: readersOnly + `<button ` + thank + `><svg width=20 height=20></svg><span class=sr>Print</span></button>`, want: journey.Passed},
	"name by CSS":                      {page: `<style>button::before{content:"Print"}</style><button ` + thank + `></button>`, want: journey.Passed},
	"name by an attribute and CSS":     {page: `<style>b::after{content:attr(data-n)}</style><button ` + thank + `>Pr<b data-n=int></b></button>`, want: journey.Passed},
	"unnamed reset":                    {page: `<form onreset="setTimeout(()=>` + thanks + `)"><input type=reset></form>`, do: click(browser.Button("Reset")), want: journey.Passed},
	"unnamed submit":                   {page: `<form onsubmit="` + thanks + `;return false"><input type=submit></form>`, do: click(browser.Button("Submit")), want: journey.Passed},
	"picture that submits":             {page: `<form onsubmit="` + thanks + `;return false"><input type=image alt=Print src="data:," width=40 height=20></form>`, want: journey.Passed},
	"upper-cased by CSS":               {page: `<style>button{text-transform:uppercase}</style>` + button, do: click(browser.Button("PRINT")), want: journey.Passed},
	"upper-cased by CSS, as written":   {page: `<style>button{text-transform:uppercase}</style>` + button, want: journey.Passed},
	"capitalized by CSS":               {page: `<style>button{text-transform:capitalize}</style><button ` + thank + `>print card</button>`, do: click(browser.Button("Print Card")), want: journey.Passed},
	"other capitals":                   {page: button, do: click(browser.Button("PRINT")), want: journey.Failed, wantError: `there is none; the nearest are "Print"`},
	"soft hyphen in the name":          {page: `<button ` + thank + `>Pri&shy;nt</button>`, want: journey.Passed},
	"marks of direction in the name":   {page: `<button ` + thank + `>&#x200f;&#x2067;Print&#x2069;&#xfeff;</button>`, want: journey.Passed},
	"accent of its own":                {page: `<button ` + thank + `>Cafe&#x301;</button>`, do: click(browser.Button("Café")), want: journey.Passed},
	"name over lines":                  {page: `<button ` + thank + "><div>Print</div>\n<div>a&nbsp;card</div></button>", do: click(browser.Button("Print a card")), want: journey.Passed},
	"a longer name":                    {page: `<button>Print later</button>`, want: journey.Failed, wantError: `the nearest are "Print later"`},
	"part of the name":                 {page: `<button ` + thank + `>Print 3 cards</button>`, do: click(browser.Button("").Containing("Print")), want: journey.Passed},
	"pattern of the name":              {page: `<button>Print</button><button ` + thank + `>Print 3 cards</button>`, do: click(browser.Button("").Matching(`^Print \d+ cards?$`)), want: journey.Passed},
	"two parts":                        {page: button, do: click(browser.Button("").Containing("Pri").Containing("nt")), want: journey.Broken, wantError: `Containing("nt") after Containing("Pri"): a locator takes one; use a single Containing, or Matching with a pattern for both`},
	"two parts of an alternative":      {page: button, do: click(browser.Button("Print").Or(browser.Link("").Containing("a")).Containing("b")), want: journey.Broken, wantError: `Containing("b") after Containing("a")`},
	"two patterns, the first is wrong": {page: button, do: click(browser.Button("").Matching(`Pr(`).Matching("nt")), want: journey.Broken, wantError: `parse the regular expression "Pr("`},
	"two patterns":                     {page: button, do: click(browser.Button("").Matching("^P").Matching("t$")), want: journey.Broken, wantError: `Matching("t$") after Matching("^P"): a locator takes one; use a single pattern for both`},
	"a part and a pattern":             {page: button, do: click(browser.Button("").Containing("Pri").Matching("nt$")), want: journey.Passed},
	"wrong pattern":                    {page: button, do: click(browser.Button("").Matching(`Print(`)), want: journey.Broken, wantError: "could not click the button matching \"Print(\": parse the regular expression \"Print(\": error parsing regexp: missing closing ): `Print(`"},
	"wrong selector":                   {page: button, do: click(browser.CSS("button[")), want: journey.Broken, wantError: `could not click the css "button[": it is not a valid selector`},
	"button in a button":               {page: `<div role=button tabindex=0><button ` + thank + `>Print</button></div>`, want: journey.Passed},
	"letter by letter":                 {page: `<style>i{display:inline-block}</style><button ` + thank + `><i>P</i><i>r</i><i>i</i><i>n</i><i>t</i></button>`, want: journey.Passed},
	"link in an svg document":          {handlers: at(typed("image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="50"><a href="/next"><text y="20">Print</text></a></svg>`)), pages: map[string]string{"/next": "Thank you"}, do: click(browser.Link("Print")), want: journey.Passed},
	"svg link":                         {page: `<svg width=200 height=50><a href="/next"><text y=20>Print</text></a></svg>`, pages: map[string]string{"/next": "Thank you"}, do: click(browser.Link("Print")), want: journey.Passed},
	"old svg link":                     {page: `<svg width=200 height=50 xmlns:xlink="http://www.w3.org/1999/xlink"><a xlink:href="/next"><text y=20>Print</text></a></svg>`, pages: map[string]string{"/next": "Thank you"}, do: click(browser.Link("Print")), want: journey.Passed},
	"roles in capitals, and two":       {page: `<div role="Foo BUTTON" ` + thank + `>Print</div>`, want: journey.Passed},
	"number, search and slider":        {page: `<input type=number aria-label=N><input type=search aria-label=S><input type=range aria-label=R>`, do: seeAll(browser.Role("spinbutton", "N"), browser.Role("searchbox", "S"), browser.Role("slider", "R")), want: journey.Passed},
	"group, table and figure":          {page: `<fieldset><legend>Address</legend>x</fieldset><table><caption>Orders</caption><tr><td>1</table><figure><figcaption>Sales</figcaption>y</figure>`, do: seeAll(browser.Role("group", "Address"), browser.Role("table", "Orders"), browser.Role("figure", "Sales")), want: journey.Passed},
	"row by one of its cells":          {page: `<table><tr><td>Animal <b>Bingo</b><td><button ` + thank + `>Print</button><tr><td>Animal Bingo 2<td><button>Print</button></table>`, do: click(browser.Button("Print").Within(browser.Role("row", "Animal Bingo"))), want: journey.Passed},
	"item by its text":                 {page: `<ul><li>Bee <button>Print</button><li>Fox <button ` + thank + `>Print</button></ul>`, do: click(browser.Button("Print").Within(browser.Role("listitem", "Fox"))), want: journey.Passed},
	"section by its heading":           {page: `<section><h2>Cart</h2>` + button + `</section><section><h2>Later</h2><button>Print</button></section>`, do: click(browser.Button("Print").Within(browser.Role("region", "Cart"))), want: journey.Passed},
	"hidden text of another language":  {page: `<button ` + thank + `>Print<span lang=de style="display:none">Drucken</span></button>`, want: journey.Passed},
}

// textRows are texts that the page displays in unusual ways, and texts that it does not display.
var textRows = map[string]row{
	"hyphen that does not break":   {page: "<p>order 12\u20114</p>", do: waitFor("order 12-4"), want: journey.Passed},
	"hyphen that does not break 2": {page: "<p>order 12-4</p>", do: waitFor("order 12\u20114"), want: journey.Passed},
	"zero width space":             {page: `<p>Thank&#8203;you very much</p><p>order/&#8203;12</p>`, do: waitFor("order/12"), want: journey.Passed},
	"soft hyphens":                 {page: `<p>Thank you for the dis&shy;tri&shy;bu&shy;tion</p>`, do: waitFor("distribution"), want: journey.Passed},
	"wbr":                          {page: `<p>order<wbr>12</p>`, do: waitFor("order12"), want: journey.Passed},
	"nbsp":                         {page: `<p>12&nbsp;345 &euro;</p>`, do: waitFor("12 345 €"), want: journey.Passed},
	"thin space":                   {page: `<p>12&thinsp;345&#x202f;&euro;</p>`, do: waitFor("12 345 €"), want: journey.Passed},
	"isolated number":              {page: `<p>Order &#x2068;12&#x2069; is ready</p>`, do: waitFor("Order 12 is ready"), want: journey.Passed},
	"split over elements":          {page: `<p>Thank <b>you</b>, <i>A</i>da</p>`, do: waitFor("Thank you, Ada"), want: journey.Passed},
	"split over lines":             {page: `<p>Thank<br>you</p>`, do: waitFor("Thank you"), want: journey.Passed},
	"split over blocks":            {page: `<div><div>Thank</div><div>you</div></div>`, do: waitFor("Thank you"), want: journey.Passed},
	"joined over blocks":           {page: `<div><div>Thank</div><div>you</div></div>`, do: waitFor("Thankyou"), want: journey.Failed, wantError: `there is none; the page begins with "Thank you"`},
	"split over a shadow root":     {page: `<p>Order <x-n><template shadowrootmode=open><b>12</b></template></x-n> is ready</p>`, do: waitFor("Order 12 is ready"), want: journey.Passed},
	"split over a closed root":     {page: `<p>Order <x-n><template shadowrootmode=closed><b>12</b></template></x-n> is ready</p>`, do: waitFor("Order 12 is ready"), want: journey.Passed},
	"ruby":                         {page: `<p><ruby>漢<rt>かん</rt>字<rt>じ</rt></ruby>ビンゴ</p>`, do: waitFor("漢字ビンゴ"), want: journey.Passed},
	"in a slot":                    {page: `<x-n><template shadowrootmode=open>Thank <slot></slot>!</template>you</x-n>`, do: waitFor("Thank you!"), want: journey.Passed},
	"in no slot":                   {page: `<x-n><template shadowrootmode=open>Hello</template>Thank you</x-n>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `the page begins with "Hello"`},
	"hidden words inside":          {page: `<p>Thank <span hidden>or do not thank</span>you</p>`, do: waitFor("Thank you"), want: journey.Passed},
	"words for readers inside":     {page: readersOnly + `<p>Thank <span class=sr>(really)</span> you</p>`, do: func(s *fixture) { s.Visit("/"); s.See(browser.Role("paragraph", "Thank you")) }, want: journey.Passed},
	"text by CSS":                  {page: `<style>p::after{content:"Thank you"}</style><p></p>`, do: waitFor("Thank you"), want: journey.Passed},
	"unit by CSS":                  {page: `<style>b::after{content:" €"}</style><p>Total: <b>12</b></p>`, do: waitFor("Total: 12 €"), want: journey.Passed},
	"capitals by CSS":              {page: `<style>p{text-transform:uppercase}</style><p>Thank you</p>`, do: seeAll(browser.Text("Thank you"), browser.Text("THANK YOU"), browser.Text("").Matching("^Thank"), browser.Text("").Matching("^THANK")), want: journey.Passed},
	"other capitals":               {page: `<p>Thank You</p>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `there is none`},
	"German capitals":              {page: `<style>p{text-transform:uppercase}</style><p>Hauptstraße 1</p>`, do: seeAll(browser.Text("Hauptstraße 1"), browser.Text("HAUPTSTRASSE 1")), want: journey.Passed},
	"submit's value as text":       {page: `<form action=/next><input type=submit value="Place order"></form>`, do: waitFor("Place order"), want: journey.Passed},
	"chosen option as text":        {page: chosen, do: waitFor("blue"), want: journey.Passed},
	"chosen option, read":          {page: chosen, do: reads(browser.CSS("select"), "blue"), want: journey.Passed},
	"option not chosen as text":    {page: chosen, do: waitFor("red"), want: journey.Failed, wantError: `expected to see the text "red" within 1.5s: there is none`},
	"options of an open list":      {page: `<select size=2><option>red<option>blue</select>`, do: waitFor("red"), want: journey.Passed},
	"read-only field as text":      {page: `<input readonly value="SAVE20">`, do: waitFor("SAVE20"), want: journey.Passed},
	"a field's own text":           {page: `<input value="Thank you"><textarea>Thank you</textarea>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `there is none`}, // it may be what the journey has typed
	"text of a script":             {page: `<script>"Thank you"</script><style>/* Thank you */</style><noscript>Thank you</noscript><template>Thank you</template>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `the page is blank`},
	"closed details":               {page: `<details><summary>More</summary>Thank you</details>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `the page begins with "More"`},
	"open details":                 {page: `<details open><summary>More</summary>Thank you</details>`, do: waitFor("Thank you"), want: journey.Passed},
	"svg text":                     {page: `<svg width=200 height=50><text class=total y=20>42 orders</text></svg>`, do: func(s *fixture) { waitFor("42 orders")(s); reads(browser.CSS(".total"), "42 orders")(s) }, want: journey.Passed},
	"svg text in parts":            {page: `<svg width=200 height=50><text class=total y=20>42 <tspan>orders</tspan><tspan x=0 dy=20>today</tspan></text></svg>`, do: func(s *fixture) { waitFor("42 orders today")(s); reads(browser.CSS("svg"), "42 orders today")(s) }, want: journey.Passed},
	"svg title is no text":         {page: `<svg width=200 height=50><title>Thank you</title><rect width=20 height=20 /></svg>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `there is none`},
	"svg document":                 {handlers: at(typed("image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="50"><text y="20">Thank you</text></svg>`)), do: waitFor("Thank you"), want: journey.Passed},
	"missing in an svg document":   {handlers: at(typed("image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="50"><text y="20">Hello</text></svg>`)), do: waitFor("Thank you"), want: journey.Failed, wantError: `there is none; the page begins with "Hello"`},
	"xml document":                 {handlers: at(typed("application/xml", `<?xml version="1.0"?><urlset><url><loc>Thank you</loc></url></urlset>`)), do: waitFor("Thank you"), want: journey.Passed},
	"new in svg":                   {page: `<svg width=200 height=50><text y=20>Order 1</text></svg><button>Print</button>`, do: pressForNew(browser.Text("Order 1")), want: journey.Failed, wantError: "it was there before"},
	"new in svg by css":            {page: `<svg width=200 height=50><text class=t y=20>Order 1</text></svg><button>Print</button>`, do: pressForNew(browser.CSS(".t")), want: journey.Failed, wantError: "it was there before"},
	"really new in svg":            {page: `<svg width=200 height=50><text class=t y=20>Order 1</text></svg><button onclick="document.querySelector('.t').textContent = 'Order 2'">Print</button>`, do: pressForNew(browser.CSS(".t")), want: journey.Passed},
	"a new picture":                {page: `<div id=d></div><button onclick="d.innerHTML = '<img class=t width=9 height=9>'">Print</button>`, do: pressForNew(browser.CSS(".t")), want: journey.Passed},
	"a picture that was there":     {page: `<img class=t width=9 height=9><button>Print</button>`, do: pressForNew(browser.CSS(".t")), want: journey.Failed, wantError: "it was there before"},
	"new in a shadow root":         {page: `<p>Order <x-n><template shadowrootmode=open><b>1</b></template></x-n></p><button>Print</button>`, do: pressForNew(browser.Text("Order 1")), want: journey.Failed, wantError: "it was there before"},
	"content-visibility":           {page: `<div style="height:5000px"></div><section style="content-visibility:auto;contain-intrinsic-size:100px"><b class=p>42</b> cards</section>`, do: func(s *fixture) { waitFor("42 cards")(s); reads(browser.CSS("section"), "42 cards")(s) }, want: journey.Passed},
	"content-visibility of nobody": {page: `<section style="content-visibility:hidden"><p>Thank you</p></section>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `there is none`},
	"pattern":                      {page: `<p>Order <b>A-12</b> is ready</p>`, do: seeAll(browser.Text("").Matching(`^Order [A-Z]-\d+ is`), browser.Text("").Matching(`^A-\d{2}$`), browser.Text("").Matching(`(?i)order`)), want: journey.Passed},
	"pattern that nothing matches": {page: `<p>Order 12</p>`, do: func(s *fixture) { s.Visit("/"); s.See(browser.Text("").Matching(`^Thank`)) }, want: journey.Failed, wantError: `expected to see the text matching "^Thank" within 1.5s: there is none; the page begins with "Order 12"`},
	"part of a selector's text":    {page: `<p class=m>Order 1</p><p class=m>Order 2</p>`, do: reads(browser.CSS(".m").Containing("2"), "Order 2"), want: journey.Passed},
}

func fillIn(label string) func(*fixture) {
	return func(s *fixture) { s.Visit("/"); s.Fill(browser.Field(label), "x") }
}

func click(l browser.Locator) func(*fixture) {
	return func(s *fixture) { s.Visit("/"); s.Click(l); s.See(browser.Text("Thank you")) }
}

func seeAll(all ...browser.Locator) func(*fixture) {
	return func(s *fixture) {
		s.Visit("/")
		for _, l := range all {
			s.See(l)
		}
	}
}

func reads(l browser.Locator, want string) func(*fixture) {
	return func(s *fixture) {
		s.Visit("/")
		if got := s.Read(l); got != want {
			s.s.Failf("Read returns %q, want %q", got, want)
		}
	}
}

func pressForNew(l browser.Locator) func(*fixture) {
	return func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Button("Print"))
		s.SeeNew(l)
	}
}

// typed serves a document of a content type.
func typed(contentType, body string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		fmt.Fprint(w, body)
	}
}

// pressLike presses the button with a part of its name.
func pressLike(part string) func(*fixture) {
	return func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Button("").Containing(part))
		s.See(browser.Text("Thank you"))
	}
}
