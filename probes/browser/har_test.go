package browser_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"valkyrie/infra/slowdown"
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// object is a JSON object of a HAR.
type object = map[string]any

// fields lists, for each kind of object of HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/), the fields that
// must exist and their types: s string, n number, b boolean, t ISO 8601 time, l list, o object; a name in brackets is the
// kind of the object, or of the list's items. A question mark makes it optional.
var fields = map[string]string{
	"log":      "version s, creator o[creator], browser ?o[creator], pages ?l[page], entries l[entry], comment ?s",
	"creator":  "name s, version s, comment ?s",
	"page":     "startedDateTime t, id s, title s, pageTimings o[pageTimings], comment ?s",
	"entry":    "pageref ?s, startedDateTime t, time n, request o[request], response o[response], cache o[cache], timings o[timings], serverIPAddress ?s, connection ?s, comment ?s",
	"request":  "method s, url s, httpVersion s, cookies l[cookie], headers l[pair], queryString l[pair], postData ?o[postData], headersSize n, bodySize n, comment ?s",
	"response": "status n, statusText s, httpVersion s, cookies l[cookie], headers l[pair], content o[content], redirectURL s, headersSize n, bodySize n, comment ?s",
	"cookie":   "name s, value s",
	"pair":     "name s, value s, comment ?s",
	"postData": "mimeType s, params l[param], text s, comment ?s",
	"param":    "name s, value ?s, fileName ?s, contentType ?s, comment ?s",
	"content":  "size n, compression ?n, mimeType s, text ?s, encoding ?s, comment ?s",
	"cache":    "beforeRequest ?o[state], afterRequest ?o[state], comment ?s",
	"timings":  "blocked ?n, dns ?n, connect ?n, send n, wait n, receive n, ssl ?n, comment ?s",

	"pageTimings": "onContentLoad ?n, onLoad ?n, comment ?s",
}

// checkHAR reports every deviation of o from the specification of its kind.
func checkHAR(path, kind string, o object) (faults []string) {
	wrong := func(format string, args ...any) { faults = append(faults, path+": "+fmt.Sprintf(format, args...)) }
	known := map[string]bool{}
	for _, field := range strings.Split(fields[kind], ", ") {
		name, form, _ := strings.Cut(field, " ")
		known[name] = true
		optional := strings.HasPrefix(form, "?")
		form = strings.TrimPrefix(form, "?")
		value, ok := o[name]
		if !ok {
			if !optional {
				wrong("%s is missing", name)
			}
			continue
		}
		inner := strings.TrimSuffix(form[min(len(form), 2):], "]")
		switch form[0] {
		case 's':
			_, ok = value.(string)
		case 't':
			_, err := time.Parse(time.RFC3339Nano, fmt.Sprint(value))
			ok = err == nil
		case 'n':
			var n float64
			n, ok = value.(float64)
			ok = ok && n >= -1 && (n >= 0 || n == -1)
		case 'o':
			var child object
			if child, ok = value.(object); ok {
				faults = append(faults, checkHAR(path+"."+name, inner, child)...)
			}
		case 'l':
			var list []any
			if list, ok = value.([]any); ok {
				for i, item := range list {
					faults = append(faults, checkHAR(fmt.Sprintf("%s.%s[%d]", path, name, i), inner, item.(object))...)
				}
			}
		}
		if !ok {
			wrong("%s is %v", name, value)
		}
	}
	for name := range o {
		if !known[name] && !strings.HasPrefix(name, "_") {
			wrong("%s is not in the specification", name)
		}
	}
	return faults
}

