package twilio_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"valkyrie/alerts/twilio"
)

// TestRejections checks that any callback not exactly as Twilio signed it is rejected before Handle and Reply.
func TestRejections(t *testing.T) {
	form := url.Values{"CallSid": {"CA1"}, "Digits": {"4"}}
	const path = "/twilio/p-1/key"
	body := func(r *http.Request, s string) { r.Body = io.NopCloser(strings.NewReader(s)) }
	sign := func(r *http.Request, s string) { r.Header.Set("X-Twilio-Signature", s) }
	tests := []struct {
		name  string
		spoil func(*http.Request)
		want  int
	}{
		{"no signature", func(r *http.Request) { r.Header.Del("X-Twilio-Signature") }, 403},
		{"no signature, garbage", func(r *http.Request) { r.Header.Del("X-Twilio-Signature"); body(r, "%zz") }, 403},
		{"another's signature", func(r *http.Request) { sign(r, signature(older, public+path, form)) }, 403},
		{"signed with nothing", func(r *http.Request) { sign(r, signature("", public+path, form)) }, 403},
		{"signed for another address", func(r *http.Request) { sign(r, signature(token, public+"/twilio/p-2/key", form)) }, 403},
		{"signature that is no base64", func(r *http.Request) { sign(r, "ÿ=") }, 403},
		{"another key", func(r *http.Request) { body(r, "CallSid=CA1&Digits=6") }, 403},
		{"a field more", func(r *http.Request) { body(r, form.Encode()+"&AnsweredBy=human") }, 403},
		{"a field twice", func(r *http.Request) { body(r, form.Encode()+"&Digits=6") }, 403},
		{"a field less", func(r *http.Request) { body(r, "Digits=4") }, 403},
		{"nothing", func(r *http.Request) { body(r, "") }, 403},
		{"another page", func(r *http.Request) { r.URL.Path = "/twilio/p-2/key" }, 403},
		{"a query", func(r *http.Request) { r.URL.RawQuery = "x=1" }, 403},
		{"a query that asks for less checking", func(r *http.Request) { r.URL.RawQuery = "bodySHA256=00" }, 403},
		{"status made of a key", func(r *http.Request) { r.URL.Path = "/twilio/p-1/status" }, 403},
		{"garbage", func(r *http.Request) { body(r, "a=%zz") }, 400},
		{"too large", func(r *http.Request) { body(r, "a="+strings.Repeat("x", 65<<10)) }, 413},
		{"too large, no signature", func(r *http.Request) {
			r.Header.Del("X-Twilio-Signature")
			body(r, strings.Repeat("x", 65<<10))
		}, 413},
		{"GET", func(r *http.Request) { r.Method = http.MethodGet }, 405},
		{"PUT", func(r *http.Request) { r.Method = http.MethodPut }, 405},
		{"root", func(r *http.Request) { r.URL.Path = "/" }, 404},
		{"no page", func(r *http.Request) { r.URL.Path = "/twilio//key" }, 404},
		{"deeper", func(r *http.Request) { r.URL.Path = "/twilio/p-1/key/x" }, 404},
		{"another word", func(r *http.Request) { r.URL.Path = "/twilio/p-1/voice" }, 404},
		{"a long page id", func(r *http.Request) { r.URL.Path = "/twilio/" + strings.Repeat("x", 101) + "/key" }, 404},
	}
	for _, tt := range tests {
		r := callback(path, form)
		tt.spoil(r)
		var log bytes.Buffer
		cfg := ourConfig()
		cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
		w, got := serve(t, cfg, r)
		if w.Code != tt.want || got != nil || w.Body.Len() != 0 {
			t.Errorf("%s: answer %d %q, report %+v: want %d, nothing said, no report", tt.name, w.Code, w.Body, got, tt.want)
		}
		if strings.Contains(log.String(), token) {
			t.Errorf("%s: the log holds the token", tt.name)
		}
	}
}

func TestCallbacksWithoutTokensRefuseAll(t *testing.T) {
	form := url.Values{"CallSid": {"CA1"}, "Digits": {"4"}}
	for _, tokens := range [][]string{nil, {}, {""}, {"", ""}} {
		r := callback("/twilio/p-1/key", form)
		r.Header.Set("X-Twilio-Signature", signature("", public+"/twilio/p-1/key", form))
		if w, got := serve(t, twilio.CallbacksConfig{PublicURL: public, Tokens: tokens}, r); w.Code != 403 || got != nil {
			t.Errorf("tokens %q: answer %d, report %+v: want 403 and none", tokens, w.Code, got)
		}
	}
}
