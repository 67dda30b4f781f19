package paging_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// TestCertificateTexts: each notice of a certificate is one text, whatever was acknowledged before, also where two journeys need
// the certificate; its renewal is one more.
func TestCertificateTexts(t *testing.T) {
	w := &simulation{now: alertstest.Start.Add(9 * time.Hour)}
	notice := func(n int, resolved bool) {
		for _, journey := range []string{"a", "b"} {
			i := alertstest.Incident(journey, incident.Certificate, 2*n+1, resolved)
			i.Error = "the certificate of shop.example, issued by R11, expires on 21 May 2026 at 15:04 UTC"
			for day := range n {
				i.Bouts = append(i.Bouts, alertstest.Start.Add(time.Duration(day)*24*time.Hour))
			}
			w.accept(w.step(paging.IncidentUpdated{Incident: i}))
			i.Runs++ // the same again, as from another region
			w.accept(w.step(paging.IncidentUpdated{Incident: i}))
		}
		w.after(time.Hour)
	}
	for n := 1; n <= 3; n++ {
		w.sent = nil
		notice(n, false)
		if got := names(w.sent); got != "[alarm text Ada]" {
			t.Fatalf("notice %d: %s", n, got)
		}
		if said := fmt.Sprintf("%+v", w.sent[0]); !strings.Contains(said, "shop.example, issued by R11, expires on 21 May") {
			t.Errorf("notice %d: %s", n, said)
		}
		w.step(paging.Report{PageID: w.sent[0].ID, Result: incident.Delivered})
		w.now = w.now.Add(23 * time.Hour)
	}
	w.sent = nil
	notice(3, true)
	notice(4, true)
	if got := names(w.sent); got != "[all-clear text Ada]" {
		t.Errorf("after the renewal: %s", got)
	}
}
