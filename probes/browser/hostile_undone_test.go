package browser_test

import (
	"fmt"
	"net/http"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// undone are fields that the page sets back, ms after each change, by the script at; always or once.
func undone(ms int, always bool) map[string]string {
	when := func(reset string) string {
		once := "if (!window.done) "
		if always {
			once = ""
		}
		return fmt.Sprintf(`onchange="%ssetTimeout(() => { done = 1; %s; document.body.append('undone') }, %d)"`, once, reset, ms)
	}
	return map[string]string{
		"list":   `<label>Size <select id=i ` + when(`i.selectedIndex = 0`) + `><option>A4<option>A3</select></label>`,
		"box":    `<label>Gift <input type=checkbox id=i ` + when(`i.checked = false`) + `></label>`,
		"radio":  `<label>Standard <input type=radio name=r checked id=s></label><label>Express <input type=radio name=r id=i ` + when(`s.checked = true`) + `></label>`,
		"field":  `<label>Name <input id=i value=Bob ` + when(`i.value = 'Bob'`) + ` oninput="this.onchange()"></label>`,
		"switch": `<button role=switch aria-checked=false aria-label=Sound onclick="this.setAttribute('aria-checked', true); this.onchange()" ` + when(`document.querySelector('button').setAttribute('aria-checked', false)`) + `>x</button>`,
		"drawn":  `<div role=combobox aria-label=Size aria-haspopup=listbox aria-expanded=false tabindex=0 id=c onclick="l.hidden = false">A4</div><ul role=listbox id=l hidden><li role=option>A4<li role=option onclick="c.textContent = 'A3'; l.hidden = true; this.onchange()" ` + when(`c.textContent = 'A4'`) + `>A3</ul>`,
	}
}

var entered = map[string]func(*fixture){
	"list":   choose("Size", "A3"),
	"box":    check("Gift"),
	"radio":  func(s *fixture) { s.Visit("/"); s.Check(browser.Role("radio", "Express")) },
	"field":  fill("Name", "Ada"),
	"switch": check("Sound"),
	"drawn":  func(s *fixture) { s.Visit("/"); s.Choose(browser.Role("combobox", "Size"), "A3") },
}

// later presses Print once the page has undone an entry.
func later(enter func(*fixture)) func(*fixture) {
	return func(s *fixture) {
		enter(s)
		s.See(browser.Text("undone"))
		s.Click(browser.Button("Print"))
		s.See(browser.Text("Thank you"))
	}
}

// saves is a page that sends each change of its box to /save, and sets it back when that fails.
const saves = `<label>Gift <input type=checkbox id=i onchange="fetch('/save', { method: 'POST' }).then((r) => { if (!r.ok) i.checked = !i.checked })"></label>
	<label>Size <select id=z onchange="fetch('/save', { method: 'POST' }).then((r) => { if (!r.ok) z.selectedIndex = 0 })"><option>A4<option>A3</select></label>`

func saving(status int, after time.Duration, do func(*fixture), wantError string) row {
	r := row{handlers: map[string]http.HandlerFunc{"/{$}": frameResult(200, saves), "/save": func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(after) // the delay under test
		w.WriteHeader(status)
	}}, do: do, want: journey.Passed}
	if wantError != "" {
		r.want, r.wantError = journey.Failed, wantError
	}
	return r
}

