package browser_test

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"valkyrie/infra/suite/tlstest"
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// TestCertificates: a run records the certificate of each host that a page contacts, its own and those of what it loads.
func TestCertificates(t *testing.T) {
	expires := time.Now().Add(5 * 24 * time.Hour).UTC().Truncate(time.Second)
	cert := tlstest.Certificate(t, "Test Authority", expires, "127.0.0.1", "localhost")
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		if r.URL.Path == "/" {
			_, port, _ := net.SplitHostPort(r.Host)
			_, _ = w.Write([]byte(`<h1>Hello</h1><iframe src="https://localhost:` + port + `/frame"></iframe>`))
		}
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	server.StartTLS()
	defer server.Close()
	site, _ := url.Parse(server.URL)
	known := sha256.Sum256(cert.Leaf.RawSubjectPublicKeyInfo)
	trusting := program
	trusting.Args = append(trusting.Args[:len(trusting.Args):len(trusting.Args)], "--ignore-certificate-errors-spki-list="+base64.StdEncoding.EncodeToString(known[:]))
	tab := browser.NewTab()
	t.Setenv("TMPDIR", t.TempDir())
	run := playWith(t, journey.Runner{Stage: journey.Stage{Site: site, Chrome: trusting}}, tab, journey.Step{Name: "open", Limit: 10 * time.Second, Do: func(*journey.T) {
		tab.Visit("/")
		tab.See(browser.Text("Hello"))
	}})
	if run.Outcome != journey.Passed || len(run.Certificates) != 2 {
		t.Fatalf("%s %s: %+v", run.Outcome, run.Error, run.Certificates)
	}
	for _, c := range run.Certificates {
		if c.Host != "127.0.0.1" && c.Host != "localhost" || c.Issuer != "Test Authority" || !c.Expires.Equal(expires) || !c.From.Before(time.Now()) {
			t.Errorf("%+v", c)
		}
	}
}
