package twilio_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio"
)

const public = "https://valkyrie.example.org"

// signature computes Twilio's signature: see https://www.twilio.com/docs/usage/security#validating-requests.
func signature(key, address string, form url.Values) string {
	mac := hmac.New(sha1.New, []byte(key))
	_, _ = io.WriteString(mac, address)
	for _, name := range slices.Sorted(maps.Keys(form)) {
		_, _ = io.WriteString(mac, name+form.Get(name))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// callback builds a request as Twilio does; each test then breaks one part.
func callback(path string, form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", signature(token, public+path, form))
	return r
}

// serve returns the answer, and the report if there was one.
func serve(t *testing.T, cfg twilio.CallbacksConfig, r *http.Request) (*httptest.ResponseRecorder, *paging.Report) {
	t.Helper()
	var got *paging.Report
	if cfg.Handle == nil {
		cfg.Handle = func(_ context.Context, report paging.Report) (paging.Answer, error) {
			got = &report
			return paging.Answer{Say: []string{"Thank you."}}, nil
		}
	}
	w := httptest.NewRecorder()
	twilio.NewCallbacks(cfg).ServeHTTP(w, r)
	return w, got
}

func ourConfig() twilio.CallbacksConfig {
	return twilio.CallbacksConfig{PublicURL: public, Tokens: []string{token}}
}

func TestReports(t *testing.T) {
	call := func(status, answeredBy string) url.Values {
		return url.Values{"CallSid": {"CA1"}, "CallStatus": {status}, "AnsweredBy": {answeredBy}}
	}
	text := func(status, code string) url.Values {
		return url.Values{"MessageSid": {"SM1"}, "MessageStatus": {status}, "ErrorCode": {code}}
	}
	tests := []struct {
		form   url.Values
		result string
		why    string
	}{
		{call("queued", ""), "", ""},
		{call("initiated", ""), "", ""},
		{call("ringing", ""), "", ""},
		{call("in-progress", ""), "", ""},
		{call("in-progress", "machine_start"), "", ""},
		{call("answered", "human"), "", ""},
		{call("completed", ""), incident.Human, ""},
		{call("completed", "human"), incident.Human, ""},
		{call("completed", "unknown"), incident.Human, ""},
		{call("completed", "machine_start"), incident.Machine, ""},
		{call("completed", "machine_end_beep"), incident.Machine, ""},
		{call("completed", "machine_end_silence"), incident.Machine, ""},
		{call("completed", "machine_end_other"), incident.Machine, ""},
		{call("completed", "fax"), incident.Machine, ""},
		{call("busy", ""), incident.Busy, ""},
		{call("no-answer", ""), incident.NoAnswer, ""},
		{call("failed", ""), incident.FailedCall, ""},
		{call("canceled", ""), incident.FailedCall, "canceled"},
		{call("something new", ""), "", ""},
		{text("queued", ""), "", ""},
		{text("sent", ""), "", ""},
		{text("delivered", ""), incident.Delivered, ""},
		{text("undelivered", "30003"), incident.Undelivered, "error 30003"},
		{text("undelivered", "30005"), incident.Undelivered, "error 30005"},
		{text("undelivered", "30008"), incident.Undelivered, "error 30008"},
		{text("failed", "30034"), incident.FailedCall, "error 30034"},
	}
	for _, tt := range tests {
		w, got := serve(t, ourConfig(), callback("/twilio/p-1/status", tt.form))
		want := paging.Report{PageID: "p-1", SID: tt.form.Get("CallSid") + tt.form.Get("MessageSid"), Result: tt.result, Why: tt.why}
		want.Final = tt.why == "error 30034" || tt.why == "error 30005"
		if w.Code != http.StatusNoContent || got == nil || *got != want {
			t.Errorf("%v: answer %d, report %+v: want 204, %+v", tt.form, w.Code, got, want)
		}
	}
}

func TestKeyPress(t *testing.T) {
	form := url.Values{"CallSid": {"CA1"}, "Digits": {"4"}, "CallStatus": {"in-progress"}}
	w, got := serve(t, ourConfig(), callback("/twilio/a%2Fb%20%23c/key", form))
	if got == nil || *got != (paging.Report{PageID: "a/b #c", SID: "CA1", Key: "4"}) {
		t.Errorf("report %+v", got)
	}
	want := `<Response><Say>Thank you.</Say><Hangup></Hangup></Response>`
	if diff := cmp.Diff(want, w.Body.String()); diff != "" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/xml") {
		t.Errorf("answer of type %q (-want +got):\n%s", w.Header().Get("Content-Type"), diff)
	}
}

// TestPublicAddress checks that the signature is verified over the address that Twilio was given, wherever the request
// came in.
func TestPublicAddress(t *testing.T) {
	form := url.Values{"CallSid": {"CA1"}, "CallStatus": {"completed"}}
	tests := []struct {
		name, public, signedFor, requested, host string
	}{
		{"behind a proxy", "https://v.example.org", "https://v.example.org/twilio/p/status", "/twilio/p/status", "10.0.0.7"},
		{"a slash too many in the configuration", "https://v.example.org/", "https://v.example.org/twilio/p/status", "/twilio/p/status", ""},
		{"with the port in the signature", "https://v.example.org", "https://v.example.org:443/twilio/p/status", "/twilio/p/status", ""},
		{"a path that the proxy keeps", "https://v.example.org/h", "https://v.example.org/h/twilio/p/status", "/h/twilio/p/status", ""},
		{"a path that the proxy takes off", "https://v.example.org/h", "https://v.example.org/h/twilio/p/status", "/twilio/p/status", ""},
		{"a Function URL", "", "https://abc.lambda-url.eu-west-1.on.aws/twilio/p/status", "/twilio/p/status", "abc.lambda-url.eu-west-1.on.aws"},
	}
	for _, tt := range tests {
		r := callback(tt.requested, form)
		r.Host = tt.host
		r.Header.Set("X-Twilio-Signature", signature(token, tt.signedFor, form))
		w, got := serve(t, twilio.CallbacksConfig{PublicURL: tt.public, Tokens: []string{token}}, r)
		if w.Code != http.StatusNoContent || got == nil || got.PageID != "p" {
			t.Errorf("%s: answer %d, report %+v: want 204 and one", tt.name, w.Code, got)
		}
	}
}

func TestHandleErrorIsLoggedAndAsksForAnother(t *testing.T) {
	var log bytes.Buffer
	cfg := ourConfig()
	cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
	cfg.Handle = func(context.Context, paging.Report) (paging.Answer, error) {
		return paging.Answer{}, errors.New("table is on fire")
	}
	w, _ := serve(t, cfg, callback("/twilio/p-1/key", url.Values{"CallSid": {"CA1"}, "Digits": {"4"}}))
	if w.Code != http.StatusInternalServerError || w.Body.Len() != 0 {
		t.Errorf("answer %d %q: want 500, nothing said", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "table is on fire") || !strings.Contains(log.String(), "CA1") {
		t.Errorf("log %q: want the reason and the call", log.String())
	}
}

// TestSignatureOfTwiliosExample checks the example of https://www.twilio.com/docs/usage/security#validating-requests.
func TestSignatureOfTwiliosExample(t *testing.T) {
	got := twilio.Sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", url.Values{
		"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675309"}, "Digits": {"1234"}, "From": {"+14158675309"},
		"To": {"+18005551212"},
	})
	if want := "RSOYDt4T1cUTdK1PDd93/VVr8B8="; got != want {
		t.Errorf("signature %s: want %s", got, want)
	}
}
