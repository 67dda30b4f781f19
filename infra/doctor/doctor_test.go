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
	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/twilio"
	"valkyrie/infra/doctor"
	"valkyrie/infra/webhook"
)

// wantFinding fails unless the finding has the verdict and its text contains says, and a Problem has a cure.
func wantFinding(t *testing.T, name string, f doctor.Finding, verdict doctor.Verdict, says string) {
	t.Helper()
	if f.Verdict != verdict || !strings.Contains(f.What+": "+f.Says, says) {
		t.Errorf("%s: %s %s: %s; want %s, %q", name, f.Verdict, f.What, f.Says, verdict, says)
	}
	if f.Verdict == doctor.Problem && f.Cure == "" {
		t.Errorf("%s: the cure is missing", name)
	}
}

func TestClock(t *testing.T) {
	served := time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", served.Format(http.TimeFormat))
	}))
	defer server.Close()
	for name, c := range map[string]struct {
		off     time.Duration
		verdict doctor.Verdict
		says    string
	}{
		"right": {0, doctor.OK, "clock: agrees with"}, "a little behind": {-2 * time.Second, doctor.OK, "agrees"},
		"odd": {10 * time.Second, doctor.Warning, "differs by 10s"}, "far behind": {-time.Hour, doctor.Problem, "differs by -1h0m1s"},
	} {
		f := doctor.Clock(t.Context(), server.Client(), server.URL, func() time.Time { return served.Add(c.off) })
		wantFinding(t, name, f, c.verdict, c.says)
	}
	silent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header()["Date"] = nil }))
	defer silent.Close()
	wantFinding(t, "no time", doctor.Clock(t.Context(), silent.Client(), silent.URL, time.Now), doctor.Warning, "sends no Date header")
	silent.Close()
	wantFinding(t, "unreachable", doctor.Clock(t.Context(), silent.Client(), silent.URL, time.Now), doctor.Warning, "cannot be compared")
}

// TestWebhook checks that only the real webhook is accepted.
func TestWebhook(t *testing.T) {
	genuine := webhook.New(webhook.Config{Tokens: []string{"token"}})
	for name, c := range map[string]struct {
		handler http.Handler
		verdict doctor.Verdict
		says    string
	}{
		"the webhook":  {genuine, doctor.OK, "rejects requests that Twilio has not signed"},
		"another":      {http.NotFoundHandler(), doctor.Problem, "404 Not Found; expected 403"},
		"a proxy":      {http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }), doctor.Problem, "something else answers"},
		"an open door": {http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), doctor.Problem, "accepted an unsigned request (200 OK)"},
		"a closed address": {http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Amzn-Errortype", "AccessDeniedException")
			w.WriteHeader(http.StatusForbidden)
		}), doctor.Problem, "AWS denies access"},
	} {
		server := httptest.NewServer(c.handler)
		wantFinding(t, name, doctor.Webhook(t.Context(), server.Client(), server.URL+"/"), c.verdict, c.says)
		server.Close()
		if name == "the webhook" {
			wantFinding(t, "gone", doctor.Webhook(t.Context(), server.Client(), server.URL), doctor.Problem, "cannot be reached")
		}
	}
}

// A fakeAccount is an AccountReader with a fixed result.
type fakeAccount struct {
	is  twilio.Account
	err error
}

func (a fakeAccount) Account(context.Context) (twilio.Account, error) { return a.is, a.err }

