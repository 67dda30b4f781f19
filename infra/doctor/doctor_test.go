package doctor_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/config"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/twilio"
	"valkyrie/infra/doctor"
	"valkyrie/infra/webhook"
)

// wantFinding fails unless the finding is of that verdict and says all of that.
func wantFinding(t *testing.T, name string, f doctor.Finding, verdict doctor.Verdict, says string) {
	t.Helper()
	if f.Verdict != verdict || !strings.Contains(f.What+": "+f.Says, says) {
		t.Errorf("%s: %s %s: %s; want %s, %q", name, f.Verdict, f.What, f.Says, verdict, says)
	}
	if f.Verdict == doctor.Ill && f.Cure == "" {
		t.Errorf("%s: no cure is named", name)
	}
}

func TestClock(t *testing.T) {
	theirs := time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", theirs.Format(http.TimeFormat))
	}))
	defer server.Close()
	for name, c := range map[string]struct {
		off     time.Duration
		verdict doctor.Verdict
		says    string
	}{
		"right": {0, doctor.Well, "clock: agrees with"}, "a little behind": {-2 * time.Second, doctor.Well, "agrees"},
		"odd": {10 * time.Second, doctor.Note, "10s off"}, "far behind": {-time.Hour, doctor.Ill, "-1h0m1s off"},
	} {
		f := doctor.Clock(t.Context(), server.Client(), server.URL, func() time.Time { return theirs.Add(c.off) })
		wantFinding(t, name, f, c.verdict, c.says)
	}
	silent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header()["Date"] = nil }))
	defer silent.Close()
	wantFinding(t, "no time", doctor.Clock(t.Context(), silent.Client(), silent.URL, time.Now), doctor.Note, "does not tell its time")
	silent.Close()
	wantFinding(t, "nobody", doctor.Clock(t.Context(), silent.Client(), silent.URL, time.Now), doctor.Note, "cannot be compared")
}

// TestWebhook: the real callbacks refuse what is not signed; anything else is not them.
func TestWebhook(t *testing.T) {
	ours := webhook.New(webhook.Config{Tokens: []string{"token"}})
	for name, c := range map[string]struct {
		handler http.Handler
		verdict doctor.Verdict
		says    string
	}{
		"ours":         {ours, doctor.Well, "refuses what Twilio has not signed"},
		"another":      {http.NotFoundHandler(), doctor.Ill, "404 Not Found; expected 403"},
		"a proxy":      {http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }), doctor.Ill, "something else answers"},
		"an open door": {http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), doctor.Ill, "took what nobody had signed (200 OK)"},
		"a closed address": {http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Amzn-Errortype", "AccessDeniedException")
			w.WriteHeader(http.StatusForbidden)
		}), doctor.Ill, "AWS lets nobody in"},
	} {
		server := httptest.NewServer(c.handler)
		wantFinding(t, name, doctor.Webhook(t.Context(), server.Client(), server.URL+"/"), c.verdict, c.says)
		server.Close()
		if name == "ours" {
			wantFinding(t, "gone", doctor.Webhook(t.Context(), server.Client(), server.URL), doctor.Ill, "cannot be reached")
		}
	}
}

// An asker answers what it was told to.
type asker struct {
	is  twilio.Account
	err error
}

func (a asker) Account(context.Context) (twilio.Account, error) { return a.is, a.err }

func TestPhone(t *testing.T) {
	const hook = "https://hook.example.com"
	cfg := config.Config{
		OnCall: oncall.OnCall{People: []oncall.Person{{Name: "Ada", Phone: "+4915112345678"}, {Name: "Grace", Phone: "+4915187654321"}}},
		Phone:  config.Caller{From: "+4930123456"},
	}
	fine := twilio.Account{Status: "active", Number: twilio.Number{Found: true, Voice: true, SMS: true, Messages: hook + "/twilio/reply"}}
	for name, c := range map[string]struct {
		change func(*asker)
		ill    []string // what each ill finding says
		notes  []string
	}{
		"all well":               {func(*asker) {}, nil, nil},
		"a wrong token":          {func(a *asker) { a.err = errors.New("error 20003: Authenticate") }, []string{"Twilio: error 20003"}, nil},
		"suspended":              {func(a *asker) { a.is.Status = "suspended" }, []string{"the account is suspended: it calls nobody"}, nil},
		"a trial":                {func(a *asker) { a.is.Trial, a.is.Verified = true, []string{"+4915112345678"} }, []string{"Twilio, Grace: +4915187654321 is not verified"}, []string{"on trial"}},
		"somebody else's number": {func(a *asker) { a.is.Number = twilio.Number{} }, []string{"is not one of the account's"}, nil},
		"a number for texts":     {func(a *asker) { a.is.Number.Voice = false }, []string{"cannot call"}, nil},
		"a number for calls":     {func(a *asker) { a.is.Number.SMS = false }, nil, []string{"cannot text"}},
		"replies go elsewhere":   {func(a *asker) { a.is.Number.Messages = "https://demo.example.com" }, nil, []string{`posts its messages to "https://demo.example.com"`}},
	} {
		a := asker{is: fine}
		c.change(&a)
		for _, f := range doctor.Phone(t.Context(), a, cfg, hook) {
			switch {
			case f.Verdict == doctor.Ill && len(c.ill) > 0:
				wantFinding(t, name, f, doctor.Ill, c.ill[0])
				c.ill = c.ill[1:]
			case f.Verdict == doctor.Note && len(c.notes) > 0:
				wantFinding(t, name, f, doctor.Note, c.notes[0])
				c.notes = c.notes[1:]
			case f.Verdict != doctor.Well:
				t.Errorf("%s: %s %s: %s", name, f.Verdict, f.What, f.Says)
			}
		}
		if len(c.ill)+len(c.notes) > 0 {
			t.Errorf("%s: nothing was said of %v%v", name, c.ill, c.notes)
		}
	}
	if found := doctor.People(cfg); len(found) > 0 {
		t.Errorf("real people: %v", found)
	}
	cfg.OnCall.People[1].Phone, cfg.Phone.From = "+12025550187", "+12025550100"
	found := doctor.People(cfg)
	if len(found) != 2 || !doctor.Sick(found) {
		t.Fatalf("examples: %v", found)
	}
	wantFinding(t, "an example", found[0], doctor.Ill, "Grace: +12025550187 is an example")
}
