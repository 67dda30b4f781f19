package api_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"valkyrie/probes/api"
	"valkyrie/probes/journey"
)

// A reported case is of a public report of an HTTP prober or a link checker.
type reportedCase struct {
	name, source string
	outcome      journey.Outcome // wanted
	says         string          // wanted in the error; "!x" must not be there
	do           func(t *testing.T) (journey.Run, evidence)
}

func runOn(t *testing.T, site string, limit time.Duration, step func(c *api.Client, s *journey.T)) (journey.Run, evidence) {
	return runStage(t, journey.Stage{}, site, limit, step)
}

func runStage(t *testing.T, stage journey.Stage, site string, limit time.Duration, step func(c *api.Client, s *journey.T)) (journey.Run, evidence) {
	t.Helper()
	stage.Site, _ = url.Parse(strings.TrimSuffix(site, "/"))
	kept := evidence{}
	client := api.NewClient()
	runner := journey.Runner{Stage: stage, Region: "here", Evidence: kept}
	run := runner.Run(t.Context(), journey.Journey{Name: "ask", Uses: client, Steps: []journey.Step{{Name: "ask", Limit: limit, Do: func(s *journey.T) { step(client, s) }}}}, time.Now())
	return run, kept
}

func sweepOf(most int) func(c *api.Client, s *journey.T) {
	return func(c *api.Client, s *journey.T) {
		swept := c.Sweep(api.Sweep{Start: "/", Max: most, Pause: time.Millisecond})
		s.Count("asked", float64(swept.Visited))
		s.Count("left", float64(swept.NotVisited))
		if b := swept.Broken(); b != "" {
			s.Failf("%s", b)
		}
	}
}

// pages serves paths with query ignored; text/html. A value "->x" redirects to x.
func pages(m map[string]string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p, ok := m[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if to, ok := strings.CutPrefix(p, "->"); ok {
			w.Header().Set("Location", to)
			w.WriteHeader(302)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, p)
	}
}

func sweepPages(m map[string]string) func(t *testing.T) (journey.Run, evidence) {
	return func(t *testing.T) (journey.Run, evidence) {
		s := httptest.NewServer(pages(m))
		defer s.Close()
		return runOn(t, s.URL, 3*time.Second, sweepOf(100))
	}
}

func answering(h http.HandlerFunc, step func(c *api.Client, s *journey.T)) func(t *testing.T) (journey.Run, evidence) {
	return func(t *testing.T) (journey.Run, evidence) {
		s := httptest.NewServer(h)
		defer s.Close()
		return runOn(t, s.URL, 2*time.Second, step)
	}
}

// raw answers each connection's first request with these bytes, then closes.
func raw(answer string, step func(c *api.Client, s *journey.T)) func(t *testing.T) (journey.Run, evidence) {
	return func(t *testing.T) (journey.Run, evidence) {
		l, _ := net.Listen("tcp", "127.0.0.1:0")
		defer l.Close()
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go func() {
					defer c.Close()
					http.ReadRequest(bufio.NewReader(c))
					io.WriteString(c, answer)
				}()
			}
		}()
		return runOn(t, "http://"+l.Addr().String(), 2*time.Second, step)
	}
}

func get(path string, status int) func(c *api.Client, s *journey.T) {
	return func(c *api.Client, _ *journey.T) { c.Get(path).Expect(status) }
}

func counts(r journey.Run) string {
	var s []string
	for _, c := range r.Counts {
		s = append(s, fmt.Sprintf("%s=%g", c.Name, c.Value))
	}
	return strings.Join(s, " ")
}

