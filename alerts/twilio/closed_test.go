package twilio_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio"
)

// TestRejectsAll checks every error code that means that the account, its number or our addresses are at fault: it rejects all pages, so
// that the failover channel takes over at once. Faults of the called number, and of one text, reject only that page; of the status, 401
// and 403 reject all whatever the code.
func TestRejectsAll(t *testing.T) {
	const all, one, unknown = "all", "one", "unknown"
	for _, c := range []struct {
		status, code int
		want         string
	}{
		{400, 10001, all},
		{400, 20003, all},
		{400, 20005, all},
		{400, 20403, all},
		{400, 30002, all}, // the account
		{400, 21205, all},
		{400, 21210, all},
		{400, 21212, all},
		{400, 21213, all},
		{400, 21603, all},
		{400, 21606, all},
		{400, 21609, all}, // our address or number
		{401, 20003, all},
		{401, 99999, all},
		{403, 20403, all},
		{403, 99999, all},
		{400, 21211, one},
		{400, 21214, one},
		{400, 21217, one},
		{400, 21608, one},
		{400, 21610, one},
		{400, 21614, one},
		{404, 20404, one},
		{410, 99999, one},
		{400, 99999, one},
		{408, 99999, unknown},
		{409, 99999, unknown},
		{425, 99999, unknown},
		{500, 20500, unknown},
		{503, 99999, unknown},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(c.status)
			fmt.Fprintf(w, `{"code":%d,"message":"Refused","status":%d}`, c.code, c.status)
		}))
		_, err := newClient(t, twilio.ClientConfig{BaseURL: server.URL}).Send(t.Context(), aCall())
		server.Close()
		got := unknown
		switch {
		case errors.Is(err, paging.ErrProviderRejects):
			got = all
		case errors.Is(err, paging.ErrRefused):
			got = one
		}
		if got != c.want || errors.Is(err, paging.ErrProviderRejects) && !errors.Is(err, paging.ErrRefused) || errors.Is(err, paging.ErrNotSent) || err == nil {
			t.Errorf("status %d, code %d: rejects %s, want %s: %v", c.status, c.code, got, c.want, err)
		}
	}
}
