package browser_test

import (
	"fmt"
	"net/http"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// offers is a page of which /file is a download.
func offers(page string) map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{"/{$}": frameResult(200, page), "/file": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Disposition", `attachment; filename="a.txt"`)
		fmt.Fprint(w, "hello")
	}}
}

// closing opens a window with this page, which closes itself at an action, and goes on in the page that has opened it.
func closing(window string, act func(*browser.Tab)) row {
	return row{page: `<button onclick="window.open('/pop')">Open</button><p>Thank you</p>`, pages: map[string]string{"/pop": window}, limit: 3 * time.Second, want: journey.Passed, do: func(s *fixture) {
		s.Visit("/")
		s.Click(browser.Button("Open"))
		act(s.Popup())
		s.See(browser.Text("Thank you"))
	}}
}

// popupRows are pages that open windows.
var popupRows = func() map[string]row {
	rows := map[string]row{
		"after a download in a new tab": {handlers: offers(`<a href=/file target=_blank>File</a><button onclick="window.open('/help')">Help</button>`), pages: map[string]string{"/help": "<p>Thank you</p>"}, limit: 3 * time.Second, want: journey.Passed, do: func(s *fixture) {
			s.Visit("/")
			s.Click(browser.Link("File"))
			s.Download()
			s.Click(browser.Button("Help"))
			s.Popup().See(browser.Text("Thank you"))
		}},
		"a page that downloads": {handlers: offers(`<button onclick="window.open('/help')">Help</button>`), pages: map[string]string{"/help": "<p>Thank you</p><script>location='/file'</script>"}, limit: 3 * time.Second, want: journey.Passed, do: func(s *fixture) {
			s.Visit("/")
			s.Click(browser.Button("Help"))
			s.Download()
			s.Popup().See(browser.Text("Thank you"))
		}},
		"closes itself before the click": {page: `<button onclick="w=window.open('/pop')">Open</button><script>setInterval(()=>{if(w.closed)document.body.append('Closed')},50)</script>`, pages: map[string]string{"/pop": `<button>Print</button><script>setTimeout(() => close(), 400)</script>`}, limit: 3 * time.Second, want: journey.Failed, wantError: `the page closed its own window`, do: func(s *fixture) {
			s.Visit("/")
			s.Click(browser.Button("Open"))
			w := s.Popup()
			s.See(browser.Text("Closed"))
			w.Click(browser.Button("Print"))
		}},
		"closes itself at a key": closing(`<p>Hello</p><script>onkeydown = () => window.close()</script>`, func(tab *browser.Tab) {
			tab.See(browser.Text("Hello"))
			tab.Press("Enter")
		}),
	}
	for _, at := range []string{"pointerdown", "mousedown", "pointerup", "mouseup", "click"} {
		for i := range 3 { // each is a race of the close with the rest of the action
			rows[fmt.Sprintf("closes itself at %s, %d", at, i)] = closing(`<button on`+at+`="window.close()">Print</button>`, func(tab *browser.Tab) { tab.Click(browser.Button("Print")) })
		}
	}
	return rows
}()