func TestPhone(t *testing.T) {
	const hook, second = "https://hook.example.com", "https://second.example.com"
	cfg := config.Config{
		OnCall: oncall.OnCall{People: []oncall.Person{{Name: "Ada", Phone: "+4915112345678"}, {Name: "Grace", Phone: "+4915187654321"}}},
		Phone:  config.Caller{From: "+4930123456"},
	}
	healthy := twilio.Account{Status: "active", Number: twilio.Number{Found: true, Voice: true, SMS: true, Messages: hook + "/twilio/reply", Fallback: second + "/twilio/reply"}}
	for name, c := range map[string]struct {
		change   func(*fakeAccount)
		problems []string // texts of the Problem findings
		notes    []string
	}{
		"all well":                    {func(*fakeAccount) {}, nil, nil},
		"a wrong token":               {func(a *fakeAccount) { a.err = errors.New("error 20003: Authenticate") }, []string{"Twilio: error 20003"}, nil},
		"suspended":                   {func(a *fakeAccount) { a.is.Status = "suspended" }, []string{"the account is suspended: it cannot call"}, nil},
		"a trial":                     {func(a *fakeAccount) { a.is.Trial, a.is.Verified = true, []string{"+4915112345678"} }, []string{"Twilio, Grace: +4915187654321 is not verified"}, []string{"on trial"}},
		"a number of another account": {func(a *fakeAccount) { a.is.Number = twilio.Number{} }, []string{"does not belong to the account"}, nil},
		"a number for texts":          {func(a *fakeAccount) { a.is.Number.Voice = false }, []string{"cannot call"}, nil},
		"a number for calls":          {func(a *fakeAccount) { a.is.Number.SMS = false }, nil, []string{"cannot text"}},
		"a barred country": {func(a *fakeAccount) {
			a.is.Countries = []twilio.Country{{Name: "Austria", Prefixes: []string{"+43"}}, {Name: "Germany", Prefixes: []string{"+4"}, Enabled: true}, {Name: "Germany", Prefixes: []string{"+49"}}}
		}, []string{"Twilio, Ada: the account may not call +4915112345678: Germany", "Twilio, Grace: the account may not"}, nil},
		"a shared prefix": {func(a *fakeAccount) {
			a.is.Countries = []twilio.Country{{Name: "One", Prefixes: []string{"+49"}}, {Name: "Two", Prefixes: []string{"+49"}, Enabled: true}}
		}, nil, nil},
		"every text filtered": {func(a *fakeAccount) {
			a.is.Recent = []twilio.Recent{{Channel: incident.Call, Ended: 9, Failed: 8}, {Channel: incident.Text, Ended: 3, Failed: 3, Why: []string{"error 30034"}}}
		}, []string{"Twilio, texts: the last 3 texts from +4930123456 all failed: error 30034"}, nil},
		"two calls failed":                           {func(a *fakeAccount) { a.is.Recent = []twilio.Recent{{Channel: incident.Call, Ended: 2, Failed: 2}} }, nil, nil},
		"replies go elsewhere":                       {func(a *fakeAccount) { a.is.Number.Messages = "https://demo.example.com" }, nil, []string{`posts its messages to "https://demo.example.com"`}},
		"a shared number whose replies go elsewhere": {func(a *fakeAccount) { a.is.Number.Messages = "https://demo.example.com" }, nil, nil},
		"a shared number without an address":         {func(a *fakeAccount) { a.is.Number.Messages = "" }, nil, []string{"replies by text do not arrive"}},
		"no fallback":                                {func(a *fakeAccount) { a.is.Number.Fallback = "" }, nil, []string{`posts messages that home does not take to ""`}},
	} {
		a, cfg := fakeAccount{is: healthy}, cfg
		cfg.Phone.Shared = strings.Contains(name, "shared number")
		c.change(&a)
		for _, f := range doctor.Phone(t.Context(), a, cfg, hook, second) {
			switch {
			case f.Verdict == doctor.Problem && len(c.problems) > 0:
				wantFinding(t, name, f, doctor.Problem, c.problems[0])
				c.problems = c.problems[1:]
			case f.Verdict == doctor.Warning && len(c.notes) > 0:
				wantFinding(t, name, f, doctor.Warning, c.notes[0])
				c.notes = c.notes[1:]
			case f.Verdict != doctor.OK:
				t.Errorf("%s: %s %s: %s", name, f.Verdict, f.What, f.Says)
			}
		}
		if len(c.problems)+len(c.notes) > 0 {
			t.Errorf("%s: no findings for %v%v", name, c.problems, c.notes)
		}
	}
	if found := doctor.People(cfg); len(found) > 0 {
		t.Errorf("real people: %v", found)
	}
	cfg.OnCall.People[1].Phone, cfg.Phone.From = "+12025550187", "+12025550100"
	found := doctor.People(cfg)
	if len(found) != 2 || !doctor.HasProblem(found) {
		t.Fatalf("examples: %v", found)
	}
	wantFinding(t, "an example", found[0], doctor.Problem, "Grace: +12025550187 is an example")
}
