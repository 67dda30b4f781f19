package standin

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	alice = "+15005550101"
	bob   = "+15005550102"
	us    = "+15005550006"
)

// A bench is an exchange accessed over plain HTTP.
type bench struct {
	*Exchange
	screen *bytes.Buffer // read it after Close
}

func newBench(t *testing.T, cfg Options) *bench {
	t.Helper()
	b := &bench{screen: &bytes.Buffer{}}
	cfg.Screen = b.screen
	for _, d := range []*time.Duration{&cfg.RingTime, &cfg.SpeakTime, &cfg.MessageLatency} {
		if *d == 0 {
			*d = time.Millisecond
		}
	}
	b.Exchange = New(cfg)
	t.Cleanup(b.Close)
	return b
}

// do makes a request as the account, and returns the status and the JSON answer.
func (b *bench) do(method, path string, form url.Values) (int, map[string]any) {
	r := httptest.NewRequest(method, root+DemoAccountSID+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(DemoAccountSID, DemoAuthToken)
	return b.serve(r)
}

func (b *bench) serve(r *http.Request) (int, map[string]any) {
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	var answer map[string]any
	_ = json.Unmarshal(w.Body.Bytes(), &answer)
	return w.Code, answer
}

// call places a call and returns its sid.
func (b *bench) call(t *testing.T, to, twiml string) string {
	t.Helper()
	code, answer := b.do("POST", "/Calls.json", url.Values{"To": {to}, "From": {us}, "Twiml": {twiml}})
	if code != http.StatusCreated {
		t.Fatalf("answer %d %v", code, answer)
	}
	return answer["sid"].(string)
}

func (b *bench) settled(t *testing.T, n int) []CallRecord {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	calls, err := b.WaitCalls(ctx, n)
	if err != nil {
		t.Fatal(err)
	}
	return calls
}

func TestOnlyTheAccountGetsIn(t *testing.T) {
	b := newBench(t, Options{})
	for _, who := range [][2]string{{"", ""}, {DemoAccountSID, ""}, {DemoAccountSID, "wrong"}, {"AC1", DemoAuthToken}} {
		r := httptest.NewRequest("GET", root+DemoAccountSID+".json", nil)
		r.SetBasicAuth(who[0], who[1])
		if code, answer := b.serve(r); code != 401 || answer["code"] != 20003.0 {
			t.Errorf("%q: answer %d %v: want 401 with code 20003", who, code, answer)
		}
	}
	if code, answer := b.do("GET", ".json", nil); code != 200 || answer["status"] != "active" || answer["type"] != "Full" {
		t.Errorf("the account itself: answer %d %v", code, answer)
	}
	r := httptest.NewRequest("GET", root+"AC11111111111111111111111111111111/Calls.json", nil)
	r.SetBasicAuth(DemoAccountSID, DemoAuthToken)
	if code, answer := b.serve(r); code != 404 || answer["code"] != 20404.0 {
		t.Errorf("another account: answer %d %v: want 404 with code 20404", code, answer)
	}
}

func TestWhatCannotBePlaced(t *testing.T) {
	long := strings.Repeat("x", 4001)
	tests := []struct {
		path   string
		change url.Values
		code   float64
	}{
		{"/Calls.json", url.Values{"To": {""}}, 21201},
		{"/Calls.json", url.Values{"From": {""}}, 21213},
		{"/Calls.json", url.Values{"To": {"911"}}, 21211},
		{"/Calls.json", url.Values{"From": {"Valkyrie"}}, 21212},
		{"/Calls.json", url.Values{"Twiml": {""}}, 21205},
		{"/Calls.json", url.Values{"Twiml": {long}}, 32018},
		{"/Calls.json", url.Values{"StatusCallback": {"nowhere"}}, 21205},
		{"/Calls.json", url.Values{"StatusCallbackEvent": {"hangup"}}, 21626},
		{"/Messages.json", url.Values{"To": {""}}, 21604},
		{"/Messages.json", url.Values{"From": {""}}, 21603},
		{"/Messages.json", url.Values{"To": {"+1"}}, 21211},
		{"/Messages.json", url.Values{"Body": {""}}, 21602},
		{"/Messages.json", url.Values{"Body": {long}}, 21617},
		{"/Messages.json", url.Values{"StatusCallback": {"http://a_b/"}}, 21609},
	}
	b := newBench(t, Options{})
	for _, tt := range tests {
		form := url.Values{"To": {alice}, "From": {us}, "Twiml": {"<Response/>"}, "Body": {"hello"}}
		for k, v := range tt.change {
			form[k] = v
		}
		if code, answer := b.do("POST", tt.path, form); code != 400 || answer["code"] != tt.code || answer["message"] == "" {
			t.Errorf("%s %v: answer %d %v: want 400 with code %v", tt.path, tt.change, code, answer, tt.code)
		}
	}
	if len(b.Calls())+len(b.Texts()) != 0 {
		t.Error("something was placed")
	}
}

func TestTwiMLIsWalked(t *testing.T) {
	const sorry = "We are sorry, an application error has occurred. Goodbye."
	tests := map[string]string{
		`<Response><Say>a</Say><Pause length="2"/><Play>x.mp3</Play><Say> b
			c </Say></Response>`: "a|b c",
		`<Response><Say>a</Say><Hangup/><Say>b</Say></Response>`:         "a",
		`<Response><Gather><Say>a</Say></Gather><Say>b</Say></Response>`: "a|b",
		`<Response/>`:                 "",
		`<Response><Say>a</Response>`: sorry,
		`<Response/><Response/>`:      sorry,
		`<Response/> and more`:        sorry,
		`<Answer/>`:                   sorry,
		`hello`:                       sorry,
		`<Response><Say>a</Say><Sing/></Response>`:                          "a|" + sorry,
		`<Response><Redirect>http://127.0.0.1:1/</Redirect></Response>`:     sorry,
		`<?xml version="1.0"?><Response><Say>a</Say></Response><!-- ok -->`: "a",
	}
	for twiml, want := range tests {
		b := newBench(t, Options{})
		b.Default(Listen)
		b.call(t, alice, twiml)
		if got := strings.Join(b.settled(t, 1)[0].Words, "|"); got != want {
			t.Errorf("%s: said %q: want %q", twiml, got, want)
		}
	}
}

func TestRedirectAndRepeatedQuestions(t *testing.T) {
	b := newBench(t, Options{})
	b.Behave(alice, Press("12"))
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		switch r.FormValue("Digits") {
		case "1":
			_, _ = w.Write([]byte(`<Response><Redirect>` + server.URL + `</Redirect></Response>`))
		case "2":
			_, _ = w.Write([]byte(`<Response><Say>bye</Say></Response>`))
		default:
			_, _ = w.Write([]byte(`<Response><Gather numDigits="1" action="` + server.URL + `"><Say>more?</Say></Gather></Response>`))
		}
	}))
	t.Cleanup(server.Close)
	b.call(t, alice, `<Response><Gather numDigits="1" action="`+server.URL+`"><Say>one?</Say></Gather></Response>`)
	call := b.settled(t, 1)[0]
	if got := strings.Join(call.Words, "|"); got != "one?|more?|bye" || call.Keys != "12" {
		t.Errorf("said %q, pressed %q", got, call.Keys)
	}
}

