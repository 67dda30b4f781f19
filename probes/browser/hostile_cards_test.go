package browser_test

import (
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// shoes is a card with a link that shows nothing itself, but is laid over all of it.
func shoes(link string) string {
	return `<style>.after::after{content:'';position:absolute;inset:0}</style><div style="position:relative;width:300px"><img width=300 height=90 src="` + navySVG + `"><h3>Nice pair</h3><a href="#" onclick="setTimeout(()=>document.body.insertAdjacentHTML('afterbegin','<p>Thank you</p>'))"` + link + `</a></div>`
}

const hiddenName = `<span style="position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)">Shoes</span>`

func clickShoes(s *fixture) {
	s.Visit("/")
	s.See(browser.Link("Shoes"))
	s.Click(browser.Link("Shoes"))
	s.See(browser.Text("Thank you"))
}

// cardRows are cards that a link covers.
var cardRows = map[string]row{
	"a link over a card":                    {page: shoes(` style="position:absolute;inset:0">` + hiddenName), do: clickShoes, want: journey.Passed},
	"a link stretched by its style":         {page: shoes(` class=after>` + hiddenName), do: clickShoes, want: journey.Passed},
	"a stretched link without content":      {page: shoes(` class=after aria-label=Shoes>`), do: clickShoes, want: journey.Passed},
	"a stretched link far below":            {page: `<div style="height:3000px"></div>` + shoes(` class=after aria-label=Shoes>`), do: clickShoes, want: journey.Passed},
	"a stretched link over nothing":         {page: `<style>a::after{content:'';position:absolute;inset:0}</style><div style="position:relative;width:300px;height:90px"><a href="#" aria-label=Shoes></a></div>`, do: clickShoes, want: journey.Failed, wantError: `it has no size`},
	"the hidden name of a stretched link":   {page: shoes(` class=after>` + hiddenName), do: waitFor("Shoes"), want: journey.Failed, wantError: `it is cut off`},
	"a stretched link in a card that fades": {page: `<div style="opacity:0">` + shoes(` class=after>`+hiddenName) + `</div>`, do: clickShoes, want: journey.Failed, wantError: `it is there, but not visible`},
}
