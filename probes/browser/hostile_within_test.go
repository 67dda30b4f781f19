package browser_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// payment is the document of a frame: a field, and a button that thanks with the text of the field.
const payment = `<body style="margin:0"><section aria-label=Card><label>Number <input id=n></label><button onclick="document.body.append('Paid ' + n.value)">Pay</button></section><label>Kind <select><option>Visa<option>Amex</select></label><p>secure</p>`

// framedSite serves a page whose frames, at FRAME, show payment, from the same site or another one. At NEST is a frame around it.
func framedSite(page string, other bool) func(*testing.T) *url.URL {
	return func(t *testing.T) *url.URL {
		pages := map[string]string{"/inner": payment, "/nest": `<section aria-label=Nest><iframe src=/inner></iframe></section>`}
		host := ""
		if other {
			host = "http://localhost:" + serve(t, pages, nil).Port()
		}
		pages["/{$}"] = strings.NewReplacer("FRAME", `src="`+host+`/inner"`, "NEST", `src="`+host+`/nest"`).Replace(page)
		return serve(t, pages, nil)
	}
}

const twoFrames = `<section aria-label=First><iframe id=a title="First card" FRAME></iframe></section><section aria-label=Second><iframe id=b title="Second card" FRAME></iframe></section>`

// pays fills in the number and pays, in the part of the page, and sees the thanks there only.
func pays(within browser.Locator) func(*fixture) {
	return func(s *fixture) {
		s.Visit("/")
		s.Fill(browser.Field("Number").Within(within), "42")
		s.Choose(browser.Field("Kind").Within(within), "Amex")
		s.Click(browser.Button("Pay").Within(within))
		s.See(browser.Text("Paid 42").Within(within))
		s.SeeCount(browser.Text("Paid 42"), 1)
		s.SeeNew(browser.Text("Paid").Within(within))
		if got := s.Read(browser.Field("Number").Within(within)); got != "42" {
			s.s.Failf("the field holds %q", got)
		}
	}
}

