package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"valkyrie/probes/api"
	"valkyrie/probes/journey"
)

// swept sweeps a site of which path answers by content; "->x" redirects. It returns the requested addresses too.
func swept(t *testing.T, limit time.Duration, sweep api.Sweep, content map[string]string) (api.SweepResult, journey.Run, []string) {
	t.Helper()
	var mu sync.Mutex
	var asked []string
	var result api.SweepResult
	if sweep.Pause == 0 {
		sweep.Pause = time.Nanosecond
	}
	run, _ := playFor(t, limit, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = append(asked, r.RequestURI)
		mu.Unlock()
		text, ok := content[r.URL.Path]
		switch to, redirects := strings.CutPrefix(text, "->"); {
		case !ok:
			http.NotFound(w, r)
		case redirects:
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusFound)
		case strings.HasSuffix(r.URL.Path, ".xml"):
			w.Header().Set("Content-Type", "application/xml")
			fmt.Fprint(w, text)
		case strings.HasSuffix(r.URL.Path, ".txt"):
			w.Header().Set("Content-Type", "text/plain")
			fmt.Fprint(w, text)
		default:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, text)
		}
	}, journey.Stage{}, func(c *api.Client, s *journey.T) {
		result = c.Sweep(sweep)
		if broken := result.Broken(); broken != "" {
			s.Failf("%s", broken)
		}
	})
	return result, run, asked
}

// TestSweepLeavesOut: what would change something, and what robots.txt or nofollow forbid, is not requested, and is counted.
func TestSweepLeavesOut(t *testing.T) {
	content := map[string]string{
		"/shop/": `<a href="sign-out">x</a> <a href="account/logout.php">x</a> <a href="?add-to-cart=7">x</a> <a href="orders/7/delete">x</a>
			<a href="blog?do=logout">x</a> <a href="help/how-to-cancel-an-order">x</a> <a href="item" data-method="delete">x</a>
			<a href="private/a">x</a> <a href="private/open">x</a> <a href="a.pdf">x</a> <a rel="ugc nofollow" href="trap">x</a> <a href="log-out-later">x</a>
			<link rel="pingback" href="rpc"> <link rel="preconnect" href="cdn"> <template><a href="t"></a></template> <noscript><img src="n"></noscript>`,
		"/shop/help/how-to-cancel-an-order": "fine", "/shop/private/open": "fine", "/shop/log-out-later": "fine",
		"/robots.txt": "User-agent: *\nDisallow: /\n\nUser-agent: other\nUser-Agent: Valkyrie # ours\nDisallow: /shop/private/\nAllow: /shop/private/open\nDisallow: /*.pdf$\n",
	}
	result, run, asked := swept(t, time.Minute, api.Sweep{Start: "/"}, content)
	want := []string{"/robots.txt", "/shop/", "/shop/help/how-to-cancel-an-order", "/shop/private/open", "/shop/log-out-later"}
	if !slices.Equal(asked, want) || run.Outcome != journey.Passed || len(run.Problems) != 0 {
		t.Errorf("asked %v\nwant  %v\n%s %v", asked, want, run.Error, run.Problems)
	}
	if got := fmt.Sprint(result.Skipped); got != "map[nofollow:1 robots.txt:2 would change something:6]" {
		t.Errorf("left out: %s", got)
	}
	content["/robots.txt"] = "User-agent: *\nDisallow: /"
	if _, run, _ := swept(t, time.Minute, api.Sweep{Start: "/"}, content); run.Outcome != journey.Broken || !strings.Contains(run.Error, "forbidden by robots.txt; set IgnoreRobots") {
		t.Errorf("a site that forbids all: %s %s", run.Outcome, run.Error)
	}
	_, run, asked = swept(t, time.Minute, api.Sweep{Start: "/", IgnoreRobots: true, Allow: []string{"/sign-out"}, Skip: []string{"/private/*", "/a.pdf"}}, content)
	if run.Outcome != journey.Failed || !strings.Contains(run.Error, "/sign-out: 404") || slices.Contains(asked, "/robots.txt") {
		t.Errorf("allowed and ignored: %s, asked %v", run.Error, asked)
	}
}

