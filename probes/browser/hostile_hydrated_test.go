package browser_test

import (
	"net/http"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// Scripts that listen to every click, and do nothing that a person sees.
const counting = `<script>addEventListener('click', () => { window.dataLayer = (window.dataLayer || []).concat('click') }); document.addEventListener('click', () => {}, true)</script>`

// starting is a page whose own script starts after 400 ms; counted adds a digit for each click that it hears.
func starting(listen string) string {
	return counting + `<div id=root><button>Print</button></div><output id=n></output><script>const counted = () => { n.textContent += '1'; document.body.append('Thank you') }; setTimeout(() => { ` + listen + ` }, 400)</script>`
}

func printOnce(s *fixture) {
	s.Visit("/")
	s.Click(browser.Button("Print"))
	s.See(browser.Text("Thank you"))
	s.Stays(browser.Text("1"), 500*time.Millisecond)
}

// hydratedRows are pages on which something listens to the first click already, but not the page's own script.
var hydratedRows = map[string]row{
	"beside a tag manager":    {page: starting(`root.addEventListener('click', counted)`), do: printOnce, limit: 4 * time.Second, want: journey.Passed},
	"by a handler of its own": {page: starting(`document.querySelector('button').onclick = counted`), do: printOnce, limit: 4 * time.Second, want: journey.Passed},
	"heard, and slow":         {page: counting + `<button>Print</button><output id=n></output><script>document.querySelector('button').onclick = () => fetch('/slow').then(() => { n.textContent += '1'; document.body.append('Thank you') }); setTimeout(() => document.addEventListener('click', () => {}), 300)</script>`, handlers: map[string]http.HandlerFunc{"/slow": func(http.ResponseWriter, *http.Request) { time.Sleep(900 * time.Millisecond) }}, do: printOnce, limit: 4 * time.Second, want: journey.Passed},
	"heard, with a spinner":   {page: counting + `<button>Print</button><i id=s></i><output id=n></output><script>document.querySelector('button').onclick = () => { s.textContent = 'Working'; setTimeout(() => { n.textContent += '1'; document.body.append('Thank you') }, 900) }; setTimeout(() => document.addEventListener('click', () => {}), 300)</script>`, do: printOnce, limit: 4 * time.Second, want: journey.Passed},
	"link before its router":  {page: `<a href="#" id=a>Print</a><script>setTimeout(() => a.onclick = (e) => { e.preventDefault(); document.body.append('Thank you') }, 400)</script>`, do: click(browser.Link("Print")), limit: 4 * time.Second, want: journey.Passed},
	"never heard":             {page: counting + `<button>Print</button>`, limit: soon, want: journey.Failed, wantError: "there is none"},
}
