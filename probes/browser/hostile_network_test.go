package browser_test

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// networkRows are sites that are unreachable, in whole or in part.
var networkRows = map[string]row{
	"no such name":            {page: button, args: []string{"--host-resolver-rules=MAP shop.test ~NOTFOUND"}, do: func(s *fixture) { s.Visit("http://shop.test/") }, want: journey.Failed, wantError: "could not open http://shop.test/: its name is not known to DNS"},
	"connection refused":      {site: deadPort, do: visit, want: journey.Failed, wantError: "the connection was refused"},
	"refused after the click": {page: `<h1>Shop</h1>`, do: navigateToDeadPort, want: journey.Failed, wantError: "the page could not be loaded: the connection was refused"},
	"a request of a page that was left": {
		page: `<button onclick="fetch('/silent')">Pay</button>`, pages: map[string]string{"/two": "<h1>Two</h1>"},
		handlers: map[string]http.HandlerFunc{"/silent": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
		do: func(s *fixture) {
			s.Visit("/")
			s.Click(browser.Button("Pay"))
			s.Visit("/two")
			s.See(browser.Text("Nope"))
		},
		limit: 2500 * time.Millisecond, want: journey.Failed, wantError: `the page says "Two"`, notError: "/silent",
	},
	"closed without an answer":     {handlers: at(closeAfter("")), do: visit, want: journey.Failed, wantError: "the connection was closed without an answer"},
	"reset in mid-body":            {handlers: at(closeAfter("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9999\r\n\r\n<h1>Half</h1>")), want: journey.Failed, wantError: `its body was cut short`},
	"no HTTP":                      {site: writesGarbage("220 smtp.example.com ESMTP\r\n"), do: visit, want: journey.Failed, wantError: "its answer is no valid HTTP"},
	"basic-auth prompt":            {handlers: at(prompts), want: journey.Failed, wantError: "answered 401"},
	"proxy down":                   {page: button, args: []string{"--proxy-server=http://127.0.0.1:9", "--proxy-bypass-list=<-loopback>"}, want: journey.Broken, wantError: "the probe's proxy does not answer"},
	"HSTS upgrade":                 {site: tlsSite(hsts), args: trustServer, limit: 3 * time.Second, do: upgraded, want: journey.Passed},
	"HSTS upgrade to a dead port":  {site: tlsSite(hsts), args: trustServer, do: upgradedElsewhere, limit: 3 * time.Second, want: journey.Failed, wantError: "the connection was refused"},
	"the page it wants is missing": {page: `<a href=/gone>Print</a>`, do: func(s *fixture) { s.Visit("/"); s.Click(browser.Link("Print")); s.See(browser.Text("Thank you")) }, want: journey.Failed, wantError: "/gone answered 404"},
}

// tlsRows have certificates that Chrome rejects.
var tlsRows = map[string]row{
	"self-signed":               {site: tlsSite(func(*httptest.Server) {}), do: visit, want: journey.Failed, wantError: "the certificate of 127.0.0.1 is not trusted: it is self-signed (ERR_CERT_AUTHORITY_INVALID)"},
	"expired":                   {site: tlsSite(certified(pastCert)), do: visit, want: journey.Failed, wantError: "the certificate of 127.0.0.1 expired on 9 Sep 2001, and is not trusted: it is of an authority that browsers do not know, \"Test Authority\""},
	"not valid yet":             {site: tlsSite(certified(futureCert)), do: visit, want: journey.Failed, wantError: "the certificate of 127.0.0.1 is not valid before 9 May 2433"},
	"for another name":          {site: tlsSite(certified(strangeCert)), do: visit, want: journey.Failed, wantError: "the certificate of 127.0.0.1 is for other.example, not for 127.0.0.1"},
	"unknown authority":         {site: tlsSite(certified(goodCert)), do: visit, want: journey.Failed, wantError: "the certificate of 127.0.0.1 is not trusted: it is of an authority that browsers do not know, \"Test Authority\""},
	"redirects to a bad one":    {site: redirectsToBad, do: visit, want: journey.Failed, wantError: "the certificate of localhost expired on 9 Sep 2001"},
	"a bad one after the click": {site: linksToBad, want: journey.Failed, wantError: "the page could not be loaded: the certificate of localhost expired on 9 Sep 2001"},
	"too old": {site: tlsSite(func(s *httptest.Server) {
		s.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	}), do: visit, want: journey.Failed, wantError: "it speaks no version of TLS that browsers use"},
	"no TLS": {page: button, do: func(s *fixture) { s.Visit("https://" + s.site.Host + "/") }, want: journey.Failed, wantError: "it does not speak TLS properly"},
}

var nobody = stdlog.New(io.Discard, "", 0)

// trustServer makes Chrome trust the test server's certificate for shop.test.
var trustServer = []string{"--host-resolver-rules=MAP shop.test 127.0.0.1", "--ignore-certificate-errors-spki-list=" + pin()}

func pin() string {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	sum := sha256.Sum256(server.Certificate().RawSubjectPublicKeyInfo)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// hsts requires TLS from now on.
func hsts(s *httptest.Server) {
	inner := s.Config.Handler
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Strict-Transport-Security", "max-age=3600")
		inner.ServeHTTP(w, r)
	})
}

func upgraded(s *fixture) {
	s.Visit("https://shop.test:" + s.site.Port() + "/")
	s.Visit("http://shop.test:" + s.site.Port() + "/")
	s.Click(browser.Button("Print"))
	s.See(browser.Text("Thank you"))
}

func upgradedElsewhere(s *fixture) {
	s.Visit("https://shop.test:" + s.site.Port() + "/")
	s.Visit("http://shop.test:" + deadPort(s.t).Port() + "/")
}

// navigateToDeadPort navigates to a port without a listener.
func navigateToDeadPort(s *fixture) {
	s.Visit("/")
	s.inPage("location = '" + deadPort(s.t).String() + "'")
	s.See(browser.Text("Thank you"))
}

// redirectsToBad and linksToBad lead to an address with an expired certificate.
func redirectsToBad(t *testing.T) *url.URL {
	bad := tlsSite(certified(pastCert))(t)
	return serve(t, nil, at(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://localhost:"+bad.Port()+"/", http.StatusFound)
	}))
}

func linksToBad(t *testing.T) *url.URL {
	bad := tlsSite(certified(pastCert))(t)
	return serve(t, map[string]string{"/": `<button onclick="location = 'https://localhost:` + bad.Port() + `/'">Print</button>`}, nil)
}

// deadPort is a port without a listener.
func deadPort(t *testing.T) *url.URL {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return &url.URL{Scheme: "http", Host: l.Addr().String()}
}

// writesGarbage writes an invalid response to each connection and closes it.
func writesGarbage(words string) func(*testing.T) *url.URL {
	return func(t *testing.T) *url.URL {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				fmt.Fprint(conn, words)
				conn.Read(make([]byte, 4096))
				conn.Close()
			}
		}()
		return &url.URL{Scheme: "http", Host: l.Addr().String()}
	}
}

// closeAfter writes text as its response and closes the connection.
func closeAfter(words string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		fmt.Fprint(conn, words)
		conn.Close()
	}
}

func prompts(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("WWW-Authenticate", `Basic realm="shop"`)
	frameResult(http.StatusUnauthorized, "who are you?")(w, nil)
}

// handshake is the accept value of a WebSocket key (RFC 6455, 4.2.2).
func handshake(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}
