package browser_test

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"valkyrie/infra/slowdown"
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
	"valkyrie/probes/pdf"
)

// wantPass runs one step on a page and fails the test unless it passes.
func wantPass(t *testing.T, tab *browser.Tab, pages map[string]string, handlers map[string]http.HandlerFunc, do func(*journey.T)) {
	t.Helper()
	run := play(t, serve(t, pages, handlers), tab, journey.Step{Name: "try", Limit: 5 * time.Second, Do: do})
	if run.Outcome != journey.Passed {
		t.Errorf("%s: %s", run.Outcome, run.Error)
	}
}

// outputScript defines say, which writes to <output id=said>.
const outputScript = `<output id=said></output><script>const say = (s) => { said.textContent += s + ' ' }</script>`

func TestActions(t *testing.T) {
	said := browser.CSS("#said")
	tab := browser.NewTab()
	for name, c := range map[string]struct {
		page string
		do   func()
		want string
	}{
		"click": {`<button onclick="say('pressed')">Print</button>`, func() { tab.Click(browser.Button("Print")) }, "pressed"},
		"fill replaces": {`<label>Title <input value=old oninput="said.textContent = value"></label>`, func() {
			tab.Fill(browser.Field("Title"), "first")
			tab.Fill(browser.Field("Title"), "second")
		}, "second"},
		"fill with nothing": {`<label>Title <input value=old oninput="say('now:' + value)"></label>`, func() { tab.Fill(browser.Field("Title"), "") }, "now:"},
		"fill an editor":    {`<div contenteditable aria-label=Text oninput="said.textContent = innerText">old</div>`, func() { tab.Fill(browser.Field("Text"), "new") }, "new"},
		"choose":            {`<label>Colour <select onchange="say(value)"><option value=r>red<option value=b>blue</select></label>`, func() { tab.Choose(browser.Field("Colour"), "blue") }, "b"},
		"check once": {`<label><input type=checkbox onchange="say(checked)">Gift</label>`, func() {
			tab.Check(browser.Checkbox("Gift"))
			tab.Check(browser.Checkbox("Gift"))
		}, "true"},
		"uncheck a styled box": {
			`<style>input{position:absolute;opacity:0}</style><input id=g type=checkbox checked onchange="say(checked)"><label for=g>Gift</label>`,
			func() { tab.Uncheck(browser.Checkbox("Gift")) }, "false",
		},
		"a switch": {`<button role=switch aria-checked=false aria-label=Sound onclick="setAttribute('aria-checked', true); say('on')">x</button>`, func() { tab.Check(browser.Checkbox("Sound")) }, "on"},
		"upload":   {`<label>Logo <input type=file hidden onchange="files[0].text().then((s) => say(files[0].name + ':' + s))"></label>`, func() { tab.Upload(browser.Field("Logo"), "logo.txt", []byte("picture")) }, "logo.txt:picture"},
		"hover":    {`<button onmouseenter="say('over')">Menu</button>`, func() { tab.Hover(browser.Button("Menu")) }, "over"},
		"press": {`<form onsubmit="say('sent'); return false"><label>Word <input onkeydown="if (key(event)) say(key(event))"></label></form><script>const key = (e) => e.ctrlKey ? 'ctrl+' + e.key : e.key === 'Escape' ? 'esc' : ''</script>`, func() {
			tab.Fill(browser.Field("Word"), "x")
			tab.Press("Enter")
			tab.Press("Escape")
			tab.Press("Control+b")
		}, "sent esc ctrl+Control ctrl+b"},
		"tab goes on":    {`<input aria-label=A><input aria-label=B onfocus="say('B')">`, func() { tab.Fill(browser.Field("A"), "x"); tab.Press("Tab") }, "B"},
		"the second one": {`<ul><li>Bee <button onclick="say('bee')">Remove</button><li>Fox <button onclick="say('fox')">Remove</button></ul>`, func() { tab.Click(browser.Button("Remove").Nth(2)) }, "fox"},
		"the one within": {`<ul><li>Bee <button onclick="say('bee')">Remove</button><li>Fox <button onclick="say('fox')">Remove</button></ul>`, func() {
			tab.Click(browser.Button("Remove").Within(browser.Role("listitem", "").Nth(2)))
		}, "fox"},
		"a role":        {`<div role=tab tabindex=0 onclick="say('tab')">Orders</div>`, func() { tab.Click(browser.Role("tab", "Orders")) }, "tab"},
		"open shadow":   {`<x-a></x-a><script>document.querySelector('x-a').attachShadow({mode: 'open'}).innerHTML = '<button onclick="say(1)">Deep</button>'</script>`, func() { tab.Click(browser.Button("Deep")) }, "1"},
		"below":         {`<div style="height:3000px"></div><button onclick="say('low')">Low</button>`, func() { tab.Click(browser.Button("Low")) }, "low"},
		"picture label": {`<button onclick="say('pic')"><img alt=Print src="data:,"></button>`, func() { tab.Click(browser.Button("Print")) }, "pic"},
		"test id":       {`<b data-testid=x onclick="say('id')">y</b>`, func() { tab.Click(browser.TestID("x")) }, "id"},
		"accept":        {`<button onclick="say(confirm('sure?'))">Ask</button>`, func() { tab.OnDialog(browser.Accept); tab.Click(browser.Button("Ask")) }, "true"},
		"dismiss":       {`<button onclick="say(confirm('sure?'))">Ask</button>`, func() { tab.Click(browser.Button("Ask")) }, "false"},
		"answer":        {`<button onclick="say(prompt('who?'))">Ask</button>`, func() { tab.OnDialog(browser.Answer("Ada")); tab.Click(browser.Button("Ask")) }, "Ada"},
	} {
		t.Run(name, func(t *testing.T) {
			tab = browser.NewTab()
			wantPass(t, tab, map[string]string{"/": outputScript + c.page}, nil, func(s *journey.T) {
				tab.Visit("/")
				c.do()
				tab.See(browser.Text(strings.Fields(c.want)[0]))
				if got := tab.Read(said); got != c.want {
					s.Failf("the page says %q, want %q", got, c.want)
				}
			})
		})
	}
}

