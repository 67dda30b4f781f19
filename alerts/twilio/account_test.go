package twilio_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
		ex.Close()
		server.Close()
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
