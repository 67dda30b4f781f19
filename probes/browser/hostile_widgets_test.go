package browser_test

import (
	"net/http"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// modelEditor is an editor in the manner of ProseMirror: it refuses every change of the browser's own, and draws its model instead.
const modelEditor = `<div id=e contenteditable role=textbox aria-label=Text style="border:1px solid;min-height:40px"><p>old</p></div><script>let lines = ['old'];
	const draw = () => { e.innerHTML = lines.map((l) => '<p>' + (l || '<br>') + '</p>').join(''); getSelection().selectAllChildren(e.lastChild); getSelection().collapseToEnd() };
	e.addEventListener('beforeinput', (ev) => { ev.preventDefault(); const s = getSelection(); if (!s.isCollapsed && s.toString().trim() === lines.join('\n').trim()) lines = [''];
		if (ev.inputType === 'insertText') lines[lines.length - 1] += ev.data; else if (ev.inputType === 'insertParagraph') lines.push(''); draw() })</script>`

// hiddenInput is an editor in the manner of CodeMirror 5: keys go to a text area of no size, and the page draws the text.
const hiddenInput = `<div class=code id=c style="border:1px solid;width:300px;height:60px;position:relative" onmousedown="setTimeout(() => t.focus())"><div style="overflow:hidden;position:absolute;width:3px;height:0;top:4px;left:4px"><textarea id=t autocorrect=off style="position:absolute;bottom:-1em;padding:0;width:1000px;height:1em;outline:none" tabindex=0></textarea></div><pre id=p>old</pre></div>
	<script>t.oninput = () => { p.textContent += t.value; t.value = '' }; t.onkeydown = (ev) => { if (ev.key === 'a' && ev.ctrlKey) { ev.preventDefault(); p.dataset.all = 1 } else if (p.dataset.all && ev.key.length === 1) { p.textContent = ''; delete p.dataset.all } }</script>`

// slider is a slider that the page draws, which arrow keys and the mouse move.
const slider = `<div id=s role=slider tabindex=0 aria-label=Volume aria-valuemin=0 aria-valuemax=10 aria-valuenow=3 style="width:200px;height:20px;border:1px solid"></div><script>const set = (v) => { s.setAttribute('aria-valuenow', Math.max(0, Math.min(10, v))); if (v === 7) document.body.append('Thank you') };
	s.onkeydown = (e) => set(+s.getAttribute('aria-valuenow') + ({ ArrowRight: 1, ArrowLeft: -1 })[e.key]); s.onpointermove = (e) => { if (e.buttons) set(Math.round(e.offsetX / 20)) }</script>`

func visitThen(do func(*fixture)) func(*fixture) { return func(s *fixture) { s.Visit("/"); do(s) } }

var widgetRows = map[string]row{
	"editor with a model of its own": {page: modelEditor, do: filled("Text", "new text", "new text"), limit: 3 * time.Second, want: journey.Passed},
	"editor with a model, in lines":  {page: modelEditor, do: filled("Text", "one\ntwo", "one two"), limit: 3 * time.Second, want: journey.Passed},
	"editor with a hidden input": {page: hiddenInput, do: visitThen(func(s *fixture) {
		s.Click(browser.CSS("#c"))
		s.Press("Control+A")
		s.Type("x = 1")
		s.See(browser.Text("x = 1"))
	}), limit: 4 * time.Second, want: journey.Passed},
	"editor with a hidden input, filled": {page: hiddenInput, do: visitThen(func(s *fixture) { s.Fill(browser.CSS("#c"), "x = 1") }), limit: 3 * time.Second, want: journey.Failed, wantError: `could not fill in the css "#c": it takes no text: it is a div#c; in an editor, use Click and Type`},
	"an amount from the right":           {page: formatted(`d && (+d / 100).toFixed(2)`), do: filled("Value", "12.34", "12.34"), want: journey.Passed},
	"a comma in a number field":          {page: `<label>Value <input type=number step=any></label>`, do: fill("Value", "12,5"), want: journey.Failed, wantError: `it takes a number such as "12.5"`},
	"a read-only field of a picker":      {page: `<label>Day <input readonly></label>`, do: fill("Day", "2026-12-24"), limit: 600 * time.Millisecond, want: journey.Failed, wantError: `it is read-only; where it opens a picker, Click on it and on the value`},
	"picked in a calendar": {page: `<label>Day <input id=i readonly onclick="k.hidden = false"></label><div id=k role=dialog aria-label=Calendar hidden><button onclick="i.value = '2026-12-24'; k.hidden = true">24</button></div>`, do: visitThen(func(s *fixture) {
		s.Click(browser.Field("Day"))
		s.Click(browser.Button("24").Within(browser.Role("dialog", "Calendar")))
		s.holds("#i", "2026-12-24")
	}), want: journey.Passed},
	"a password that is revealed": {page: `<label>Password <input id=i type=password></label><button onclick="i.type = 'text'">Show</button>`, do: visitThen(func(s *fixture) {
		s.Fill(browser.Field("Password"), "sesame")
		s.Click(browser.Button("Show"))
		s.SeeAttribute(browser.CSS("#i"), "type", "text")
		s.holds("#i", "sesame")
	}), want: journey.Passed},
	"a password that reveals itself": {page: `<label>Password <input id=i type=password onfocus="type = 'text'" onblur="type = 'password'"></label>` + button, do: visitThen(func(s *fixture) {
		s.Fill(browser.Field("Password"), "sesame")
		s.Click(browser.Button("Print"))
		s.See(browser.Text("Thank you"))
	}), want: journey.Passed},
	"a slider by its keys": {page: slider, do: visitThen(func(s *fixture) {
		s.Click(browser.Role("slider", "Volume").At(100, 10))
		for range 4 {
			s.Press("ArrowRight")
		}
		s.See(browser.Text("Thank you"))
	}), limit: 3 * time.Second, want: journey.Passed},
	"a slider by dragging": {page: slider, do: visitThen(func(s *fixture) {
		s.DragTo(browser.Role("slider", "Volume").At(60, 10), browser.Role("slider", "Volume").At(140, 10))
		s.See(browser.Text("Thank you"))
	}), limit: 3 * time.Second, want: journey.Passed},
	"a slider, filled":            {page: slider, do: visitThen(func(s *fixture) { s.Fill(browser.Role("slider", "Volume"), "7") }), want: journey.Failed, wantError: `it is a slider that the page draws; use DragTo with At, or Click and Press("ArrowRight")`},
	"a spin button of text":       {page: `<div role=spinbutton contenteditable aria-label=month aria-valuenow=1 id=m style="display:inline-block;width:40px">01</div>`, do: filled("month", "12", "12"), want: journey.Passed},
	"a field in place of another": {page: `<label for=a>Name</label><input id=a placeholder=Name onfocus="a.hidden = true; b.hidden = false; b.focus()"><input id=b hidden>`, do: visitThen(func(s *fixture) { s.Fill(browser.Field("Name"), "Ada"); s.holds("#b", "Ada") }), want: journey.Passed},
	"a field beside another":      {page: `<label for=a>Name</label><input id=a onfocus="b.focus()"><input id=b>`, do: fill("Name", "Ada"), want: journey.Failed, wantError: `the page moves the focus to input#b`},
	"copied and pasted": {page: `<label>One <input></label><label>Two <input id=b></label>`, do: visitThen(func(s *fixture) {
		s.Fill(browser.Field("One"), "otter")
		s.Press("Control+A")
		s.Press("Control+C")
		s.Click(browser.Field("Two"))
		s.Press("Control+V")
		s.holds("#b", "otter")
	}), limit: 3 * time.Second, want: journey.Passed},
	"cut and undone": {page: `<label>One <input id=a></label>`, do: visitThen(func(s *fixture) {
		s.Fill(browser.Field("One"), "otter")
		s.Press("Control+A")
		s.Press("Control+X")
		s.holds("#a", "")
		s.Press("Control+Z")
		s.holds("#a", "otter")
	}), limit: 3 * time.Second, want: journey.Passed},
	"pasted from the page's button": {page: `<button onclick="navigator.clipboard.writeText('otter')">Copy</button><label>Two <input id=b></label>`, do: visitThen(func(s *fixture) {
		s.Click(browser.Button("Copy"))
		s.Click(browser.Field("Two"))
		s.Press("Control+V")
		s.holds("#b", "otter")
	}), limit: 3 * time.Second, want: journey.Passed},
	"back with Shift and Tab":   {page: `<label>One <input id=a></label><label>Two <input></label>`, do: visitThen(func(s *fixture) { s.Click(browser.Field("Two")); s.Press("Shift+Tab"); s.Type("x"); s.holds("#a", "x") }), want: journey.Passed},
	"a button pressed by Space": {page: button, do: visitThen(func(s *fixture) { s.Press("Tab"); s.Press("Space"); s.See(browser.Text("Thank you")) }), want: journey.Passed},
	"a list by its arrow":       {page: `<label>Size <select id=z><option>A4<option>A3</select></label>`, do: visitThen(func(s *fixture) { s.Press("Tab"); s.Press("ArrowDown"); s.holds("#z", "A3") }), want: journey.Passed},
	"a word by a double click":  {page: `<p id=p>otter</p><script>ondblclick = () => document.body.append(' got ' + getSelection())</script>`, do: visitThen(func(s *fixture) { s.DoubleClick(browser.Text("otter")); s.See(browser.Text("got otter")) }), want: journey.Passed},
	"a file in a new tab": {page: `<a href=/file target=_blank>Invoice</a>`, handlers: map[string]http.HandlerFunc{"/file": attachedFile}, do: visitThen(func(s *fixture) {
		s.Click(browser.Link("Invoice"))
		if got := string(s.Download()); got != "x" {
			s.s.Failf("the file is %q", got)
		}
	}), limit: 4 * time.Second, want: journey.Passed},
	"a file by window.open": {page: `<button onclick="window.open('/file')">Invoice</button>`, handlers: map[string]http.HandlerFunc{"/file": attachedFile}, do: visitThen(func(s *fixture) {
		s.Click(browser.Button("Invoice"))
		if got := string(s.Download()); got != "x" {
			s.s.Failf("the file is %q", got)
		}
	}), limit: 4 * time.Second, want: journey.Passed},
	"a file that a script makes": {page: `<button onclick="fetch('/file').then((r) => r.blob()).then((b) => { const a = document.createElement('a'); a.href = window.URL.createObjectURL(b); a.download = 'a.txt'; a.click() })">Invoice</button>`, handlers: map[string]http.HandlerFunc{"/file": attachedFile}, do: visitThen(func(s *fixture) {
		s.Click(browser.Button("Invoice"))
		if got := string(s.Download()); got != "x" {
			s.s.Failf("the file is %q", got)
		}
	}), limit: 4 * time.Second, want: journey.Passed},
	"a field below that grows": {page: `<label>Words <textarea id=t rows=1 oninput="style.height = scrollHeight + 'px'"></textarea></label>`, do: filled("Words", "a\nb\nc\nd", "a b c d"), want: journey.Passed},
	"a chat that sends at Enter": {page: `<label>Message <input id=i></label><script>i.onkeydown = (e) => { if (e.key === 'Enter') { document.body.append('sent ' + i.value); i.value = '' } }</script>`, do: visitThen(func(s *fixture) {
		s.Fill(browser.Field("Message"), "hello")
		s.Press("Enter")
		s.See(browser.Text("sent hello"))
	}), want: journey.Passed},
	"edited in place": {page: `<span id=v>Ada</span> <button onclick="const i = document.createElement('input'); i.setAttribute('aria-label', 'Name'); i.value = v.textContent; v.replaceWith(i); i.focus(); i.onblur = () => { const n = document.createElement('span'); n.textContent = i.value; i.replaceWith(n) }">Edit</button><button>Else</button>`, do: visitThen(func(s *fixture) {
		s.Click(browser.Button("Edit"))
		s.Fill(browser.Field("Name"), "Eve")
		s.Click(browser.Button("Else"))
		s.See(browser.Text("Eve"))
	}), want: journey.Passed},
}

func attachedFile(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Disposition", `attachment; filename="a.txt"`)
	w.Write([]byte("x"))
}