// withinFrames are pages whose locators lead through a frame, with the error; "": none.
var withinFrames = map[string]struct {
	page, why string
	do        func(*fixture)
}{
	"a part of the page":        {page: twoFrames, do: pays(browser.Role("region", "Second"))},
	"the frame itself":          {page: twoFrames, do: pays(browser.CSS("#b"))},
	"the frame by its title":    {page: twoFrames, do: pays(browser.Frame("Second card"))},
	"the frame by a part of it": {page: twoFrames, do: pays(browser.Frame("").Containing("Second"))},
	"a part in the frame": {page: twoFrames, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Button("Pay").Within(browser.Role("region", "Card").Within(browser.Frame("First card"))))
		s.See(browser.Text("Paid"))
	}},
	"a frame in a part": {page: twoFrames, do: pays(browser.CSS("iframe").Within(browser.Role("region", "Second")))},
	"a frame in a frame": {page: `<section aria-label=Other><iframe FRAME></iframe></section><main><iframe title=Outer NEST></iframe></main>`, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Button("Pay").Within(browser.Role("main", "")))
		s.See(browser.Text("Paid").Within(browser.Frame("Outer")))
	}},
	"parts at each level": {page: `<section aria-label=Other><iframe FRAME></iframe></section><main><iframe title=Outer NEST></iframe></main>`, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Button("Pay").Within(browser.Role("region", "Card").Within(browser.Role("region", "Nest").Within(browser.Role("main", "")))))
		s.See(browser.Text("Paid"))
	}},
	"levels in the wrong order": {page: `<main><iframe title=Outer NEST></iframe></main>`, why: `could not click the button "Pay" in the region "Nest" in the region "Card" within 1.5s: there is no section "Nest" for it to be in`, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Button("Pay").Within(browser.Role("region", "Nest").Within(browser.Role("region", "Card"))))
	}},
	"another part": {page: twoFrames + `<section aria-label=Third>x</section>`, why: `could not click the button "Pay" in the region "Third" within 1.5s: there is none`, do: func(s *fixture) { s.Visit("/"); s.Click(browser.Button("Pay").Within(browser.Role("region", "Third"))) }},
	"a part in another frame": {page: twoFrames, why: `expected to see the text "secure" in the region "Card" in the region "First" within 1.5s: there is no section "Card" for it to be in`, do: func(s *fixture) {
		s.Visit("/")
		s.See(browser.Text("secure").Within(browser.Role("region", "Card").Within(browser.Role("region", "First"))))
	}},
	"ambiguous without it": {page: twoFrames, do: func(s *fixture) { s.Visit("/"); s.See(browser.Text("secure")) }},
	"a press in one of several": {page: twoFrames, why: `could not click the button "Pay" within 1.5s: it is there in several frames of the page; say which one by Within`, do: func(s *fixture) {
		s.Visit("/")
		s.See(browser.Text("secure").Within(browser.Frame("First card")))
		s.See(browser.Text("secure").Within(browser.Frame("Second card")))
		s.Click(browser.Button("Pay"))
	}},
	"a press in the one that shows": {page: `<div style="height:0;overflow:hidden"><iframe title="First card" FRAME></iframe></div><iframe title="Second card" FRAME></iframe>`, do: func(s *fixture) {
		s.Visit("/")
		s.See(browser.Text("secure"))
		s.Click(browser.Button("Pay"))
	}},
	"gone from one of them": {page: twoFrames + `<button onclick="a.remove()">Print</button>`, do: func(s *fixture) {
		s.Visit("/")
		s.See(browser.Text("secure").Within(browser.CSS("#a")))
		s.Click(browser.Button("Print"))
		s.Gone(browser.Text("secure").Within(browser.Role("region", "First")))
		s.See(browser.Text("secure").Within(browser.Frame("Second card")))
	}},
	"still in the other": {page: twoFrames, why: `it is still there`, do: func(s *fixture) {
		s.Visit("/")
		s.See(browser.Text("secure"))
		s.Gone(browser.Text("secure").Within(browser.Role("region", "Second")))
	}},
	"the part comes later": {page: `<div id=d><iframe FRAME></iframe></div><script>setTimeout(() => { d.setAttribute('role', 'region'); d.setAttribute('aria-label', 'Late') }, 300)</script>`, do: func(s *fixture) { s.Visit("/"); s.See(browser.Text("secure").Within(browser.Role("region", "Late"))) }},
	"the part is hidden":   {page: `<section aria-label=Hidden style="opacity:0"><iframe FRAME></iframe></section>`, why: `within 1.5s`, do: func(s *fixture) { s.Visit("/"); s.See(browser.Text("secure").Within(browser.Role("region", "Hidden"))) }},
	"either of two parts": {page: twoFrames, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Button("Buy").Or(browser.Button("Pay")).Within(browser.Role("region", "Second")))
		s.See(browser.Text("Paid").Within(browser.CSS("#b")))
	}},
	"a chromedp locator": {page: twoFrames, do: func(s *fixture) {
		s.Visit("/")
		s.Element(browser.Field("Number").Within(browser.Frame("Second card")))
	}},
	"the second of the page": {page: `<main><section aria-label=P>x</section><section aria-label=P><iframe FRAME></iframe></section></main>`, do: func(s *fixture) {
		s.Visit("/")
		s.See(browser.Text("secure").Within(browser.Role("region", "P").Nth(2)))
	}},
	"a dialog that holds a frame":  {page: `<dialog id=d aria-label=Checkout><iframe FRAME></iframe></dialog><script>d.showModal()</script>`, do: pays(browser.Role("dialog", "Checkout"))},
	"a shadow root around a frame": {page: `<x-pay></x-pay><script>document.querySelector('x-pay').attachShadow({mode: 'open'}).innerHTML = '<section aria-label=Shop><iframe FRAME></iframe></section>'</script>`, do: pays(browser.Role("region", "Shop"))},
}

