package browser_test

import (
	"testing"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// inClosedRoot is a custom element with inner in a closed shadow root.
func inClosedRoot(tag, inner string) string {
	return `<` + tag + `></` + tag + `><script>{ const root = document.querySelector('` + tag + `').attachShadow({mode: 'closed'}); root.innerHTML = ` + "`" + inner + "`" + `;
		window.patched = Element.prototype.attachShadow.toString() }</script>`
}

// TestClosedShadow acts on elements in closed shadow roots by every kind of locator.
func TestClosedShadow(t *testing.T) {
	const form = `<p>Your cards</p><label>Title <input></label><button data-testid=go class=go onclick="say('pressed')">Print</button><div id=inner></div>`
	tab := browser.NewTab()
	for name, do := range map[string]func(){
		"by role":    func() { tab.Click(browser.Button("Print")) },
		"by text":    func() { tab.See(browser.Text("Your cards")); tab.Click(browser.Text("Print")) },
		"by test id": func() { tab.Click(browser.TestID("go")) },
		"by css":     func() { tab.Click(browser.CSS(".go")) },
		"by label": func() {
			tab.Fill(browser.Field("Title"), "Otters")
			if got := tab.Read(browser.Field("Title")); got != "Otters" {
				t.Errorf("the field holds %q", got)
			}
			tab.Click(browser.Button("Print"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			tab = browser.NewTab()
			wantPass(t, tab, map[string]string{"/": outputScript + inClosedRoot("x-form", form)}, nil, func(*journey.T) {
				tab.Visit("/")
				do()
				tab.See(browser.Text("pressed"))
			})
		})
	}
}

// TestClosedShadowDepths covers a root in a root, on an ordinary element, created late, and a frame in one.
func TestClosedShadowDepths(t *testing.T) {
	late := `<div id=host></div><script>setTimeout(() => {
		const outer = host.attachShadow({mode: 'closed'}); outer.innerHTML = '<section></section>';
		const inner = outer.firstChild.attachShadow({mode: 'closed'}); inner.innerHTML = '<button onclick="say(\'deep\')">Deep</button><iframe src=/frame></iframe>';
	}, 300)</script>`
	tab := browser.NewTab()
	wantPass(t, tab, map[string]string{"/": outputScript + late, "/frame": outputScript + `<button onclick="say('framed')">In a frame</button>`}, nil, func(*journey.T) {
		tab.Visit("/")
		tab.Click(browser.Button("Deep"))
		tab.See(browser.Text("deep"))
		tab.Click(browser.Button("In a frame"))
		tab.See(browser.Text("framed"))
	})
}

// TestClosedShadowExpectations checks that Gone searches closed roots, and that SeeNew knows their previous text.
func TestClosedShadowExpectations(t *testing.T) {
	tab := browser.NewTab()
	run := play(t, serve(t, map[string]string{"/": inClosedRoot("x-wait", `<p>Working</p>`)}, nil), tab, journey.Step{Name: "wait", Limit: time.Second, Do: func(*journey.T) {
		tab.Visit("/")
		tab.Gone(browser.Text("Working"))
	}})
	if run.Outcome != journey.Failed {
		t.Errorf("%s: it is still there", run.Outcome)
	}
	page := `<button onclick="setTimeout(() => shown.textContent = 'Thank you for order 2', 300)">Order</button>
		<x-thanks></x-thanks><script>const root = document.querySelector('x-thanks').attachShadow({mode: 'closed'}); root.innerHTML = '<p>Thank you for order 1</p>'; const shown = root.firstChild</script>`
	wantPass(t, tab, map[string]string{"/": page}, nil, func(s *journey.T) {
		tab.Visit("/")
		tab.Click(browser.Button("Order"))
		tab.SeeNew(browser.Text("Thank you"))
		if got := tab.Read(browser.Text("Thank you")); got != "Thank you for order 2" {
			s.Failf("it took %q", got)
		}
	})
}

// TestClosedShadowIsUnobservable checks that the page cannot detect the searches.
func TestClosedShadowIsUnobservable(t *testing.T) {
	page := inClosedRoot("x-form", `<button>Print</button>`) + `<script>let known, changes = 0; onload = () => {
			known = Object.keys(window).length;
			new MutationObserver((all) => { changes += all.length }).observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
		}</script>
		<button onclick="said.textContent = [patched.includes('native code'), document.querySelector('x-form').shadowRoot, changes, Object.keys(window).length - known].join()">Ask</button><output id=said></output>`
	tab := browser.NewTab()
	wantPass(t, tab, map[string]string{"/": page}, nil, func(s *journey.T) {
		tab.Visit("/")
		tab.See(browser.Button("Print"))
		tab.Click(browser.Button("Ask"))
		tab.See(browser.CSS("#said"))
		if got := tab.Read(browser.CSS("#said")); got != "true,,0,0" {
			s.Failf("the page sees %q", got)
		}
	})
}