// TestSweepTraps: addresses without end are bounded and named, and count as not visited.
func TestSweepTraps(t *testing.T) {
	n := 0
	var result api.SweepResult
	run, _ := playFor(t, time.Minute, func(w http.ResponseWriter, r *http.Request) {
		n++
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<a href="/shop/cal?month=%d&view=x">next</a> <a href="deeper/er/">x</a> <a href="/shop/day/%d">x</a>`, n, n)
	}, journey.Stage{}, func(c *api.Client, _ *journey.T) {
		result = c.Sweep(api.Sweep{Start: "/", Max: 1000, Pause: time.Nanosecond, IgnoreRobots: true})
	})
	for _, want := range []string{"/cal?month=#&view=#", "/day/#"} {
		if !slices.Contains(result.Traps, want) {
			t.Errorf("traps %q, want %s", result.Traps, want)
		}
	}
	if run.Outcome != journey.Passed || result.NotVisited == 0 || result.Visited > 400 || !strings.Contains(result.String(), "without end: ") {
		t.Errorf("%v; %s", result, run.Error)
	}
}

// TestSweepResumes: a sweep that its time or Max ends is no failure, and the next one goes on where it stopped.
func TestSweepResumes(t *testing.T) {
	content := map[string]string{"/shop/": ""}
	for i := range 20 {
		name := fmt.Sprintf("%c", 'a'+i)
		content["/shop/"] += fmt.Sprintf(`<a href="%s">x</a>`, name)
		content["/shop/"+name] = "fine"
	}
	delete(content, "/shop/t") // the last one is broken
	sweep := api.Sweep{Start: "/", Max: 8, Memory: t.TempDir(), IgnoreRobots: true}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		if text, ok := content[r.URL.Path]; ok {
			fmt.Fprint(w, text)
			return
		}
		http.NotFound(w, r)
	}))
	defer server.Close()
	site, _ := url.Parse(server.URL + "/shop")
	var got []string
	for range 4 {
		client := api.NewClient()
		run := journey.Runner{Stage: journey.Stage{Site: site}}.Run(t.Context(), journey.Journey{Name: "sweep", Uses: client, Steps: []journey.Step{{Name: "sweep", Do: func(s *journey.T) {
			result := client.Sweep(sweep)
			got = append(got, fmt.Sprintf("%d+%d %v %d", result.Visited, result.NotVisited, result.Resumed, len(result.Bad)))
		}}}}, time.Now())
		if run.Outcome != journey.Passed {
			t.Fatal(run.Error)
		}
	}
	want := []string{"8+13 false 0", "8+13 true 0", "8+13 true 1", "8+13 false 0"}
	if got[0] != want[0] || got[1] != want[1] || !strings.HasSuffix(got[2], "true 1") {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestSweepInterrupted: an interrupted sweep is broken, never passed.
func TestSweepInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		cancel()
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<a href="/a">x</a>`)
	}))
	defer server.Close()
	site, _ := url.Parse(server.URL)
	client := api.NewClient()
	run := journey.Runner{Stage: journey.Stage{Site: site}}.Run(ctx, journey.Journey{Name: "sweep", Uses: client, Steps: []journey.Step{{Name: "sweep", Do: func(*journey.T) {
		client.Sweep(api.Sweep{Start: "/", Memory: t.TempDir(), IgnoreRobots: true})
	}}}}, time.Now())
	if run.Outcome != journey.Broken {
		t.Errorf("%s %s", run.Outcome, run.Error)
	}
}

// TestSweepBlind: a start on which no link can be read fails the sweep.
func TestSweepBlind(t *testing.T) {
	for path, c := range map[string]struct{ text, words string }{
		"/a.txt":      {"welcome", "no link could be read on it: it is text/plain, not a page"},
		"/feed.xml":   {"<feed/>", "it is XML and no sitemap"},
		"/scripts":    {`<div id=root></div><script src="/shop/app.js"></script>`, "scripts make the page; give a sitemap.xml as Start"},
		"/text":       {"<h1>Closed today</h1>", ""},
		"/sitemap":    {"", ""},
		"/map.xml":    {`<urlset><url><loc> text </loc></url></urlset>`, ""},
		"/broken.xml": {`<sitemapindex><sitemap><loc>gone.xml</loc></sitemap></sitemapindex>`, "/gone.xml: 404 Not Found (on /broken.xml)"},
	} {
		_, run, _ := swept(t, time.Minute, api.Sweep{Start: path, IgnoreRobots: true}, map[string]string{"/shop" + path: c.text, "/shop/app.js": "x", "/shop/text": "fine"})
		if run.Outcome.Good() != (c.words == "") || !strings.Contains(run.Error, c.words) {
			t.Errorf("%s: want %q, got %s %s", path, c.words, run.Outcome, run.Error)
		}
	}
}

