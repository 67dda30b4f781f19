package judge_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/probes/journey"
)

const aDay = 24 * time.Hour

// hourly judges a run each hour, with the certificates that show says, and returns the notices and the closings by day.
func hourly(t *testing.T, days int, show func(hour int) []journey.Certificate) (changes []string, s judge.JourneyState) {
	t.Helper()
	p := alertstest.ShippedPolicy(t)
	for hour := range days * 24 {
		run := journey.Run{
			ID: fmt.Sprint(hour), Journey: "print-card", Region: "eu", Slot: alertstest.Start.Add(time.Duration(hour) * time.Hour), EveryMS: 3_600_000,
			Outcome: journey.Passed, Certificates: show(hour),
		}
		for _, d := range s.Fold(p, run, "print a card") {
			if d.Incident.Kind != incident.Certificate {
				continue
			}
			if d.Incident.Rings() {
				t.Errorf("it calls: %+v", d.Incident)
			}
			changes = append(changes, fmt.Sprintf("%s@%d", d.Verb, hour/24))
		}
		s.Outbox = nil
	}
	return changes, s
}

func shown(host string, expires, valid time.Duration) journey.Certificate {
	at := alertstest.Start.Add(expires)
	return journey.Certificate{Host: host, Issuer: "R11", From: at.Add(-valid), Expires: at}
}

// TestCertificates: a certificate is noticed 21, 7 and 1 days before it expires, once each, and the incident ends when each host
// has shown a newer one for six hours; one that is short-lived by design is noticed only when its renewal is late.
func TestCertificates(t *testing.T) {
	old, next := shown("shop.example", 30*aDay, 90*aDay), shown("shop.example", 110*aDay, 90*aDay)
	for name, c := range map[string]struct {
		show func(hour int) []journey.Certificate
		want string
	}{
		"never renewed": {func(int) []journey.Certificate { return []journey.Certificate{old} }, "opens@9 continues@23 continues@29"},
		"renewed after the second notice": {func(hour int) []journey.Certificate {
			if hour < 25*24 {
				return []journey.Certificate{old}
			}
			return []journey.Certificate{next}
		}, "opens@9 continues@23 resolves@25"},
		"one of two hosts behind a balancer is renewed": {func(hour int) []journey.Certificate {
			if hour >= 20*24 || hour > 15*24 && hour%2 == 0 {
				return []journey.Certificate{next}
			}
			return []journey.Certificate{old}
		}, "opens@9 resolves@20"},
		"two hosts": {func(int) []journey.Certificate {
			return []journey.Certificate{old, shown("cdn.example", 34*aDay, 90*aDay)}
		}, "opens@9 continues@13 continues@23 continues@27 continues@29 continues@33"},
		"first seen late": {func(int) []journey.Certificate { return []journey.Certificate{shown("shop.example", 3*aDay, 90*aDay)} }, "opens@0 continues@2"},
		"renewed in time": {func(hour int) []journey.Certificate {
			return []journey.Certificate{shown("shop.example", time.Duration(hour/24)*aDay+25*aDay, 90*aDay)}
		}, ""},
		"six days, each two": {func(hour int) []journey.Certificate {
			return []journey.Certificate{shown("shop.example", time.Duration(hour/48)*2*aDay+4*aDay, 6*aDay)}
		}, ""},
		"no longer used": {func(hour int) []journey.Certificate {
			if hour < 10*24 {
				return []journey.Certificate{old}
			}
			return nil
		}, "opens@9 resolves@17"},
	} {
		changes, s := hourly(t, 35, c.show)
		if got := strings.Join(changes, " "); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
		if name == "never renewed" {
			want := "the certificate of shop.example, issued by R11, expires on " + old.Expires.Format("2 January 2006 at 15:04 UTC")
			if i := s.Open[slices.IndexFunc(s.Open, func(i incident.Incident) bool { return i.Kind == incident.Certificate })]; i.Error != want {
				t.Errorf("%s: %q, want %q", name, i.Error, want)
			}
		}
	}
}
