package browser_test

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/chromedp/chromedp"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// chooseRows are lists, boxes and file fields that answer late, elsewhere, or not.
var chooseRows = map[string]row{
	"options come at the focus": {page: `<label>Size <select id=z onfocus="if (z.options.length < 2) setTimeout(() => z.add(new Option('A3')), 100)" onmousedown="z.focus()" onchange="` + thanks + `"><option>choose</select></label>`, do: chosenAndThanked("Size", "A3"), want: journey.Passed},
	"options come at the mouse": {page: `<label>Size <select id=z onmousedown="if (z.options.length < 2) setTimeout(() => z.add(new Option('A3')), 100)" onchange="` + thanks + `"><option>choose</select></label>`, do: chosenAndThanked("Size", "A3"), want: journey.Passed},
	"options come late":         {page: `<label>Size <select id=z onchange="` + thanks + `"><option>choose</select></label><script>setTimeout(() => z.add(new Option('A3')), 300)</script>`, do: chosenAndThanked("Size", "A3"), want: journey.Passed},
	"option with odd spaces": {page: `<label>Size <select onchange="` + thanks + `"><option>A4<option>  A3&nbsp;
		sheet </select></label>`, do: chosenAndThanked("Size", "A3 sheet"), want: journey.Passed},
	"option by its label":         {page: `<label>Size <select onchange="if (value === '3') ` + thanks + `"><option>A4<option value=3 label=A3></select></label>`, do: chosenAndThanked("Size", "A3"), want: journey.Passed},
	"option in a group":           {page: `<label>Size <select onchange="` + thanks + `"><optgroup label=Large><option>A4<option>A3</optgroup></select></label>`, do: chosenAndThanked("Size", "A3"), want: journey.Passed},
	"option in a disabled group":  {page: `<label>Size <select><option>A4<optgroup label=Large disabled><option>A3</optgroup></select></label>`, do: choose("Size", "A3"), want: journey.Failed, wantError: `that option is disabled`},
	"no such option":              {page: `<label>Size <select><option>A4<option style="display:none">A3</select></label>`, do: choose("Size", "A3"), want: journey.Failed, wantError: `could not choose "A3" in the field "Size" within 1.5s: it has no such option; it offers "A4"`},
	"no list":                     {page: `<label>Size <input></label>`, do: choose("Size", "A3"), want: journey.Failed, wantError: `it is a text field, not a list of options; use Fill with a part of the text, and Click on the suggestion`},
	"springs back":                {page: `<label>Size <select onchange="this.selectedIndex = 0"><option>A4<option>A3</select></label>`, do: choose("Size", "A3"), want: journey.Failed, wantError: `could not choose "A3" in the field "Size": it went back to "A4"`},
	"springs back a little later": {page: `<label>Size <select onchange="setTimeout(() => this.selectedIndex = 0)"><option>A4<option>A3</select></label>`, do: choose("Size", "A3"), want: journey.Failed, wantError: `it went back to "A4"`},
	"springs back to nothing":     {page: `<label>Size <select multiple onchange="this.selectedIndex = -1"><option>A4<option>A3</select></label>`, do: choose("Size", "A3"), want: journey.Failed, wantError: `it went back to nothing`},
	"redrawn by the choice":       {page: `<span id=r></span><script>const draw = (v) => { r.innerHTML = '<select aria-label=Size><option>A4<option>A3</select>'; r.firstChild.value = v; r.firstChild.onchange = (e) => draw(e.target.value) }; draw('A4')</script>`, do: choose("Size", "A3"), want: journey.Passed},
	"redrawn without the choice":  {page: `<span id=r></span><script>const draw = () => { r.innerHTML = '<select aria-label=Size><option>A4<option>A3</select>'; r.firstChild.onchange = draw }; draw()</script>`, do: choose("Size", "A3"), want: journey.Failed, wantError: `it went back to "A4"`},
	"goes to another page":        {page: `<form action=/next><label>Size <select name=s onchange="form.submit()"><option>A4<option>A3</select></label></form>`, handlers: map[string]http.HandlerFunc{"/next": formGot("s", "A3")}, do: chosenAndThanked("Size", "A3"), want: journey.Passed},
	"gone with the choice":        {page: `<label>Size <select onchange="this.remove(); ` + thanks + `"><option>A4<option>A3</select></label>`, do: chosenAndThanked("Size", "A3"), want: journey.Passed},
	"several": {page: `<label>Sizes <select multiple onchange="if ([...selectedOptions].map((o) => o.label).join() === 'A4,A3') ` + thanks + `"><option>A4<option>A5<option>A3</select></label>`, do: func(s *fixture) {
		s.Visit("/")
		s.Choose(browser.Field("Sizes"), "A4")
		s.Choose(browser.Field("Sizes"), "A3")
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"suggestions": {page: `<label>Town <input list=t></label><datalist id=t><option>Hamburg<option>Bamberg</datalist>`, do: func(s *fixture) { choose("Town", "Bamberg")(s); s.holds("input", "Bamberg") }, want: journey.Passed},
	"radio buttons": {page: `<fieldset role=radiogroup aria-label=Size><label><input type=radio name=s>A4</label><label><input type=radio name=s onchange="` + thanks + `">A3</label></fieldset>`, do: func(s *fixture) {
		s.Visit("/")
		s.Choose(browser.Role("radiogroup", "Size"), "A3")
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"a drawn list":                   {page: drawnList(`c.textContent = this.textContent; l.hidden = true`), do: func(s *fixture) { s.Visit("/"); s.Choose(browser.Role("combobox", "Size"), "A3"); s.holds("#c", "A3") }, want: journey.Passed},
	"a drawn list that springs back": {page: drawnList(`l.hidden = true`), do: func(s *fixture) { s.Visit("/"); s.Choose(browser.Role("combobox", "Size"), "A3") }, want: journey.Failed, wantError: `could not choose "A3" in the combobox "Size" within 1.5s: it shows "A4"`},
	"a drawn list that ignores it":   {page: drawnList(``), do: func(s *fixture) { s.Visit("/"); s.Choose(browser.Role("combobox", "Size"), "A3") }, want: journey.Failed, wantError: `could not choose "A3" in the combobox "Size" within 1.5s: it shows "A4"`},
	"a drawn list without it":        {page: drawnList(``), do: func(s *fixture) { s.Visit("/"); s.Choose(browser.Role("combobox", "Size"), "A2") }, want: journey.Failed, wantError: `could not choose "A2" in the combobox "Size" within 1.5s: there is none`},
	"a drawn box of options": {page: `<div role=listbox aria-label=Size><div role=option aria-selected=true onclick="pick(this)">A4</div><div role=option aria-selected=false onclick="pick(this)">A3</div></div><script>const pick = (el) => { for (const o of el.parentNode.children) o.setAttribute('aria-selected', o === el); ` + thanks + ` }</script>`, do: func(s *fixture) {
		s.Visit("/")
		s.Choose(browser.Role("listbox", "Size"), "A3")
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},

	// Boxes and switches.
	"switch that answers late":  {page: `<button role=switch aria-checked=false aria-label=Sound onclick="setTimeout(() => this.setAttribute('aria-checked', true), 300)">x</button>`, do: check("Sound"), want: journey.Passed},
	"late uncheck":              {page: `<button role=switch aria-checked=true aria-label=Sound onclick="setTimeout(() => this.setAttribute('aria-checked', false), 250)">x</button>`, do: func(s *fixture) { s.Visit("/"); s.Uncheck(browser.Checkbox("Sound")) }, want: journey.Passed},
	"switch that never answers": {page: `<button role=switch aria-checked=false aria-label=Sound>x</button>`, do: check("Sound"), limit: 600 * time.Millisecond, want: journey.Failed, wantError: `could not check the checkbox "Sound" within 600ms: it was clicked, and stays as it was`},
	"switch without a state":    {page: `<div role=switch tabindex=0 aria-label=Sound onclick="this.setAttribute('aria-checked', true)">x</div>`, do: check("Sound"), want: journey.Passed},
	"toggle button":             {page: `<button aria-pressed=false onclick="this.setAttribute('aria-pressed', true)">Bold</button>`, do: func(s *fixture) { s.Visit("/"); s.Check(browser.Button("Bold")) }, want: journey.Passed},
	"plain button":              {page: `<button>Bold</button>`, do: func(s *fixture) { s.Visit("/"); s.Check(browser.Button("Bold")) }, want: journey.Failed, wantError: `could not check the button "Bold": it is neither checked nor unchecked: it is a button; use Click`},
	"box that goes when ticked": {page: `<label id=l><input type=checkbox onchange="l.remove(); ` + thanks + `">Buy milk</label>`, do: func(s *fixture) { check("Buy milk")(s); s.See(browser.Text("Thank you")) }, want: journey.Passed},
	"box that goes a bit later": {page: `<ul><li><label><input type=checkbox onclick="event.preventDefault(); setTimeout(() => { this.closest('li').remove(); ` + thanks + ` }, 200)">Buy milk</label></ul>`, do: func(s *fixture) { check("Buy milk")(s); s.See(browser.Text("Thank you")) }, want: journey.Passed},
	"box that is redrawn":       {page: `<span id=r></span><script>const draw = (on) => { r.innerHTML = '<label><input type=checkbox' + (on ? ' checked' : '') + '>Gift</label>'; r.querySelector('input').onchange = (e) => draw(e.target.checked) }; draw(false)</script>`, do: check("Gift"), want: journey.Passed},
	"box that is redrawn empty": {page: `<span id=r></span><script>const draw = () => { r.innerHTML = '<label><input type=checkbox>Gift</label>'; r.querySelector('input').onchange = draw }; draw()</script>`, do: check("Gift"), limit: 600 * time.Millisecond, want: journey.Failed, wantError: `it was clicked, and stays as it was`},
	"box that reloads the page": {handlers: map[string]http.HandlerFunc{"/{$}": reloads(true)}, do: check("All"), want: journey.Passed},
	"box that downloads": {page: `<label><input type=checkbox onchange="location = '/file'">All</label>`, handlers: map[string]http.HandlerFunc{"/file": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Disposition", "attachment")
		w.Write([]byte("x"))
	}}, do: check("All"), limit: 3 * time.Second, want: journey.Passed},
	"box that goes to a part": {page: `<label><input type=checkbox onchange="location = '#all'">All</label>`, do: check("All"), want: journey.Passed, ms: [2]int64{1, 700}},
	"box lost by the reload":  {handlers: map[string]http.HandlerFunc{"/{$}": reloads(false)}, do: check("All"), limit: time.Second, want: journey.Failed, wantError: `it was clicked, and stays as it was`},
	"half a box":              {page: `<label><input type=checkbox id=g>All</label><script>g.indeterminate = true</script>`, do: func(s *fixture) { check("All")(s); s.isTrue("g.checked && !g.indeterminate") }, want: journey.Passed},
	"half a box, ticked":      {page: `<label><input type=checkbox id=g checked>All</label><script>g.indeterminate = true</script>`, do: func(s *fixture) { check("All")(s); s.isTrue("g.checked && !g.indeterminate") }, want: journey.Passed},
	"half a drawn box":        {page: `<div role=checkbox tabindex=0 aria-label=All aria-checked=mixed onclick="this.setAttribute('aria-checked', this.getAttribute('aria-checked') === 'false')">x</div>`, do: check("All"), want: journey.Passed},
	"radio button": {page: `<label><input type=radio name=r checked>Standard</label><label><input type=radio name=r onchange="` + thanks + `">Express</label>`, do: func(s *fixture) {
		s.Visit("/")
		s.Check(browser.Role("radio", "Express"))
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"radio button, unchecked": {page: `<label><input type=radio name=r checked>Standard</label>`, do: func(s *fixture) { s.Visit("/"); s.Uncheck(browser.Role("radio", "Standard")) }, limit: 600 * time.Millisecond, want: journey.Failed, wantError: `it was clicked, and stays as it was`},
	"styled radio": {page: `<style>input{position:absolute;opacity:0}</style><label><input type=radio name=r onchange="` + thanks + `">Express</label>`, do: func(s *fixture) {
		s.Visit("/")
		s.Check(browser.Role("radio", "Express"))
		s.See(browser.Text("Thank you"))
	}, want: journey.Passed},
	"box that asks": {page: `<label><input type=checkbox onclick="return confirm('sure?')">Gift</label>`, do: func(s *fixture) { s.OnDialog(browser.Accept); check("Gift")(s) }, want: journey.Passed},

	// Files.
	"upload to an input made by the script": {page: `<button onclick="const i = document.createElement('input'); i.type = 'file'; i.onchange = () => i.files[0].text().then((t) => document.body.append(i.files[0].name + '=' + t)); i.click()">Choose a picture</button>`, do: func(s *fixture) {
		s.Visit("/")
		s.Upload(browser.Button("Choose a picture"), "a.txt", []byte("fox"))
		s.See(browser.Text("a.txt=fox"))
	}, want: journey.Passed},
	"upload behind a button":         {page: `<input type=file id=f hidden onchange="` + thanks + `"><button onclick="f.click()">Choose a picture</button>`, do: uploadTo(browser.Button("Choose a picture"), "a.txt"), want: journey.Passed},
	"upload behind a late button":    {page: `<input type=file id=f hidden onchange="` + thanks + `"><button onclick="setTimeout(() => f.click(), 200)">Choose a picture</button>`, do: uploadTo(browser.Button("Choose a picture"), "a.txt"), want: journey.Passed},
	"upload to a drop zone":          {page: `<div role=button tabindex=0 onclick="f.click()">Drop a picture here<input type=file id=f hidden onclick="event.stopPropagation()" onchange="` + thanks + `"></div>`, do: uploadTo(browser.Text("Drop a picture here"), "a.txt"), want: journey.Passed},
	"upload in a frame":              {page: `<iframe srcdoc="<input type=file id=f hidden onchange='document.body.append(&quot;Thank you&quot;)'><button onclick='f.click()'>Choose</button>"></iframe>`, do: uploadTo(browser.Button("Choose"), "a.txt"), want: journey.Passed},
	"upload taken at once":           {page: `<label>Picture <input type=file onchange="value = ''; ` + thanks + `"></label>`, do: uploadTo(browser.Field("Picture"), "a.txt"), want: journey.Passed},
	"upload that sends the form":     {page: `<form action=/next><input type=hidden name=n value=1><label>Picture <input type=file onchange="form.submit()"></label></form>`, handlers: map[string]http.HandlerFunc{"/next": formGot("n", "1")}, do: uploadTo(browser.Field("Picture"), "a.txt"), want: journey.Passed},
	"upload of another kind":         {page: `<label>Picture <input type=file accept="image/*,.pdf"></label>`, do: upload(browser.Field("Picture"), "a.txt"), want: journey.Failed, wantError: `could not upload a.txt to the field "Picture": it takes only image/*, .pdf`},
	"upload of another kind, button": {page: `<input type=file id=f hidden accept=".pdf"><button onclick="f.click()">Choose</button>`, do: upload(browser.Button("Choose"), "a.txt"), want: journey.Failed, wantError: `it takes only .pdf`},
	"upload of the right kind":       {page: `<label>Picture <input type=file accept="image/png, .pdf" onchange="` + thanks + `"></label>`, do: uploadTo(browser.Field("Picture"), "a.PNG"), want: journey.Passed},
	"upload to a disabled field":     {page: `<label>Picture <input type=file disabled></label>`, do: upload(browser.Field("Picture"), "a.txt"), limit: 600 * time.Millisecond, want: journey.Failed, wantError: `within 600ms: it is disabled`},
	"upload to a dead button":        {page: `<button>Choose</button>`, do: upload(browser.Button("Choose"), "a.txt"), limit: 800 * time.Millisecond, want: journey.Failed, wantError: `could not upload a.txt to the button "Choose" within 800ms: it was clicked, and opened no file chooser`},
	"dropped file":                   {page: dropZone(`id=z`), do: dropped("a.txt=fox"), limit: 4 * time.Second, want: journey.Passed},
	"dropped file, by the page":      {page: `<div id=z style="height:90px">Drop a picture here</div><script>addEventListener('dragover', (e) => e.preventDefault()); addEventListener('drop', (e) => { e.preventDefault(); const f = e.dataTransfer.files[0]; f.text().then((t) => document.body.append(f.name + '=' + t)) })</script>`, do: dropped("a.txt=fox"), limit: 4 * time.Second, want: journey.Passed},
	"dropped file, shown when over":  {page: dropZone(`id=z`) + `<style>#z.over{outline:4px solid red}</style><script>z.addEventListener('dragenter', () => z.classList.add('over'))</script>`, do: func(s *fixture) { dropped("a.txt=fox")(s); s.SeeAttribute(browser.CSS("#z"), "class", "over") }, limit: 4 * time.Second, want: journey.Passed},
	"dropped file by its items":      {page: `<div id=z style="height:90px" ondragover="event.preventDefault()" ondrop="event.preventDefault(); event.dataTransfer.items[0].getAsFile().text().then((t) => document.body.append('got ' + t))">Drop a picture here</div>`, do: dropped("got fox"), limit: 4 * time.Second, want: journey.Passed},
	"dropped file in a frame":        {page: `<iframe style="width:320px;height:150px" srcdoc="<div style='height:90px' ondragover='event.preventDefault()' ondrop='event.preventDefault(); document.body.append(&quot;got &quot; + event.dataTransfer.files[0].name)'>Drop a picture here</div>"></iframe>`, do: dropped("got a.txt"), limit: 4 * time.Second, want: journey.Passed},
	"dropped file that is not taken": {page: `<div id=z style="height:90px" ondragover="1" ondrop="` + thanks + `">Drop a picture here</div>`, do: dropped("Thank you"), limit: 4 * time.Second, want: journey.Failed, wantError: `could not upload a.txt to the text "Drop a picture here": it opens no file chooser, and takes no file that is dropped on it`},
	"dropped file under a cover":     {page: dropZone(`id=z`) + `<div id=veil hidden style="position:fixed;inset:0"></div><script>z.onclick = () => { veil.hidden = false }</script>`, do: dropped("a.txt=fox"), limit: 3 * time.Second, want: journey.Failed, wantError: `it is covered by div#veil`},
	"chosen, though it takes drops":  {page: dropZone(`id=z onclick="f.click()"`) + `<input type=file id=f hidden onchange="document.body.append('chosen')">`, do: dropped("chosen"), want: journey.Passed},
	"no drop on a phone":             {page: `<meta name=viewport content="width=device-width">` + dropZone(`id=z`), phone: true, do: dropped("a.txt=fox"), want: journey.Failed, wantError: `could not upload a.txt to the text "Drop a picture here" within 1.5s: it was clicked, and opened no file chooser`},
	"upload to a text field":         {page: `<label>Picture <input></label>`, do: upload(browser.Field("Picture"), "a.txt"), want: journey.Failed, wantError: `it takes no files: it is a input`},
}

// dropZone is an area without a file field that takes dropped files.
func dropZone(attributes string) string {
	return `<div ` + attributes + ` style="width:300px;height:90px;background:#ddd">Drop a picture here</div><script>z.addEventListener('dragover', (e) => e.preventDefault());
		z.addEventListener('drop', (e) => { e.preventDefault(); const f = e.dataTransfer.files[0]; f.text().then((t) => document.body.append(f.name + '=' + t)) })</script>`
}

func dropped(want string) func(*fixture) {
	return func(s *fixture) {
		s.Visit("/")
		s.Upload(browser.Text("Drop a picture here"), "a.txt", []byte("fox"))
		s.See(browser.Text(want))
	}
}

// drawnList is a combobox that the page draws; at runs when an option is clicked.
func drawnList(at string) string {
	return `<div role=combobox aria-label=Size aria-haspopup=listbox aria-expanded=false tabindex=0 id=c onclick="setTimeout(() => l.hidden = false, 100)">A4</div>
		<ul role=listbox id=l hidden><li role=option onclick="` + at + `">A4<li role=option onclick="` + at + `">A3</ul>`
}

// reloads is a page whose box loads it again, with the box ticked if it keeps it.
func reloads(keeps bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := ""
		if r.FormValue("all") != "" {
			time.Sleep(200 * time.Millisecond)
			if keeps {
				c = " checked"
			}
		}
		frameResult(200, `<form><label><input type=checkbox name=all`+c+` onchange="form.submit()">All</label></form>`)(w, r)
	}
}

func choose(list, option string) func(*fixture) {
	return func(s *fixture) { s.Visit("/"); s.Choose(browser.Field(list), option) }
}

func chosenAndThanked(list, option string) func(*fixture) {
	return func(s *fixture) { choose(list, option)(s); s.See(browser.Text("Thank you")) }
}

func check(box string) func(*fixture) {
	return func(s *fixture) { s.Visit("/"); s.Check(browser.Checkbox(box)) }
}

func upload(l browser.Locator, name string) func(*fixture) {
	return func(s *fixture) { s.Visit("/"); s.Upload(l, name, []byte("x")) }
}

func uploadTo(l browser.Locator, name string) func(*fixture) {
	return func(s *fixture) { upload(l, name)(s); s.See(browser.Text("Thank you")) }
}

// isTrue fails the step unless the script is true in the page.
func (s *fixture) isTrue(script string) {
	s.Do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script))
		if err == nil && !ok {
			err = errors.New(script + " is false")
		}
		return err
	}))
}
