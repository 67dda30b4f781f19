package judge

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
	"valkyrie/probes/journey"
)

// An ExpiringCertificate is the certificate of a host, or the registration of a domain, that expires within the first of certificateNotices.
type ExpiringCertificate struct {
	journey.Certificate
	Seen time.Time `json:"seen"` // slot of the latest run that saw it
	Told int       `json:"told"` // notices that were given
}

// certificateNotices are the times before a certificate expires at which people are notified, once each; for one that is valid
// for less than three months, parts of its validity, as it is renewed when a third of it is left.
var certificateNotices = []struct {
	before time.Duration
	part   int // of the validity
}{{21 * 24 * time.Hour, 4}, {7 * 24 * time.Hour, 8}, {24 * time.Hour, 16}}

const (
	// renewedAfter is how long no run must have seen a certificate until a newer one of its host replaces it: the hosts
	// behind a balancer are not renewed at once.
	renewedAfter = 6 * time.Hour

	// forgottenAfter is how long a host that no run contacts any more is kept.
	forgottenAfter = 7 * 24 * time.Hour

	maxExpiring = 20 // certificates in a state
)

// due returns how many of certificateNotices are due.
func due(c journey.Certificate, now time.Time) int {
	left, n := c.Expires.Sub(now), 0
	for _, notice := range certificateNotices {
		if left <= min(notice.before, c.Expires.Sub(c.From)/time.Duration(notice.part)) {
			n++
		}
	}
	return n
}

// certificates opens, continues or closes the incident of certificates that expire soon. It never calls: one that has expired
// fails the journey, which does.
func (j *judging) certificates() {
	i := j.find(incident.Certificate)
	if len(j.run.Certificates) == 0 && len(j.Certificates) == 0 && i < 0 {
		return
	}
	j.noteCertificates()
	news := false
	for n := range j.Certificates {
		c := &j.Certificates[n]
		if d := due(c.Certificate, j.run.Slot); d > c.Told {
			c.Told, news = d, true
		}
	}
	switch {
	case len(j.Certificates) == 0 && i >= 0:
		j.close(i, incident.Recovered, fmt.Sprintf("%s: no certificate or domain that it needs expires soon any more, at %s", j.run.Journey, phrase.Clock(j.run.Slot)))
	case !news:
	case i < 0:
		inc := j.open(incident.Certificate, Streak{Count: 1, Since: j.run.Slot}, "")
		j.describeCertificates(inc)
	default:
		j.continueIncident(i, Streak{Count: 1}, "")
		j.describeCertificates(&j.Open[i])
	}
}

// noteCertificates updates the certificates that expire soon by those of the run.
func (j *judging) noteCertificates() {
	all := slices.Clone(j.Certificates)
	for _, c := range j.run.Certificates {
		i := slices.IndexFunc(all, func(o ExpiringCertificate) bool { return o.Kind == c.Kind && o.Host == c.Host })
		switch {
		case i < 0:
		case all[i].Expires.Equal(c.Expires):
			all[i].Seen = j.run.Slot
			continue
		case c.Expires.After(all[i].Expires) && j.run.Slot.Sub(all[i].Seen) < renewedAfter:
			continue
		default:
			all = slices.Delete(all, i, i+1)
		}
		if due(c, j.run.Slot) > 0 {
			all = append(all, ExpiringCertificate{Certificate: c, Seen: j.run.Slot})
		}
	}
	all = slices.DeleteFunc(all, func(c ExpiringCertificate) bool { return j.run.Slot.Sub(c.Seen) > forgottenAfter })
	slices.SortStableFunc(all, func(a, b ExpiringCertificate) int { return a.Expires.Compare(b.Expires) })
	if j.Certificates = all[:min(len(all), maxExpiring)]; len(all) == 0 {
		j.Certificates = nil
	}
}

// describeCertificates writes the certificates into the incident, the first to expire first. Its bouts are the notices.
func (j *judging) describeCertificates(inc *incident.Incident) {
	const named = 3
	var said []string
	for _, c := range j.Certificates[:min(named, len(j.Certificates))] {
		of := fmt.Sprintf("the certificate of %s, issued by %s,", c.Host, cmp.Or(c.Issuer, "an authority without a name"))
		if c.Kind == journey.DomainRegistration {
			of = fmt.Sprintf("the registration of the domain %s, with %s,", c.Host, cmp.Or(c.Issuer, "its registrar"))
		}
		said = append(said, fmt.Sprintf("%s expires on %s", of, c.Expires.Format("2 January 2006 at 15:04 UTC")))
	}
	if more := len(j.Certificates) - named; more > 0 {
		said = append(said, fmt.Sprintf("%d more do soon", more))
	}
	inc.Bouts = append(slices.Clone(inc.Bouts), j.run.Slot)
	inc.Bouts = inc.Bouts[max(0, len(inc.Bouts)-MaxRuns):]
	inc.Step, inc.Error, inc.Evidence = "", phrase.List(said), nil
	inc.Reason = fmt.Sprintf("%s needs what expires soon: %s", j.run.Journey, inc.Error)
	j.recordOpened(*inc)
}