// inSlots are parts of the page whose content is slotted into them.
const inSlots = `<x-dialog><p>Delete it?</p><button slot=actions onclick="document.body.append('Thank you')">Delete</button></x-dialog><button>Delete</button><script>
	class D extends HTMLElement { constructor() { super(); this.attachShadow({mode: 'MODE'}).innerHTML = '<div role=dialog aria-label=Sure><slot></slot><footer><slot name=actions></slot></footer></div>' } }
	customElements.define('x-dialog', D)</script>`

func pressedIn(outer browser.Locator) func(*fixture) {
	return func(s *fixture) {
		s.Visit("/")
		s.See(browser.Text("Delete it?").Within(outer))
		s.Click(browser.Button("Delete").Within(outer))
		s.See(browser.Text("Thank you"))
	}
}

// withinRows are withinFrames with frames of the same site and of another one, and what is slotted.
var withinRows = func() map[string]row {
	rows := map[string]row{
		"slotted into a dialog":        {page: strings.ReplaceAll(inSlots, "MODE", "open"), do: pressedIn(browser.Role("dialog", "Sure")), want: journey.Passed},
		"slotted into a closed dialog": {page: strings.ReplaceAll(inSlots, "MODE", "closed"), do: pressedIn(browser.Role("dialog", "Sure")), want: journey.Passed},
		"slotted, by its host":         {page: strings.ReplaceAll(inSlots, "MODE", "open"), do: pressedIn(browser.CSS("x-dialog")), want: journey.Passed},
		"slotted into the footer": {page: strings.ReplaceAll(inSlots, "MODE", "open"), do: func(s *fixture) {
			s.Visit("/")
			s.Click(browser.Button("Delete").Within(browser.Role("contentinfo", "")))
			s.See(browser.Text("Thank you"))
		}, want: journey.Passed},
		"slotted elsewhere": {page: strings.ReplaceAll(inSlots, "MODE", "open"), do: func(s *fixture) {
			s.Visit("/")
			s.See(browser.Text("Delete it?").Within(browser.Role("contentinfo", "")))
		}, want: journey.Failed, wantError: `there is none`},
		"slotted into a slot": {page: `<x-outer><button onclick="` + thanks + `">Go</button></x-outer><button>Go</button><script>
			customElements.define('x-inner', class extends HTMLElement { constructor() { super(); this.attachShadow({mode: 'open'}).innerHTML = '<section aria-label=Deep><slot></slot></section>' } });
			customElements.define('x-outer', class extends HTMLElement { constructor() { super(); this.attachShadow({mode: 'open'}).innerHTML = '<x-inner><slot></slot></x-inner>' } })</script>`, do: func(s *fixture) {
			s.Visit("/")
			s.Click(browser.Button("Go").Within(browser.Role("region", "Deep")))
			s.See(browser.Text("Thank you"))
		}, want: journey.Passed},
		"text of the part itself": {page: `<section aria-label=Box>Hello there</section><p>Hello there`, do: func(s *fixture) {
			s.Visit("/")
			s.SeeCount(browser.Text("Hello there").Within(browser.Role("region", "Box")), 1)
		}, want: journey.Passed},
		"a slot of text alone": {page: `<x-box>Hello there</x-box><script>customElements.define('x-box', class extends HTMLElement { constructor() { super(); this.attachShadow({mode: 'open'}).innerHTML = '<section aria-label=Box><slot></slot></section>' } })</script>`, do: func(s *fixture) {
			s.Visit("/")
			s.See(browser.Text("Hello there").Within(browser.Role("region", "Box")))
		}, want: journey.Passed},
	}
	for name, p := range withinFrames {
		for kind, other := range map[string]bool{"": false, ", of another site": true} {
			r := row{site: framedSite(p.page, other), do: p.do, want: journey.Passed, limit: 3 * time.Second}
			if p.why != "" {
				r.want, r.wantError, r.limit = journey.Failed, p.why, limit
			}
			if name == "a chromedp locator" && other {
				continue // out of chromedp's reach
			}
			rows[name+kind] = r
		}
	}
	return rows
}()
