package twilio_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio"
	"valkyrie/alerts/twilio/standin"
)

// TestFindFiltersItself checks lists that are unfiltered, undated or unordered.
func TestFindFiltersItself(t *testing.T) {
	since := time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)
	item := func(sid, to, from, status, created string) string {
		return fmt.Sprintf(`{"sid":%q,"to":%q,"from":%q,"status":%q,"date_created":%s}`, sid, to, from, status, created)
	}
	at := func(d time.Duration) string { return `"` + since.Add(d).Format(time.RFC1123Z) + `"` }
	tests := []struct {
		name string
		list []string
		want string
	}{
		{"nothing", nil, ""},
		{"ours", []string{item("CA1", theirNumber, ourNumber, "completed", at(0))}, "CA1"},
		{"to another", []string{item("CA1", ourNumber, ourNumber, "completed", at(0))}, ""},
		{"from another", []string{item("CA1", theirNumber, theirNumber, "completed", at(0))}, ""},
		{"a slow clock", []string{item("CA1", theirNumber, ourNumber, "completed", at(-2*time.Second))}, "CA1"},
		{"an earlier call", []string{item("CA1", theirNumber, ourNumber, "completed", at(-3*time.Second))}, ""},
		{"unordered", []string{
			item("CA1", theirNumber, ourNumber, "busy", at(time.Second)), item("CA3", theirNumber, ourNumber, "busy", at(time.Minute)),
			item("CA2", theirNumber, ourNumber, "busy", at(time.Second)),
		}, "CA3"},
		{"in the same second, the first is the newest", []string{
			item("CA2", theirNumber, ourNumber, "busy", at(0)), item("CA1", theirNumber, ourNumber, "busy", at(0)),
		}, "CA2"},
		{"under way, without a date yet", []string{item("CA1", theirNumber, ourNumber, "queued", "null")}, "CA1"},
		{"over, without a date", []string{item("CA1", theirNumber, ourNumber, "completed", "null")}, ""},
		{"an unreadable date", []string{item("CA1", theirNumber, ourNumber, "queued", `"yesterday"`)}, ""},
		{"no sid", []string{item("", theirNumber, ourNumber, "queued", at(0))}, ""},
	}
	for _, tt := range tests {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprintf(w, `{"calls":[%s]}`, strings.Join(tt.list, ","))
		}))
		sid, found, err := newClient(t, twilio.ClientConfig{BaseURL: server.URL}).Find(t.Context(), aCall(), since)
		server.Close()
		if err != nil || sid != tt.want || found != (tt.want != "") {
			t.Errorf("%s: Find: %q, %v, %v: want %q", tt.name, sid, found, err, tt.want)
		}
	}
}

// TestFindByTheirClock: the times of the list are compared by Twilio's clock where ours is minutes ahead or behind, so that a call that was
// placed is found and an earlier one is not.
func TestFindByTheirClock(t *testing.T) {
	theirs := time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)
	for _, ahead := range []time.Duration{-4 * time.Minute, 0, 4 * time.Minute} {
		for _, age := range []time.Duration{time.Second, 2 * time.Minute} {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Date", theirs.Format(http.TimeFormat))
				_, _ = fmt.Fprintf(w, `{"calls":[{"sid":"CA1","to":%q,"from":%q,"status":"completed","date_created":%q}]}`, theirNumber, ourNumber, theirs.Add(-age).Format(time.RFC1123Z))
			}))
			ours := theirs.Add(ahead)
			_, found, err := newClient(t, twilio.ClientConfig{BaseURL: server.URL, TimeNow: func() time.Time { return ours }}).Find(t.Context(), aCall(), ours.Add(-20*time.Second))
			server.Close()
			if want := age < 20*time.Second; err != nil || found != want {
				t.Errorf("our clock is %s ahead, a call %s ago: found %v, %v", ahead, age, found, err)
			}
		}
	}
}

// TestFindComparesBodies checks that several texts to one person are distinguished by their body, in any order.
func TestFindComparesBodies(t *testing.T) {
	for name, trial := range map[string]bool{"an account": false, "a trial account": true} {
		exchange := standin.New(standin.Options{
			AuthToken: token, MessageLatency: time.Millisecond, Account: standin.AccountState{Trial: trial, Verified: []string{theirNumber}},
		})
		server := httptest.NewServer(exchange)
		phone := newClient(t, twilio.ClientConfig{BaseURL: server.URL})
		since := time.Now()
		var texts []paging.Dispatch
		for _, body := range []string{"print-card is down.", "create-order is slow.", strings.Repeat("It is over. ", 200), " It is over. "} {
			d := aText()
			d.TextBody = body
			texts = append(texts, d)
			exchange.Behave(theirNumber, standin.TimeoutAfter)
			if err := sendUnanswered(t, phone, exchange, d); outcome(err) != "unknown" {
				t.Fatalf("%s: Send: %v: want it unknown", name, err)
			}
		}
		placed, err := exchange.WaitTexts(t.Context(), len(texts))
		if err != nil || len(placed) != len(texts) {
			t.Fatalf("%s: %d texts were placed, %v", name, len(placed), err)
		}
		for n, d := range texts {
			if sid, found, err := phone.Find(t.Context(), d, since); err != nil || !found || sid != placed[n].SID {
				t.Errorf("%s: text %d: Find: %q, %v, %v: want %q", name, n, sid, found, err, placed[n].SID)
			}
		}
		unsent := aText()
		if sid, found, err := phone.Find(t.Context(), unsent, since); err != nil || found {
			t.Errorf("%s: a text that was never sent: Find: %q, %v", name, sid, err)
		}
		exchange.Close()
		server.Close()
	}
}

