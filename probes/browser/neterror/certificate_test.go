package neterror

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCertificateFaults(t *testing.T) {
	now := time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC)
	const date, name, authority = "net::ERR_CERT_DATE_INVALID", "net::ERR_CERT_COMMON_NAME_INVALID", "net::ERR_CERT_AUTHORITY_INVALID"
	ca := &x509.Certificate{Subject: pkix.Name{CommonName: "Acme CA"}, IsCA: true, BasicConstraintsValid: true, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(1, 0, 0)}
	oldCA := &x509.Certificate{Subject: pkix.Name{CommonName: "Old CA"}, IsCA: true, BasicConstraintsValid: true, NotBefore: now.AddDate(-9, 0, 0), NotAfter: now.AddDate(0, 0, -3)}
	leaf := func(from, to time.Time, names ...string) *x509.Certificate {
		return &x509.Certificate{Subject: pkix.Name{CommonName: "x"}, NotBefore: from, NotAfter: to, DNSNames: names}
	}
	past, future := now.AddDate(-1, 0, 0), now.AddDate(0, 2, 0)
	for what, c := range map[string]struct {
		code  string
		chain []*x509.Certificate // each signed by the next, the last by itself
		sent  int                 // how many of them the server sends
		want  []string
	}{
		"expired":            {date, []*x509.Certificate{leaf(past, now.AddDate(0, 0, -18), "shop.example"), ca}, 1, []string{"expired on 3 Nov 2026"}},
		"not yet":            {date, []*x509.Certificate{leaf(future, future.AddDate(1, 0, 0), "shop.example"), ca}, 1, []string{"is not valid before 21 Jan 2027"}},
		"expired in between": {date, []*x509.Certificate{leaf(past, future, "shop.example"), oldCA}, 2, []string{`comes with an intermediate one, "Old CA", that expired on 18 Nov 2026`}},
		"another name":       {name, []*x509.Certificate{leaf(past, future, "other.example"), ca}, 1, []string{"is for other.example, not for shop.example"}},
		"many names":         {name, []*x509.Certificate{leaf(past, future, "a.example", "b.example", "c.example", "d.example"), ca}, 1, []string{"is for a.example, b.example, c.example and 1 more, not for shop.example"}},
		"no name":            {name, []*x509.Certificate{leaf(past, future), ca}, 1, []string{"is for no host at all, not for shop.example"}},
		"a wildcard":         {authority, []*x509.Certificate{leaf(past, future, "*.example"), ca}, 2, []string{`is not trusted: it is of an authority that browsers do not know, "Acme CA"`}},
		"no intermediate":    {authority, []*x509.Certificate{leaf(past, future, "shop.example"), ca}, 1, []string{`is not trusted: browsers do not know who issued it, "Acme CA", and the server sends no certificate in between`}},
		"self-signed":        {authority, []*x509.Certificate{leaf(past, future, "shop.example")}, 1, []string{"is not trusted: it is self-signed"}},
		"all at once":        {authority, []*x509.Certificate{leaf(past, now.AddDate(0, 0, -1), "other.example")}, 1, []string{"expired on 20 Nov 2026", "is for other.example, not for shop.example", "is not trusted: it is self-signed"}},
		"revoked":            {"net::ERR_CERT_REVOKED", []*x509.Certificate{leaf(past, future, "shop.example"), ca}, 1, []string{"was revoked by its authority"}},
		"nothing we can see": {date, []*x509.Certificate{leaf(past, future, "shop.example"), ca}, 2, nil},
	} {
		got := certificateFaults(c.code, "shop.example", signed(t, c.chain)[:c.sent], now)
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: (-want +got)\n%s", what, d)
		}
	}
}

// TestDescribeAtWithoutHandshake checks that Chrome's code is described by itself when the handshake fails.
func TestDescribeAtWithoutHandshake(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "https://" + l.Addr().String()
	l.Close()
	got := DescribeAt(t.Context(), "net::ERR_CERT_DATE_INVALID", address, time.Now())
	if want := "its certificate has expired, or is not valid yet (ERR_CERT_DATE_INVALID)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func signed(t *testing.T, chain []*x509.Certificate) []*x509.Certificate {
	t.Helper()
	keys := make([]*ecdsa.PrivateKey, len(chain))
	out := make([]*x509.Certificate, len(chain))
	for i := len(chain) - 1; i >= 0; i-- {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		keys[i] = key
		up := min(i+1, len(chain)-1)
		by := chain[up]
		c := *chain[i]
		c.SerialNumber = big.NewInt(int64(i + 1))
		der, err := x509.CreateCertificate(rand.Reader, &c, by, key.Public(), keys[up])
		if err == nil {
			out[i], err = x509.ParseCertificate(der)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestClientCertificate checks that a server that wants a client certificate is recognized when Chrome reports only the end
// of the connection.
func TestClientCertificate(t *testing.T) {
	const words = "it wants a client certificate, and the browser has none that it accepts (ERR_CONNECTION_CLOSED)"
	for name, c := range map[string]struct {
		version uint16
		wants   tls.ClientAuthType
		want    string
	}{
		"required, TLS 1.3": {tls.VersionTLS13, tls.RequireAnyClientCert, words},
		"required, TLS 1.2": {tls.VersionTLS12, tls.RequireAnyClientCert, words},
		"asked for":         {tls.VersionTLS13, tls.RequestClientCert, "the connection was closed without an answer (ERR_CONNECTION_CLOSED)"},
		"not asked for":     {tls.VersionTLS13, tls.NoClientCert, "the connection was closed without an answer (ERR_CONNECTION_CLOSED)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewUnstartedServer(nil)
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.TLS = &tls.Config{MaxVersion: c.version, ClientAuth: c.wants}
			server.StartTLS()
			defer server.Close()
			if got := DescribeAt(t.Context(), "net::ERR_CONNECTION_CLOSED", server.URL+"/", time.Now()); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
