package demoshop

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// instant configures a shop whose healthy work takes no time.
func instant() Config {
	return Config{
		PrintTime:    time.Nanosecond,
		OrderTime:    time.Nanosecond,
		DownloadTime: time.Nanosecond,
		LookupTime:   time.Nanosecond,
		RenderTime:   time.Nanosecond,
	}
}

// open opens a shop behind a real server for the duration of the test.
func open(t *testing.T, cfg Config) (*Shop, *httptest.Server) {
	t.Helper()
	shop, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(shop)
	t.Cleanup(func() {
		server.Close()
		if err := shop.Close(); err != nil {
			t.Error(err)
		}
	})
	return shop, server
}

// customer is a browser session: cookies, and the CSRF token of its last page.
type customer struct {
	t       *testing.T
	address string
	http    *http.Client
	csrf    string
}

// page is a page that a customer has received.
type page struct {
	status int
	path   string // after redirects
	header http.Header
	body   string // with entities resolved
	raw    string
}

func arrives(t *testing.T, server *httptest.Server) *customer {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &customer{t: t, address: server.URL, http: &http.Client{Jar: jar, Transport: transport}}
}

// teacher is a customer who has signed in.
func teacher(t *testing.T, server *httptest.Server) *customer {
	t.Helper()
	c := arrives(t, server)
	c.get("/sign-in")
	if got := c.post("/sign-in", "email", DemoEmail, "password", DemoPassword); got.path != "/cards" {
		t.Fatalf("signed in and landed on %s (%d), want /cards", got.path, got.status)
	}
	return c
}

func (c *customer) get(path string) page {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.address+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.do(request)
}

// post sends a form of alternating names and values, with the token of the last page.
func (c *customer) post(path string, fields ...string) page {
	c.t.Helper()
	return c.do(c.form(path, fields...))
}

func (c *customer) form(path string, fields ...string) *http.Request {
	c.t.Helper()
	values := url.Values{"csrf": {c.csrf}}
	for i := 0; i < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.address+path, strings.NewReader(values.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return request
}

var csrfField = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

func (c *customer) do(request *http.Request) page {
	c.t.Helper()
	response, err := c.http.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	if token := csrfField.FindSubmatch(body); token != nil {
		c.csrf = string(token[1])
	}
	return page{response.StatusCode, response.Request.URL.Path, response.Header, html.UnescapeString(string(body)), string(body)}
}

// wantPage fails the test unless the page has this status and these texts.
func (p page) wantPage(t *testing.T, status int, texts ...string) {
	t.Helper()
	if p.status != status {
		t.Fatalf("%s: status %d, want %d:\n%s", p.path, p.status, status, p.body)
	}
	for _, text := range texts {
		if !strings.Contains(p.body, text) {
			t.Errorf("%s does not show %q:\n%s", p.path, text, p.body)
		}
	}
}
