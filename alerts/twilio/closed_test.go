package twilio_test

import (
	"errors"
	"testing"

	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio/standin"
)

// TestRejectsAll checks that faults of the account reject every page, and faults of a number only that page.
func TestRejectsAll(t *testing.T) {
	for code, closed := range map[int]bool{20003: true, 20005: true, 21205: true, 21210: true, 21211: false, 21610: false, 21608: false} {
		r := newRig(t)
		r.exchange.Behave("", standin.Refuse(code))
		_, err := r.phone.Send(t.Context(), aCall())
		if !errors.Is(err, paging.ErrRefused) || errors.Is(err, paging.ErrProviderRejects) != closed || errors.Is(err, paging.ErrNotSent) {
			t.Errorf("%d: %v: closed %v, want %v", code, err, !closed, closed)
		}
	}
}
