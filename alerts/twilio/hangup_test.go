package twilio_test

import (
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
