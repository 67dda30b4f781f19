package journey

import (
	"slices"
	"time"
)

// A Certificate is one that a host showed in a TLS handshake of the run. No handshake is made for it.
type Certificate struct {
	Kind    string    `json:"kind,omitempty"` // DomainRegistration; "": a certificate
	Host    string    `json:"host"`           // as the journey addressed it, without the port
	Issuer  string    `json:"issuer"`         // common name of the authority, or its organization
	From    time.Time `json:"from"`           // of its validity
	Expires time.Time `json:"expires"`
}

// DomainRegistration is the kind of a domain's registration, which expires, too. Its Host is the domain, and its Issuer the
// registrar. A run has those that were added to it.
const DomainRegistration = "domain"

// maxCertificates is the most certificates that a run records: those that expire first.
const maxCertificates = 20

// AddCertificates merges certificates into the run's. Of a host that shows several, as behind a balancer, it keeps the one
// that expires first.
func (r *Run) AddCertificates(more []Certificate) {
	all := append(slices.Clone(r.Certificates), more...)
	slices.SortStableFunc(all, func(a, b Certificate) int { return a.Expires.Compare(b.Expires) })
	type subject struct{ kind, host string }
	known := map[subject]bool{}
	all = slices.DeleteFunc(all, func(c Certificate) bool {
		again := known[subject{c.Kind, c.Host}]
		known[subject{c.Kind, c.Host}] = true
		return again
	})
	r.Certificates = all[:min(len(all), maxCertificates)]
}
