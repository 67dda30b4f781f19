package reach_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"valkyrie/infra/suite/dnstest"
	"valkyrie/probes/journey/reach"
)

// clientOf is a client of the proxy that serves the limits.
func clientOf(t *testing.T, l *reach.Limits) (*http.Client, *reach.Proxy) {
	p, err := l.Proxy()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	server, ok := strings.CutPrefix(p.ChromeArgs()[0], "--proxy-server=")
	at, err := url.Parse(server)
	if !ok || err != nil {
		t.Fatalf("%q: %v", server, err)
	}
	own := http.DefaultTransport.(*http.Transport).Clone()
	own.Proxy = http.ProxyURL(at)
	own.TLSClientConfig.InsecureSkipVerify = true //nolint:gosec // the test's own server
	t.Cleanup(own.CloseIdleConnections)
	return &http.Client{Transport: own}, p
}

// TestProxy checks that the proxy passes on requests and tunnels, and refuses this machine's addresses however they are named: also a
// name that has another address each time, and what a redirect leads to.
func TestProxy(t *testing.T) {
	var asked atomic.Int64
	answer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/allowed") {
			asked.Add(1)
		}
		if r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Via") != "" {
			t.Errorf("the proxy shows itself: %v", r.Header)
		}
		if r.URL.Path == "/allowed/away" {
			http.Redirect(w, r, "http://127.0.0.2:"+port(t, "http://"+r.Host)+"/", http.StatusFound)
			return
		}
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s", r.Method, r.URL.Path, body)
	})
	ln, err := net.Listen("tcp", "0.0.0.0:0") // named.example at 127.0.0.3, and the Runtime API's stand-in at all others
	if err != nil {
		t.Fatal(err)
	}
	plain := &httptest.Server{Listener: ln, Config: &http.Server{Handler: answer}} //nolint:gosec // a test's
	plain.Start()
	t.Cleanup(plain.Close)
	secure := httptest.NewTLSServer(answer)
	t.Cleanup(secure.Close)
	at := port(t, plain.URL)
	dnstest.Serve(t, map[string][]string{"named.example": {"127.0.0.3"}, "rebinds.example": {"192.0.2.1", "127.0.0.2"}, "machine.example": {"127.0.0.2"}, "metadata.example": {"169.254.169.254"}})

	site, _ := url.Parse("https://203.0.113.7")
	client, p := clientOf(t, reach.New(t.Context(), site, []string{"named.example", "127.0.0.1:" + port(t, secure.URL)}))
	for _, c := range []struct{ url, want string }{
		{"http://named.example:" + at + "/allowed/a", "POST /allowed/a body"},
		{secure.URL + "/allowed/b", "POST /allowed/b body"},
	} {
		res, err := client.Post(c.url, "text/plain", strings.NewReader("body"))
		if err != nil {
			t.Errorf("%s: %v", c.url, err)
			continue
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if string(body) != c.want {
			t.Errorf("%s: %q, want %q", c.url, body, c.want)
		}
	}
	for address, want := range map[string]string{
		"http://machine.example:" + at:                 reach.OwnMachine,
		"https://machine.example:" + at:                reach.OwnMachine,
		"http://metadata.example/":                     reach.OwnMachine,
		"http://127.0.0.2:" + at:                       reach.OwnMachine,
		"http://[::1]:" + at:                           reach.OwnMachine,
		"http://0.0.0.0:" + at:                         reach.OwnMachine,
		"http://localhost:" + at:                       reach.OwnMachine,
		"http://unknown.example/":                      "net::ERR_NAME_NOT_RESOLVED",
		"https://unknown.example/":                     "net::ERR_NAME_NOT_RESOLVED",
		"https://named.example:1/":                     "net::ERR_CONNECTION_REFUSED",
		"http://named.example:" + at + "/allowed/away": "-",
	} {
		res, err := client.Get(address)
		if err == nil {
			_ = res.Body.Close()
			t.Errorf("%s: answered %s", address, res.Status)
		}
		if got := p.Cause("net::ERR_TUNNEL_CONNECTION_FAILED", address); want != "-" && got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
	for range 6 { // every other time it has the machine's address
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond) // no host is at 192.0.2.1
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://rebinds.example:"+at+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		if res, err := client.Do(req); err == nil {
			_ = res.Body.Close()
			t.Error("rebinds.example: answered")
		}
		cancel()
	}
	if n := asked.Load(); n > 0 {
		t.Errorf("this machine was asked %d times", n)
	}
	if got := p.Cause("net::ERR_CERT_DATE_INVALID", "http://machine.example:"+at); got != "net::ERR_CERT_DATE_INVALID" {
		t.Errorf("another error is replaced: %s", got)
	}
}

// TestProxyEnds checks that Close ends tunnels too.
func TestProxyEnds(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	site, _ := url.Parse("https://203.0.113.7")
	p, err := reach.New(t.Context(), site, []string{ln.Addr().String()}).Proxy()
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", strings.TrimPrefix(p.ChromeArgs()[0], "--proxy-server=http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	fmt.Fprintf(c, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", ln.Addr(), ln.Addr())
	r := bufio.NewReader(c)
	if line, err := r.ReadString('\n'); err != nil || !strings.Contains(line, "200") {
		t.Fatalf("%q: %v", line, err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if _, err := io.Copy(io.Discard, r); err != nil && !strings.Contains(err.Error(), "reset") {
		t.Error(err)
	}
}

func port(t *testing.T, address string) string {
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Port()
}