// checkEntries checks the rules beyond types: times add up, pages exist, entries are in order.
func checkEntries(log object) (faults []string) {
	pages, last := map[any]bool{}, ""
	for _, p := range log["pages"].([]any) {
		pages[p.(object)["id"]] = true
	}
	for i, x := range log["entries"].([]any) {
		e := x.(object)
		if ref, ok := e["pageref"]; ok && !pages[ref] {
			faults = append(faults, fmt.Sprintf("entry %d: there is no page %v", i, ref))
		}
		sum := 0.0
		for name, ms := range e["timings"].(object) {
			if name != "ssl" && ms.(float64) > 0 { // ssl is part of connect
				sum += ms.(float64)
			}
		}
		if d := sum - e["time"].(float64); d > 0.001 || d < -0.001 {
			faults = append(faults, fmt.Sprintf("entry %d: its time is %v, its timings add up to %v", i, e["time"], sum))
		}
		if s := e["startedDateTime"].(string); s < last {
			faults = append(faults, fmt.Sprintf("entry %d began before the one before it", i))
		} else {
			last = s
		}
	}
	return faults
}

// readHAR reads and checks a run's HAR.
func readHAR(t *testing.T, run journey.Run) object {
	t.Helper()
	for _, e := range run.Evidence {
		if e.Kind != "har" {
			continue
		}
		text, err := os.ReadFile(e.Path)
		if err != nil {
			t.Fatalf("%v; missing: %s", err, e.Missing)
		}
		var har object
		if err := json.Unmarshal(text, &har); err != nil {
			t.Fatal(err)
		}
		log := har["log"].(object)
		if faults := append(checkHAR("log", "log", log), checkEntries(log)...); len(faults) > 0 {
			t.Errorf("not a HAR 1.2:\n%s", strings.Join(faults[:min(20, len(faults))], "\n"))
		}
		if creator := log["creator"].(object); creator["name"] != "Valkyrie" || creator["version"] != "0.1.0" || journey.Version != "v0.1.0" {
			t.Errorf("created by %v, want Valkyrie %s without its v", creator, journey.Version)
		}
		return log
	}
	t.Fatalf("no HAR among %v", run.Evidence)
	return nil
}

func TestHAR(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	refused := closed.URL
	var took atomic.Int64 // duration of /api by the server's clock, milliseconds
	site := serve(t, map[string]string{
		"/":     `<link rel=stylesheet href=/gone.css><script src=/late.js></script><form method=post action=/move><input type=hidden name=csrf value=abc><label>Name<input name=n></label><button disabled>Go</button></form><script>fetch('/broken').finally(() => setTimeout(() => document.querySelector('button').disabled = false, 300))</script>`,
		"/done": `<h1>Done</h1><script>fetch('/api?q=1').then(r => fetch('` + refused + `/refused')).catch(() => {}).then(() => fetch('/slow'))</script>`,
	}, map[string]http.HandlerFunc{
		"/gone.css": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no such style", http.StatusNotFound) },
		"/broken": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "out of paper", http.StatusInternalServerError)
		},
		"/late.js": func(http.ResponseWriter, *http.Request) {},
		"/move":    func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/done", http.StatusSeeOther) },
		"/api": func(w http.ResponseWriter, _ *http.Request) {
			began := time.Now()
			time.Sleep(50 * time.Millisecond)
			w.Header().Set("Content-Type", "application/json")
			w.Write([]byte(`{"ready":false}`))
			took.Store(time.Since(began).Milliseconds())
		},
		"/slow": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	})
	tab, began := browser.NewTab(), time.Now()
	run := play(t, site, tab, journey.Step{Name: "open", Do: func(*journey.T) {
		tab.Visit("/")
		tab.Fill(browser.Field("Name"), "Ada")
	}}, journey.Step{Name: "wait", Limit: 2 * time.Second, Do: func(*journey.T) {
		tab.Click(browser.Button("Go"))
		tab.See(browser.Text("Ready"))
	}})
	log := readHAR(t, run)
	var got []string
	entries := map[string]object{}
	for _, x := range log["entries"].([]any) {
		e := x.(object)
		path := strings.TrimPrefix(e["request"].(object)["url"].(string), site.String())
		if _, again := entries[path]; path == "/favicon.ico" || again && path == "/gone.css" {
			continue // Chrome requests the icon by itself, and repeats a failed preload
		}
		entries[path] = e
		got = append(got, fmt.Sprintf("%v %s %v %v", e["request"].(object)["method"], path, e["response"].(object)["status"], e["comment"]))
	}
	want := `GET / 200 step "open"
GET /gone.css 404 step "open"; failed: net::ERR_ABORTED
GET /late.js 200 step "open"
GET /broken 500 step "open"
POST /move 303 step "wait"
GET /done 200 step "wait"
GET /api?q=1 200 step "wait"
GET ` + refused + `/refused 0 step "wait"; failed: net::ERR_CONNECTION_REFUSED
GET /slow 0 step "wait"; still in flight`
	if strings.Join(got, "\n") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
	for path, text := range map[string]string{"/broken": "out of paper\n", "/api?q=1": `{"ready":false}`} {
		content := entries[path]["response"].(object)["content"].(object)
		if body, _ := base64.StdEncoding.DecodeString(fmt.Sprint(content["text"])); string(body) != text {
			t.Errorf("the body of %s is %q, want %q: %v", path, body, text, content)
		}
	}
	slack := 100 * slowdown.Needed(slowdown.Since(began)) // ms from the server to Chrome and back
	timings := entries["/api?q=1"]["timings"].(object)
	// A busy Chrome may notice the end of sending after the server has begun.
	if wait := timings["send"].(float64) + timings["wait"].(float64); wait < 49 || wait > float64(took.Load()+int64(slack)) {
		t.Errorf("the wait for /api is %v ms; the server took %d, with %d for a machine that is as busy", wait, took.Load(), slack)
	}
	// The step ends some 2 s after the request began, and the capture comes later.
	if lasted := entries["/slow"]["time"].(float64); lasted < 1000 {
		t.Errorf("the unanswered request lasted %v ms until the capture", lasted)
	}
	post := entries["/move"]["request"].(object)["postData"].(object)
	if post["text"] != "csrf=%5Bhidden%5D&n=Ada" {
		t.Errorf("posted %v", post)
	}
	if n := len(log["pages"].([]any)); n != 2 {
		t.Errorf("%d pages, want 2", n)
	}
}

