package browser

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

// Chrome names one fault of a certificate, the gravest, and nothing of what is in it. So the probe shakes hands with the
// server itself, and looks: at when it expired, whom it is for, and who issued it. It sends no request.

// handshakeLimit bounds that look.
const handshakeLimit = time.Second

// certificateFault words an error of Chrome about the certificate of an address. now is the time to judge its dates by.
func certificateFault(ctx context.Context, code, address string, now time.Time) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || !strings.HasPrefix(code, "net::ERR_CERT_") {
		return netFault(code)
	}
	chain, err := shake(ctx, net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), "443")), u.Hostname())
	if err != nil || len(chain) == 0 {
		return netFault(code)
	}
	faults := certificateFaults(code, u.Hostname(), chain, now)
	if len(faults) == 0 {
		return netFault(code) // Chrome was shown another one than we, or minds what we do not see
	}
	return fmt.Sprintf("the certificate of %s %s (%s)", u.Hostname(), strings.Join(faults, ", and "), strings.TrimPrefix(code, "net::"))
}

// shake is the chain of certificates that the server shows.
func shake(ctx context.Context, addr, host string) ([]*x509.Certificate, error) {
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

// certificateFaults are what is wrong with the certificate, each after "the certificate of shop.example.com". The first
// of chain is the server's own.
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
		faults = append(faults, fmt.Sprintf("is for %s, not for %s", whom(leaf), host))
	}
	if code == "net::ERR_CERT_AUTHORITY_INVALID" {
		faults = append(faults, "is not trusted: "+issued(chain))
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

// whom lists whom a certificate is for.
func whom(c *x509.Certificate) string {
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

// issued says by whom the server's certificate is, when browsers do not trust that.
func issued(chain []*x509.Certificate) string {
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