// TestSweepReads the addresses that pages hold in their many forms.
func TestSweepReads(t *testing.T) {
	for page, want := range map[string]string{
		`<img srcset="gone 1x, b.png 2x">`:                                     "/gone",
		`<img srcset="b.png,gone 2x">`:                                         "/b.png,gone",
		`<picture><source srcset="gone"></picture>`:                            "/gone",
		`<link rel=preload imagesrcset="gone 1x">`:                             "/gone",
		`<style>@import "gone";</style>`:                                       "/gone",
		`<style>/* url(old) */ a { background: url( 'gone' ) }</style>`:        "/gone",
		`<p style="background:url(&quot;gone&quot;)">`:                         "/gone",
		`<meta http-equiv="Refresh" content="5; URL='gone'">`:                  "/gone",
		`<base href="/shop/deep/"><a href="gone">x</a>`:                        "/deep/gone",
		`<a href="gone">x</a><base href="/shop/deep/">`:                        "/deep/gone",
		`<object data="gone"></object>`:                                        "/gone",
		`<video poster="gone"></video>`:                                        "/gone",
		`<svg><image xlink:href="gone"/></svg>`:                                "/gone",
		`<iframe src="gone"></iframe>`:                                         "/gone",
		`<body background="gone">x`:                                            "/gone",
		`<input type="image" src="gone">`:                                      "/gone",
		`<a href="  go&#10;ne ">x</a>`:                                         "/gone",
		`<a href="gone?a=1&amp;b=2">x</a>`:                                     "/gone?a=1&b=2",
		`<a href="gone#part">x</a>`:                                            "/gone",
		`<a href="ünknown">x</a>`:                                              "/%C3%BCnknown",
		`<a href="a/../gone">x</a>`:                                            "/gone",
		`<a href="http:gone">x</a>`:                                            "/gone",
		`<area href="gone">`:                                                   "/gone",
		`<meta name="robots" content="noindex, nofollow"><a href="gone">x</a>`: "",
		`<a href="/shopping">x</a>`:                                            "",
		`<a href="https://shop.invalid/x">x</a>`:                               "",
		`<a href="JavaScript:go()">x</a> <a href="tel:1">x</a>`:                "",
	} {
		_, run, _ := swept(t, time.Minute, api.Sweep{Start: "/", IgnoreRobots: true}, map[string]string{"/shop/": page + `<a href=".">home</a>`, "/shop/b.png": "x", "/shop": "x"})
		if want == "" && run.Outcome != journey.Passed || want != "" && !strings.Contains(run.Error, ": "+want+": 404") {
			t.Errorf("%s: want %s, got %s %s", page, want, run.Outcome, run.Error)
		}
	}
}

// TestSweepEncodings reads pages in other character sets, and compressed sitemaps.
func TestSweepEncodings(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	fmt.Fprint(z, `<urlset><url><loc>gone</loc></url></urlset>`)
	z.Close()
	wide := "\xff\xfe"
	for _, r := range `<a href="gone">x</a>` {
		wide += string([]byte{byte(r), 0})
	}
	for name, c := range map[string]struct{ kind, body string }{
		"UTF-16":        {"text/html", wide},
		"Latin-1":       {"text/html; charset=iso-8859-1", "<p>\xfc</p><a href=gone>x</a>"},
		"two charsets":  {"text/html; charset=utf-8; charset=latin1", `<a href=gone>x</a>`},
		"no type":       {"", `<!doctype html><a href=gone>x</a>`},
		"XHTML":         {"application/xhtml+xml", `<html xmlns="http://www.w3.org/1999/xhtml"><a href="gone">x</a></html>`},
		"packed map":    {"application/gzip", packed.String()},
		"capitals":      {"Text/HTML", `<A HREF=gone>x</A>`},
		"a large page":  {"text/html", `<a href=gone>x</a>` + strings.Repeat("<p>x</p>", 1<<20)},
		"not well made": {"text/html", `<table><a href="gone"<p>x`},
	} {
		run, _ := playFor(t, time.Minute, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "gone") {
				http.NotFound(w, r)
				return
			}
			w.Header()["Content-Type"] = nil
			if c.kind != "" {
				w.Header().Set("Content-Type", c.kind)
			}
			fmt.Fprint(w, c.body)
		}, journey.Stage{}, func(c *api.Client, s *journey.T) {
			if broken := c.Sweep(api.Sweep{Start: "/map.xml.gz", Pause: time.Nanosecond}).Broken(); broken != "" {
				s.Failf("%s", broken)
			}
		})
		if !strings.Contains(run.Error, "/gone: 404") {
			t.Errorf("%s: %s %s", name, run.Outcome, run.Error)
		}
	}
}

// TestSweepRetryAfter: a site that asks to wait is asked again, and one that asks for longer than there is time is left.
func TestSweepRetryAfter(t *testing.T) {
	for wait, bad := range map[string]int{"0": 0, "3600": 0, "": 1} {
		asked := 0
		var result api.SweepResult
		playFor(t, time.Minute, func(w http.ResponseWriter, r *http.Request) {
			if asked++; strings.HasSuffix(r.URL.Path, "/busy") && (asked < 3 || wait != "0") {
				if wait != "" {
					w.Header().Set("Retry-After", wait)
				}
				w.WriteHeader(map[bool]int{true: 429, false: 503}[wait != ""])
				return
			}
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, `<a href="busy">x</a>`)
		}, journey.Stage{}, func(c *api.Client, _ *journey.T) {
			result = c.Sweep(api.Sweep{Start: "/", Pause: time.Nanosecond, IgnoreRobots: true})
		})
		if len(result.Bad) != bad || (wait == "3600") != (result.NotVisited == 1) {
			t.Errorf("Retry-After %q: %v %v", wait, result, result.Bad)
		}
	}
}
