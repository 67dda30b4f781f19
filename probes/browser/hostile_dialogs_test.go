package browser_test

import (
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// dialogRows open dialogs, each of which blocks the page until it is answered.
var dialogRows = map[string]row{
	"alert while loading":   {page: `<script>alert('boo')</script>` + button, want: journey.Passed},
	"alert later":           {page: button + `<script>setTimeout(() => alert('boo'), 50)</script>`, want: journey.Passed},
	"dismissed on purpose":  {page: `<button onclick="if (confirm('sure?')) document.body.append('Thank you')">Print</button>`, do: answering(browser.Dismiss), want: journey.Failed, wantError: `the page opened a dialog, confirm "sure?", which was dismissed`},
	"accepted in vain":      {page: `<button onclick="confirm('sure?')">Print</button>`, do: answering(browser.Accept), want: journey.Failed, wantError: `the page opened a dialog, confirm "sure?", which was accepted`},
	"confirm while loading": {page: `<script>if (confirm('Leave?')) document.write('Thank you')</script>`, do: waitFor("Thank you"), want: journey.Failed, wantError: `the page opened a dialog, confirm "Leave?", which was dismissed`},
	"confirm at the click":  {page: `<button onclick="document.body.append(confirm('sure?') ? 'Thank you' : 'Not sure')">Print</button>`, want: journey.Failed, wantError: `the page says "Not sure" (at /); the page opened a dialog, confirm "sure?", which was dismissed`},
	"confirm accepted":      {page: `<button onclick="document.body.append(confirm('sure?') ? 'Thank you' : 'Not sure')">Print</button>`, do: func(s *fixture) { s.OnDialog(browser.Accept); press(s) }, want: journey.Passed},
	"prompt while loading":  {page: `<script>prompt('who?')</script>` + button, want: journey.Passed},
	"prompt later":          {page: button + `<script>setTimeout(() => prompt('who?'), 50)</script>`, want: journey.Passed},
	"alerts without end":    {page: `<script>setInterval(()=>alert('again'), 1)</script>`, do: waitFor("Never"), want: journey.Failed, wantError: "Never"},
	"alert loop":            {page: `<script>for(;;) alert('again')</script>`, do: waitFor("Never"), want: journey.Failed, wantError: `dialogs, the last alert "again", which was dismissed`},
	"alert in a frame":      {site: withOtherSite(button+`<iframe src=OTHER/></iframe>`, map[string]string{"/": `<script>alert('ad')</script>`}), want: journey.Passed},
	"will not be left": {page: `<button onclick="1">Stay</button><script>onbeforeunload = (e) => { e.preventDefault(); return 'stay' }</script>`, pages: map[string]string{"/next": "Thank you"}, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Button("Stay"))
		s.Visit("/next")
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
}

// answering presses Print, and answers the dialogs of the page.
func answering(reply browser.Reply) func(*fixture) {
	return func(s *fixture) { s.OnDialog(reply); press(s) }
}
