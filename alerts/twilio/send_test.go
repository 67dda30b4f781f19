package twilio_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio"
	"valkyrie/alerts/twilio/standin"
)

// outcome names the meaning of an error of Send.
func outcome(err error) string {
	switch {
	case err == nil:
		return "accepted"
	case errors.Is(err, paging.ErrNotSent) && errors.Is(err, paging.ErrRefused):
		return "both: " + err.Error()
	case errors.Is(err, paging.ErrNotSent):
		return "not sent"
	case errors.Is(err, paging.ErrRefused):
		return "refused"
	}
	return "unknown"
}

// TestSendAndFind checks for each fault of the API that Send reports the known outcome, and that Find resolves an
// unknown one: it finds exactly the placed call or text.
func TestSendAndFind(t *testing.T) {
	tests := []struct {
		behaviour standin.Behaviour
		want      string
		placed    int
		says      string
	}{
		{standin.Listen, "accepted", 1, ""},
		{standin.Deliver, "accepted", 1, ""},
		{standin.TooMany, "not sent", 0, "error 20429: Too Many Requests"},
		{standin.Refuse(21211), "refused", 0, "error 21211: The 'To' number is not a valid phone number"},
		{standin.Refuse(21214), "refused", 0, "21214"},
		{standin.Refuse(21217), "refused", 0, "21217"},
		{standin.Refuse(21608), "refused", 0, "21608"},
		{standin.Refuse(21610), "refused", 0, "21610"},
		{standin.Refuse(21614), "refused", 0, "21614"},
		{standin.Refuse(20003), "refused", 0, "20003: Authenticate"},
		{standin.ServerError, "unknown", 0, "answer 502"},
		{standin.ErrorAfter, "unknown", 1, "answer 500, error 20500"},
		{standin.Unavailable, "unknown", 0, "answer 503, error 20503"},
		{standin.WebPage, "unknown", 0, "answer 200"},
		{standin.TimeoutBefore, "unknown", 0, "no answer"},
		{standin.TimeoutAfter, "unknown", 1, "no answer"},
		{standin.NoSID, "unknown", 1, "no sid"},
		{standin.Truncated, "unknown", 1, "cut off"},
	}
	for _, d := range []paging.Dispatch{aCall(), aText()} {
		for _, tt := range tests {
			if (tt.behaviour == standin.Listen && d.Channel != incident.Call) ||
				(tt.behaviour == standin.Deliver && d.Channel != incident.Text) {
				continue
			}
			t.Run(string(d.Channel)+" "+string(tt.behaviour), func(t *testing.T) {
				t.Parallel()
				r := newRig(t)
				r.exchange.Behave(theirNumber, tt.behaviour)
				since := time.Now()
				sid, err := r.phone.Send(t.Context(), d)
				if got := outcome(err); got != tt.want || (err != nil && !strings.Contains(err.Error(), tt.says)) {
					t.Fatalf("Send: %v: want it %s, saying %q", err, tt.want, tt.says)
				}
				if n := r.exchange.Creates(theirNumber); n != 1 {
					t.Errorf("%d requests reached the provider: want 1", n)
				}
				checkPlaced(t, r, d, tt.placed, since, sid)
			})
		}
	}
}

func checkPlaced(t *testing.T, r *rig, d paging.Dispatch, placed int, since time.Time, sid string) {
	t.Helper()
	found, ok, err := r.phone.Find(t.Context(), d, since)
	if err != nil || ok != (placed == 1) {
		t.Fatalf("Find: %q, %v, %v: want %d placed", found, ok, err, placed)
	}
	var sids []string
	if d.Channel == incident.Call {
		for _, c := range r.settledCalls(t, placed) {
			sids = append(sids, c.SID)
		}
	} else {
		for _, x := range r.settledTexts(t, placed) {
			sids = append(sids, x.SID)
		}
	}
	switch {
	case len(sids) != placed:
		t.Errorf("placed: %v: want %d", sids, placed)
	case placed == 1 && (found != sids[0] || (sid != "" && sid != found)):
		t.Errorf("placed %s, Find found %s, Send returned %q: want the same", sids[0], found, sid)
	}
}