// TestFrames acts in nested frames of the same origin, of another origin, and of another site.
func TestFrames(t *testing.T) {
	inner := `<p style="height:60px">inside</p>` + outputScript + `<label>Card <input></label><button onclick="say('paid')">Pay</button>`
	for name, host := range map[string]string{"same origin": "", "same site": "http://127.0.0.1:%s", "another site": "http://localhost:%s"} {
		t.Run(name, func(t *testing.T) {
			other := serve(t, map[string]string{"/inner": inner, "/middle": `<p>middle</p><iframe src="/inner" style="border:7px solid;padding:3px"></iframe>`}, nil)
			if host != "" {
				host = fmt.Sprintf(host, other.Port())
			}
			tab := browser.NewTab()
			wantPass(t, tab, map[string]string{
				"/inner": inner, "/middle": `<p>middle</p><iframe src="/inner" style="border:7px solid;padding:3px"></iframe>`,
				"/": `<h1>Shop</h1><div style="height:900px"></div><iframe src="` + host + `/middle" style="width:500px;height:400px;margin:50px"></iframe><div style="height:900px"></div>`,
			}, nil, func(s *journey.T) {
				tab.Visit("/")
				tab.See(browser.Text("inside"))
				tab.Fill(browser.Field("Card"), "4242")
				tab.Click(browser.Button("Pay"))
				tab.See(browser.Text("paid"))
				if got := tab.Read(browser.Field("Card")); got != "4242" {
					s.Failf("the field holds %q", got)
				}
				tab.Gone(browser.Text("never was"))
			})
		})
	}
}

