package browser_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"net/http/httptest"
	"time"
)

var (
	here   = []net.IP{net.IPv4(127, 0, 0, 1)}
	oldest = time.Unix(0, 0)
	latest = time.Unix(2e10, 0)
)

// The certificates are issued by an unknown authority and have at most one other fault.
var (
	goodCert    = x509.Certificate{NotBefore: oldest, NotAfter: latest, IPAddresses: here}
	pastCert    = x509.Certificate{NotBefore: oldest, NotAfter: time.Unix(1e9, 0), IPAddresses: here, DNSNames: []string{"localhost"}}
	futureCert  = x509.Certificate{NotBefore: time.Unix(14622e6, 0), NotAfter: latest, IPAddresses: here}
	strangeCert = x509.Certificate{NotBefore: oldest, NotAfter: latest, DNSNames: []string{"other.example"}}
)

// certified gives the server a certificate issued by the test's own authority.
func certified(c x509.Certificate) func(*httptest.Server) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test Authority"}, IsCA: true, BasicConstraintsValid: true, NotBefore: oldest, NotAfter: latest}
	c.SerialNumber, c.Subject = big.NewInt(2), pkix.Name{CommonName: "shop"}
	der, err := x509.CreateCertificate(rand.Reader, &c, ca, key.Public(), key)
	if err != nil {
		panic(err)
	}
	root, err := x509.CreateCertificate(rand.Reader, ca, ca, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return func(s *httptest.Server) {
		s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der, root}, PrivateKey: key}}}
	}
}
