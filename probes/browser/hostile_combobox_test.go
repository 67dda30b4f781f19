package browser_test

import (
	"strings"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// hiddenAccessible is the style of a native list that a page hides behind a drawn one but keeps for screen readers.
const hiddenAccessible = `position:absolute;border:0;clip:rect(0 0 0 0);height:1px;width:1px;margin:-1px;overflow:hidden;padding:0`

// select2 is a list in the manner of Select2: a combobox beside the native list, whose options open at the end of the body. at runs at a
// choice, with the option o.
func select2(at string) string {
	return `<label for=z>Size</label> <select id=z style="` + hiddenAccessible + `" tabindex=-1 aria-hidden=true><option>A4<option>A3<option>A2</select>
		<span class=s2><span role=combobox aria-haspopup=true aria-expanded=false tabindex=0 aria-labelledby=zc id=c style="display:inline-block;border:1px solid;width:150px"><span id=zc role=textbox aria-readonly=true>A4</span></span></span><p>Other</p>
		<script>const shut = () => { document.querySelector('#drop')?.remove(); c.setAttribute('aria-expanded', false) };
		const draw = (q) => { results.innerHTML = ''; for (const o of z.options) if (o.label.includes(q)) { const li = document.createElement('li'); li.setAttribute('role', 'option'); li.setAttribute('aria-selected', o.selected); li.textContent = o.label; li.onmouseup = () => { ` + at + `; shut() }; results.append(li) } };
		c.onmousedown = () => { if (document.querySelector('#drop')) return shut(); c.setAttribute('aria-expanded', true); const d = document.createElement('div'); d.id = 'drop'; d.innerHTML = '<input type=search role=searchbox aria-label=Search><ul role=listbox id=results></ul>'; document.body.append(d);
			const results = d.querySelector('ul'), i = d.querySelector('input'); window.results = results; draw(''); i.oninput = () => draw(i.value); setTimeout(() => i.focus()) }</script>`
}

const takesOption = `z.value = o.value; z.dispatchEvent(new Event('change')); zc.textContent = o.label`

// chosenJS is a list in the manner of Chosen: the native list is not displayed, and nothing of the drawn one has a role.
func chosenJS(at string) string {
	return `<label for=z>Size</label> <select id=z style="display:none"><option>A4<option>A3<option>A2</select>
		<div class=chosen style="width:150px;display:inline-block"><a class=single style="display:block;border:1px solid"><span id=zc>A4</span></a><div id=drop hidden><input id=q><ul id=list></ul></div></div><p>A3 is large</p>
		<script>const draw = () => { list.innerHTML = ''; for (const o of z.options) if (o.label.includes(q.value)) { const li = document.createElement('li'); li.textContent = o.label; li.onmouseup = () => { ` + at + `; drop.hidden = true }; list.append(li) } };
		document.querySelector('.single').onmousedown = () => { drop.hidden = !drop.hidden; q.value = ''; draw(); setTimeout(() => q.focus()) }; q.oninput = draw</script>`
}

// choices is a list in the manner of Choices.js: the native list is inside the drawn one.
const choices = `<label for=z>Size</label><div class=choices role=combobox aria-haspopup=true aria-expanded=false tabindex=0 id=c style="width:200px"><div class=inner style="border:1px solid;min-height:24px"><select id=z hidden tabindex=-1><option>A4</select><div id=zc>A4</div></div>
	<div id=drop hidden><input type=search aria-label=Search><div role=listbox><div role=option class=item>A4</div><div role=option class=item>A3</div></div></div></div>
	<script>c.onclick = () => { drop.hidden = false; c.setAttribute('aria-expanded', true) }; document.querySelectorAll('.item').forEach((d) => { d.onmousedown = () => setTimeout(() => { z.innerHTML = '<option selected>' + d.textContent; zc.textContent = d.textContent; drop.hidden = true; c.setAttribute('aria-expanded', false) }) })</script>`

// searched is a combobox that asks the server for the options which match its text, after ms milliseconds, as react-select does.
func searched(input, ms string) string {
	return `<label for=i>Town</label><div id=control style="border:1px solid;width:200px;display:flex"><div id=shown></div>` + input + `</div><div id=menu role=listbox hidden></div>
		<script>const towns = ['Bonn', 'Berlin', 'Bern', 'Basel', 'Bremen'], draw = () => { const q = i.value.toLowerCase(); menu.hidden = false; i.setAttribute('aria-expanded', true); menu.innerHTML = 'Loading…'; setTimeout(() => { menu.innerHTML = ''; const hits = q ? towns.filter((t) => t.toLowerCase().startsWith(q)) : []; if (!hits.length) menu.textContent = q ? 'No options' : 'Type to search';
			for (const t of hits) { const o = document.createElement('div'); o.setAttribute('role', 'option'); o.textContent = t; o.onclick = () => { shown.textContent = t; i.value = ''; menu.hidden = true; i.setAttribute('aria-expanded', false) }; menu.append(o) } }, ` + ms + `) };
			control.onmousedown = (e) => { if (e.target !== i) e.preventDefault(); i.focus(); draw() }; i.oninput = draw</script>`
}

const searchInput = `<input id=i role=combobox aria-autocomplete=list aria-haspopup=true aria-expanded=false autocomplete=off style="border:0;outline:0;background:none;width:60px">`

func chooseThenHolds(list, option, css, want string) func(*fixture) {
	return func(s *fixture) { choose(list, option)(s); s.holds(css, want) }
}

var comboboxRows = map[string]row{
	"select2":                        {page: select2(takesOption), do: func(s *fixture) { choose("Size", "A3")(s); s.holds("#zc", "A3"); s.isTrue(`z.value === 'A3'`) }, limit: 3 * time.Second, want: journey.Passed},
	"select2, what is chosen":        {page: select2(takesOption), do: func(s *fixture) { choose("Size", "A4")(s); s.isTrue(`z.value === 'A4'`) }, limit: 3 * time.Second, want: journey.Passed},
	"select2, twice":                 {page: select2(takesOption), do: func(s *fixture) { choose("Size", "A3")(s); s.Choose(browser.Field("Size"), "A2"); s.holds("#zc", "A2") }, limit: 4 * time.Second, want: journey.Passed},
	"select2 that springs back":      {page: select2(`0`), do: choose("Size", "A3"), want: journey.Failed, wantError: `could not choose "A3" in the field "Size" within 1.5s: it shows "A4"`},
	"select2 without it":             {page: select2(takesOption), do: choose("Size", "A9"), limit: 3 * time.Second, want: journey.Failed, wantError: `could not choose "A9" in the field "Size"`},
	"select2 whose script is dead":   {page: strings.Replace(select2(takesOption), "c.onmousedown", "c.onnothing", 1), do: choose("Size", "A3"), want: journey.Failed, wantError: `could not choose "A3" in the field "Size" within 1.5s: `},
	"select2 that keeps the old one": {page: select2(`zc.textContent = o.label`), do: choose("Size", "A3"), want: journey.Failed, wantError: `could not choose "A3" in the field "Size" within 1.5s: it shows "A3", but the list behind it holds "A4"`},
	"chosen":                         {page: chosenJS(takesOption), do: func(s *fixture) { choose("Size", "A3")(s); s.holds("#zc", "A3"); s.isTrue(`z.value === 'A3'`) }, limit: 3 * time.Second, want: journey.Passed},
	"chosen, by its id":              {page: chosenJS(takesOption), do: func(s *fixture) { s.Visit("/"); s.Choose(browser.CSS("#z"), "A2"); s.holds("#zc", "A2") }, limit: 3 * time.Second, want: journey.Passed},
	"choices":                        {page: choices, do: chooseThenHolds("Size", "A3", "#zc", "A3"), limit: 3 * time.Second, want: journey.Passed},
	"a hidden list without another":  {page: `<label for=z>Size</label><select id=z hidden><option>A4<option>A3</select><p>Text beside it</p>`, do: choose("Size", "A3"), want: journey.Failed, wantError: `could not choose "A3" in the field "Size" within 1.5s: it is there, but not visible`},

	"search, answered late": {page: searched(searchInput, "100"), do: chooseThenHolds("Town", "Bern", "#shown", "Bern"), limit: 4 * time.Second, want: journey.Passed},
	"search, none found":    {page: searched(searchInput, "50"), do: choose("Town", "Paris"), limit: 3 * time.Second, want: journey.Failed, wantError: `could not choose "Paris" in the field "Town" within 3s: `},
	"search, of two pixels": {page: searched(strings.Replace(searchInput, "width:60px", "width:2px;padding:0", 1), "50"), do: chooseThenHolds("Town", "Bern", "#shown", "Bern"), limit: 4 * time.Second, want: journey.Passed},
	"search, by the combobox": {page: searched(searchInput, "50"), do: func(s *fixture) {
		s.Visit("/")
		s.Choose(browser.Role("combobox", "Town"), "Basel")
		s.holds("#shown", "Basel")
	}, limit: 4 * time.Second, want: journey.Passed},
	"search over a value":      {page: `<label>Town <input id=i role=combobox aria-autocomplete=list aria-controls=m aria-expanded=false value=Bonn></label><ul id=m role=listbox hidden></ul><script>const draw = () => { m.hidden = false; i.setAttribute('aria-expanded', true); m.innerHTML = ''; for (const t of ['Bonn', 'Berlin', 'Bern']) if (t.startsWith(i.value)) { const o = document.createElement('li'); o.role = 'option'; o.textContent = t; o.onmousedown = (e) => { e.preventDefault(); i.value = t; m.hidden = true; i.setAttribute('aria-expanded', false) }; m.append(o) } }; i.onfocus = draw; i.oninput = draw</script>`, do: chooseThenHolds("Town", "Bern", "#i", "Bern"), limit: 4 * time.Second, want: journey.Passed},
	"a text field with a list": {page: `<label>Town <input></label><ul><li>Bonn</ul>`, do: choose("Town", "Bonn"), want: journey.Failed, wantError: `could not choose "Bonn" in the field "Town": it is a text field, not a list of options; use Fill with a part of the text, and Click on the suggestion`},
	"a button with a menu":     {page: `<button aria-haspopup=menu>Size</button>`, do: func(s *fixture) { s.Visit("/"); s.Choose(browser.Button("Size"), "A3") }, want: journey.Failed, wantError: `it is no list of options but a button; use Click on it, and then on the choice`},
	"several, as tags": {page: `<div role=combobox aria-label=Sizes aria-haspopup=listbox aria-expanded=false tabindex=0 id=c style="border:1px solid;min-height:24px"></div><ul role=listbox id=l aria-multiselectable=true hidden><li role=option aria-selected=false>A4<li role=option aria-selected=false>A3</ul><script>c.onclick = () => { l.hidden = false; c.setAttribute('aria-expanded', true) }; l.onclick = (e) => { e.target.setAttribute('aria-selected', true); c.insertAdjacentHTML('beforeend', '<span>' + e.target.textContent + '</span> ') }</script>`, do: func(s *fixture) {
		s.Visit("/")
		s.Choose(browser.Role("combobox", "Sizes"), "A4")
		s.Choose(browser.Role("combobox", "Sizes"), "A3")
		s.holds("#c", "A4 A3")
	}, limit: 4 * time.Second, want: journey.Passed},
	"opened at the press": {page: `<button role=combobox aria-label=Size aria-expanded=false id=c>A4</button><div id=l role=listbox hidden><div role=option>A4</div><div role=option>A3</div></div><script>c.onpointerdown = () => { l.hidden = false; c.setAttribute('aria-expanded', true) }; for (const o of l.children) o.onpointerup = () => { c.textContent = o.textContent; l.hidden = true; c.setAttribute('aria-expanded', false) }</script>`, do: func(s *fixture) { s.Visit("/"); s.Choose(browser.Role("combobox", "Size"), "A3"); s.holds("#c", "A3") }, limit: 3 * time.Second, want: journey.Passed},
	"behind a backdrop":   {page: `<div role=combobox aria-label=Size aria-haspopup=listbox aria-expanded=false tabindex=0 id=c>A4</div><script>c.onmousedown = () => { const d = document.createElement('div'); d.innerHTML = '<div style="position:fixed;inset:0"></div><ul role=listbox style="position:absolute;top:40px;background:#fff"><li role=option>A4<li role=option>A3</ul>'; document.body.append(d); c.setAttribute('aria-expanded', true); d.querySelectorAll('li').forEach((li) => { li.onclick = () => { c.textContent = li.textContent; d.remove(); c.setAttribute('aria-expanded', false) } }) }</script>`, do: func(s *fixture) { s.Visit("/"); s.Choose(browser.Role("combobox", "Size"), "A3"); s.holds("#c", "A3") }, limit: 3 * time.Second, want: journey.Passed},
	"options drawn when in sight": {page: `<div role=combobox aria-label=Size aria-haspopup=listbox aria-expanded=false tabindex=0 id=c>1</div><div role=listbox id=l hidden style="height:100px;overflow:auto;position:relative"><div id=h style="height:20000px"></div></div><script>const draw = () => { const n = Math.floor(l.scrollTop / 20); h.innerHTML = ''; for (let k = n; k < n + 8; k++) h.insertAdjacentHTML('beforeend', '<div role=option style="position:absolute;height:20px;top:' + k * 20 + 'px">Number ' + k + '</div>') }; l.onscroll = draw; c.onclick = () => { l.hidden = false; c.setAttribute('aria-expanded', true); draw() }; l.onclick = (e) => { c.textContent = e.target.textContent; l.hidden = true; c.setAttribute('aria-expanded', false) }</script>`, do: func(s *fixture) {
		s.Visit("/")
		s.Choose(browser.Role("combobox", "Size"), "Number 90")
		s.holds("#c", "Number 90")
	}, limit: 4 * time.Second, want: journey.Passed},
	"a disabled option":             {page: `<div role=combobox aria-label=Size aria-haspopup=listbox aria-expanded=false tabindex=0 id=c onclick="l.hidden = false">A4</div><ul role=listbox id=l hidden><li role=option aria-disabled=true>A3</ul>`, do: func(s *fixture) { s.Visit("/"); s.Choose(browser.Role("combobox", "Size"), "A3") }, want: journey.Failed, wantError: `could not choose "A3" in the combobox "Size" within 1.5s: it is disabled`},
	"a select styled by the sheet":  {page: `<style>select{appearance:none;border:0;background:none}</style><label>Size <select id=z><option>A4<option>A3</select></label>`, do: chooseThenHolds("Size", "A3", "#z", "A3"), want: journey.Passed},
	"a customizable select":         {page: `<style>select,::picker(select){appearance:base-select}</style><label>Size <select id=z><button><selectedcontent></selectedcontent></button><option>A4<option><b>A3</b></select></label>`, do: func(s *fixture) { choose("Size", "A3")(s); s.isTrue(`z.value === 'A3'`) }, want: journey.Passed},
	"a list of transparent opacity": {page: `<label for=z>Size</label><div style="position:relative;width:150px;border:1px solid"><span id=zc>A4</span><select id=z style="position:absolute;inset:0;opacity:0;width:100%" onchange="zc.textContent = value"><option>A4<option>A3</select></div>`, do: chooseThenHolds("Size", "A3", "#zc", "A3"), want: journey.Passed},
}