func TestPopup(t *testing.T) {
	tab := browser.NewTab()
	wantPass(t, tab, map[string]string{"/": `<a href="/new" target=_blank>Help</a><p id=said></p>`, "/new": `<button onclick="document.body.append('helped')">Ask</button>`}, nil, func(*journey.T) {
		tab.Visit("/")
		tab.Click(browser.Link("Help"))
		help := tab.Popup()
		help.Click(browser.Button("Ask"))
		help.See(browser.Text("helped"))
		help.Close()
		tab.See(browser.Link("Help"))
	})
}

func TestPrinted(t *testing.T) {
	tab := browser.NewTab()
	wantPass(t, tab, map[string]string{"/": `<style>@media screen { #only { display: none } }</style><h1>Card</h1><p id=only>On paper</p><button onclick="print()">Print</button>`}, nil, func(s *journey.T) {
		tab.Visit("/")
		tab.Click(browser.Button("Print"))
		doc, err := pdf.Read(tab.Printed())
		if err != nil || doc.Pages != 1 || len(doc.Lacks("On paper")) > 0 {
			s.Failf("%+v: %v", doc, err)
		}
	})
}

// TestFramePrints checks that a frame which prints itself, by its own script or its page's, is printed alone, with its own
// print handlers, its own page size, and the customer's input.
func TestFramePrints(t *testing.T) {
	frame := `<link rel=stylesheet href=/paper.css><style>@page { size: A5 landscape; margin: 0 }</style><p id=only>On paper</p><label>Name <input></label><canvas id=c></canvas><p id=got></p><x-shut></x-shut>
		<button onclick="print()">Print</button><script>onbeforeprint = () => { got.textContent = 'prepared' }; onafterprint = () => { got.textContent = 'cleaned up' };
		document.querySelector('x-shut').attachShadow({mode: 'open'}).innerHTML = '<p>in a shadow</p>'</script>`
	css := map[string]http.HandlerFunc{"/paper.css": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css")
		fmt.Fprint(w, "@media screen { #only { display: none } }")
	}}
	for name, host := range map[string]string{"by itself": "", "from outside": "", "another site's": "http://localhost:%s", "written into": "-"} {
		t.Run(name, func(t *testing.T) {
			other := serve(t, map[string]string{"/frame": frame}, css)
			src := `src="` + strings.ReplaceAll(host, "%s", other.Port()) + `/frame"`
			if host == "-" {
				src = `srcdoc='` + strings.ReplaceAll(frame, "'", "&#39;") + `'`
			}
			tab := browser.NewTab()
			wantPass(t, tab, map[string]string{"/": `<h1>Not on paper</h1><button onclick="frames[0].print()">From outside</button><iframe width=700 height=300 ` + src + `></iframe>`, "/frame": frame}, css, func(s *journey.T) {
				tab.Visit("/")
				tab.Fill(browser.Field("Name"), "Ada")
				if name == "from outside" {
					tab.Click(browser.Button("From outside"))
				} else {
					tab.Click(browser.Button("Print"))
				}
				doc, err := pdf.Read(tab.Printed())
				if err != nil || doc.Pages != 1 || len(doc.Lacks("On paper", "Ada", "prepared", "in a shadow")) > 0 || len(doc.Lacks("Not on paper")) == 0 {
					s.Failf("%+v: %v", doc, err)
				}
			})
		})
	}
}