// TestHAROfFrames checks that requests of another site's frame are in the HAR, with the bodies of failed ones; they are third
// party problems, and not a page of the run.
func TestHAROfFrames(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	other := serve(t, map[string]string{"/inner": `<button onclick="fetch('/charge').then(() => fetch('/receipt')).then(() => document.body.append('Declined'))">Pay</button>`, "/receipt": "ok"},
		map[string]http.HandlerFunc{"/charge": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "no such card", http.StatusInternalServerError)
		}})
	theirs := "http://localhost:" + other.Port()
	tab := browser.NewTab()
	r := journey.Runner{Evidence: folder(t.TempDir()), Always: true, Stage: journey.Stage{Site: serve(t, map[string]string{"/": `<h1>Shop</h1><iframe src="` + theirs + `/inner"></iframe>`}, nil), Chrome: program}}
	run := playWith(t, r, tab, journey.Step{Name: "pay", Limit: 10 * time.Second, Do: func(*journey.T) {
		tab.Visit("/")
		tab.Click(browser.Button("Pay"))
		tab.See(browser.Text("Declined"))
	}})
	if run.Outcome != journey.Passed {
		t.Fatalf("%s: %s", run.Outcome, run.Error)
	}
	log := readHAR(t, run)
	seen := map[string]int{}
	for _, x := range log["entries"].([]any) {
		e := x.(object)
		path, ours := strings.CutPrefix(e["request"].(object)["url"].(string), theirs)
		if !ours {
			continue
		}
		seen[path]++
		if body, _ := base64.StdEncoding.DecodeString(fmt.Sprint(e["response"].(object)["content"].(object)["text"])); path == "/charge" && string(body) != "no such card\n" {
			t.Errorf("the body of what failed is %q", body)
		}
	}
	if seen["/inner"] != 1 || seen["/charge"] != 1 || seen["/receipt"] != 1 || len(log["pages"].([]any)) != 1 {
		t.Errorf("of the frame: %v, on %d pages", seen, len(log["pages"].([]any)))
	}
	if len(run.Problems) != 1 || run.Problems[0].FirstParty || !strings.HasSuffix(run.Problems[0].What, "/charge answered 500") {
		t.Errorf("problems: %+v", run.Problems)
	}
}
