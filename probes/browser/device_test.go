package browser_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// environment is a page that shows what its browser is, and what its request said.
func environment(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<meta name=viewport content="width=device-width"><p>accepts %s</p><p>agent %s</p><p>mobile %s %s</p><ul id=l></ul><script>
		const say = (...all) => l.insertAdjacentHTML('beforeend', '<li>' + all.join(' '));
		say('languages', navigator.languages); say('window', innerWidth, devicePixelRatio); say('touch', navigator.maxTouchPoints, matchMedia('(hover: hover)').matches);
		say('time zone', Intl.DateTimeFormat().resolvedOptions().timeZone); say('number', (1234.5).toLocaleString()); say('script agent', navigator.userAgent);
		navigator.userAgentData && say('data', navigator.userAgentData.mobile, navigator.userAgentData.platform);
	</script>`, html.EscapeString(r.Header.Get("Accept-Language")), html.EscapeString(r.UserAgent()), r.Header.Get("Sec-Ch-Ua-Mobile"), html.EscapeString(r.Header.Get("Sec-Ch-Ua-Platform")))
}

// seeEach sees each of the texts.
func seeEach(tab *browser.Tab, texts ...string) {
	for _, text := range texts {
		tab.See(browser.Text(text))
	}
}

func TestLaptop(t *testing.T) {
	other := serve(t, nil, at(environment))
	site := serve(t, map[string]string{
		"/home": `<button onclick="window.open('/')">Window</button><iframe src="http://localhost:` + other.Port() + `/"></iframe>
			<script>new Worker('/worker.js').onmessage = (e) => document.body.append('worker ' + e.data)</script>`,
	}, map[string]http.HandlerFunc{"/{$}": environment, "/worker.js": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprintf(w, "postMessage(%q + ' ' + navigator.languages)", r.Header.Get("Accept-Language")[:5])
	}})
	for _, agent := range []string{"", "Valkyrie/1.0"} {
		tab := browser.NewTab()
		t.Setenv("TMPDIR", t.TempDir())
		stage := journey.Stage{Site: site, Chrome: program, Agent: agent}
		run := playWith(t, journey.Runner{Stage: stage}, tab, journey.Step{Name: "look", Limit: 10 * time.Second, Do: func(*journey.T) {
			tab.Visit("/")
			seeEach(tab, "accepts en-US,en;q=0.9", "languages en-US,en", "touch 0 true", "number 1,234.5", "mobile ?0")
			tab.Visit("/home")
			seeEach(tab, "accepts en-US,en;q=0.9", "worker en-US en-US,en") // the first is in the frame
			tab.Click(browser.Button("Window"))
			window := tab.Popup()
			seeEach(window, "accepts en-US,en", "languages en-US,en")
		}})
		if run.Outcome != journey.Passed {
			t.Errorf("as %q: %s: %s", agent, run.Outcome, run.Error)
		}
	}
}

func TestPhone(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	other := serve(t, nil, at(environment))
	site := serve(t, map[string]string{
		"/home": `<meta name=viewport content="width=device-width"><button onclick="window.open('/')">Window</button><label>Name <input></label><label><input type=checkbox>Sound</label>
			<div style="height:3000px"></div><button id=b>Tap</button><iframe src="http://localhost:` + other.Port() + `/"></iframe>
			<script>b.onpointerdown = (e) => document.body.append(e.pointerType + ' '); b.ontouchstart = () => document.body.append('touched '); b.onclick = () => document.body.append('clicked');
			navigator.geolocation.getCurrentPosition((p) => document.body.append('at ' + p.coords.latitude), (e) => document.body.append(e.message))</script>`,
	}, map[string]http.HandlerFunc{"/{$}": environment})
	tab := browser.NewTab(browser.Phone(browser.Locale("de-DE"), browser.TimeZone("Asia/Tokyo")), browser.Location(52.5, 13.4))
	runner := journey.Runner{Stage: journey.Stage{Site: site, Chrome: program, Agent: "Valkyrie/1.0"}, Evidence: folder(t.TempDir()), Always: true}
	phone := []string{
		"accepts de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", "languages de-DE,de,en-US,en", "agent Mozilla/5.0 (Linux; Android 10; K)", "Mobile Safari/537.36 Valkyrie/1.0", `mobile ?1 "Android"`,
		"time zone Asia/Tokyo",
	}
	run := playWith(t, runner, tab, journey.Step{Name: "look", Limit: 10 * time.Second, Do: func(*journey.T) {
		tab.Visit("/")
		seeEach(tab, append(phone, "window 412 2.625", "touch 5 false", "number 1.234,5", "script agent Mozilla/5.0 (Linux; Android 10; K)", "data true Android")...)
		tab.Visit("/home")
		tab.Fill(browser.Field("Name"), "Ada")
		tab.Check(browser.Checkbox("Sound"))
		tab.Click(browser.Button("Tap"))
		seeEach(tab, "touch touched clicked", "at 52.5")
		seeEach(tab, phone...) // in the frame
		tab.Click(browser.Button("Window"))
		window := tab.Popup()
		seeEach(window, phone...)
	}})
	if run.Outcome != journey.Passed {
		t.Errorf("%s: %s", run.Outcome, run.Error)
	}
	for _, e := range run.Evidence {
		if e.Missing != "" {
			t.Errorf("%s is missing: %s", e.Kind, e.Missing)
		}
	}
}

// TestDeviceRefuses checks what a phone cannot do, and settings that no device has.
func TestDeviceRefuses(t *testing.T) {
	site := &url.URL{Scheme: "http", Host: "127.0.0.1:9"}
	for want, tab := range map[string]*browser.Tab{
		`locale "German": expected a language and a region, such as de-DE`: browser.NewTab(browser.Locale("German")),
		`time zone "Berlin": expected an IANA name, such as Europe/Berlin`: browser.NewTab(browser.Phone(browser.TimeZone("Berlin"))),
		`grant the permission "telepathy"`:                                 browser.NewTab(browser.Allow("telepathy")),
	} {
		run := play(t, site, tab, journey.Step{Name: "look", Limit: time.Second, Do: func(*journey.T) {}})
		if run.Outcome != journey.Broken || !strings.Contains(run.Error, want) {
			t.Errorf("%s: %s, want %s", run.Outcome, run.Error, want)
		}
	}
	page := serve(t, map[string]string{"/": button}, nil)
	tab := browser.NewTab(browser.Phone())
	run := play(t, page, tab, journey.Step{Name: "hover", Limit: 10 * time.Second, Do: func(*journey.T) {
		tab.Visit("/")
		tab.Hover(browser.Button("Print"))
	}})
	if run.Outcome != journey.Broken || !strings.Contains(run.Error, "a phone has no mouse") {
		t.Errorf("%s: %s", run.Outcome, run.Error)
	}
}

// TestPermissions checks the clipboard, which pages may use, and permissions of a tab.
func TestPermissions(t *testing.T) {
	site := serve(t, map[string]string{"/": `<button onclick="navigator.clipboard.writeText('copied').then(() => navigator.clipboard.readText()).then((s) => document.body.append('Got ' + s), (e) => document.body.append('no: ' + e.message))">Copy</button>
		<button onclick="navigator.geolocation.getCurrentPosition((p) => document.body.append('Here'), (e) => document.body.append('No place: ' + e.message))">Where</button>
		<script>navigator.permissions.query({name: 'notifications'}).then((s) => document.body.append('notifications ' + s.state))</script>`}, nil)
	tab := browser.NewTab(browser.Allow("notifications"))
	run := play(t, site, tab, journey.Step{Name: "copy", Limit: 10 * time.Second, Do: func(*journey.T) {
		tab.Visit("/")
		tab.Click(browser.Button("Copy"))
		seeEach(tab, "Got copied", "notifications granted")
		tab.Click(browser.Button("Where"))
		seeEach(tab, "No place")
	}})
	if run.Outcome != journey.Passed {
		t.Errorf("%s: %s", run.Outcome, run.Error)
	}
}
