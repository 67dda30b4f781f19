package bench

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	ours "valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// BenchmarkWaiting measures the cost of waiting for an element that never appears, on a page with a spinner: the CPU time
// of Chrome and of the driver, less that of the same page without a wait; also on a table of 500 elements.
func BenchmarkWaiting(b *testing.B) {
	const spinner = `<!doctype html><style>@keyframes spin{to{transform:rotate(1turn)}}i{display:block;width:40px;height:40px;border:4px dotted;animation:spin 1s linear infinite}</style>
		<h1>Printing</h1><i></i><p>This usually takes a second or two.</p>`
	const still = `<!doctype html><h1>Printing</h1><p>This usually takes a second or two.</p>`
	table := still + "<table>" + strings.Repeat("<tr><td>Ada<td><a href=/>Lovelace</a><td><button>Delete</button>", 100) + "</table>"
	for name, page := range map[string]string{"spinner": spinner, "still": still, "table": table} {
		b.Run(name, func(b *testing.B) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, page) }))
			defer server.Close()
			site, _ := url.Parse(server.URL)
			var idle, waiting float64
			for b.Loop() {
				const span = 4 * time.Second
				tab := ours.NewTab()
				cpu := func(into *float64, do func()) {
					before := footprint().CPU
					do()
					after := footprint().CPU
					*into += float64(after-before) / span.Seconds()
				}
				open := func(*journey.T) {
					tab.Visit("/")
					tab.See(ours.Text("Printing"))
					<-time.After(time.Second) // let the page finish opening
					cpu(&idle, func() { <-time.After(span) })
				}
				r := journey.Runner{Stage: journey.Stage{Site: site, Chrome: program}}
				wait := journey.Step{Name: "wait", Limit: 2 * span, Do: func(*journey.T) {
					stop := make(chan struct{})
					go func() { defer close(stop); <-time.After(time.Second); cpu(&waiting, func() { <-time.After(span) }) }()
					defer func() { <-stop }()
					tab.See(ours.Text("Never"))
				}}
				r.Run(b.Context(), journey.Journey{Name: "wait", Uses: tab, Steps: []journey.Step{{Name: "open", Do: open}, wait}}, time.Now())
			}
			n := float64(b.N)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(idle/n, "idle-cpu-ms/s")
			b.ReportMetric(waiting/n, "waiting-cpu-ms/s")
			b.ReportMetric((waiting-idle)/n, "ours-cpu-ms/s")
		})
	}
}