// undoneRows are entries that the page undoes later.
var undoneRows = func() map[string]row {
	names := map[string]string{
		"list": `could not choose "A3" in the field "Size"`, "box": `could not check the checkbox "Gift"`, "radio": `could not check the radio "Express"`,
		"field": `could not fill in the field "Name"`, "switch": `could not check the checkbox "Sound"`, "drawn": `could not choose "A3" in the combobox "Size"`,
	}
	rows := map[string]row{
		"saved":            saving(200, 100*time.Millisecond, check("Gift"), ""),
		"not saved":        saving(500, 300*time.Millisecond, check("Gift"), `could not check the checkbox "Gift": the page has set it back; on the way: POST /save answered 500`),
		"choice not saved": saving(500, 300*time.Millisecond, choose("Size", "A3"), `could not choose "A3" in the field "Size": the page has set it back; on the way: POST /save answered 500`),
		"saved slowly":     saving(200, 2*time.Second, check("Gift"), ""),
		"a list that depends on it": {page: `<label>Town <select id=t><option>choose<option>Bonn</select></label><label>Country <select onchange="t.innerHTML = '<option>choose'"><option>France<option>Germany</select></label>` + button, do: func(s *fixture) {
			choose("Town", "Bonn")(s)
			s.Choose(browser.Field("Country"), "Germany")
			s.Click(browser.Button("Print"))
			s.See(browser.Text("Thank you"))
		}, want: journey.Passed},
		"another radio button": {page: undone(9000, true)["radio"] + button, do: func(s *fixture) {
			s.Visit("/")
			s.Check(browser.Role("radio", "Express"))
			s.Check(browser.Role("radio", "Standard"))
			s.Click(browser.Button("Print"))
			s.isTrue("s.checked")
		}, want: journey.Passed},
		"set back by a click": {page: `<label>Gift <input type=checkbox id=i></label><button onclick="i.checked = false">Reset</button>` + button, do: func(s *fixture) {
			check("Gift")(s)
			s.Click(browser.Button("Reset"))
			s.Click(browser.Button("Print"))
			s.See(browser.Text("Thank you"))
			s.isTrue("!i.checked")
		}, want: journey.Passed},
		"box unchecked, set back":     {page: `<label>Gift <input type=checkbox id=i checked onchange="setTimeout(() => { i.checked = true; document.body.append('undone') }, 150)"></label>` + button, do: later(func(s *fixture) { s.Visit("/"); s.Uncheck(browser.Checkbox("Gift")) }), limit: 4 * time.Second, want: journey.Failed, wantError: `could not uncheck the checkbox "Gift": the page keeps setting it back`},
		"box gone by then":            {page: `<label id=l>Gift <input type=checkbox onchange="setTimeout(() => { l.remove(); document.body.append('undone') }, 150)"></label>` + button, do: later(check("Gift")), want: journey.Passed},
		"noticed by a key":            {page: undone(150, true)["list"] + button, do: func(s *fixture) { choose("Size", "A3")(s); s.See(browser.Text("undone")); s.Press("Tab") }, limit: 4 * time.Second, want: journey.Failed, wantError: `could not choose "A3" in the field "Size": the page keeps setting it back`},
		"noticed by a sight":          {page: undone(150, true)["list"], do: func(s *fixture) { choose("Size", "A3")(s); s.See(browser.Text("12 sheets")) }, want: journey.Failed, wantError: `expected to see the text "12 sheets" within 1.5s: there is none; the page says "undone" (at /); the page has set the field "Size" back`},
		"noticed by a reading":        {page: undone(150, true)["box"] + `<p>Working</p>`, do: func(s *fixture) { check("Gift")(s); s.Gone(browser.Text("Working")) }, want: journey.Failed, wantError: `it is still there; the page says "undone"; the page has set the checkbox "Gift" back`},
		"emptied, noticed by a sight": {page: `<label>Name <input oninput="setTimeout(() => { this.value = '' }, 150)"></label>`, do: func(s *fixture) { fill("Name", "Ada")(s); s.See(browser.Text("Hello")) }, want: journey.Failed, wantError: `the page has set the field "Name" back, or emptied it`},
	}
	for kind, enter := range entered {
		for _, ms := range []int{100, 500, 900} {
			rows[fmt.Sprintf("%s, set back after %d ms", kind, ms)] = row{page: undone(ms, true)[kind] + button, do: later(enter), limit: 9 * time.Second, want: journey.Failed, wantError: names[kind] + `: the page keeps setting it back`}
		}
		for _, ms := range []int{30, 120, 200} {
			if kind == "field" {
				continue // a text is checked again before a click at once
			}
			r := row{page: undone(ms, true)[kind] + button, do: enter, limit: 4 * time.Second, want: journey.Failed, wantError: names[kind]}
			if ms > 30 { // in so short a time it may have been seen, or not
				r.wantError += `: the page keeps setting it back`
			}
			rows[fmt.Sprintf("%s, set back after %d ms, at the end", kind, ms)] = r
			r.do = func(s *fixture) { enter(s); s.Click(browser.Button("Print")) }
			rows[fmt.Sprintf("%s, set back after %d ms, at a click", kind, ms)] = r
		}
		rows[kind+", set back once"] = row{page: undone(200, false)[kind] + button, do: later(enter), limit: 4 * time.Second, want: journey.Passed}
	}
	return rows
}()
