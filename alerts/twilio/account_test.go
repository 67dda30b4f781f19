package twilio_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio"
	"valkyrie/alerts/twilio/standin"
)

// TestAccount checks the reported status of the account and its number.
func TestAccount(t *testing.T) {
	const reply = "https://hook.example.com/twilio/reply"
	for name, c := range map[string]struct {
		is   standin.AccountState
		want twilio.Account
	}{
		"paid for":      {standin.AccountState{}, twilio.Account{Status: "active", Number: twilio.Number{Found: true, Voice: true, SMS: true, Messages: reply}}},
		"on trial":      {standin.AccountState{Trial: true, Verified: []string{theirNumber}}, twilio.Account{Status: "active", Trial: true, Verified: []string{theirNumber}, Number: twilio.Number{Found: true, Voice: true, SMS: true, Messages: reply}}},
		"no number yet": {standin.AccountState{Trial: true, Numbers: []string{}}, twilio.Account{Status: "active", Trial: true, Verified: []string{}}},
		"suspended":     {standin.AccountState{Status: "suspended"}, twilio.Account{Status: "suspended", Number: twilio.Number{Found: true, Voice: true, SMS: true, Messages: reply}}},
		"for texts":     {standin.AccountState{Without: []string{"voice"}}, twilio.Account{Status: "active", Number: twilio.Number{Found: true, SMS: true, Messages: reply}}},
		"Germany":       {standin.AccountState{Barred: []string{"49"}}, twilio.Account{Status: "active", Number: twilio.Number{Found: true, Voice: true, SMS: true, Messages: reply}}},
		"other numbers": {standin.AccountState{Numbers: []string{theirNumber}}, twilio.Account{Status: "active"}},
	} {
		ex := standin.New(standin.Options{AuthToken: token, Account: c.is})
		ex.Incoming(reply)
		server := httptest.NewServer(ex)
		p, err := twilio.New(twilio.ClientConfig{AccountSID: standin.DemoAccountSID, AuthToken: token, From: ourNumber, BaseURL: server.URL, Transport: server.Client().Transport})
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Account(t.Context())
		if _, barred := got.BarredCountry("+491511234567"); barred != (len(c.is.Barred) > 0) || len(got.Countries) != 4 {
			t.Errorf("%s: Germany is barred: %t, of %+v", name, barred, got.Countries)
		}
		got.Countries, got.Recent = nil, nil
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
		ex.Close()
		server.Close()
	}
}

// TestNumberOfAnother checks that a number which only contains ours, as Twilio's filter finds it, does not count as ours.
func TestNumberOfAnother(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case strings.Contains(r.URL.Path, "/IncomingPhoneNumbers"):
			fmt.Fprintf(w, `{"incoming_phone_numbers":[{"phone_number":"%s9","capabilities":{"voice":true,"sms":true},"sms_url":"https://elsewhere.example.com"},{"sid":"PN1"}]}`, ourNumber)
		case strings.HasSuffix(r.URL.Path, standin.DemoAccountSID+".json"):
			fmt.Fprint(w, `{"status":"active","type":"Full"}`)
		default:
			fmt.Fprint(w, `{}`)
		}
	}))
	t.Cleanup(server.Close)
	got, err := newClient(t, twilio.ClientConfig{BaseURL: server.URL}).Account(t.Context())
	if err != nil || got.Status != "active" || got.Number != (twilio.Number{}) {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestAccountRejected checks that a wrong token is reported and not quoted.
func TestAccountRejected(t *testing.T) {
	r := newRig(t)
	p, err := twilio.New(twilio.ClientConfig{AccountSID: standin.DemoAccountSID, AuthToken: older, From: ourNumber, BaseURL: r.api})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = p.Account(t.Context()); err == nil || !strings.Contains(err.Error(), "error 20003") || strings.Contains(err.Error(), older) {
		t.Error(err)
	}
}

// TestRecent checks that the account's latest texts are counted with the reasons for which they failed.
func TestRecent(t *testing.T) {
	r := newRig(t)
	r.exchange.Default(standin.Undelivered(30034))
	for _, id := range []string{"p1", "p2", "p3"} {
		if _, err := r.phone.Send(t.Context(), paging.Dispatch{PageID: id, Channel: incident.Text, To: theirNumber, TextBody: id}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.exchange.WaitTexts(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	a, err := r.phone.Account(t.Context())
	want := []twilio.Recent{{Channel: incident.Call}, {Channel: incident.Text, Ended: 3, Failed: 3, Why: []string{"error 30034"}}}
	if diff := cmp.Diff(want, a.Recent); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
