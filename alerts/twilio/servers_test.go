package twilio_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/twilio"
	"valkyrie/alerts/twilio/standin"
)

// TestSendToBrokenServers checks servers that are not Twilio: a proxy, a broken load balancer, none.
func TestSendToBrokenServers(t *testing.T) {
	page := func(status int, contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	hangUp := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	tests := []struct {
		name   string
		server http.HandlerFunc
		want   string
	}{
		{"a proxy forbids it", page(403, "text/html", "<h1>Forbidden</h1>"), "unknown"},
		{"JSON, but not Twilio's", page(404, "application/json", `{"error":"no route"}`), "unknown"},
		{"throttled by a proxy", page(429, "text/html", "<h1>Slow down</h1>"), "not sent"},
		{"Twilio's own error", page(500, "application/json", `{"code":20500,"message":"Internal","status":500}`), "unknown"},
		{"unavailable", page(503, "application/json", `{"code":20503,"message":"Busy","status":503}`), "unknown"},
		{"timed out on their side", page(408, "application/json", `{"code":20408,"message":"Slow"}`), "unknown"},
		{"unauthorized", page(401, "application/json", `{"code":20003,"message":"Authenticate","status":401}`), "refused"},
		{"forbidden", page(403, "application/json", `{"code":20403,"message":"Suspended"}`), "refused"},
		{"no such account", page(404, "application/json", `{"code":20404,"message":"Not found"}`), "refused"},
		{"created, says HTML", page(201, "text/html", "<p>ok</p>"), "unknown"},
		{"created, says nothing", page(201, "application/json", ""), "unknown"},
		{"created, without a sid", page(201, "application/json", `{"status":"queued"}`), "unknown"},
		{"created, with an empty sid", page(201, "application/json", `{"sid":"","status":"queued"}`), "unknown"},
		{"redirect", page(307, "text/html", ""), "unknown"},
		{"hangs up", hangUp, "unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			requests := make(chan struct{}, 2)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requests <- struct{}{}
				tt.server(w, r)
			}))
			t.Cleanup(server.Close)
			_, err := newClient(t, twilio.ClientConfig{BaseURL: server.URL}).Send(t.Context(), aCall())
			if got := outcome(err); got != tt.want {
				t.Errorf("Send: %v: want it %s", err, tt.want)
			}
			if len(requests) != 1 {
				t.Errorf("%d requests: want 1, none followed or repeated", len(requests))
			}
		})
	}
}

// TestNoErrorHoldsTheToken checks that a server which echoes the request gets no secret into an error.
func TestNoErrorHoldsTheToken(t *testing.T) {
	echo := func(status int, format func(secrets string) string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			user, password, _ := r.BasicAuth()
			w.WriteHeader(status)
			_, _ = w.Write([]byte(format(user + ":" + password + " " + r.Header.Get("Authorization"))))
		}
	}
	json := func(s string) string { return `{"code":21211,"message":"` + s + `"}` }
	html := func(s string) string { return "<p>" + s }
	for _, status := range []int{201, 400, 401, 404, 429, 500} {
		for _, format := range []func(string) string{json, html} {
			server := httptest.NewServer(echo(status, format))
			phone := newClient(t, twilio.ClientConfig{BaseURL: server.URL})
			_, sent := phone.Send(t.Context(), aCall())
			_, _, found := phone.Find(t.Context(), aCall(), time.Now())
			server.Close()
			for _, err := range []error{sent, found} {
				if err != nil && holdsSecret(err.Error()) {
					t.Errorf("status %d: %v", status, err)
				}
			}
			if sent == nil {
				t.Errorf("status %d: Send took it for a success", status)
			}
		}
	}
}

func holdsSecret(s string) bool {
	r, _ := http.NewRequest(http.MethodGet, "/", nil)
	r.SetBasicAuth(standin.DemoAccountSID, token)
	return strings.Contains(s, token) || strings.Contains(s, strings.TrimPrefix(r.Header.Get("Authorization"), "Basic "))
}
