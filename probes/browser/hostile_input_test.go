package browser_test

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// fillRows are fields that change typed text. A person notices the difference at once.
var fillRows = map[string]row{
	"plain":                               {page: `<label>Name <input></label>`, do: filled("Name", "Ada", "Ada"), want: journey.Passed},
	"old content":                         {page: `<label>Name <input value="Bob the builder"></label>`, do: filled("Name", "Ada", "Ada"), want: journey.Passed},
	"several lines":                       {page: `<label>Words <textarea></textarea></label>`, do: filled("Words", "bee\notter\n\nkiwi", "bee otter kiwi"), want: journey.Passed},
	"several lines in one":                {page: `<label>Name <input></label>`, do: fill("Name", "Ada\nEve"), want: journey.Failed, wantError: `could not fill in the field "Name": it takes a single line, and the text has several`},
	"a long text":                         {page: `<label>Words <textarea onkeyup="if (value.length === 5000 && event.key === 'b') ` + thanks + `"></textarea></label>`, do: filledAndThanked("Words", strings.Repeat("a", 4999)+"b"), limit: 3 * time.Second, want: journey.Passed},
	"a long text that is cut":             {page: `<label>Words <textarea maxlength=600></textarea></label>`, do: fill("Words", strings.Repeat("otter ", 200)), want: journey.Failed, wantError: `it takes 600 characters at most`},
	"emoji":                               {page: `<label>Name <input></label>`, do: filled("Name", "Ada 🦊👩‍👩‍👧👍🏽🇩🇪!", "Ada 🦊👩‍👩‍👧👍🏽🇩🇪!"), want: journey.Passed},
	"other scripts":                       {page: `<label>Name <input></label>`, do: filled("Name", "Zoë Åström Ольга شكرا שלום ありがとう 谢谢 감사 é", "Zoë Åström Ольга شكرا שלום ありがとう 谢谢 감사 é"), want: journey.Passed},
	"search on keyup, other script":       {page: `<label>Search <input onkeyup="if (value === '谢谢') ` + thanks + `"></label>`, do: filledAndThanked("Search", "谢谢"), want: journey.Passed},
	"keys of a person":                    {page: `<label>Code <input></label><p id=seen></p><script>const i = document.querySelector('input'), seen = []; for (const e of ['keydown', 'keypress', 'beforeinput', 'input', 'keyup']) i.addEventListener(e, (ev) => { if (!ev.isTrusted) seen.push('fake'); seen.push(e + (ev.key ? '=' + ev.key + '/' + ev.code + (ev.shiftKey ? '/shift' : '') : '')); document.getElementById('seen').textContent = seen.join(' ') })</script>`, do: keysSeen("aB", "keydown=a/KeyA keypress=a/KeyA beforeinput input keyup=a/KeyA keydown=B/KeyB/shift keypress=B/KeyB/shift beforeinput input keyup=B/KeyB/shift"), want: journey.Passed},
	"search on keyup":                     {page: `<label>Search <input onkeyup="if (value === 'otter') ` + thanks + `"></label>`, do: filledAndThanked("Search", "otter"), want: journey.Passed},
	"search on keydown of an old kind":    {page: `<label>Search <input onkeydown="if (event.keyCode === 82) ` + thanks + `"></label>`, do: filledAndThanked("Search", "otter"), want: journey.Passed},
	"dead keyboard":                       {page: `<label>Code <input onkeydown="event.preventDefault()"></label>`, do: fill("Code", "x1"), want: journey.Failed, wantError: `could not fill in the field "Code": it holds "" instead of "x1"`},
	"keypress refused":                    {page: `<label>Code <input onkeypress="return /[0-9]/.test(event.key)"></label>`, do: fill("Code", "a1b2"), want: journey.Failed, wantError: `it holds "12" instead of "a1b2"`},
	"keyboard of the page is dead":        {page: `<label>Code <input></label><script>addEventListener('keydown', (e) => { e.stopImmediatePropagation(); e.preventDefault() }, true)</script>`, do: fill("Code", "x"), want: journey.Failed, wantError: `it holds "" instead of "x"`},
	"refused before the input":            {page: `<label>Code <input onbeforeinput="event.preventDefault()"></label>`, do: fill("Code", "x"), want: journey.Failed, wantError: `could not fill in the field "Code": it holds "" instead of "x"`},
	"reset by the page":                   {page: `<label>Code <input oninput="value = 'none'"></label>`, do: fill("Code", "x"), want: journey.Failed, wantError: `it holds "none" instead of "x"`},
	"reset a little later":                {page: `<label>Code <input oninput="setTimeout(() => value = '')"></label>`, do: fill("Code", "x"), want: journey.Failed, wantError: `it holds "" instead of "x"`},
	"maxlength":                           {page: `<label>Code <input maxlength=3></label>`, do: fill("Code", "123456"), want: journey.Failed, wantError: `could not fill in the field "Code": it holds "123" instead of "123456"; it takes 3 characters at most`},
	"letters lost":                        {page: `<label>Code <input oninput="value = value.replace(/[0-9]/g, '')"></label>`, do: fill("Code", "a1b2"), want: journey.Failed, wantError: `it holds "ab" instead of "a1b2"`},
	"letters twice":                       {page: `<label>Code <input oninput="value += event.data"></label>`, do: fill("Code", "otter"), want: journey.Failed, wantError: `instead of "otter"`},
	"a sign lost":                         {page: `<label>Amount <input oninput="value = value.replace('-', '')"></label>`, do: fill("Amount", "-5"), want: journey.Failed, wantError: `it holds "5" instead of "-5"`},
	"a decimal point lost":                {page: `<label>Amount <input oninput="value = value.replace('.', '')"></label>`, do: fill("Amount", "12.50"), want: journey.Failed, wantError: `it holds "1250" instead of "12.50"`},
	"a digit added":                       {page: `<label>Amount <input onkeyup="if (value.length === 1) value += '0'"></label>`, do: fill("Amount", "1"), want: journey.Failed, wantError: `it holds "10" instead of "1"`},
	"number":                              {page: `<label>Count <input type=number value=7></label>`, do: filled("Count", "-12.5", "-12.5"), want: journey.Passed},
	"number field with letters":           {page: `<label>Count <input type=number></label>`, do: fill("Count", "abc"), want: journey.Failed, wantError: `could not fill in the field "Count": it holds "" instead of "abc"; it takes a number such as "12.5"`},
	"number field with half a number":     {page: `<label>Count <input type=number></label>`, do: fill("Count", "1e"), want: journey.Failed, wantError: `it holds no valid number instead of "1e"`},
	"e-mail":                              {page: `<label>E-mail <input type=email></label>`, do: filled("E-mail", "ada@example.com", "ada@example.com"), want: journey.Passed},
	"e-mail with an umlaut":               {page: `<label>E-mail <input type=email></label>`, do: fill("E-mail", "ada@bücher.example"), want: journey.Passed},
	"password":                            {page: `<label>Password <input type=password maxlength=4></label>`, do: fill("Password", "sesame"), want: journey.Failed, wantError: `could not fill in the field "Password": it does not hold what was typed (its content is a secret); it takes 4 characters at most`},
	"caret to the end on focus":           {page: `<label>Code <input value=old onfocus="this.setSelectionRange(9, 9)"></label>`, do: filled("Code", "new", "new"), want: journey.Passed},
	"caret to the end after focus":        {page: `<label>Code <input value=old onfocus="setTimeout(() => this.setSelectionRange(9, 9))"></label>`, do: filled("Code", "new", "new"), want: journey.Passed},
	"caret to the end at the next frame":  {page: `<label>Code <input value=old onfocus="requestAnimationFrame(() => this.setSelectionRange(9, 9))"></label>`, do: filled("Code", "new", "new"), want: journey.Passed},
	"caret to the start at the first key": {page: `<label>Code <input value=old onkeydown="if (!this.done) this.setSelectionRange(0, 0); this.done = 1"></label>`, do: filled("Code", "new", "new"), want: journey.Passed},
	"caret always at the start":           {page: `<label>Code <input value=old onkeydown="this.setSelectionRange(0, 0)"></label>`, do: fill("Code", "new"), want: journey.Failed, wantError: `old" instead of "new"`},
	"focus goes elsewhere":                {page: `<label>Search <input onfocus="b.focus()"></label><label>Other <input id=b></label>`, do: fill("Search", "otter"), want: journey.Failed, wantError: `could not fill in the field "Search": the page moves the focus to input#b`},
	"focus goes elsewhere soon":           {page: `<label>Search <input onfocus="setTimeout(() => b.focus())"></label><label>Other <input id=b></label>`, do: fill("Search", "otter"), want: journey.Failed, wantError: `the page moves the focus to input#b`},
	"focus goes on at each digit":         {page: `<label>Digit 1 <input maxlength=1 oninput="b.focus()"></label><input id=b>`, do: fill("Digit 1", "123"), want: journey.Failed, wantError: `it holds "1" instead of "123"; it takes 1 characters at most; the focus has moved to input#b`},
	"gives up its focus":                  {page: `<label>Search <input onfocus="this.blur()"></label>`, do: fill("Search", "otter"), want: journey.Failed, wantError: `it does not take the focus`},
	"redrawn at the focus":                {page: `<label>Name <span id=r></span></label><script>const draw = () => { r.innerHTML = '<input aria-label=Name>'; r.firstChild.onfocus = () => { if (!window.once) { once = 1; draw() } } }; draw()</script>`, do: filled("Name", "Ada", "Ada"), want: journey.Passed},
	"redrawn at the first key":            {page: `<span id=r></span><script>const draw = () => { r.innerHTML = '<input aria-label=Name>'; r.firstChild.oninput = () => { if (!window.once) { once = 1; draw() } } }; draw()</script>`, do: filled("Name", "Ada", "Ada"), want: journey.Passed},
	"a code that is sent by itself":       {page: `<form action=/next><label>Code <input name=c maxlength=6 oninput="if (value.length === 6) form.submit()"></label></form>`, handlers: map[string]http.HandlerFunc{"/next": formGot("c", "123456")}, do: filledAndThanked("Code", "123456"), want: journey.Passed},
	"a code that is checked by itself":    {page: `<label>Code <input oninput="if (value === '123456') { this.remove(); ` + thanks + ` }"></label>`, do: filledAndThanked("Code", "123456"), want: journey.Passed},
	"a field that is gone too early":      {page: `<label>Code <input oninput="if (value === '12') this.remove()"></label>`, do: fill("Code", "123456"), want: journey.Failed, wantError: `could not fill in the field "Code"`},
	"disabled while it is checked":        {page: `<label>Code <input oninput="if (value === '123456') { value = ''; disabled = true; setTimeout(() => ` + thanks + `, 100) }"></label>`, do: filledAndThanked("Code", "123456"), want: journey.Passed},
	"read-only":                           {page: `<input aria-label=Title readonly>`, do: fill("Title", "x"), want: journey.Failed, wantError: `could not fill in the field "Title" within 1.5s: it is read-only`},
	"read-only for a while":               {page: `<label>Title <input readonly></label><script>setTimeout(() => document.querySelector('input').readOnly = false, 200)</script>`, do: filled("Title", "x", "x"), want: journey.Passed},
	"a list":                              {page: `<label>Size <select><option>A4</select></label>`, do: fill("Size", "A4"), want: journey.Failed, wantError: `could not fill in the field "Size": it is a list of options; use Choose`},
	"a checkbox":                          {page: `<label>Gift <input type=checkbox></label>`, do: fill("Gift", "yes"), want: journey.Failed, wantError: `it takes no text: it is an input of type checkbox; use Check`},
	"a frame":                             {page: `<iframe title=Editor srcdoc="<input aria-label=Name>"></iframe>`, do: func(s *fixture) { s.Visit("/"); s.Fill(browser.CSS("iframe"), "x") }, want: journey.Failed, wantError: `it is a frame; use the locator of the field in it`},
	"no field":                            {page: `<p>Name</p>`, do: func(s *fixture) { s.Visit("/"); s.Fill(browser.Text("Name"), "x") }, want: journey.Failed, wantError: `it takes no text: it is a p`},
	"by its label":                        {page: `<label for=n>Name</label><input id=n>`, do: func(s *fixture) { s.Visit("/"); s.Fill(browser.Text("Name"), "Ada"); s.holds("#n", "Ada") }, want: journey.Passed},
	"emptied":                             {page: `<label>Name <input value=old oninput="if (!value) ` + thanks + `"></label>`, do: filledAndThanked("Name", ""), want: journey.Passed},
	"cannot be emptied":                   {page: `<label>Name <input value=old oninput="value = 'old'"></label>`, do: fill("Name", ""), want: journey.Failed, wantError: `it holds "old" instead of ""`},

	// What a page may make of a text.
	"phone mask":            {page: `<label>Phone <input id=i></label><script>i.addEventListener('input', () => { const d = i.value.replace(/\D/g, '').slice(0, 10); i.value = d.replace(/(\d{3})(\d{3})(\d+)/, '($1) $2-$3') })</script>`, do: filled("Phone", "2025550143", "(202) 555-0143"), want: journey.Passed},
	"phone mask of another": {page: `<label>Phone <input id=i></label><script>i.addEventListener('input', () => { const d = i.value.replace(/\D/g, '').slice(0, 10); i.value = d.replace(/(\d{3})(\d{3})(\d+)/, '$1-$2-$3') })</script>`, do: filled("Phone", "(202) 555-0143", "202-555-0143"), want: journey.Passed},
	"phone mask that cuts":  {page: `<label>Phone <input id=i></label><script>i.addEventListener('input', () => { i.value = i.value.replace(/\D/g, '').slice(0, 7) })</script>`, do: fill("Phone", "2025550143"), want: journey.Failed, wantError: `it holds "2025550" instead of "2025550143"`},
	"card in groups":        {page: `<label>Card <input oninput="value = value.replace(/\D/g, '').replace(/(.{4})(?=.)/g, '$1 ')"></label>`, do: filled("Card", "4242424242424242", "4242 4242 4242 4242"), want: journey.Passed},
	"capitals":              {page: `<label>Code <input oninput="value = value.toUpperCase()"></label>`, do: filled("Code", "straße 7", "STRASSE 7"), want: journey.Passed},
	"spaces lost":           {page: `<label>Words <textarea oninput="value = value.replace(/\s/g, '')"></textarea></label>`, do: fill("Words", "bee otter"), want: journey.Failed, wantError: `it holds "beeotter" instead of "bee otter"`},
	"lines lost":            {page: `<label>Words <textarea onkeydown="if (event.key === 'Enter') event.preventDefault()"></textarea></label>`, do: fill("Words", "bee\notter"), want: journey.Failed, wantError: `it holds "beeotter" instead of "bee`},
	"account number":        {page: `<label>IBAN <input oninput="value = value.replace(/\s/g, '')"></label>`, do: filled("IBAN", "DE89 3704 0044 0532 0130 00", "DE89370400440532013000"), want: journey.Passed},
	"trimmed":               {page: `<label>Code <input oninput="value = value.trim()"></label>`, do: filled("Code", " abc ", "abc"), want: journey.Passed},
	"thousands":             {page: `<label>Amount <input oninput="value = (+value.replace(/\D/g, '')).toLocaleString('en')"></label>`, do: filled("Amount", "1234567", "1,234,567"), want: journey.Passed},
	"currency":              {page: `<label>Amount <input oninput="value = '$' + value.replace('$', '')"></label>`, do: filled("Amount", "12.50", "$12.50"), want: journey.Passed},
	"autocompleted":         {page: `<label>Town <input id=i></label><script>i.oninput = () => { i.value = i.value + 'burg' }</script>`, do: filled("Town", "Ham", "Hamburg"), want: journey.Passed},
	"autocompleted, marked": {page: `<label>Town <input id=i></label><script>i.oninput = () => { const n = i.value.length; if (n && 'Hamburg'.startsWith(i.value)) { i.value = 'Hamburg'; i.setSelectionRange(n, 7) } }</script>`, do: filled("Town", "Ham", "Hamburg"), want: journey.Passed},
	"autocompleted wrongly": {page: `<label>Town <input id=i></label><script>i.oninput = () => { if (i.value === 'Ham') i.value = 'Bamberg' }</script>`, do: fill("Town", "Ham"), want: journey.Failed, wantError: `it holds "Bamberg" instead of "Ham"`},
	"controlled": {page: `<label>Name <input id=i></label><output id=o></output><script>let v = ''; i.addEventListener('input', () => { v = i.value; i.value = v; o.textContent = 'hello ' + v })</script>`, do: func(s *fixture) {
		s.Visit("/")
		s.Fill(browser.Field("Name"), "Ada")
		s.Fill(browser.Field("Name"), "Eve")
		s.See(browser.Text("hello Eve"))
	}, want: journey.Passed},
	"controlled, and refused": {page: `<label>Name <input id=i value=Bob></label><script>i.addEventListener('input', () => { i.value = 'Bob' })</script>`, do: fill("Name", "Ada"), want: journey.Failed, wantError: `it holds "Bob" instead of "Ada"`},

	// Fields whose value a person picks.
	"date": {page: `<label>Day <input type=date oninput="` + thanks + `" onchange="document.body.append('changed')"></label>`, do: func(s *fixture) {
		filled("Day", "2026-12-24", "2026-12-24")(s)
		s.See(browser.Text("Thank youchanged"))
	}, want: journey.Passed},
	"date to another page": {page: `<form action=/next><label>Day <input type=date name=d></label><button>Print</button></form>`, handlers: map[string]http.HandlerFunc{"/next": formGot("d", "2026-12-24")}, do: func(s *fixture) {
		s.Visit("/")
		s.Fill(browser.Field("Day"), "2026-12-24")
		s.Click(browser.Button("Print"))
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"date written otherwise": {page: `<label>Day <input type=date></label>`, do: fill("Day", "24.12.2026"), want: journey.Failed, wantError: `could not fill in the field "Day": it takes a day such as "2026-12-24", not "24.12.2026"`},
	"no such date":           {page: `<label>Day <input type=date></label>`, do: fill("Day", "2026-02-30"), want: journey.Failed, wantError: `it takes a day such as "2026-12-24", not "2026-02-30"`},
	"date out of range":      {page: `<label>Day <input type=date min=2026-01-01 max=2026-06-30></label>`, do: fill("Day", "2026-12-24"), want: journey.Failed, wantError: `it takes a day such as "2026-12-24" from 2026-01-01 to 2026-06-30, not "2026-12-24"`},
	"date between steps":     {page: `<label>Day <input type=date min=2026-01-01 step=7></label>`, do: fill("Day", "2026-01-02"), want: journey.Failed, wantError: `from 2026-01-01 in steps of 7 days, not "2026-01-02"`},
	"date taken back":        {page: `<label>Day <input type=date onchange="value = ''"></label>`, do: fill("Day", "2026-12-24"), want: journey.Failed, wantError: `it holds "" instead of "2026-12-24"`},
	"date cleared":           {page: `<label>Day <input type=date value=2026-12-24></label>`, do: filled("Day", "", ""), want: journey.Passed},
	"time":                   {page: `<label>At <input type=time></label>`, do: filled("At", "09:30", "09:30"), want: journey.Passed},
	"time with seconds":      {page: `<label>At <input type=time step=1></label>`, do: filled("At", "09:30:15", "09:30:15"), want: journey.Passed},
	"time between steps":     {page: `<label>At <input type=time></label>`, do: fill("At", "09:30:15"), want: journey.Failed, wantError: `it takes a time such as "14:30" in steps of 60 seconds, not "09:30:15"`},
	"no such time":           {page: `<label>At <input type=time></label>`, do: fill("At", "25:00"), want: journey.Failed, wantError: `it takes a time such as "14:30"`},
	"month":                  {page: `<label>In <input type=month></label>`, do: filled("In", "2026-12", "2026-12"), want: journey.Passed},
	"week":                   {page: `<label>In <input type=week></label>`, do: filled("In", "2026-W52", "2026-W52"), want: journey.Passed},
	"day and time":           {page: `<label>At <input type=datetime-local></label>`, do: filled("At", "2026-12-24T14:30", "2026-12-24T14:30"), want: journey.Passed},
	"day and time, spaced":   {page: `<label>At <input type=datetime-local></label>`, do: filled("At", "2026-12-24 14:30", "2026-12-24T14:30"), want: journey.Passed},
	"colour":                 {page: `<label>Ink <input type=color></label>`, do: filled("Ink", "#FF0000", "#ff0000"), want: journey.Passed},
	"no such colour":         {page: `<label>Ink <input type=color></label>`, do: fill("Ink", "crimson"), want: journey.Failed, wantError: `it takes a colour such as "#ff8800", not "crimson"`},
	"range":                  {page: `<label>Size <input type=range min=0 max=10 value=1></label>`, do: filled("Size", "7", "7"), want: journey.Passed},
	"range exceeded":         {page: `<label>Size <input type=range max=10></label>`, do: fill("Size", "11"), want: journey.Failed, wantError: `could not fill in the field "Size": it takes a number from 0 to 10 in steps of 1, not "11"`},
	"range between steps":    {page: `<label>Size <input type=range step=5></label>`, do: fill("Size", "7"), want: journey.Failed, wantError: `it takes a number from 0 to 100 in steps of 5, not "7"`},

	// Editors.
	"editor":                      {page: `<div contenteditable aria-label=Text>old <b>text</b></div>`, do: filled("Text", "new", "new"), want: journey.Passed},
	"editor with several lines":   {page: `<div contenteditable role=textbox aria-label=Text>old</div>`, do: filled("Text", "one\ntwo", "one two"), want: journey.Passed},
	"editor that formats":         {page: `<div contenteditable aria-label=Text oninput="if (innerText === '*bold*') innerHTML = '<b>bold</b>'"></div>`, do: filled("Text", "*bold*", "bold"), want: journey.Passed},
	"editor that refuses":         {page: `<div contenteditable aria-label=Text onbeforeinput="event.preventDefault()">old</div>`, do: fill("Text", "new"), want: journey.Failed, wantError: `it holds "old" instead of "new"`},
	"editor in a textbox":         {page: `<div role=textbox aria-label=Text><div contenteditable>old</div></div>`, do: filled("Text", "new", "new"), want: journey.Passed},
	"editor in a shadow root":     {page: `<x-e></x-e><script>const r = document.querySelector('x-e').attachShadow({mode: 'open'}); r.innerHTML = '<div contenteditable aria-label=Text style="width:200px;height:40px">old</div>'</script>`, do: filled("Text", "new", "new"), want: journey.Passed},
	"field in a shadow root":      {page: `<x-e></x-e><script>const r = document.querySelector('x-e').attachShadow({mode: 'open', delegatesFocus: true}); r.innerHTML = '<label>Name <input value=old></label>'</script>`, do: filled("Name", "new", "new"), want: journey.Passed},
	"editor in a frame":           {page: `<iframe id=f style="width:300px;height:100px"></iframe><script>const d = f.contentDocument; d.open(); d.write('<body contenteditable aria-label="Rich Text">old'); d.close()</script>`, do: filled("Rich Text", "new", "new"), want: journey.Passed},
	"a field in a form that lies": {page: `<form><input name=focus><input name=value><label>Children <input name=children></label></form>`, do: filled("Children", "2", "2"), want: journey.Passed},

	// A page takes over what the server sent only after a while.
	"emptied at hydration": {page: hydrated(400, `i.value = ''`), handlers: map[string]http.HandlerFunc{"/next": formGot("n", "Ada")}, do: func(s *fixture) {
		s.Visit("/")
		s.Fill(browser.Field("Name"), "Ada")
		s.See(browser.Text("Ready"))
		s.Click(browser.Button("Print"))
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"set back at hydration": {page: hydrated(200, `i.value = 'Bob'`), handlers: map[string]http.HandlerFunc{"/next": formGot("n", "Ada")}, do: func(s *fixture) {
		s.Visit("/")
		s.Fill(browser.Field("Name"), "Ada")
		s.See(browser.Text("Ready"))
		s.Press("Enter")
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"replaced at hydration": {page: hydrated(200, `i.outerHTML = i.outerHTML`), handlers: map[string]http.HandlerFunc{"/next": formGot("n", "Ada")}, do: func(s *fixture) {
		s.Visit("/")
		s.Fill(browser.Field("Name"), "Ada")
		s.See(browser.Text("Ready"))
		s.Click(browser.Button("Print"))
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"emptied at once": {page: `<form action=/next><label>Name <input id=i name=n></label><button>Print</button></form><script>setTimeout(() => i.value = '', 60)</script>`, handlers: map[string]http.HandlerFunc{"/next": formGot("n", "Ada")}, do: func(s *fixture) {
		s.Visit("/")
		s.Fill(browser.Field("Name"), "Ada")
		s.Click(browser.Button("Print"))
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"emptied again and again": {page: `<label>Name <input id=i></label><button>Print</button><script>setInterval(() => { i.value = '' }, 150)</script>`, do: func(s *fixture) {
		s.Visit("/")
		s.Fill(browser.Field("Name"), "Ada")
		time.Sleep(200 * time.Millisecond)
		s.Click(browser.Button("Print"))
		time.Sleep(200 * time.Millisecond)
		s.See(browser.Text("Thank you"))
	}, want: journey.Failed, wantError: `could not fill in the field "Name": the page keeps setting it back`},
	"emptied by another field": {page: `<label>Post code <input id=p></label><label>Town <input oninput="p.value = ''"></label>` + button, do: func(s *fixture) {
		s.Visit("/")
		s.Fill(browser.Field("Post code"), "12345")
		s.Fill(browser.Field("Town"), "Ham")
		s.Click(browser.Button("Print"))
		s.holds("#p", "")
	}, want: journey.Passed},
}

// hydrated is a form that its script takes over after ms.
func hydrated(ms int, how string) string {
	return fmt.Sprintf(`<form action=/next><label>Name <input id=i name=n value=Bob></label><button>Print</button></form><script>setTimeout(() => { %s; document.body.append('Ready') }, %d)</script>`, how, ms)
}

// fill fills in a field.
func fill(label, text string) func(*fixture) {
	return func(s *fixture) { s.Visit("/"); s.Fill(browser.Field(label), text) }
}

// filled fills in a field and checks what it then holds.
func filled(label, text, want string) func(*fixture) {
	return func(s *fixture) {
		fill(label, text)(s)
		if got := s.Read(browser.Field(label)); got != want {
			s.s.Failf("the field holds %q, want %q", got, want)
		}
	}
}

// filledAndThanked fills in a field on a page that answers to it.
func filledAndThanked(label, text string) func(*fixture) {
	return func(s *fixture) { fill(label, text)(s); s.See(browser.Text("Thank you")) }
}

// holds fails the step unless the element holds the text.
func (s *fixture) holds(css, want string) {
	if got := s.Read(browser.CSS(css)); got != want {
		s.s.Failf("%s holds %q, want %q", css, got, want)
	}
}

// keysSeen fills in the code, and compares the events that the page has noted.
func keysSeen(text, want string) func(*fixture) {
	return func(s *fixture) {
		fill("Code", text)(s)
		s.holds("#seen", want)
	}
}

// formGot thanks when the form has sent the wanted value.
func formGot(field, want string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if got := r.FormValue(field); got != want {
			frameResult(http.StatusOK, fmt.Sprintf("<h1>The server got %q</h1>", got))(w, r)
			return
		}
		frameResult(http.StatusOK, "Thank you")(w, r)
	}
}