// TestPrintedAtOnce checks that a print() is noticed that a script calls right after it has written the document, and what it printed
// although that is gone at once: the ways in which shops print without a page of their own for it.
func TestPrintedAtOnce(t *testing.T) {
	const paper = `<style>@media screen { p { display: none } }</style><h1>Card</h1><p>On paper</p>`
	write := func(to string) string { return to + ".document.write(`" + paper + "`);" + to + ".document.close();" }
	frame := "const f = document.createElement('iframe'); document.body.append(f); const w = f.contentWindow;"
	for name, script := range map[string]string{
		"a frame":                            frame + write("w") + "w.print()",
		"a frame, removed":                   frame + write("w") + "w.focus(); w.print(); f.remove()",
		"a frame of no size":                 frame + "f.style.cssText = 'width:0;height:0;border:0';" + write("w") + "w.print()",
		"the page itself":                    write("window") + "window.print()",
		"a window":                           "const w = window.open('');" + write("w") + "w.print()",
		"a window, closed":                   "const w = window.open('', '_blank', 'width=400');" + write("w") + "w.focus(); w.print(); w.close()",
		"a window, later":                    "const w = window.open('');" + write("w") + "setTimeout(() => { w.print(); w.close() }, 300)",
		"a window with a page":               "window.open('/paper')",
		"a window with a page, closed":       "window.open('/closes')",
		"a window with a page, closed after": "window.open('/closes-after')",
		"a window with a page, at its load":  "const w = window.open('/plain'); w.onload = () => w.print()",
		"a window that has no way to opener": "const w = window.open('/slow', '', 'noopener')",
	} {
		t.Run(name, func(t *testing.T) {
			tab := browser.NewTab()
			wantPass(t, tab, map[string]string{
				"/":      `<h1>Not on paper</h1><button onclick="go()">Print</button><script>function go() {` + strings.ReplaceAll(script, "</", `<\/`) + `}</script>`,
				"/paper": paper + "<script>print()</script>", "/plain": paper,
				"/closes": paper + "<script>onload = () => setTimeout(() => { print(); close() })</script>", "/closes-after": paper + "<script>onafterprint = () => close(); print()</script>",
				"/slow": paper + "<script>onload = () => setTimeout(print, 500)</script>",
			}, nil, func(s *journey.T) {
				tab.Visit("/")
				tab.Click(browser.Button("Print"))
				doc, err := pdf.Read(tab.Printed())
				if err != nil || doc.Pages != 1 || len(doc.Lacks("Card", "On paper")) > 0 || len(doc.Lacks("Not on paper")) == 0 {
					s.Failf("%+v: %v", doc, err)
				}
			})
		})
	}
}

// TestPrintedInWindow checks that a window which a step uses has its own print, also one from before it could be attached.
func TestPrintedInWindow(t *testing.T) {
	tab := browser.NewTab()
	wantPass(t, tab, map[string]string{"/": `<button onclick="const w = window.open(''); w.document.write('<h1>Card</h1>'); w.document.close(); w.print()">Print</button>`}, nil, func(s *journey.T) {
		tab.Visit("/")
		tab.Click(browser.Button("Print"))
		window := tab.Popup()
		window.See(browser.Heading("Card"))
		if doc, err := pdf.Read(window.Printed()); err != nil || doc.Pages != 1 || len(doc.Lacks("Card")) > 0 {
			s.Failf("%+v: %v", doc, err)
		}
	})
}

// TestNotPrinted checks that a print() which Chrome ignores, as that of a frame without the permission for it, is none.
func TestNotPrinted(t *testing.T) {
	tab := browser.NewTab()
	run := play(t, serve(t, map[string]string{"/": `<iframe sandbox="allow-scripts" srcdoc="<script>print()</script>"></iframe>`}, nil), tab, journey.Step{Name: "print", Limit: time.Second, Do: func(*journey.T) {
		tab.Visit("/")
		tab.Printed()
	}})
	if run.Outcome != journey.Failed || !strings.Contains(run.Error, "it did not call print()") {
		t.Errorf("outcome %s: %s", run.Outcome, run.Error)
	}
}

