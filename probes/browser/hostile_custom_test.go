package browser_test

import (
	"fmt"
	"strings"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// custom defines an element x-e of a form with a shadow root; script runs in its constructor, with the root r, its internals n and the
// element e.
func custom(page, mode, root, script string) string {
	return fmt.Sprintf(`<form id=f onsubmit="event.preventDefault(); document.body.append('sent ' + [...new FormData(f)].map((p) => p.join('=')).join('&'))">%s<button>Send</button></form><script>
		customElements.define('x-e', class extends HTMLElement { static formAssociated = true; constructor() { super(); const e = this, n = this.attachInternals(), r = this.attachShadow(%s); r.innerHTML = %q; %s } })</script>`,
		page, mode, root, script)
}

const (
	openRoot, closedRoot, focuses = `{mode: 'open'}`, `{mode: 'closed'}`, `{mode: 'open', delegatesFocus: true}`
	setsText                      = `const i = r.querySelector('input,textarea,select'); i.oninput = i.onchange = () => n.setFormValue(i.value)`
	setsTick                      = `const i = r.querySelector('input'); i.onchange = () => n.setFormValue(i.checked ? 'on' : null)`
	drawnTick                     = `e.tabIndex = 0; n.role = 'checkbox'; n.ariaChecked = 'false'; e.onclick = () => { const on = n.ariaChecked !== 'true'; n.ariaChecked = String(on); n.states[on ? 'add' : 'delete']('checked'); n.setFormValue(on ? 'on' : null) }`
	boxMark                       = `<span style="display:inline-block;width:16px;height:16px;border:1px solid"></span>`
)

// customRows are fields that a page makes as elements of its own.
var customRows = map[string]row{
	"label for it":        {page: custom(`<label for=x>Name</label><x-e id=x name=n></x-e>`, openRoot, `<input>`, setsText), do: submits(func(s *fixture) { s.Fill(browser.Field("Name"), "Ada") }, "n=Ada"), want: journey.Passed},
	"label around it":     {page: custom(`<label>Name <x-e name=n></x-e></label>`, focuses, `<input>`, setsText), do: submits(func(s *fixture) { s.Fill(browser.Field("Name"), "Ada") }, "n=Ada"), want: journey.Passed},
	"closed root":         {page: custom(`<label for=x>Name</label><x-e id=x name=n></x-e>`, closedRoot, `<input>`, setsText), do: submits(func(s *fixture) { s.Fill(browser.Field("Name"), "Ada") }, "n=Ada"), want: journey.Passed},
	"one of two":          {page: custom(`<label for=x>Name</label><x-e id=x name=n></x-e><label for=y>Town</label><x-e id=y name=t></x-e>`, openRoot, `<input>`, setsText), do: submits(func(s *fixture) { s.Fill(browser.Field("Town"), "Bonn"); s.Fill(browser.Field("Name"), "Ada") }, "n=Ada&t=Bonn"), want: journey.Passed},
	"by the host":         {page: custom(`<x-e id=x name=n></x-e>`, focuses, `<input>`, setsText), do: submits(func(s *fixture) { s.Fill(browser.CSS("#x"), "Ada") }, "n=Ada"), want: journey.Passed},
	"by the host, closed": {page: custom(`<x-e id=x name=n></x-e>`, closedRoot, `<input>`, setsText), do: submits(func(s *fixture) { s.Fill(browser.CSS("#x"), "Ada") }, "n=Ada"), want: journey.Passed},
	"by a test id":        {page: custom(`<x-e data-testid=name name=n></x-e>`, openRoot, `<div><textarea></textarea></div>`, setsText), do: submits(func(s *fixture) { s.Fill(browser.TestID("name"), "Ada") }, "n=Ada"), want: journey.Passed},
	"name on the host":    {page: custom(`<x-e aria-label=Name name=n></x-e>`, focuses, `<input>`, setsText), do: submits(func(s *fixture) { s.Fill(browser.Field("Name"), "Ada") }, "n=Ada"), want: journey.Passed},
	"named by another":    {page: custom(`<b id=l>Name</b><x-e aria-labelledby=l name=n></x-e>`, openRoot, `<input>`, setsText), do: submits(func(s *fixture) { s.Fill(browser.Field("Name"), "Ada") }, "n=Ada"), want: journey.Passed},
	"an editor in it":     {page: custom(`<label for=x>Text</label><x-e id=x name=n></x-e>`, openRoot, `<div contenteditable style="width:200px;height:40px;border:1px solid"></div>`, `const d = r.querySelector('div'); d.oninput = () => n.setFormValue(d.textContent)`), do: submits(func(s *fixture) { s.Fill(browser.Field("Text"), "bee") }, "n=bee"), want: journey.Passed},
	"nested": {page: custom(`<label for=x>Name</label><x-e id=x name=n></x-e>`, openRoot, `<y-e></y-e>`, ``) + `<script>customElements.define('y-e', class extends HTMLElement { constructor() { super(); this.attachShadow({mode: 'open'}).innerHTML = '<input oninput="document.body.dataset.v = value">' } })</script>`, do: func(s *fixture) {
		s.Visit("/")
		s.Fill(browser.Field("Name"), "Ada")
		s.SeeAttribute(browser.CSS("body"), "data-v", "Ada")
	}, want: journey.Passed},
	"read back": {page: custom(`<label for=x>Name</label><x-e id=x name=n></x-e>`, openRoot, `<input value=Bob>`, setsText), do: func(s *fixture) { filled("Name", "Ada", "Ada")(s) }, want: journey.Passed},
	"clicked": {page: custom(`<label for=x>Name</label><x-e id=x name=n></x-e>`, focuses, `<input onfocus="document.body.append('Thank you')">`, setsText), do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Field("Name"))
		s.Type("Ada")
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"clicked by its label":    {page: custom(`<label for=x>Name</label><x-e id=x name=n></x-e>`, focuses, `<input>`, setsText), do: submits(func(s *fixture) { s.Click(browser.Text("Name")); s.Type("Ada") }, "n=Ada"), want: journey.Passed},
	"refuses the text":        {page: custom(`<label for=x>Name</label><x-e id=x name=n></x-e>`, openRoot, `<input maxlength=2>`, setsText), do: fill("Name", "Ada"), want: journey.Failed, wantError: `could not fill in the field "Name": it holds "Ad" instead of "Ada"; it takes 2 characters at most`},
	"another label":           {page: custom(`<label for=x>Name</label><x-e id=x name=n></x-e>`, openRoot, `<input>`, setsText), do: fill("Town", "Bonn"), want: journey.Failed, wantError: `could not fill in the field "Town" within 1.5s: there is none`},
	"a box in it":             {page: custom(`<label for=x>Gift</label><x-e id=x name=n></x-e>`, openRoot, `<input type=checkbox>`, setsTick), do: submits(func(s *fixture) { s.Check(browser.Checkbox("Gift")) }, "n=on"), want: journey.Passed},
	"a transparent box in it": {page: custom(`<label>Gift <x-e name=n></x-e></label>`, focuses, `<div style="position:relative;width:18px;height:18px;border:1px solid"><input type=checkbox style="opacity:0;position:absolute;inset:0;margin:0"></div>`, setsTick), do: submits(func(s *fixture) { s.Check(browser.Checkbox("Gift")) }, "n=on"), want: journey.Passed},
	"a drawn box in it":       {page: custom(`<label for=x>Gift</label><x-e id=x name=n></x-e>`, openRoot, `<div role=checkbox tabindex=0 aria-checked=false>`+boxMark+`</div>`, `const d = r.querySelector('div'); e.onclick = () => { const on = d.ariaChecked !== 'true'; d.ariaChecked = String(on); n.setFormValue(on ? 'on' : null) }`), do: submits(func(s *fixture) { s.Check(browser.Checkbox("Gift")) }, "n=on"), want: journey.Passed},
	"a box by its internals":  {page: custom(`<label for=x>Gift</label><x-e id=x name=n></x-e>`, openRoot, boxMark, drawnTick), do: submits(func(s *fixture) { s.Check(browser.Checkbox("Gift")) }, "n=on"), want: journey.Passed},
	"a box unchecked":         {page: custom(`<label for=x>Gift</label><x-e id=x name=n></x-e>`, openRoot, `<input type=checkbox checked>`, `n.setFormValue('on'); `+setsTick), do: submits(func(s *fixture) { s.Uncheck(browser.Checkbox("Gift")) }, "sent"), want: journey.Passed},
	"a box that refuses":      {page: custom(`<label for=x>Gift</label><x-e id=x name=n></x-e>`, openRoot, `<input type=checkbox onclick="return false">`, ``), do: check("Gift"), want: journey.Failed, wantError: `could not check the checkbox "Gift" within 1.5s: it was clicked, and stays as it was`},
	"a list in it":            {page: custom(`<label for=x>Size</label><x-e id=x name=n></x-e>`, openRoot, `<select><option>A4<option>A3</select>`, setsText), do: submits(func(s *fixture) { s.Choose(browser.Field("Size"), "A3") }, "n=A3"), want: journey.Passed},
	"a list by its host":      {page: custom(`<x-e id=x name=n></x-e>`, openRoot, `<select><option>A4<option>A3</select>`, setsText), do: submits(func(s *fixture) { s.Choose(browser.CSS("#x"), "A3") }, "n=A3"), want: journey.Passed},
	"a file field in it":      {page: custom(`<label for=x>Picture</label><x-e id=x></x-e>`, openRoot, `<input type=file onchange="document.body.append('Thank you')">`, ``), do: uploadTo(browser.Field("Picture"), "a.txt"), want: journey.Passed},
	"not of a form": {page: strings.Replace(custom(`<label>Name <x-e name=n></x-e></label>`, openRoot, `<input oninput="document.body.dataset.v = value">`, ``), "formAssociated = true", "formAssociated = false", 1), do: func(s *fixture) {
		s.Visit("/")
		s.Fill(browser.Field("Name"), "Ada")
		s.SeeAttribute(browser.CSS("body"), "data-v", "Ada")
	}, want: journey.Passed},
	"a label of its own as well": {page: custom(`<label for=x>Address</label><x-e id=x></x-e>`, openRoot, `<label>Town <input></label>`, ``), do: func(s *fixture) { filled("Town", "Bonn", "Bonn")(s) }, want: journey.Passed},
	"two fields, each with label": {page: custom(`<label for=x>Period</label><x-e id=x></x-e>`, openRoot, `<label>From <input></label><label>To <input></label>`, ``), do: func(s *fixture) {
		filled("From", "1", "1")(s)
		s.Fill(browser.Field("To"), "2")
		s.Fill(browser.Field("From"), "3")
	}, want: journey.Passed},
	"disabled by its host": {page: custom(`<label for=x>Name</label><x-e id=x disabled></x-e>`, openRoot, `<input>`, `e.formDisabledCallback = 1; r.querySelector('input').disabled = true`), do: fill("Name", "Ada"), want: journey.Failed, wantError: `could not fill in the field "Name" within 1.5s: it is disabled`},
}

// submits does something on the page, sends its form, and sees what the form has sent.
func submits(do func(*fixture), want string) func(*fixture) {
	return func(s *fixture) {
		s.Visit("/")
		do(s)
		s.Click(browser.Button("Send"))
		s.See(browser.Text(want))
	}
}
