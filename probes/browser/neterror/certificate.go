package neterror

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
)

// handshakeLimit bounds the probe's own handshake.
const handshakeLimit = time.Second

// DescribeAt is Describe for an error at an address. Chrome reports only the gravest fault of a certificate and none of its
// content, so for those errors the probe makes a TLS handshake of its own, sends no request, and reads the expiry, the
// names and the issuer. now is the time by which the dates are judged.
func DescribeAt(ctx context.Context, code, address string, now time.Time) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" {
		return Describe(code)
	}
	addr := net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), "443"))
	if slices.Contains(afterHandshake, code) && wantsClient(ctx, addr, u.Hostname()) {
		return describeClient(code)
	}
	if !strings.HasPrefix(code, "net::ERR_CERT_") {
		return Describe(code)
	}
	chain, err := handshake(ctx, addr, u.Hostname())
	if err != nil || len(chain) == 0 {
		return Describe(code)
	}
	faults := certificateFaults(code, u.Hostname(), chain, now)
	if len(faults) == 0 {
		return Describe(code) // Chrome got another certificate, or applies a rule that is not checked here
	}
	return fmt.Sprintf("the certificate of %s %s (%s)", u.Hostname(), strings.Join(faults, ", and "), strings.TrimPrefix(code, "net::"))
}

// afterHandshake are the errors of a connection that ends right after the handshake. In TLS 1.3 a server refuses a client
// without a certificate only then, and Chrome may notice the end of the connection before it reads why.
var afterHandshake = []string{
	"net::ERR_SOCKET_NOT_CONNECTED", "net::ERR_CONNECTION_CLOSED", "net::ERR_CONNECTION_RESET", "net::ERR_CONNECTION_ABORTED", "net::ERR_EMPTY_RESPONSE",
}

// describeClient is the description of a missing client certificate, with another code than Chrome's own for it.
func describeClient(code string) string {
	return descriptions["BAD_SSL_CLIENT_AUTH_CERT"] + " (" + strings.TrimPrefix(code, "net::") + ")"
}

// wantsClient reports whether the server asks for a client certificate and then refuses the connection without one.
func wantsClient(ctx context.Context, addr, host string) bool {
	ctx, cancel := context.WithTimeout(ctx, handshakeLimit)
	defer cancel()
	asked := false
	d := tls.Dialer{Config: &tls.Config{ServerName: host, InsecureSkipVerify: true, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		asked = true
		return &tls.Certificate{}, nil
	}}}
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return asked
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Now()) })()
	if !asked {
		return false
	}
	_, err = conn.Read(make([]byte, 1)) // the server speaks first only to refuse
	return err != nil && ctx.Err() == nil
}

// handshake returns the chain of certificates that the server sends.
func handshake(ctx context.Context, addr, host string) ([]*x509.Certificate, error) {
	ctx, cancel := context.WithTimeout(ctx, handshakeLimit)
	defer cancel()
	d := tls.Dialer{Config: &tls.Config{ServerName: host, InsecureSkipVerify: true, MinVersion: tls.VersionTLS10}}
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return conn.(*tls.Conn).ConnectionState().PeerCertificates, nil
}

// certificateFaults lists the certificate's faults, each to follow "the certificate of shop.example.com". The
// first of chain is the server's own.
func certificateFaults(code, host string, chain []*x509.Certificate, now time.Time) (faults []string) {
	const day = "2 Jan 2006"
	leaf := chain[0]
	switch {
	case now.After(leaf.NotAfter):
		faults = append(faults, "expired on "+leaf.NotAfter.UTC().Format(day))
	case now.Before(leaf.NotBefore):
		faults = append(faults, "is not valid before "+leaf.NotBefore.UTC().Format(day))
	}
	if leaf.VerifyHostname(host) != nil {
		faults = append(faults, fmt.Sprintf("is for %s, not for %s", hosts(leaf), host))
	}
	if code == "net::ERR_CERT_AUTHORITY_INVALID" {
		faults = append(faults, "is not trusted: "+issuerFault(chain))
	}
	if code == "net::ERR_CERT_REVOKED" {
		faults = append(faults, "was revoked by its authority")
	}
	for _, c := range chain[1:] {
		if code == "net::ERR_CERT_DATE_INVALID" && now.After(c.NotAfter) {
			faults = append(faults, fmt.Sprintf("comes with an intermediate one, %s, that expired on %s", name(c), c.NotAfter.UTC().Format(day)))
		}
	}
	return faults
}

// hosts lists the hosts of a certificate.
func hosts(c *x509.Certificate) string {
	names := slices.Clone(c.DNSNames)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	switch n := len(names); {
	case n == 0:
		return "no host at all"
	case n > 3:
		return fmt.Sprintf("%s and %d more", strings.Join(names[:3], ", "), n-3)
	}
	return strings.Join(names, ", ")
}

// issuerFault explains why browsers do not trust the issuer of the server's certificate.
func issuerFault(chain []*x509.Certificate) string {
	leaf, last := chain[0], chain[len(chain)-1]
	switch {
	case bytes.Equal(leaf.RawIssuer, leaf.RawSubject):
		return "it is self-signed"
	case len(chain) == 1:
		return fmt.Sprintf("browsers do not know who issued it, %s, and the server sends no certificate in between", issuer(leaf))
	}
	return "it is of an authority that browsers do not know, " + issuer(last)
}

func issuer(c *x509.Certificate) string {
	return fmt.Sprintf("%q", cmp.Or(c.Issuer.CommonName, strings.Join(c.Issuer.Organization, " "), "nameless"))
}

func name(c *x509.Certificate) string {
	return fmt.Sprintf("%q", cmp.Or(c.Subject.CommonName, strings.Join(c.Subject.Organization, " "), "nameless"))
}
