package twilio_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio"
	"valkyrie/alerts/twilio/standin"
)

// TestSharedNumber checks that of two deployments which call one person from one number, neither takes the other's call for its own lost
// one, whose request never arrived. Without the setting it would. Its own call, when it was placed, is known by its callback.
func TestSharedNumber(t *testing.T) {
	for name, shared := range map[string]bool{"shared": true, "a number of its own": false} {
		theirs := newRig(t)
		ours := newClient(t, twilio.ClientConfig{BaseURL: theirs.api, CallbackURL: "https://ours.example.com", Shared: shared})
		since := time.Now()
		placed, err := theirs.phone.Send(t.Context(), aCall())
		if err != nil {
			t.Fatal(err)
		}
		lost := aCall()
		lost.PageID = "ours-1"
		sid, found, err := ours.Find(t.Context(), lost, since)
		if err != nil || found == shared || found && sid != placed {
			t.Errorf("%s: Find: %q, %v, %v", name, sid, found, err)
		}
		theirs.settledCalls(t, 1)
		reports := theirs.seen()
		if !slices.ContainsFunc(reports, func(r paging.Report) bool { return r.SID == placed && r.PageID == "page-1" }) {
			t.Errorf("%s: the reports do not name page and call: %+v", name, reports)
		}

		text := aText()
		if _, err := theirs.phone.Send(t.Context(), text); err != nil {
			t.Fatal(err)
		}
		theirs.settledTexts(t, 1)
		text.TextBody += " It is ours."
		if sid, found, err := ours.Find(t.Context(), text, since); err != nil || found {
			t.Errorf("%s: the other's text counts as ours: %q, %v", name, sid, err)
		}
	}
}

// TestFallback: a key press that the webhook does not take is asked for again by that of another region, and taken there. Where no
// webhook answers, the provider reports it.
func TestFallback(t *testing.T) {
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
	defer broken.Close()
	first := []string{"This is Valkyrie.", "Customers cannot print a card.", "Press 4 to acknowledge."}
	for name, c := range map[string]struct {
		fallback string // "": the rig's own callbacks
		keys     string
		heard    []string
	}{
		"pressed again": {"", "44", []string{"Your key was not received.", "Please press it again.", "Thank you. <Key> 4 & out."}},
		"given up":      {"", "4", []string{"Your key was not received.", "Please press it again.", "Your key was not received.", "Please press it again.", "Goodbye"}},
		"away, too":     {broken.URL, "44", []string{"We are sorry, an application error has occurred. Goodbye."}},
	} {
		r := newRig(t)
		if c.fallback == "" {
			c.fallback = r.public
		}
		phone := newClient(t, twilio.ClientConfig{BaseURL: r.api, CallbackURL: broken.URL, FallbackURL: c.fallback})
		r.exchange.Behave("", standin.Press(c.keys))
		if _, err := phone.Send(t.Context(), aCall()); err != nil {
			t.Fatal(err)
		}
		call := r.settledCalls(t, 1)[0]
		if want := append(first[:3:3], c.heard...); !slices.Equal(call.Words, want) {
			t.Errorf("%s: heard %q, want %q", name, call.Words, want)
		}
		pressed := slices.ContainsFunc(r.seen(), func(r paging.Report) bool { return r.PageID == "page-1" && r.Key == "4" && r.SID == call.SID })
		if want := name == "pressed again"; pressed != want {
			t.Errorf("%s: the key was received: %v\n%+v", name, pressed, r.seen())
		}
	}
}