// TestReportedCases plays the cases of public reports.
func TestReportedCases(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir()) // where a sweep remembers how far it got
	cases := []reportedCase{
		// --- sweep
		{"sweep: /docs -> /docs/ with a relative link", "wummel/linkchecker#91, linkinator#529 #883", journey.Passed, "", sweepPages(map[string]string{
			"/": `<a href="docs">d</a>`, "/docs": "->/docs/", "/docs/": `<a href="intro">i</a><img src="logo.png">`, "/docs/intro": `x`, "/docs/logo.png": `x`,
		})},
		{"sweep: broken link behind the trailing-slash redirect", "linkinator#883", journey.Failed, "/docs/gone", sweepPages(map[string]string{
			"/": `<a href="docs">d</a>`, "/docs": "->/docs/", "/docs/": `<a href="gone">i</a>`, "/gone": "x",
		})},
		{"sweep: base href", "wummel/linkchecker#541", journey.Passed, "", sweepPages(map[string]string{
			"/": `<a href="/a/b/page">d</a>`, "/a/b/page": `<base href="/"><img src="img/pic.jpg">`, "/img/pic.jpg": "x",
		})},
		{"sweep: site with a path, a link beside it that begins alike", "own (neighbour of known prefix bugs)", journey.Passed, "", func(t *testing.T) (journey.Run, evidence) {
			s := httptest.NewServer(pages(map[string]string{"/shop/": `<a href="/shopping/cart">c</a>`, "/shopping/cart": "x"}))
			defer s.Close()
			return runOn(t, s.URL+"/shop", 2*time.Second, sweepOf(100))
		}},
		{"sweep: page redirects to another host, whose pages have relative links", "raviqqe/muffet#20", journey.Passed, "", func(t *testing.T) (journey.Run, evidence) {
			other := httptest.NewServer(pages(map[string]string{"/blog": `<a href="/somewhere">x</a>`, "/somewhere": "x"}))
			defer other.Close()
			s := httptest.NewServer(pages(map[string]string{"/": `<a href="/blog">b</a>`, "/blog": "->" + other.URL + "/blog"}))
			defer s.Close()
			return runOn(t, s.URL, 2*time.Second, sweepOf(100))
		}},
		{"sweep: redirect to a dead other host is the site's?", "neighbour: 'what others serve is not asked for'", journey.Passed, "", sweepPages(map[string]string{"/": `<a href="/go">b</a>`, "/go": "->http://127.0.0.1:1/x"})},
		{"sweep: a 6 MB brochure", "html-proofer#183, wummel/linkchecker#465", journey.Passed, "", answering(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/" {
				w.Header().Set("Content-Type", "text/html")
				fmt.Fprint(w, `<a href="brochure.pdf">b</a>`)
				return
			}
			w.Header().Set("Content-Type", "application/pdf")
			w.Write(make([]byte, 6<<20))
		}, sweepOf(100))},
		{"sweep: out of time in the middle of good pages", "own: doc says it ends with what it has", journey.Passed, "", func(t *testing.T) (journey.Run, evidence) {
			var n atomic.Int64
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/" {
					time.Sleep(150 * time.Millisecond)
				}
				w.Header().Set("Content-Type", "text/html")
				for range 10 {
					fmt.Fprintf(w, `<a href="/p%d">x</a>`, n.Add(1))
				}
			}))
			defer s.Close()
			return runOn(t, s.URL, time.Second, sweepOf(100))
		}},
		{"sweep: one link hangs; is the broken one after it told?", "markdown-link-check#336; lychee has a time-out a link", journey.Failed, "/gone", answering(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/":
				w.Header().Set("Content-Type", "text/html")
				fmt.Fprint(w, `<a href="/events">e</a><a href="/gone">g</a>`)
			case "/events":
				w.Header().Set("Content-Type", "text/event-stream")
				w.WriteHeader(200)
				w.(http.Flusher).Flush()
				<-r.Context().Done()
			default:
				http.NotFound(w, r)
			}
		}, sweepOf(100))},
		{"sweep: 429 with Retry-After: 1", "linkchecker#347, markdown-link-check#130", journey.Passed, "", func(t *testing.T) (journey.Run, evidence) {
			var n atomic.Int64
			return answering(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/a" && n.Add(1) == 1 {
					w.Header().Set("Retry-After", "1")
					w.WriteHeader(429)
					return
				}
				w.Header().Set("Content-Type", "text/html")
				fmt.Fprint(w, `<a href="/a">a</a>`)
			}, sweepOf(10))(t)
		}},
		{"sweep: link rel=pingback, POST only (405)", "WordPress xmlrpc.php; w3c/link-checker#51 (neighbour)", journey.Passed, "", answering(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/xmlrpc.php" {
				http.Error(w, "XML-RPC server accepts POST requests only.", http.StatusMethodNotAllowed)
				return
			}
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, `<link rel="pingback" href="/xmlrpc.php">`)
		}, sweepOf(10))},
		{"sweep: link rel=preconnect to its own cdn path", "raviqqe/muffet#391", journey.Passed, "", sweepPages(map[string]string{"/": `<link rel="preconnect" href="/cdn"><link rel="dns-prefetch" href="/dns">`})},
		{"sweep: href with a space in the query", "html-proofer#176; wummel#716", journey.Passed, "", sweepPages(map[string]string{"/": `<a href="/search?q=two words">s</a>`, "/search": "x"})},
		{"sweep: href with a space in the path", "html-proofer#176, mdbook-linkcheck#55", journey.Passed, "", sweepPages(map[string]string{"/": `<a href="/my file.html">s</a>`, "/my file.html": "x"})},
		{"sweep: href with an address in its path (archive)", "wummel/linkchecker#716", journey.Passed, "", answering(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/":
				w.Header().Set("Content-Type", "text/html")
				fmt.Fprint(w, `<a href="/web/2013/http://example.com/x">s</a>`)
			case "/web/2013/http://example.com/x":
			default:
				http.NotFound(w, r)
			}
		}, sweepOf(10))},
		{"sweep: backslashes in href, as browsers read them", "linkchecker#520 (neighbour), WHATWG URL", journey.Passed, "", sweepPages(map[string]string{"/": `<img src="\img\a.png">`, "/img/a.png": "x"})},
		{"sweep: line break inside href (browsers drop it)", "WHATWG URL", journey.Failed, "/gone", sweepPages(map[string]string{"/": "<a href=\"/go\nne\">x</a>"})},
		{"sweep: bad percent in href (browsers ask for it)", "markdown-link-check#211", journey.Failed, "100%", sweepPages(map[string]string{"/": `<a href="/100%.html">x</a>`})},
		{"sweep: charset twice in Content-Type", "golang/go#28618, letters#129", journey.Failed, "/gone", answering(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/" {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Content-Type", "text/html; charset=utf-8; charset=iso-8859-1")
			fmt.Fprint(w, `<a href="/gone">g</a>`)
		}, sweepOf(10))},
		{"sweep: no Content-Type (browsers sniff)", "neighbour", journey.Failed, "/gone", answering(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/" {
				http.NotFound(w, r)
				return
			}
			w.Header()["Content-Type"] = nil
			fmt.Fprint(w, `<!doctype html><a href="/gone">g</a>`)
		}, sweepOf(10))},
		{"sweep: XHTML page", "neighbour", journey.Failed, "/gone", answering(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/" {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Content-Type", "application/xhtml+xml")
			fmt.Fprint(w, `<html xmlns="http://www.w3.org/1999/xhtml"><a href="/gone">g</a></html>`)
		}, sweepOf(10))},
		{"sweep: link in a template element", "own", journey.Passed, "", sweepPages(map[string]string{"/": `<template><a href="/users/{{id}}">x</a></template>`})},
		{"sweep: link in noscript is not followed twice, comment not at all", "own", journey.Passed, "", sweepPages(map[string]string{"/": `<!-- <a href="/gone"> --><script>var a='<a href="/gone2">'</script>`})},
		{"sweep: srcset", "linkinator/lychee lists", journey.Failed, "/big.png", sweepPages(map[string]string{"/": `<img src="/a.png" srcset="/big.png 2x">`, "/a.png": "x"})},
		{"sweep: css url()", "lychee lists", journey.Failed, "/bg.png", answering(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/":
				w.Header().Set("Content-Type", "text/html")
				fmt.Fprint(w, `<link rel=stylesheet href=/a.css>`)
			case "/a.css":
				w.Header().Set("Content-Type", "text/css")
				fmt.Fprint(w, `body{background:url(/bg.png)}`)
			default:
				http.NotFound(w, r)
			}
		}, sweepOf(10))},
		{"sweep: video poster, object data, input src, form action GET", "html-proofer lists", journey.Failed, "/p.png", sweepPages(map[string]string{"/": `<video poster="/p.png"></video><object data="/o.svg"></object><input type=image src="/i.png">`})},
		{"sweep: meta refresh", "own", journey.Failed, "/gone", sweepPages(map[string]string{"/": `<meta http-equiv=refresh content="0;url=/gone">`})},
		{"sweep: site answers with absolute links to its www host (start redirects there)", "raviqqe/muffet#20 (neighbour)", journey.Failed, "/gone", func(t *testing.T) (journey.Run, evidence) {
			var www *httptest.Server
			www = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				pages(map[string]string{"/": `<a href="` + www.URL + `/gone">g</a>`})(w, r)
			}))
			defer www.Close()
			bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, www.URL+r.URL.Path, http.StatusMovedPermanently)
			}))
			defer bare.Close()
			return runOn(t, bare.URL, 2*time.Second, sweepOf(10))
		}},
		{"sweep: host in another case", "own", journey.Failed, "/gone", func(t *testing.T) (journey.Run, evidence) {
			var s *httptest.Server
			s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				pages(map[string]string{"/": `<a href="` + strings.Replace(s.URL, "127.0.0.1", "LOCALHOST", 1) + `/gone">g</a>`})(w, r)
			}))
			defer s.Close()
			return runOn(t, strings.Replace(s.URL, "127.0.0.1", "localhost", 1), 2*time.Second, sweepOf(10))
		}},
		{"sweep: Skip with a query (WooCommerce ?add-to-cart=1)", "linkchecker#62 (neighbour), known crawler trap", journey.Passed, "", answering(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.RawQuery != "" {
				w.WriteHeader(500)
				return
			}
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, `<a href="/?add-to-cart=1">c</a>`)
		}, func(c *api.Client, s *journey.T) {
			if b := c.Sweep(api.Sweep{Start: "/", Pause: 1, Skip: []string{"/?add-to-cart=*", "*add-to-cart*"}}).Broken(); b != "" {
				s.Failf("%s", b)
			}
		})},
		{"sweep: Skip /calendar/* and /calendar/2026/11", "own", journey.Passed, "", answering(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/" {
				w.WriteHeader(500)
				return
			}
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, `<a href="/calendar/2026/11">c</a>`)
		}, func(c *api.Client, s *journey.T) {
			if b := c.Sweep(api.Sweep{Start: "/", Pause: 1, Skip: []string{"/calendar/*"}}).Broken(); b != "" {
				s.Failf("%s", b)
			}
		})},
		{"sweep: Skip with a bad pattern is told", "own", journey.Broken, "", answering(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, `<a href="/sign-out">c</a>`)
		}, func(c *api.Client, s *journey.T) {
			c.Sweep(api.Sweep{Start: "/", Pause: 1, Skip: []string{"/sign-[out"}})
		})},
		{"sweep: evidence of a page that failed 60 requests before the end", "own", journey.Failed, "/gone", func(t *testing.T) (journey.Run, evidence) {
			m := map[string]string{}
			var all strings.Builder
			all.WriteString(`<a href="/gone">g</a>`)
			for i := range 60 {
				fmt.Fprintf(&all, `<a href="/p%d">x</a>`, i)
				m[fmt.Sprintf("/p%d", i)] = "x"
			}
			m["/"] = all.String()
			r, kept := sweepPages(m)(t)
			if !strings.Contains(kept["exchanges.txt"], "404 Not Found") {
				r.Error += " || EVIDENCE HAS NO 404; problems: " + fmt.Sprint(len(r.Problems))
			}
			return r, kept
		}},
		{"sweep: logs itself out", "browsertrix-crawler#642, sqlmap#1215, django-crawler#5", journey.Passed, "", func(t *testing.T) (journey.Run, evidence) {
			var out atomic.Bool
			return answering(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/logout" {
					out.Store(true)
				}
				if out.Load() && r.URL.Path == "/z" {
					w.WriteHeader(401)
					return
				}
				w.Header().Set("Content-Type", "text/html")
				fmt.Fprint(w, `<a href="/logout">o</a><a href="/z">z</a>`)
			}, sweepOf(10))(t)
		}},
		{"sweep: rel=nofollow / robots.txt honoured", "politeness", journey.Passed, "", sweepPages(map[string]string{"/": `<a rel="nofollow" href="/trap">x</a>`, "/robots.txt": "User-agent: *\nDisallow: /trap"})},
		{"sweep: calendar without end: is it told what was left?", "metal3-io#417", journey.Passed, "", func(t *testing.T) (journey.Run, evidence) {
			var n atomic.Int64
			return answering(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				fmt.Fprintf(w, `<a href="/cal?m=%d">n</a>`, n.Add(1))
			}, sweepOf(50))(t)
		}},
		{"sweep: mailto, tel, javascript, data, fragment", "usual", journey.Passed, "", sweepPages(map[string]string{"/": `<a href="mailto:a@b">a</a><a href="tel:1">t</a><a href="javascript:void(0)">j</a><img src="data:image/png;base64,xx"><a href="#x">f</a><a href="/#y">f</a><a href="?">f</a><a href="">e</a>`})},
		{"sweep: 403 to what calls itself compatible (bot wall)", "hyperledger/fabric#5328", journey.Failed, "403", answering(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(403) }, sweepOf(5))},
		// --- client
		{"get: query with a space", "html-proofer#176 (neighbour)", journey.Passed, "", answering(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.Query().Get("q")) }, get("/search?q=two words", 200))},
		{"get: query with a percent sign and a hash", "own", journey.Passed, "", answering(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "%q", r.URL.RawQuery)
		}, func(c *api.Client, s *journey.T) {
			if a := c.Get("/s?q=100%#b"); string(a.Body) != `"q=100%25"` { // the fragment is not sent, as by a browser
				s.Failf("the site was asked for %s", a.Body)
			}
		})},
		{"get: path with an address in it", "wummel/linkchecker#716", journey.Passed, "", answering(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/proxy/https://a.example/b" {
				http.Error(w, "asked for "+r.URL.Path, 404)
			}
		}, get("/proxy/https://a.example/b", 200))},
		{"post: 301 http->https style redirect turns it into GET, 200", "postman#10744 #4001, postcat#442, w3id#1219", journey.Failed, "redirect", answering(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/a" {
				w.Header().Set("Location", "/b")
				w.WriteHeader(301)
				return
			}
			fmt.Fprintf(w, `{"method":%q}`, r.Method)
		}, func(c *api.Client, s *journey.T) { c.Post("/a", map[string]int{"x": 1}).Expect(200) })},
		{"post: 308 keeps method and body", "curl/rfc9110", journey.Passed, "", answering(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/a" {
				w.Header().Set("Location", "/b")
				w.WriteHeader(308)
				return
			}
			b, _ := io.ReadAll(r.Body)
			if r.Method != "POST" || string(b) != `{"x":1}` {
				http.Error(w, r.Method+string(b), 500)
			}
		}, func(c *api.Client, s *journey.T) { c.Post("/a", map[string]int{"x": 1}).Expect(200) })},
		{"get: can a redirect be expected? Expect(302)", "blackbox no_follow_redirects", journey.Passed, "", answering(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/a" {
				http.Redirect(w, r, "/b", http.StatusFound)
			}
		}, get("/a", 302))},
		{"trace: traceparent to another origin over a redirect", "README: to the site's own origin only", journey.Passed, "", func(t *testing.T) (journey.Run, evidence) {
			var leaked atomic.Value
			other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { leaked.Store(r.Header.Get("Traceparent")) }))
			defer other.Close()
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) }))
			defer s.Close()
			r, k := runStage(t, journey.Stage{Trace: true}, s.URL, time.Second, get("/", 200))
			if v, _ := leaked.Load().(string); v != "" {
				r.Outcome, r.Error = journey.Failed, "the other origin got traceparent "+v
			}
			return r, k
		}},
		{"redirect: loop words", "muffet#308", journey.Failed, "redirected more than 10 times", answering(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) }, get("/", 200))},
		{"redirect: 302 without Location", "own", journey.Failed, "got 302", answering(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(302) }, get("/", 200))},
		{"redirect: cookie set on the hop is sent on the next", "usual", journey.Passed, "", answering(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/a" {
				http.SetCookie(w, &http.Cookie{Name: "s", Value: "1", Path: "/"})
				http.Redirect(w, r, "/b", http.StatusFound)
				return
			}
			if _, err := r.Cookie("s"); err != nil {
				w.WriteHeader(401)
			}
		}, get("/a", 200))},
		{"cookie: JSON in its value (Chrome sends it)", "golang/go#18627, httpbin#126, webview_cookie_manager#63", journey.Passed, "", answering(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/in" {
				w.Header().Set("Set-Cookie", `session={"id":1}; Path=/`)
				return
			}
			if !strings.Contains(r.Header.Get("Cookie"), "session=") {
				http.Error(w, "sign in first", http.StatusUnauthorized)
			}
		}, func(c *api.Client, s *journey.T) { c.Get("/in").Expect(200); c.Get("/me").Expect(200) })},
		{"cookie: UTF-8 in its value (Chrome sends it)", "neighbour", journey.Passed, "", answering(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/in" {
				w.Header().Set("Set-Cookie", "name=Zoë; Path=/")
				return
			}
			if !strings.Contains(r.Header.Get("Cookie"), "name=") {
				http.Error(w, "sign in first", http.StatusUnauthorized)
			}
		}, func(c *api.Client, s *journey.T) { c.Get("/in").Expect(200); c.Get("/me").Expect(200) })},
		{"cookie: Secure on http://127.0.0.1 (Chrome sends it there)", "crbug 1056543", journey.Passed, "", answering(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/in" {
				w.Header().Set("Set-Cookie", "s=1; Path=/; Secure")
				return
			}
			if _, err := r.Cookie("s"); err != nil {
				http.Error(w, "sign in first", http.StatusUnauthorized)
			}
		}, func(c *api.Client, s *journey.T) { c.Get("/in").Expect(200); c.Get("/me").Expect(200) })},
		{"cookie: two clients do not share", "usual", journey.Passed, "", answering(func(w http.ResponseWriter, r *http.Request) {
			if _, err := r.Cookie("s"); err == nil {
				w.WriteHeader(500)
			}
			http.SetCookie(w, &http.Cookie{Name: "s", Value: "1"})
		}, func(c *api.Client, s *journey.T) { c.Get("/").Expect(200) })},
		{"evidence: the session cookie that the site sets", "own: secrets masked", journey.Failed, "", func(t *testing.T) (journey.Run, evidence) {
			r, k := answering(func(w http.ResponseWriter, r *http.Request) {
				http.SetCookie(w, &http.Cookie{Name: "session", Value: "tok-5e55104f"})
				w.WriteHeader(500)
			}, get("/in", 200))(t)
			if strings.Contains(k["exchanges.txt"], "tok-5e55104f") {
				r.Outcome, r.Error = journey.Passed, "exchanges.txt holds Set-Cookie: session=tok-5e55104f in the clear"
			}
			return r, k
		}},
		{"encoding: gzip cut off", "usual", journey.Failed, "", answering(func(w http.ResponseWriter, r *http.Request) {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			z.Write(bytes.Repeat([]byte("abc"), 10000))
			z.Close()
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(b.Bytes()[:b.Len()/2])
		}, get("/", 200))},
		{"encoding: says gzip and is plain", "usual", journey.Failed, "gzip", answering(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			fmt.Fprint(w, "plain")
		}, get("/", 200))},
		{"encoding: br though not asked for: said so?", "usual", journey.Failed, "br", answering(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			w.Write([]byte{0x0b, 0x02, 0x80, 0x7b, 0x7d, 0x03})
		}, func(c *api.Client, s *journey.T) { var v any; c.Get("/").Expect(200).JSON(&v) })},
		{"encoding: gzip bomb of 1 GB", "usual", journey.Failed, "longer than 4 MB", answering(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			for range 64 {
				if _, err := z.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
			z.Close()
		}, get("/", 200))},
		{"http: bad chunk", "usual", journey.Failed, "chunk", raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n", get("/", 200))},
		{"http: no HTTP at all", "usual", journey.Failed, "", raw("SSH-2.0-OpenSSH_9.2\r\n", get("/", 200))},
		{"http: two different Content-Lengths", "usual", journey.Failed, "Content-Length", raw("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabc", get("/", 200))},
		{"http: 204 with JSON()", "own", journey.Failed, "expected JSON", answering(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(204) }, func(c *api.Client, s *journey.T) { var v any; c.Get("/").JSON(&v) })},
		{"http: 101 unasked", "own", journey.Failed, "101", raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", get("/", 200))},
		{"http: HEAD", "usual", journey.Passed, "", answering(func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Content-Length", "100") }, func(c *api.Client, s *journey.T) { c.Ask("HEAD", "/", nil).Expect(200) })},
		{"http: keep-alive connection that the server closes on the 2nd POST", "golang/go#22158, #19943, Adyen#125", journey.Passed, "", func(t *testing.T) (journey.Run, evidence) {
			l, _ := net.Listen("tcp", "127.0.0.1:0")
			defer l.Close()
			go func() {
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					go func() {
						defer c.Close()
						r := bufio.NewReader(c)
						req, err := http.ReadRequest(r)
						if err != nil {
							return
						}
						io.Copy(io.Discard, req.Body)
						io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
						r.Peek(1) // the second one comes: closed unanswered, as a server at its keep-alive time-out does
					}()
				}
			}()
			return runOn(t, "http://"+l.Addr().String(), time.Second, func(c *api.Client, s *journey.T) {
				c.Post("/a", map[string]int{"x": 1}).Expect(200)
				c.Post("/b", map[string]int{"x": 1}).Expect(200)
			})
		}},
		{"http: keep-alive connection that the server closes on the 2nd GET", "golang/go#22158", journey.Passed, "", func(t *testing.T) (journey.Run, evidence) {
			l, _ := net.Listen("tcp", "127.0.0.1:0")
			defer l.Close()
			go func() {
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					go func() {
						defer c.Close()
						r := bufio.NewReader(c)
						if _, err := http.ReadRequest(r); err != nil {
							return
						}
						io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
						r.Peek(1)
					}()
				}
			}()
			return runOn(t, "http://"+l.Addr().String(), time.Second, func(c *api.Client, s *journey.T) { c.Get("/a").Expect(200); c.Get("/b").Expect(200) })
		}},
		{"time-out words: the third request of a step had little left", "own: whose time", journey.Failed, "!within 1s", answering(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/c" {
				time.Sleep(900 * time.Millisecond)
			} else {
				time.Sleep(450 * time.Millisecond)
			}
		}, nil)},
		{"ipv6: localhost with only 127.0.0.1 listening", "happy eyeballs", journey.Passed, "", func(t *testing.T) (journey.Run, evidence) {
			s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
			defer s.Close()
			return runOn(t, strings.Replace(s.URL, "127.0.0.1", "localhost", 1), time.Second, get("/", 200))
		}},
		{"dns: no such host, words", "usual", journey.Failed, "no such host", func(t *testing.T) (journey.Run, evidence) {
			return runOn(t, "http://nosuch.invalid", 3*time.Second, get("/", 200))
		}},
		{"refused: words", "usual", journey.Failed, "refused", func(t *testing.T) (journey.Run, evidence) {
			return runOn(t, "http://127.0.0.1:1", time.Second, get("/", 200))
		}},
		{"ours: too many open files", "blackbox_exporter#84 #96; rule 12", journey.Broken, "", func(t *testing.T) (journey.Run, evidence) {
			s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
			defer s.Close()
			var old syscall.Rlimit
			syscall.Getrlimit(syscall.RLIMIT_NOFILE, &old)
			var files []*os.File
			syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 60, Max: old.Max})
			for {
				f, err := os.Open("/dev/null")
				if err != nil {
					break
				}
				files = append(files, f)
			}
			r, k := runOn(t, s.URL, time.Second, get("/", 200))
			for _, f := range files {
				f.Close()
			}
			syscall.Setrlimit(syscall.RLIMIT_NOFILE, &old)
			return r, k
		}},
		{"ours: dead proxy in HTTP_PROXY", "rule 12 (neighbour)", journey.Broken, "", nil},
		{"tls: self-signed, words", "usual", journey.Failed, "certificate", func(t *testing.T) (journey.Run, evidence) {
			s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
			s.Config.ErrorLog = nil
			defer s.Close()
			return runOn(t, s.URL, time.Second, get("/", 200))
		}},
		{"tls: http on the https port, words", "usual", journey.Failed, "HTTP response to HTTPS", func(t *testing.T) (journey.Run, evidence) {
			s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
			defer s.Close()
			return runOn(t, strings.Replace(s.URL, "http://", "https://", 1), time.Second, get("/", 200))
		}},
		{"tls: TLS 1.0 only, words", "usual", journey.Failed, "protocol version", func(t *testing.T) (journey.Run, evidence) {
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
			s.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}
			s.StartTLS()
			defer s.Close()
			return runOn(t, s.URL, time.Second, get("/", 200))
		}},
		// --- JSON
		{"json: BOM", "gorequest#179, jq#45, grafana-infinity#453", journey.Passed, "", answering(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "\xef\xbb\xbf{\"ok\":true}") }, func(c *api.Client, s *journey.T) {
			var v struct{ OK bool }
			c.Get("/").JSON(&v)
		})},
		{"json: null where an object is due", "own", journey.Failed, "", answering(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `null`) }, func(c *api.Client, s *journey.T) {
			var v struct{ Status string }
			v.Status = "queued"
			c.Get("/").JSON(&v)
			if v.Status != "queued" {
				s.Failf("status %q", v.Status)
			}
		})},
		{"json: key gone; the variable keeps the last answer's value", "own (Go's Unmarshal)", journey.Failed, "", answering(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/1" {
				fmt.Fprint(w, `{"id":"7","status":"queued"}`)
				return
			}
			fmt.Fprint(w, `{}`)
		}, func(c *api.Client, s *journey.T) {
			var job struct{ ID, Status string }
			c.Get("/1").JSON(&job)
			c.Get("/2").JSON(&job)
			if job.Status != "queued" {
				s.Failf("status %q", job.Status)
			}
		})},
		{"json: trailing garbage", "usual", journey.Failed, "after top-level value", answering(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"ok":true}<br>Warning: foo`) }, func(c *api.Client, s *journey.T) { var v any; c.Get("/").JSON(&v) })},
		{"json: 2^53+1 into any", "usual", journey.Passed, "", answering(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"n":9007199254740993}`) }, func(c *api.Client, s *journey.T) {
			var v map[string]any
			c.Get("/").JSON(&v)
			if fmt.Sprint(v["n"]) != "9007199254740993" {
				s.Failf("n is %v", v["n"])
			}
		})},
		{"json: HTML with 200", "usual", journey.Failed, "expected JSON", answering(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `<html>Please sign in`) }, func(c *api.Client, s *journey.T) { var v any; c.Get("/").Expect(200).JSON(&v) })},
		{"words: Latin-1 in an error body stays valid text", "own", journey.Failed, "!\xfc", answering(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500); w.Write([]byte("ung\xfcltig")) }, get("/", 200))},
		{"words: escape sequences of an error body", "own (terminal)", journey.Failed, "!\x1b", answering(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(500)
			fmt.Fprint(w, "\x1b[2J\x1b[31mgot you\x00")
		}, get("/", 200))},
		{"waterfall: 103 Early Hints, then 300 ms: first byte or download?", "own", journey.Passed, "", func(t *testing.T) (journey.Run, evidence) {
			r, k := answering(func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(103)
				time.Sleep(300 * time.Millisecond)
				fmt.Fprint(w, "x")
			}, get("/", 200))(t)
			if wf := r.Steps[0].Waterfall; wf.FirstByteMS < 250 {
				r.Outcome, r.Error = journey.Failed, fmt.Sprintf("%+v", wf)
			}
			return r, k
		}},
		{"time: whole exchange, not until headers", "usual", journey.Passed, "", func(t *testing.T) (journey.Run, evidence) {
			r, k := answering(func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(200)
				w.(http.Flusher).Flush()
				time.Sleep(300 * time.Millisecond)
				fmt.Fprint(w, "x")
			}, get("/", 200))(t)
			if r.DurationMS < 290 {
				r.Outcome, r.Error = journey.Failed, fmt.Sprint(r.DurationMS, " ms")
			}
			return r, k
		}},
	}
	for _, b := range cases {
		switch {
		case b.name == "time-out words: the third request of a step had little left":
			b.do = func(t *testing.T) (journey.Run, evidence) {
				s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					select {
					case <-time.After(450 * time.Millisecond):
					case <-r.Context().Done():
					}
				}))
				defer s.Close()
				return runOn(t, s.URL, time.Second, func(c *api.Client, _ *journey.T) { c.Get("/a"); c.Get("/b"); c.Get("/c") })
			}
		case b.do == nil:
			continue
		}
		t.Run(b.name, func(t *testing.T) {
			r, _ := b.do(t)
			ok := r.Outcome == b.outcome
			if not, is := strings.CutPrefix(b.says, "!"); is {
				ok = ok && !strings.Contains(r.Error, not)
			} else {
				ok = ok && strings.Contains(r.Error, b.says)
			}
			if !ok {
				t.Errorf("%s: want %s %q, got %s %q %s", b.source, b.outcome, b.says, r.Outcome, r.Error, counts(r))
			}
		})
	}
}
