package browser_test

import (
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

const (
	threeRows = `<ul><li>Bee<li>Fox<li hidden>Old<li id=last>Yak</ul>`
	menu      = `<button aria-expanded=false onclick="setTimeout(() => this.setAttribute('aria-expanded', true), 200)">Print</button>`
)

// lateBanner covers the page after 300 ms, until its button is pressed.
const lateBanner = `<script>setTimeout(() => document.body.insertAdjacentHTML('beforeend', '<div id=banner style="position:fixed;inset:0;background:white"><button onclick="this.parentNode.remove()">Accept</button></div>'), 300)</script>`

// closeBanner closes a banner if it shows within d, and presses Print.
func closeBanner(d time.Duration) func(*fixture) {
	return func(s *fixture) {
		s.Visit("/")
		if s.Shows(browser.Button("Accept"), d) {
			s.Click(browser.Button("Accept"))
			s.Gone(browser.Button("Accept"))
		}
		s.Click(browser.Button("Print"))
		s.See(browser.Text("Thank you"))
	}
}

// expectRows are expectations of a number of elements, and of an attribute.
var expectRows = map[string]row{
	"three of them":   {page: threeRows, do: count(3), want: journey.Passed},
	"two of three":    {page: threeRows, do: count(2), want: journey.Failed, wantError: `expected to see the listitem 2 times within 1.5s: there are 3`},
	"one too few":     {page: `<ul><li>Bee</ul>`, do: count(2), want: journey.Failed, wantError: `expected to see the listitem 2 times within 1.5s: there is 1`},
	"none of two":     {page: `<p>empty</p>`, do: count(2), want: journey.Failed, wantError: `2 times within 1.5s: there is none; the page begins with "empty"`},
	"none wanted":     {page: `<p>empty</p>`, do: count(0), want: journey.Passed},
	"none, but one":   {page: `<ul><li>Bee</ul>`, do: count(0), want: journey.Failed, wantError: `expected to see the listitem 0 times within 1.5s: it is still there`},
	"fewer than none": {page: threeRows, do: count(-1), want: journey.Broken, wantError: `the number is negative`},
	"one more soon":   {page: threeRows + `<script>setTimeout(() => last.after(last.cloneNode(true)), 200)</script>`, do: count(4), want: journey.Passed},
	"one less soon":   {page: threeRows + `<script>setTimeout(() => last.remove(), 200)</script>`, do: count(2), want: journey.Passed},
	"rows in a frame": {page: `<iframe srcdoc="` + threeRows + `"></iframe>`, do: count(3), want: journey.Passed},

	"a banner that comes":       {page: lateBanner + `<button ` + thank + `>Print</button>`, do: closeBanner(3 * time.Second), want: journey.Passed},
	"a banner that stays away":  {page: button, do: closeBanner(200 * time.Millisecond), want: journey.Passed},
	"a banner in a closed root": {page: `<script>setTimeout(() => { const host = document.body.appendChild(document.createElement('div')); host.attachShadow({ mode: 'closed' }).innerHTML = '<div style="position:fixed;inset:0;background:white"><button>Accept</button></div>'; host.shadowRoot; host.addEventListener('click', () => host.remove()); }, 100)</script>` + button, do: closeBanner(time.Second), want: journey.Passed},
	"no wait for the banner":    {page: button, do: closeBanner(600 * time.Millisecond), want: journey.Passed, ms: [2]int64{0, 300}},
	"a banner by a wrong css":   {page: button, do: func(s *fixture) { s.Visit("/"); s.Shows(browser.CSS("div["), time.Second) }, want: journey.Broken, wantError: `could not look for the css "div[": it is not a valid selector`},

	"attribute soon":             {page: menu, do: expanded("true"), want: journey.Passed},
	"attribute not so":           {page: menu, do: expanded("mixed"), want: journey.Failed, wantError: `expected the button "Print" to have the aria-expanded "mixed" within 1.5s: its aria-expanded is "true"`},
	"no such attribute":          {page: `<button>Print</button>`, do: expanded("true"), want: journey.Failed, wantError: `it has no aria-expanded`},
	"attribute of two":           {page: menu + menu, do: expanded("true"), want: journey.Failed, wantError: `there are 2 of them; say which one; use browser.Button("Print").Nth(1)`},
	"attribute of a missing one": {page: `<button>Save</button>`, do: expanded("true"), want: journey.Failed, wantError: `there is none; it has the buttons "Save"`},
	"empty attribute":            {page: `<button disabled>Print</button>`, do: func(s *fixture) { s.Visit("/"); s.SeeAttribute(browser.Button("Print"), "disabled", "") }, want: journey.Passed},
	"attribute of a meta":        {page: `<meta name=version content=v12>`, do: attributeIs(browser.CSS("meta[name=version]"), "content", "v12"), want: journey.Passed},
	"attribute of the seen":      {page: `<a hidden href=/a>Help</a><a href=/b>Help</a>`, do: attributeIs(browser.Link("Help"), "href", "/b"), want: journey.Passed},
	"attribute that is not":      {page: `<a href=/b>Help</a>`, do: attributeIs(browser.Link("Help"), "target", ""), want: journey.Passed},
}

func count(n int) func(*fixture) {
	return func(s *fixture) { s.Visit("/"); s.SeeCount(browser.Role("listitem", ""), n) }
}

func expanded(value string) func(*fixture) {
	return func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Button("Print").Nth(1))
		s.SeeAttribute(browser.Button("Print"), "aria-expanded", value)
	}
}

func attributeIs(l browser.Locator, name, want string) func(*fixture) {
	return func(s *fixture) {
		s.Visit("/")
		if got := s.Attribute(l, name); got != want {
			s.s.Failf("the %s is %q, want %q", name, got, want)
		}
	}
}
