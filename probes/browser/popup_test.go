package browser_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// TestPopupIsObserved checks that the first request of a window, however it is opened, is identified to the site and only to
// the site, and that everything recorded of the first tab is recorded of the window.
func TestPopupIsObserved(t *testing.T) {
	for name, opener := range map[string]string{
		"by a script": `<button onclick="window.open('/help')">Help</button>`,
		"by a link":   `<a role=button href=/help target=_blank>Help</a>`,
		"by a form":   `<form action=/help target=_blank method=post><button>Help</button></form>`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TMPDIR", t.TempDir())
			var ours, theirs receivedHeaders
			other := serve(t, nil, theirs.handler(map[string]string{"/api": ""}, nil))
			site := serve(t, nil, ours.handler(map[string]string{
				"/": opener, "/json": "",
				"/help": `<h1>Help</h1><script>console.log('at once')</script><script src=/own.js></script><script>setTimeout(() => { console.log('in the window'); alert('in the window'); setTimeout(() => { throw new Error('lost') });
					Promise.all([fetch('/json'), fetch('/gone'), fetch('` + other.String() + `/api')]).then(() => setTimeout(() => document.body.append('Done'), 100)) }, 500)</script>`,
				"/own.js": "",
			}, map[string]http.HandlerFunc{"/gone": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "nothing here", http.StatusNotFound) }}))
			tab := browser.NewTab()
			r := journey.Runner{Evidence: folder(t.TempDir()), Always: true, Stage: journey.Stage{Site: site, Chrome: program, Agent: "Valkyrie/1.2", Trace: true}}
			run := playWith(t, r, tab, journey.Step{Name: "ask", Limit: 10 * time.Second, Do: func(*journey.T) {
				tab.Visit("/")
				tab.Click(browser.Button("Help"))
				tab.Popup().See(browser.Text("Done"))
			}})
			if run.Outcome != journey.Passed {
				t.Fatalf("%s: %s", run.Outcome, run.Error)
			}
			ours.mu.Lock()
			theirs.mu.Lock()
			help := "GET /help"
			if name == "by a form" {
				help = "POST /help"
			}
			for _, path := range []string{"GET /", help, "GET /json", "GET /gone"} {
				m := traceForm.FindStringSubmatch(ours.by[path].Get("Traceparent"))
				if m == nil || m[1] != strings.ReplaceAll(run.ID, "-", "") {
					t.Errorf("%s carried traceparent %q", path, ours.by[path].Get("Traceparent"))
				}
			}
			for path, h := range ours.by {
				if !strings.HasSuffix(h.Get("User-Agent"), " Valkyrie/1.2") || strings.Count(h.Get("User-Agent"), "Valkyrie") != 1 {
					t.Errorf("%s: user agent %q", path, h.Get("User-Agent"))
				}
				if got, want := h.Get("Sec-Ch-Ua"), ours.by["GET /"].Get("Sec-Ch-Ua"); got != want {
					t.Errorf("%s: Sec-Ch-Ua %q, want %q", path, got, want)
				}
			}
			if h := theirs.by["GET /api"]; h == nil || h.Get("Traceparent") != "" {
				t.Errorf("the other site got %v", h)
			}
			checkWindowsRecord(t, run, site.String(), strings.Fields(help)[0])
		})
	}
}

// checkWindowsRecord checks the run's records of the window.
func checkWindowsRecord(t *testing.T, run journey.Run, site, method string) {
	t.Helper()
	kinds := []string{}
	for _, p := range run.Problems {
		kinds = append(kinds, p.What)
	}
	for _, want := range []string{"script error Error: lost", "GET /gone answered 404"} {
		if !contains(kinds, want) {
			t.Errorf("no problem %q among %v", want, kinds)
		}
	}
	if len(run.Vitals) != 2 || run.Vitals[1].URL != site+"/help" || run.Vitals[1].TTFBMS < 0 || run.Vitals[1].FCPMS <= 0 {
		t.Errorf("vitals: %+v", run.Vitals)
	}
	console := string(capture(t, run, "console"))
	for _, want := range []string{"at once", "console log", "in the window", "dialog (alert)"} {
		if !strings.Contains(console, want) {
			t.Errorf("the console lacks %q:\n%s", want, console)
		}
	}
	log := readHAR(t, run)
	pages, methods := map[string]string{}, map[string]string{}
	for _, x := range log["entries"].([]any) {
		e := x.(object)
		path := strings.TrimPrefix(e["request"].(object)["url"].(string), site)
		if pages[path] != "" && path != "/favicon.ico" {
			t.Errorf("%s is there twice", path)
		}
		pages[path], methods[path] = fmt.Sprint(e["pageref"]), e["request"].(object)["method"].(string)
		if strings.HasSuffix(e["request"].(object)["url"].(string), "/gone") && e["response"].(object)["content"].(object)["text"] == nil {
			t.Errorf("the body of the failed request is not kept: %v", e["response"])
		}
	}
	if pages["/"] != "page_1" || pages["/help"] != "page_2" || pages["/own.js"] != "page_2" || pages["/json"] != "page_2" {
		t.Errorf("requests by page: %v", pages)
	}
	if methods["/help"] != method {
		t.Errorf("the window's document was asked for by %s, want %s", methods["/help"], method)
	}
}

// TestNestedPopups checks that a window opened by a window, and one of another site, are observed too.
func TestNestedPopups(t *testing.T) {
	other := serve(t, map[string]string{"/pay": `<button onclick="document.body.append('Paid')">Pay</button>`}, nil)
	tab := browser.NewTab()
	wantPass(t, tab, map[string]string{
		"/":       `<button onclick="window.open('/second')">Second</button>`,
		"/second": `<button onclick="window.open('http://localhost:` + other.Port() + `/pay')">Third</button>`,
	}, nil, func(*journey.T) {
		tab.Visit("/")
		tab.Click(browser.Button("Second"))
		second := tab.Popup()
		second.Click(browser.Button("Third"))
		third := second.Popup()
		third.Click(browser.Button("Pay"))
		third.See(browser.Text("Paid"))
		third.Close()
		second.See(browser.Button("Third"))
	})
}