// sendUnanswered sends a text that the exchange places and never answers. It ends the request once the text is placed, so
// that no timeout decides the outcome.
func sendUnanswered(t *testing.T, phone *twilio.Client, exchange *standin.Exchange, d paging.Dispatch) error {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	before, placed := len(exchange.Texts()), make(chan struct{})
	go func() {
		defer close(placed)
		defer cancel()
		_, _ = exchange.WaitTexts(ctx, before+1)
	}()
	_, err := phone.Send(ctx, d)
	cancel()
	<-placed
	return err
}

// TestFindRedactedBodies checks that the newest text matches where bodies are redacted, unless one with an equal body
// is listed.
func TestFindRedactedBodies(t *testing.T) {
	since := time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)
	item := func(sid, body string, d time.Duration) string {
		return fmt.Sprintf(`{"sid":%q,"to":%q,"from":%q,"status":"sent","date_created":%q,"body":%s}`, sid, theirNumber, ourNumber, since.Add(d).Format(time.RFC1123Z), body)
	}
	same := fmt.Sprintf("%q", aText().TextBody)
	for want, list := range map[string][]string{
		"SM2": {item("SM2", `""`, time.Second), item("SM1", `null`, 0)},
		"SM3": {item("SM2", `""`, time.Second), item("SM3", same, 0), item("SM4", `"another"`, time.Minute)},
		"SM5": {item("SM5", same, time.Second), item("SM6", same, 0)},
		"":    {item("SM7", `"another"`, time.Second), item("SM8", same, -time.Minute)},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprintf(w, `{"messages":[%s]}`, strings.Join(list, ","))
		}))
		sid, found, err := newClient(t, twilio.ClientConfig{BaseURL: server.URL}).Find(t.Context(), aText(), since)
		server.Close()
		if err != nil || sid != want || found != (want != "") {
			t.Errorf("Find: %q, %v, %v: want %q", sid, found, err, want)
		}
	}
}

// TestFindError checks that a failed search is an error, and not the same as an unsuccessful one.
func TestFindError(t *testing.T) {
	for _, status := range []int{400, 401, 429, 500, 502} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(`{"code":20001,"message":"no"}`))
		}))
		_, found, err := newClient(t, twilio.ClientConfig{BaseURL: server.URL}).Find(t.Context(), aCall(), time.Now())
		server.Close()
		if outcome(err) != "unknown" || found {
			t.Errorf("status %d: Find: %v, %v: want an error that says nothing of the sending", status, found, err)
		}
	}
	odd := aCall()
	odd.Channel = "telegraph"
	if _, _, err := newClient(t, twilio.ClientConfig{}).Find(t.Context(), odd, time.Now()); err == nil {
		t.Error("Find on an unknown channel: want an error")
	}
}

// roundTrip is a transport from a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestNoErrorOfTheTransportHoldsTheToken(t *testing.T) {
	tell := func(r *http.Request) (*http.Response, error) {
		_, password, _ := r.BasicAuth()
		return nil, errors.New("proxy cannot pass " + password + ", " + r.Header.Get("Authorization"))
	}
	_, err := newClient(t, twilio.ClientConfig{Transport: roundTrip(tell)}).Send(t.Context(), aCall())
	if err == nil || holdsSecret(err.Error()) || !strings.Contains(err.Error(), "proxy cannot pass [token]") {
		t.Errorf("Send: %v: want the reason, without the token", err)
	}
}

// TestDefaultBaseURL checks that requests go to Twilio itself, over TLS, without a base URL.
func TestDefaultBaseURL(t *testing.T) {
	var asked string
	_, err := newClient(t, twilio.ClientConfig{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		asked = r.URL.Scheme + "://" + r.URL.Host
		return nil, errors.New("no network here")
	})}).Send(t.Context(), aCall())
	if outcome(err) != "not sent" || asked != "https://api.twilio.com" {
		t.Errorf("asked %s: %v", asked, err)
	}
}
