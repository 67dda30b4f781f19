package browser_test

import (
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// rows is a box of 2000 rows of which the page draws those in sight: name is a row's, draw the handler of a scroll.
func rows(name, draw string) string {
	return `<div id=v style="height:300px;overflow:auto"><div id=list style="height:60000px;position:relative"></div></div>
	<script>const draw = () => { const a = Math.floor(v.scrollTop / 30); list.innerHTML = ''; for (let i = a; i < a + 12; i++) list.insertAdjacentHTML('beforeend',
	'<button style="position:absolute;top:' + i * 30 + 'px" onclick="document.body.append(\'Thank you\')">' + ` + name + ` + '</button>') };
	v.onscroll = ` + draw + `; draw()</script>`
}

// feed adds ten entries whenever its end is reached, 40 at most.
const feed = `<ul id=l></ul><p id=end>Loading</p><script>let n = 0; const more = () => { for (let i = 0; i < 10; i++) l.insertAdjacentHTML('beforeend', '<li style="height:90px"><button onclick="document.body.append(\'Thank you\')">Entry ' + n++ + '</button>') };
	more(); new IntersectionObserver((seen) => { if (seen[0].isIntersecting && n < 40) setTimeout(more, 150) }).observe(end);
	setInterval(() => { if (end.getBoundingClientRect().top < innerHeight && n < 40) more() }, 200)</script>`

// revealed fades a button in when it is scrolled to.
const revealed = `<div style="height:3000px"></div><button id=b style="opacity:0" onclick="document.body.append('Thank you')">Print</button>
	<script>new IntersectionObserver((seen) => { if (seen[0].isIntersecting) b.style.opacity = 1 }).observe(b)</script>`

// revealedFooter is a page whose main part lies over a fixed footer, with a margin below it.
func revealedFooter(margin string) string {
	return `<style>body{margin:0}main{position:relative;z-index:1;background:#fff;height:1500px;margin-bottom:` + margin + `}footer{position:fixed;inset:auto 0 0;height:200px;background:#eee}</style><main>Shop</main><footer><p>Terms</p>` + button + `</footer>`
}

const scrolledTo = `<button onclick="document.body.append('Thank you')">Print</button>`

// scrollRows are pages that draw or load content as they are scrolled.
var scrollRows = map[string]row{
	"virtualised list":               {page: rows(`'Row ' + i`, `draw`), do: clickIn(browser.Button("Row 900")), limit: 3 * time.Second, want: journey.Passed},
	"virtualised list, drawn late":   {page: rows(`'Row ' + i`, `() => requestAnimationFrame(() => setTimeout(draw))`), do: clickIn(browser.Button("Row 1990")), limit: 3 * time.Second, want: journey.Passed},
	"virtualised list by names":      {page: rows(`'Row ' + String.fromCharCode(97 + i % 26, 97 + Math.floor(i / 26) % 26)`, `draw`), do: clickIn(browser.Button("Row ad").Nth(1)), limit: 3 * time.Second, want: journey.Passed},
	"virtualised list without it":    {page: rows(`'Row ' + i`, `draw`), do: clickIn(browser.Button("Row 2900")), want: journey.Failed, wantError: `could not click the button "Row 2900" within 1.5s: there is none`},
	"virtualised list, from its end": {page: rows(`'Row ' + i`, `draw`) + `<script>v.scrollTop = 1e9</script>`, do: clickIn(browser.Button("Row 3")), limit: 4 * time.Second, want: journey.Passed},
	"virtualised list, above":        {page: rows(`'Row ' + i`, `draw`) + `<script>v.scrollTop = 50000</script>`, do: clickIn(browser.Button("Row 3")), limit: 3 * time.Second, want: journey.Passed},
	"a box that is only long":        {page: `<div id=v style="height:300px;overflow:auto"><div style="height:5000px">x</div><p>end</p></div><script>v.onscroll = () => document.body.append('scrolled')</script>`, do: clickIn(browser.Button("Print")), limit: 900 * time.Millisecond, want: journey.Failed, wantError: `there is none; the page begins with "x end"`},

	"scroll to a row": {page: rows(`'Row ' + i`, `draw`), do: scrollAndClick(browser.Button("Row 900")), limit: 3 * time.Second, want: journey.Passed},
	"scroll to what is there": {page: `<div style="height:5000px"></div>` + scrolledTo, do: func(s *fixture) {
		s.Visit("/")
		s.ScrollTo(browser.Button("Print"))
		s.isTrue("scrollY > 1000")
		s.Click(browser.Button("Print"))
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"scroll to a lazy part":           {page: `<div style="height:3000px"></div><div id=lazy style="height:200px"></div><script>new IntersectionObserver((seen) => { if (seen[0].isIntersecting) setTimeout(() => { lazy.innerHTML = '<button onclick="document.body.append(\'Thank you\')">Print</button>' }, 200) }).observe(lazy)</script>`, do: scrollAndClick(browser.Button("Print")), limit: 3 * time.Second, want: journey.Passed},
	"scroll an endless feed":          {page: feed, do: scrollAndClick(browser.Button("Entry 37")), limit: 6 * time.Second, want: journey.Passed},
	"scroll to what never comes":      {page: feed, do: func(s *fixture) { s.Visit("/"); s.ScrollTo(browser.Button("Entry 99")) }, want: journey.Failed, wantError: `could not scroll to the button "Entry 99" within 1.5s: there is none`},
	"wheel":                           {page: `<div id=v style="height:200px;overflow:auto"><div style="height:2000px">x</div></div><script>v.onscroll = () => { if (v.scrollTop >= 300) document.body.append('Thank you') }</script>`, do: func(s *fixture) { s.Visit("/"); s.Wheel(browser.CSS("#v"), 0, 400); s.See(browser.Text("Thank you")) }, want: journey.Passed},
	"wheel that the page handles":     {page: `<div id=v style="height:200px" onwheel="if (event.deltaY === 120) document.body.append('Thank you')">map</div>`, do: func(s *fixture) { s.Visit("/"); s.Wheel(browser.CSS("#v"), 0, 120); s.See(browser.Text("Thank you")) }, want: journey.Passed},
	"click what appears in sight":     {page: revealed, do: clickIn(browser.Button("Print")), limit: 3 * time.Second, want: journey.Passed},
	"scroll to what appears in sight": {page: revealed, do: scrollAndClick(browser.Button("Print")), limit: 3 * time.Second, want: journey.Passed},
	"what never appears":              {page: `<div style="height:3000px"></div><button style="opacity:0">Print</button>`, do: clickIn(browser.Button("Print")), want: journey.Failed, wantError: "it is transparent"},
	"a sliver at the edge of a box": {page: `<div id=v style="height:300px;overflow:auto"><h1 style="margin:0;font-size:37px;line-height:37px">Thank you</h1><div style="height:900px">x</div></div><script>v.scrollTop = 33</script>`, do: func(s *fixture) {
		s.Visit("/")
		s.See(browser.Heading("Thank you"))
		s.Click(browser.Heading("Thank you"))
	}, want: journey.Passed},
	"a footer that scrolling reveals":           {page: revealedFooter("200px"), want: journey.Passed},
	"a text of a footer that scrolling reveals": {page: revealedFooter("200px"), do: waitFor("Terms"), want: journey.Passed},
	"a footer that nothing reveals":             {page: revealedFooter("0"), want: journey.Failed, wantError: `covered by main`},
	"a row that our scroll redraws":             {page: rows(`'Row ' + i`, `draw`), do: clickIn(browser.Button("Row 9")), want: journey.Passed},
}

func clickIn(l browser.Locator) func(*fixture) {
	return func(s *fixture) { s.Visit("/"); s.Click(l); s.See(browser.Text("Thank you")) }
}

func scrollAndClick(l browser.Locator) func(*fixture) {
	return func(s *fixture) { s.Visit("/"); s.ScrollTo(l); s.Click(l); s.See(browser.Text("Thank you")) }
}
