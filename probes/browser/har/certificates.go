package har

import (
	"net/url"
	"slices"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"

	"valkyrie/probes/journey"
)

// maxCertificates bounds the certificates kept, whatever number of hosts a page contacts.
const maxCertificates = 200

// noteCertificate keeps the certificate of a host that answered by TLS.
func (r *Recorder) noteCertificate(res *network.Response) {
	if res == nil || res.SecurityDetails == nil {
		return
	}
	address, err := url.Parse(res.URL)
	if err != nil {
		return
	}
	d := res.SecurityDetails
	cert := journey.Certificate{Host: address.Hostname(), Issuer: d.Issuer, From: timeOf(d.ValidFrom), Expires: timeOf(d.ValidTo)}
	if len(r.certificates) < maxCertificates && !slices.Contains(r.certificates, cert) {
		r.certificates = append(r.certificates, cert)
	}
}

func timeOf(t cdp.TimeSinceEpoch) time.Time { return time.Unix(int64(t.Float64()), 0).UTC() }

// Certificates returns those of the hosts that answered by TLS so far.
func (r *Recorder) Certificates() []journey.Certificate {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.certificates)
}