func TestFindLooksOnlyAtTheRightOnes(t *testing.T) {
	r := newRig(t)
	first, err := r.phone.Send(t.Context(), aCall())
	if err != nil {
		t.Fatal(err)
	}
	r.settledCalls(t, 1)
	second, err := r.phone.Send(t.Context(), aCall())
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := aCall()
	elsewhere.To = "+15005550199"
	tests := []struct {
		name  string
		d     paging.Dispatch
		since time.Time
		want  string
	}{
		{"the newest", aCall(), time.Now().Add(-time.Minute), second},
		{"a clock two seconds off", aCall(), time.Now().Add(time.Second / 2), second},
		{"too old", aCall(), time.Now().Add(time.Hour), ""},
		{"another number", elsewhere, time.Now().Add(-time.Minute), ""},
		{"another channel", aText(), time.Now().Add(-time.Minute), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, found, err := r.phone.Find(t.Context(), tt.d, tt.since)
			if err != nil || got != tt.want || found != (tt.want != "") {
				t.Errorf("Find: %q, %v, %v: want %q (the first call was %s)", got, found, err, tt.want, first)
			}
		})
	}
}

func TestNobodyThereIsNotSent(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	_, err := newClient(t, twilio.ClientConfig{BaseURL: server.URL}).Send(t.Context(), aCall())
	if outcome(err) != "not sent" || !strings.Contains(err.Error(), "refused") {
		t.Errorf("Send: %v: want it not sent, and why", err)
	}
}

func TestUnfitDispatchIsRefusedLocally(t *testing.T) {
	r := newRig(t)
	for name, change := range map[string]func(*paging.Dispatch){
		"no page id":      func(d *paging.Dispatch) { d.PageID = "" },
		"a long page id":  func(d *paging.Dispatch) { d.PageID = strings.Repeat("x", 101) },
		"unknown channel": func(d *paging.Dispatch) { d.Channel = "telegraph" },
	} {
		d := aCall()
		change(&d)
		if _, err := r.phone.Send(t.Context(), d); outcome(err) != "refused" {
			t.Errorf("%s: %v: want it refused", name, err)
		}
	}
	if n := r.exchange.Creates(""); n != 0 {
		t.Errorf("%d requests: want none", n)
	}
}

// TestSendEndsWithItsContext checks that the caller's context ends a request before its timeout.
func TestSendEndsWithItsContext(t *testing.T) {
	arrived := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		close(arrived)
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	phone := newClient(t, twilio.ClientConfig{BaseURL: server.URL, Timeout: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := phone.Send(ctx, aCall())
		ended <- err
	}()
	<-arrived
	cancel()
	select {
	case err := <-ended:
		if outcome(err) != "unknown" || !errors.Is(err, context.Canceled) {
			t.Errorf("Send: %v: want it unknown, and canceled", err)
		}
	case <-time.After(5 * time.Second):
		t.Error("Send still waits after its context was canceled")
	}
	if _, err := phone.Send(ctx, aCall()); outcome(err) != "not sent" {
		t.Errorf("Send with a context that has ended: %v: want it not sent", err)
	}
}

// TestRetryAfterHeader checks that the header Retry-After of a 429 is passed on, in seconds and as a date.
func TestRetryAfterHeader(t *testing.T) {
	for value, want := range map[string]time.Duration{"7": 7 * time.Second, "": 0, "soon": 0, "-3": 0, time.Now().Add(time.Hour).UTC().Format(http.TimeFormat): time.Hour} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", value)
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = w.Write([]byte(`{"code": 20429, "message": "Too Many Requests", "status": 429}`))
		}))
		_, err := newClient(t, twilio.ClientConfig{BaseURL: server.URL}).Send(t.Context(), aCall())
		var wait paging.RetryAfter
		if !errors.As(err, &wait) || !errors.Is(err, paging.ErrNotSent) || (wait.Wait-want).Abs() > time.Minute/2 {
			t.Errorf("%q: %v, %v", value, wait.Wait, err)
		}
		server.Close()
	}
}

// TestValidity checks that a call and a text carry the time for which they are valid.
func TestValidity(t *testing.T) {
	var forms []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		forms = append(forms, r.PostForm.Get("TimeLimit")+r.PostForm.Get("ValidityPeriod"))
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(`{"sid": "CA1"}`))
	}))
	defer server.Close()
	client := newClient(t, twilio.ClientConfig{BaseURL: server.URL})
	for _, d := range []paging.Dispatch{
		{PageID: "p1", Channel: incident.Call, To: theirNumber, Speech: []string{"x"}, ValidFor: 4 * time.Minute},
		{PageID: "p2", Channel: incident.Call, To: theirNumber, Speech: []string{"x"}},
		{PageID: "p3", Channel: incident.Text, To: theirNumber, TextBody: "x", ValidFor: 30 * time.Minute},
		{PageID: "p4", Channel: incident.Text, To: theirNumber, TextBody: "x"},
	} {
		if _, err := client.Send(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(forms, " "); got != "240 300 1800 " {
		t.Errorf("got %q", got)
	}
}
