package api_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"valkyrie/infra/suite/tlstest"
	"valkyrie/probes/api"
	"valkyrie/probes/journey"
)

// TestCertificates: a run records the certificate of each host that it reached by TLS, from the handshakes of its requests.
func TestCertificates(t *testing.T) {
	expires := time.Now().Add(5 * 24 * time.Hour).UTC().Truncate(time.Second)
	cert := tlstest.Certificate(t, "Test Authority", expires, "127.0.0.1", "localhost")
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{}")) }))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	server.StartTLS()
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(cert.Leaf)
	site, _ := url.Parse(server.URL)
	client := api.NewClient()
	runner := journey.Runner{Stage: journey.Stage{Site: site, Network: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}}
	run := runner.Run(t.Context(), journey.Journey{Name: "ask", Uses: client, Steps: []journey.Step{
		{Name: "ask", Do: func(*journey.T) {
			client.Get("/a")
			client.Get("/b")
			client.Get("https://localhost:" + site.Port() + "/c")
		}},
	}}, time.Now())
	if run.Outcome != journey.Passed || len(run.Certificates) != 2 {
		t.Fatalf("%s %s: %+v", run.Outcome, run.Error, run.Certificates)
	}
	for i, host := range []string{"127.0.0.1", "localhost"} {
		if c := run.Certificates[i]; c.Host != host || c.Issuer != "Test Authority" || !c.Expires.Equal(expires) || !c.From.Before(time.Now()) {
			t.Errorf("%+v", c)
		}
	}
}
