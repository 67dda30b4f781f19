package rdap_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/infra/rdap"
	"valkyrie/probes/journey"
)

// TestComplete: a run gets the registrations of its hosts' domains, each asked for once a day, and again after six hours where
// there was no answer; local names and addresses are not asked about.
func TestComplete(t *testing.T) {
	var asked []string
	up := false
	var server *httptest.Server
	server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch asked = append(asked, r.URL.Path); {
		case !up:
			http.Error(w, "busy", http.StatusTooManyRequests)
		case r.URL.Path == "/dns.json":
			fmt.Fprintf(w, `{"services": [[["com", "uk"], ["%s/v1/"]], [["nowhere"], []]]}`, server.URL)
		case r.URL.Path == "/v1/domain/shop.com":
			fmt.Fprint(w, `{"ldhName": "SHOP.COM", "events": [
				{"eventAction": "registration", "eventDate": "2010-05-21T08:00:00Z"}, {"eventAction": "expiration", "eventDate": "2027-05-21T08:00:00+02:00"}],
				"entities": [{"roles": ["registrar"], "vcardArray": ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", "Names Ltd."]]]}]}`)
		case r.URL.Path == "/v1/domain/cards.co.uk":
			fmt.Fprint(w, `{"events": []}`)
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	now := time.Date(2026, 11, 30, 6, 0, 0, 0, time.UTC)
	c := rdap.Client{HTTP: server.Client().Transport, Directory: server.URL + "/dns.json", TimeNow: func() time.Time { return now }}
	complete := func() (journey.Run, error) {
		asked = nil
		var run journey.Run
		for _, host := range []string{"www.shop.com", "shop.com", "api.cards.co.uk", "127.0.0.1", "localhost", "shop.example", "shop.test", "x.de", "com"} {
			run.Certificates = append(run.Certificates, journey.Certificate{Host: host, Expires: now.AddDate(1, 0, 0)})
		}
		err := c.Complete(t.Context(), &run)
		run.Certificates = run.Certificates[:len(run.Certificates)-9]
		return run, err
	}
	if run, err := complete(); err == nil || !strings.Contains(err.Error(), "429") || len(run.Certificates) != 0 {
		t.Errorf("busy: %+v, %v", run, err)
	}
	up = true
	if _, _ = complete(); len(asked) != 0 {
		t.Errorf("asked again at once: %q", asked)
	}
	now = now.Add(6 * time.Hour)
	want := []journey.Certificate{{
		Kind: journey.DomainRegistration, Host: "shop.com", Issuer: "Names Ltd.",
		From: time.Date(2010, 5, 21, 8, 0, 0, 0, time.UTC), Expires: time.Date(2027, 5, 21, 6, 0, 0, 0, time.UTC),
	}}
	run, err := complete()
	if diff := cmp.Diff(want, run.Certificates); diff != "" || err != nil {
		t.Errorf("(-want +got):\n%s%v", diff, err)
	}
	if want := []string{"/dns.json", "/v1/domain/cards.co.uk", "/v1/domain/shop.com"}; !cmp.Equal(want, asked) {
		t.Errorf("asked %q, want %q", asked, want)
	}
	if run, _ := complete(); len(run.Certificates) != 1 || len(asked) != 0 {
		t.Errorf("the same day: %+v, asked %q", run.Certificates, asked)
	}
	now = now.Add(24 * time.Hour)
	if _, _ = complete(); len(asked) != 2 {
		t.Errorf("the next day: asked %q", asked)
	}
}