func TestHangUpWhileItRings(t *testing.T) {
	b := newBench(t, Options{RingTime: time.Hour})
	sid := b.call(t, alice, "<Response/>")
	if code, answer := b.do("POST", "/Calls/"+sid+".json", url.Values{"Status": {"completed"}}); code != 200 {
		t.Fatalf("answer %d %v", code, answer)
	}
	if got := b.settled(t, 1)[0].Status; got != "canceled" {
		t.Errorf("status %s: want canceled", got)
	}
	if _, answer := b.do("GET", "/Calls/"+sid+".json", nil); answer["status"] != "canceled" || answer["sid"] != sid {
		t.Errorf("fetched %v", answer)
	}
	for _, path := range []string{"/Calls/CA0.json", "/Messages/SM0.json", "/Faxes.json"} {
		if code, answer := b.do("GET", path, nil); code != 404 || answer["code"] != 20404.0 {
			t.Errorf("%s: answer %d %v: want 404 with code 20404", path, code, answer)
		}
	}
}

func TestCloseHangsUp(t *testing.T) {
	b := newBench(t, Options{RingTime: time.Hour, MessageLatency: time.Hour})
	b.call(t, alice, "<Response/>")
	b.do("POST", "/Messages.json", url.Values{"To": {alice}, "From": {us}, "Body": {"hello"}})
	b.Close()
	if got := b.Calls()[0]; got.Status != "canceled" || !got.Settled {
		t.Errorf("%+v: want it canceled and settled", got)
	}
	if code, _ := b.do("POST", "/Calls.json", url.Values{"To": {alice}, "From": {us}, "Twiml": {"<Response/>"}}); code != 201 {
		t.Errorf("answer %d", code)
	}
}

func TestWaitCallsSaysHowFarItGot(t *testing.T) {
	b := newBench(t, Options{RingTime: time.Hour})
	b.call(t, alice, "<Response/>")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := b.WaitCalls(ctx, 2)
	if want := "waiting for 2 to settle, 0 of 1 placed have: context canceled"; err == nil || err.Error() != want {
		t.Errorf("%v: want %s", err, want)
	}
}
