package browser_test

import (
	"net/http"
	"strings"
	"time"

	"valkyrie/probes/journey"
)

// sizeRows are pages of excessive size.
var sizeRows = map[string]row{
	"10,000 console lines":    {page: `<script>for (let i = 0; i < 1e4; i++) console.log('line', i)</script>` + button, limit: 5 * time.Second, want: journey.Passed},
	"10,000 script errors":    {page: `<script>for (let i = 0; i < 1e4; i++) setTimeout(() => { throw new Error('no ' + i) })</script>` + spins, limit: 5 * time.Second, want: journey.Failed, wantError: "script error Error: no 0"},
	"10,000 requests":         {page: button + `<script>for (let i = 0; i < 1e4; i++) fetch('/x?' + i).catch(() => 0)</script>`, handlers: map[string]http.HandlerFunc{"/x": func(http.ResponseWriter, *http.Request) {}}, limit: 10 * time.Second, want: journey.Passed},
	"10,000 elements alike":   {page: `<script>document.write('<button>Delete</button>'.repeat(1e4))</script>` + button, limit: 8 * time.Second, want: journey.Passed},
	"100 MB page":             {handlers: at(hundredMB), limit: 15 * time.Second, want: journey.Passed},
	"20 windows":              {page: button + `<script>for (let i = 0; i < 20; i++) open('about:blank')</script>`, limit: 5 * time.Second, want: journey.Passed},
	"100 frames":              {page: `<script>document.write('<iframe srcdoc="ad"></iframe>'.repeat(100))</script>` + button, limit: 8 * time.Second, want: journey.Passed},
	"frames that come and go": {page: `<div id=r></div><script>setInterval(() => { r.innerHTML = '<iframe srcdoc=ad></iframe>' }, 20)</script><p role=status>Busy`, want: journey.Failed, wantError: `the page says "Busy"`},
}

// hundredMB is a page of a hundred megabytes with little visible content.
func hundredMB(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	padding := "<!--" + strings.Repeat("x", 1<<20-7) + "-->"
	for range 100 {
		if _, err := w.Write([]byte(padding)); err != nil {
			return
		}
	}
	w.Write([]byte(button))
}
