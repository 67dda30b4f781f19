package twilio_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"valkyrie/alerts/twilio"
	"valkyrie/alerts/twilio/standin"
)

// TestHangUp checks that hanging up an ended call is no error, and that an unknown call, or no connection, is one.
func TestHangUp(t *testing.T) {
	r := newRig(t)
	sid, err := r.phone.Send(t.Context(), aCall())
	if err != nil {
		t.Fatal(err)
	}
	r.settledCalls(t, 1)
	if err := r.phone.HangUp(t.Context(), sid); err != nil {
		t.Errorf("a call that is over: %v", err)
	}
	if err := r.phone.HangUp(t.Context(), "CA0"); err == nil || !strings.Contains(err.Error(), "20404") {
		t.Errorf("no such call: %v", err)
	}
	dead := newClient(t, twilio.ClientConfig{BaseURL: "http://127.0.0.1:1"})
	if err := dead.HangUp(t.Context(), sid); err == nil || strings.Contains(err.Error(), standin.DemoAuthToken) {
		t.Errorf("without a connection: %v", err)
	}
}

// TestHangUpQueued checks that a call which Twilio still queues, and does not end as completed, is removed from the queue; and that an
// answer without a status is no error.
func TestHangUpQueued(t *testing.T) {
	for answer, want := range map[string][]string{
		`{"sid":"CA1","status":"queued"}`:      {"completed", "canceled"},
		`{"sid":"CA1","status":"in-progress"}`: {"completed"},
		`{"sid":"CA1"}`:                        {"completed"},
	} {
		var asked []string
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked = append(asked, r.FormValue("Status"))
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, answer)
		}))
		err := newClient(t, twilio.ClientConfig{BaseURL: server.URL}).HangUp(t.Context(), "CA1")
		server.Close()
		if err != nil || !slices.Equal(asked, want) {
			t.Errorf("%s: asked for %q, want %q: %v", answer, asked, want, err)
		}
	}
}