// TestSeeNew checks that the message of the previous order is not new, and that another number or a repeated message is.
func TestSeeNew(t *testing.T) {
	tab := browser.NewTab()
	wantPass(t, tab, map[string]string{"/": `<p id=m>Thank you for order 1</p><button onclick="setTimeout(() => m.textContent = 'Thank you for order 2', 200)">Order</button>
		<button onclick="m.hidden = true; setTimeout(() => m.hidden = false, 200)">Again</button>`}, nil, func(s *journey.T) {
		tab.Visit("/")
		tab.Click(browser.Button("Order"))
		tab.SeeNew(browser.Text("Thank you"))
		if got := tab.Read(browser.CSS("#m")); got != "Thank you for order 2" {
			s.Failf("it took %q", got)
		}
		tab.Click(browser.Button("Again"))
		tab.SeeNew(browser.Text("Thank you for order 2"))
	})
}

// TestUploadReachesTheServer submits a file in a form.
func TestUploadReachesTheServer(t *testing.T) {
	tab := browser.NewTab()
	wantPass(t, tab, map[string]string{"/": `<form action=/got method=post enctype=multipart/form-data><label>Logo <input type=file name=f></label><button>Send</button></form>`},
		map[string]http.HandlerFunc{"/got": func(w http.ResponseWriter, r *http.Request) {
			f, head, err := r.FormFile("f")
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			data, _ := io.ReadAll(f)
			fmt.Fprintf(w, "got %s: %s", head.Filename, data)
		}}, func(*journey.T) {
			tab.Visit("/")
			tab.Upload(browser.Field("Logo"), "logo.svg", []byte("a fox"))
			tab.Click(browser.Button("Send"))
			tab.See(browser.Text("got logo.svg: a fox"))
		})
}

// TestWaitStartsAtInput checks that the customer's wait starts when the page gets the input, not at an earlier step's end: by the
// page's own clock the result comes 300 ms after it.
func TestWaitStartsAtInput(t *testing.T) {
	page := `<h1>Shop</h1><label>Search <input id=i></label><label>File <input type=file id=f></label><label>Size <select id=z><option>A4<option>A3</select></label><p id=o></p>
		<script>let t0; const go = () => { clearTimeout(window.t); t0 = performance.now(); t = setTimeout(() => { o.textContent = 'Thank you ' + Math.round(performance.now() - t0) }, 300) };
		i.addEventListener('input', go); f.addEventListener('change', go); z.addEventListener('change', go); onkeydown = go</script>`
	for name, act := range map[string]func(*browser.Tab){
		"fill":   func(tab *browser.Tab) { tab.Fill(browser.Field("Search"), "otter") },
		"upload": func(tab *browser.Tab) { tab.Upload(browser.Field("File"), "a.txt", []byte("x")) },
		"choose": func(tab *browser.Tab) { tab.Choose(browser.Field("Size"), "A3") },
		"press":  func(tab *browser.Tab) { tab.Press("x") },
		"type":   func(tab *browser.Tab) { tab.Type("otter") },
	} {
		t.Run(name, func(t *testing.T) {
			tab, said := browser.NewTab(), ""
			began := time.Now()
			run := play(t, serve(t, map[string]string{"/": page}, nil), tab, journey.Step{Name: "open", Limit: 8 * time.Second, Do: func(*journey.T) {
				tab.Visit("/")
				tab.See(browser.Text("Shop"))
			}}, journey.Step{Name: "search", Limit: 8 * time.Second, Do: func(*journey.T) {
				tab.Stays(browser.Text("Shop"), 800*time.Millisecond)
				act(tab)
				tab.See(browser.Text("Thank you"))
				said = tab.Read(browser.CSS("#o"))
			}})
			if run.Outcome != journey.Passed {
				t.Fatal(run.Error)
			}
			want, err := strconv.ParseInt(strings.TrimPrefix(said, "Thank you "), 10, 64)
			got, slack := run.Steps[1].DurationMS, int64(slowdown.Since(began)*100)
			if err != nil || got < want-20 || got > want+slack {
				t.Errorf("the step took %d ms, the page says %q (%v)", got, said, err)
			}
		})
	}
}
