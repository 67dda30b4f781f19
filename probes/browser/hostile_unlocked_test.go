package browser_test

import (
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

const locked = ` readonly aria-label=Name `

// unlockedRows are fields that take text only later, or once a person has clicked on them.
var unlockedRows = map[string]row{
	"by the focus":     {page: `<input` + locked + `onfocus="removeAttribute('readonly')">`, do: filled("Name", "Ada", "Ada"), want: journey.Passed},
	"by the press":     {page: `<input` + locked + `onmousedown="this.readOnly = false">`, do: filled("Name", "Ada", "Ada"), want: journey.Passed},
	"by the click":     {page: `<input type=password` + locked + `onclick="this.removeAttribute('readonly')">`, do: fill("Name", "Ada"), want: journey.Passed},
	"by a click, soon": {page: `<input` + locked + `onclick="setTimeout(() => { this.readOnly = false }, 300)">`, do: filled("Name", "Ada", "Ada"), want: journey.Passed},
	"locked again when left": {page: `<input` + locked + `onfocus="this.readOnly = false" onblur="this.readOnly = true"><input aria-label=Town>`, do: func(s *fixture) {
		fill("Name", "Ada")(s)
		s.Fill(browser.Field("Town"), "Rome")
		s.See(browser.Text("Ada"))
	}, want: journey.Passed},
	"by the page's script":   {page: `<input id=i` + locked + `><script>setTimeout(() => { i.readOnly = false }, 400)</script>`, do: filled("Name", "Ada", "Ada"), want: journey.Passed},
	"in a frame":             {page: `<iframe src=/in></iframe>`, pages: map[string]string{"/in": `<input` + locked + `onfocus="this.readOnly = false">`}, do: filled("Name", "Ada", "Ada"), want: journey.Passed},
	"never":                  {page: `<input` + locked + `>`, do: fill("Name", "Ada"), limit: soon, want: journey.Failed, wantError: "it is read-only"},
	"a picker by the click":  {page: `<input` + locked + `onclick="p.hidden = false"><div id=p hidden>Calendar</div>`, do: fill("Name", "Ada"), limit: soon, want: journey.Failed, wantError: "it is read-only; where it opens a picker"},
	"editor, later":          {page: `<div id=e contenteditable=false role=textbox aria-label=Note style="border:1px solid">old</div><script>setTimeout(() => e.contentEditable = true, 500)</script>`, do: filled("Note", "new", "new"), want: journey.Passed},
	"editor of a div, later": {page: `<div id=e role=textbox aria-label=Note style="border:1px solid;min-height:30px"></div><script>setTimeout(() => e.setAttribute('contenteditable', true), 400)</script>`, do: filled("Note", "new", "new"), want: journey.Passed},
	"editor, never":          {page: `<div contenteditable=false role=textbox aria-label=Note style="border:1px solid">old</div>`, do: fill("Note", "new"), limit: soon, want: journey.Failed, wantError: "it takes no text"},
}
