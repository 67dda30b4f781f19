package author

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"valkyrie/functions/valkyrie/author/tree"
	"valkyrie/infra/chrome"
	"valkyrie/infra/suite"
	"valkyrie/probes/journey"
)

// looking returns what the commands use, with a real Chrome.
func looking(t *testing.T, out *bytes.Buffer) Config {
	t.Helper()
	c, err := chrome.Find(t.Context(), chrome.Config{Progress: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	return Config{
		Stdout: out, Stderr: out, Now: func() time.Time { return now },
		Runner: func(_ context.Context, _ []func() journey.Journey, site string) (journey.Runner, error) {
			u, err := url.Parse(site)
			return journey.Runner{Stage: journey.Stage{Site: u, Chrome: journey.Program{Path: c.Path, Env: c.Env}}, Region: "laptop"}, err
		},
	}
}

// TestFirstPage: the expectation is something that the first page shows each time; a page that answers with an error has none.
func TestFirstPage(t *testing.T) {
	suite.Core(t)
	var visits atomic.Int64
	var out bytes.Buffer
	c := looking(t, &out)
	for name, page := range map[string]struct {
		status             int
		body, expect, fail string
	}{
		"a heading":                     {200, `<h1>Books</h1><h2>New</h2>`, `browser.Heading("Books")`, ""},
		"drawn late":                    {200, `<script>setTimeout(() => document.body.innerHTML = "<h1>Late “books”</h1>", 700)</script>`, `browser.Heading("Late “books”")`, ""},
		"a heading that changes":        {200, `<h1>Visit VISIT</h1><h2>New</h2>`, `browser.Heading("New")`, ""},
		"only headings that change":     {200, `<h1>Visit VISIT</h1><a href="/x">All books</a>`, `browser.Link("All books")`, ""},
		"a hidden heading":              {200, `<h1 style="display:none">Menu</h1><button>Log in</button>`, `browser.Button("Log in")`, ""},
		"a heading with a label, too":   {200, `<h1 aria-label="Welcome">W</h1><p>Some "text"</p>`, `browser.Heading("W")`, ""},
		"text":                          {200, `<p>Some "text"</p>`, `browser.Text("Some \"text\"")`, ""},
		"a heading of several lines":    {200, "<h1>Two\n<br>lines</h1>", `browser.Heading("Two lines")`, ""},
		"a heading that is a long text": {200, `<h1>` + strings.Repeat("very ", 30) + `long</h1><p>short</p>`, `browser.Text("short")`, ""},
		"nothing":                       {200, ``, "", ""},
		"an error":                      {500, `<h1>Sorry</h1>`, "", "500"},
	} {
		t.Run(name, func(t *testing.T) {
			site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				w.WriteHeader(page.status)
				fmt.Fprint(w, "<!doctype html><title>Shop</title><body>"+strings.ReplaceAll(page.body, "VISIT", fmt.Sprint(visits.Add(1))))
			}))
			defer site.Close()
			s := skeleton{Module: "valkyrie", Name: "open-shop", Title: "open the shop"}
			err := c.look(t.Context(), site.URL, &s)
			if s.Expect != page.expect || (err != nil) != (page.fail != "") || err != nil && !strings.Contains(err.Error(), page.fail) {
				t.Errorf("got %s, %v; want %s, an error with %q", s.Expect, err, page.expect, page.fail)
			}
		})
	}
}

// TestFirstAnswer: the status of an API's first address is expected, if it is one that an API means.
func TestFirstAnswer(t *testing.T) {
	var out bytes.Buffer
	c := Config{Stdout: &out, Stderr: &out, Now: func() time.Time { return now }, Runner: func(_ context.Context, _ []func() journey.Journey, site string) (journey.Runner, error) {
		u, err := url.Parse(site)
		return journey.Runner{Stage: journey.Stage{Site: u}, Region: "laptop"}, err
	}}
	for status, want := range map[int]string{200: "http.StatusOK", 204: "http.StatusNoContent", 401: "http.StatusUnauthorized", 404: "http.StatusNotFound", 503: ""} {
		site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		s := skeleton{Name: "ask", Title: "ask", API: true, Status: 200}
		err := c.look(t.Context(), site.URL, &s)
		site.Close()
		if want == "" {
			if err == nil || s.StatusName() != "http.StatusOK" {
				t.Errorf("%d: expects %s, %v; want an error", status, s.StatusName(), err)
			}
		} else if err != nil || s.StatusName() != want {
			t.Errorf("%d: expects %s, %v; want %s", status, s.StatusName(), err, want)
		}
	}
}

// TestSkeletons: every form of a new journey compiles in this tree; nothing is written.
func TestSkeletons(t *testing.T) {
	for name, s := range map[string]skeleton{
		"the least":       {},
		"expecting":       {Expect: `browser.Heading("a \"b\"")`},
		"with everything": {Expect: `browser.Text("x")`, Secrets: []string{"shop-user", "shop-password"}, Every: 5 * time.Minute},
		"an API":          {API: true, Status: 200},
		"an API, all":     {API: true, Status: 404, Secrets: []string{"shop-token"}, Every: 2 * time.Hour},
		"a title":         {Title: "say \"hello\" \\ 你好"},
	} {
		t.Run(name, func(t *testing.T) {
			of, err := tree.Find("../../..")
			if err != nil {
				t.Fatal(err)
			}
			s.Module, s.Name = of.Module, "open-every-page-of-it"
			if s.Title == "" {
				s.Title = words(s.Name)
			}
			if err := stage(of, s); err != nil {
				t.Fatal(err)
			}
			if err := of.Compile(); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(filepath.Join(of.Root, "probes/open_every_page_of_it.go")); !os.IsNotExist(err) {
				t.Errorf("the file was written: %v", err)
			}
		})
	}
}

// TestNewDoesNotCompile: a journey that would not compile is refused with the place, and nothing is written.
func TestNewDoesNotCompile(t *testing.T) {
	of, err := tree.Find("../../..")
	if err != nil {
		t.Fatal(err)
	}
	if err := of.New("open-every-page-of-it", "package probes\n\nfunc OpenEveryPageOfIt() int { return 1 }\n", 0); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = Config{Stdout: &out, Stderr: &out}.commit(of)
	if err == nil || !strings.Contains(err.Error(), "correct this first, nothing was written:\n") || !strings.Contains(err.Error(), "OpenEveryPageOfIt") || out.Len() > 0 {
		t.Errorf("got %v, printed %q", err, out.String())
	}
	if _, err := os.Stat(filepath.Join(of.Root, "probes/open_every_page_of_it.go")); !os.IsNotExist(err) {
		t.Errorf("the file was written: %v", err)
	}
}
