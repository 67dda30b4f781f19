package twilio_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio"
	"valkyrie/infra/suite"
)

// A recordedAPI answers every request with the next of its answers, or the last one, and keeps the requests.
type recordedAPI struct {
	mu      sync.Mutex
	answers []string
	asked   []string
}

func (a *recordedAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	a.mu.Lock()
	defer a.mu.Unlock()
	line := r.Method + " " + r.URL.Path
	if r.URL.RawQuery != "" {
		line += "?" + r.URL.RawQuery
	}
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range form {
			if !yield(name) {
				return
			}
		}
	}) {
		line += fmt.Sprintf("\n  %s = %q", name, form[name])
	}
	a.asked = append(a.asked, line)
	answer := a.answers[min(len(a.asked), len(a.answers))-1]
	w.Header().Set("Content-Type", "application/json")
	if strings.Contains(r.URL.Path, "/DialingPermissions") && !strings.Contains(answer, "content") {
		answer = `{}`
	}
	_, _ = io.WriteString(w, answer)
}

func recorded(t *testing.T, cfg twilio.ClientConfig, answers ...string) (*twilio.Client, *recordedAPI) {
	t.Helper()
	api := &recordedAPI{answers: answers}
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	cfg.BaseURL = server.URL
	return newClient(t, cfg), api
}

// TestRequests compares the whole of each request with testdata: of calls and texts, with each setting left out and set.
func TestRequests(t *testing.T) {
	var b strings.Builder
	long := strings.Repeat("a long text, ", 130)
	full := paging.Dispatch{
		PageID: "p1/ü", Channel: incident.Call, To: theirNumber, Speech: []string{"This is Valkyrie.", ""}, Details: []string{"The step failed."}, Prompt: "Press 4.", Play: "https://example.org/ride.mp3",
		Language: "en-GB", ValidFor: 90 * time.Second,
	}
	for _, c := range []struct {
		name string
		cfg  twilio.ClientConfig
		send paging.Dispatch
	}{
		{"a call, without callbacks", twilio.ClientConfig{}, aCall()},
		{"a call, with callbacks", twilio.ClientConfig{CallbackURL: "https://example.org/hooks"}, aCall()},
		{"a call, with everything", twilio.ClientConfig{CallbackURL: "https://example.org", FallbackURL: "https://standby.example.org"}, full},
		{"a fallback without callbacks", twilio.ClientConfig{FallbackURL: "https://standby.example.org"}, full},
		{"a text, without callbacks", twilio.ClientConfig{}, aText()},
		{"a text, with everything", twilio.ClientConfig{CallbackURL: "https://example.org", FallbackURL: "https://standby.example.org"}, paging.Dispatch{PageID: "p2", Channel: incident.Text, To: theirNumber, TextBody: "short", ValidFor: time.Hour}},
		{"a text that is too long", twilio.ClientConfig{}, paging.Dispatch{PageID: "p3", Channel: incident.Text, To: theirNumber, TextBody: long}},
	} {
		client, api := recorded(t, c.cfg, `{"sid":"S1"}`)
		sid, err := client.Send(t.Context(), c.send)
		fmt.Fprintf(&b, "== %s: %s, %v\n%s\n", c.name, sid, err, strings.Join(api.asked, "\n"))
	}
	client, api := recorded(t, twilio.ClientConfig{}, `{"status":"queued"}`, `{"status":"canceled"}`)
	fmt.Fprintf(&b, "== a queued call is hung up: %v\n%s\n", client.HangUp(t.Context(), "CA1"), strings.Join(api.asked, "\n"))
	client, api = recorded(t, twilio.ClientConfig{}, `{"status":"completed"}`)
	fmt.Fprintf(&b, "== a call is hung up: %v\n%s\n", client.HangUp(t.Context(), "CA1"), strings.Join(api.asked, "\n"))
	client, api = recorded(t, twilio.ClientConfig{}, `{}`)
	fmt.Fprintf(&b, "== an answer without a status: %v\n%s\n", client.HangUp(t.Context(), "CA1"), strings.Join(api.asked, "\n"))
	for _, d := range []paging.Dispatch{aCall(), aText()} {
		client, api = recorded(t, twilio.ClientConfig{}, `{}`)
		sid, found, err := client.Find(t.Context(), d, time.Now())
		fmt.Fprintf(&b, "== a %s is looked for: %q, %t, %v\n%s\n", d.Channel, sid, found, err, strings.Join(api.asked, "\n"))
	}
	client, api = recorded(t, twilio.ClientConfig{}, `{"status":"active","type":"Trial"}`, `{}`)
	_, err := client.Account(t.Context())
	fmt.Fprintf(&b, "== the account is read: %v\n%s\n", err, strings.Join(api.asked, "\n"))
	suite.Golden(t, "testdata/requests.txt", b.String())
}

// TestSizes checks the limits of a page at their values and one beyond.
func TestSizes(t *testing.T) {
	for n, sent := range map[int]bool{0: false, 1: true, 100: true, 101: false} {
		client, api := recorded(t, twilio.ClientConfig{}, `{"sid":"S1"}`)
		d := aText()
		d.PageID = strings.Repeat("p", n)
		_, err := client.Send(t.Context(), d)
		if (err == nil) != sent || (len(api.asked) == 1) != sent || !sent && (!errors.Is(err, paging.ErrRefused) || err.Error() != fmt.Sprintf("twilio: refused by the provider: page id of %d bytes: want 1 to 100", n)) {
			t.Errorf("an id of %d bytes: %v, %d requests", n, err, len(api.asked))
		}
	}
	for n, kept := range map[int]int{1600: 1600, 1601: 1600} {
		client, api := recorded(t, twilio.ClientConfig{}, `{"sid":"S1"}`)
		d := aText()
		d.TextBody = strings.Repeat("ü", n)
		_, err := client.Send(t.Context(), d)
		if err != nil || strings.Count(api.asked[0], "ü")+strings.Count(api.asked[0], "...")*3 != kept {
			t.Errorf("a text of %d characters: %v, %s", n, err, api.asked[0])
		}
	}
	for _, c := range []incident.Channel{incident.Email, ""} {
		client, api := recorded(t, twilio.ClientConfig{}, `{}`)
		_, err := client.Send(t.Context(), paging.Dispatch{PageID: "p", Channel: c})
		want := fmt.Sprintf(`channel %q: want "call" or "text"`, c)
		if !errors.Is(err, paging.ErrRefused) || !strings.HasSuffix(err.Error(), want) || len(api.asked) > 0 {
			t.Errorf("%q is sent: %v", c, err)
		}
		if _, found, err := client.Find(t.Context(), paging.Dispatch{Channel: c}, time.Now()); found || err == nil || err.Error() != "twilio: find: "+want || len(api.asked) > 0 {
			t.Errorf("%q is looked for: %t, %v", c, found, err)
		}
	}
}

// TestConfigLimits checks each rule of the configuration at its limits, by the faults.
func TestConfigLimits(t *testing.T) {
	host := "https://example.org/"
	for name, c := range map[string]struct {
		change func(*twilio.ClientConfig)
		good   bool
	}{
		"a token of one letter":             {func(c *twilio.ClientConfig) { c.AuthToken = "x" }, true},
		"the shortest number":               {func(c *twilio.ClientConfig) { c.From = "+1234567" }, true},
		"too short a number":                {func(c *twilio.ClientConfig) { c.From = "+123456" }, false},
		"the longest number":                {func(c *twilio.ClientConfig) { c.From = "+123456789012345" }, true},
		"too long a number":                 {func(c *twilio.ClientConfig) { c.From = "+1234567890123456" }, false},
		"a number that begins with 0":       {func(c *twilio.ClientConfig) { c.From = "+0123456789" }, false},
		"a short account":                   {func(c *twilio.ClientConfig) { c.AccountSID = c.AccountSID[:33] }, false},
		"the longest callback address":      {func(c *twilio.ClientConfig) { c.CallbackURL = host + strings.Repeat("x", 200-len(host)) }, true},
		"too long a callback address":       {func(c *twilio.ClientConfig) { c.CallbackURL = host + strings.Repeat("x", 201-len(host)) }, false},
		"the longest fallback address":      {func(c *twilio.ClientConfig) { c.FallbackURL = host + strings.Repeat("x", 200-len(host)) }, true},
		"too long a fallback address":       {func(c *twilio.ClientConfig) { c.FallbackURL = host + strings.Repeat("x", 201-len(host)) }, false},
		"a malformed fallback address":      {func(c *twilio.ClientConfig) { c.FallbackURL = "example.org" }, false},
		"a base address":                    {func(c *twilio.ClientConfig) { c.BaseURL = "http://localhost:80" }, true},
		"a base address with https":         {func(c *twilio.ClientConfig) { c.BaseURL = "https://localhost" }, true},
		"a base address of another scheme":  {func(c *twilio.ClientConfig) { c.BaseURL = "ftp://localhost" }, false},
		"a base address with a query":       {func(c *twilio.ClientConfig) { c.BaseURL = "http://localhost?a=b" }, false},
		"a base address with a fragment":    {func(c *twilio.ClientConfig) { c.BaseURL = "http://localhost#a" }, false},
		"a base address with a path":        {func(c *twilio.ClientConfig) { c.BaseURL = "http://localhost/" }, false},
		"a base address without a host":     {func(c *twilio.ClientConfig) { c.BaseURL = "http://" }, false},
		"a base address with a name":        {func(c *twilio.ClientConfig) { c.BaseURL = "http://me@localhost" }, false},
		"a base address that is no address": {func(c *twilio.ClientConfig) { c.BaseURL = "http://[" }, false},
		"a timeout of 0":                    {func(c *twilio.ClientConfig) { c.Timeout = 0 }, true},
		"a timeout below 0":                 {func(c *twilio.ClientConfig) { c.Timeout = -1 }, false},
	} {
		cfg := good()
		c.change(&cfg)
		client, err := twilio.New(cfg)
		if (err == nil) != c.good || (client != nil) != c.good || err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFindEntries checks which entry of a list is the page that was sent: by each of its fields, the newest of several.
func TestFindEntries(t *testing.T) {
	since := time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)
	at := func(after time.Duration) string { return since.Add(after).Format(time.RFC1123Z) }
	entry := func(sid, to, from, status, created, body string) string {
		return fmt.Sprintf(`{"sid":%q,"to":%q,"from":%q,"status":%q,"date_created":%q,"body":%q}`, sid, to, from, status, created, body)
	}
	of := func(sid, status, created string) string {
		return entry(sid, theirNumber, ourNumber, status, created, aText().TextBody)
	}
	for name, c := range map[string]struct {
		entries []string
		want    string
	}{
		"none":                       {nil, ""},
		"one":                        {[]string{of("S1", "sent", at(time.Second))}, "S1"},
		"two seconds before":         {[]string{of("S1", "sent", at(-2*time.Second))}, "S1"},
		"three seconds before":       {[]string{of("S1", "sent", at(-3*time.Second))}, ""},
		"the newest of two":          {[]string{of("S1", "sent", at(time.Second)), of("S2", "sent", at(3*time.Second)), of("S3", "sent", at(2*time.Second))}, "S2"},
		"without an id":              {[]string{of("", "sent", at(time.Second))}, ""},
		"to another":                 {[]string{entry("S1", ourNumber, ourNumber, "sent", at(time.Second), aText().TextBody)}, ""},
		"from another":               {[]string{entry("S1", theirNumber, theirNumber, "sent", at(time.Second), aText().TextBody)}, ""},
		"without a date, queued":     {[]string{of("S1", "queued", "")}, "S1"},
		"without a date, delivered":  {[]string{of("S1", "delivered", "")}, ""},
		"without a date or a status": {[]string{`{"sid":"S1","to":"` + theirNumber + `","from":"` + ourNumber + `"}`}, ""},
		"without numbers":            {[]string{`{"sid":"S1","status":"queued"}`}, ""},
		"a malformed date":           {[]string{of("S1", "sent", "yesterday")}, ""},
		"another text":               {[]string{entry("S1", theirNumber, ourNumber, "sent", at(time.Second), "Another.")}, ""},
		"behind a trial's sentence":  {[]string{entry("S1", theirNumber, ourNumber, "sent", at(time.Second), "Sent from your Twilio trial account - "+aText().TextBody+" ")}, "S1"},
		"a body that is hidden":      {[]string{entry("S1", theirNumber, ourNumber, "sent", at(time.Second), "")}, "S1"},
		"one hidden, and ours":       {[]string{entry("S1", theirNumber, ourNumber, "sent", at(9*time.Second), ""), of("S2", "sent", at(time.Second))}, "S2"},
		"ours, and one hidden":       {[]string{of("S2", "sent", at(time.Second)), entry("S1", theirNumber, ourNumber, "sent", at(9*time.Second), "")}, "S2"},
	} {
		for _, channel := range []incident.Channel{incident.Text, incident.Call} {
			list := map[incident.Channel]string{incident.Text: "messages", incident.Call: "calls"}[channel]
			client, _ := recorded(t, twilio.ClientConfig{}, fmt.Sprintf(`{%q:[%s]}`, list, strings.Join(c.entries, ",")))
			d := aText()
			d.Channel = channel
			sid, found, err := client.Find(t.Context(), d, since)
			want := c.want
			if channel == incident.Call { // calls have no bodies
				want = map[string]string{"another text": "S1", "one hidden, and ours": "S1", "ours, and one hidden": "S1"}[name]
				if want == "" {
					want = c.want
				}
			}
			if sid != want || found != (want != "") || err != nil {
				t.Errorf("%s, %s: %q, %t, %v; want %q", name, channel, sid, found, err, want)
			}
		}
	}
}

// TestPermissions checks which countries and deliveries of an account are shown, where fields are missing.
func TestPermissions(t *testing.T) {
	countries := `{"content":[{"name":"Germany","country_codes":["49","+4955"],"low_risk_numbers_enabled":false},{"country_codes":["1"],"low_risk_numbers_enabled":true},{"name":"X","low_risk_numbers_enabled":true},
		{"name":"Y","country_codes":["7"]},{"name":"Canada","country_codes":["1"],"low_risk_numbers_enabled":false},{"name":"USA","country_codes":["1"],"low_risk_numbers_enabled":true}],"meta":{"key":"content"}}`
	client, _ := recorded(t, twilio.ClientConfig{}, `{"status":"active","type":"Full"}`, `{}`, countries,
		`{"calls":[{"status":"busy"},{"status":"failed"},{"status":"in-progress"},{},{"status":"completed"}]}`,
		`{"messages":[{"status":"undelivered","error_code":30003},{"status":"failed","error_code":30003},{"status":"undelivered","error_code":0},{"status":"delivered"},{"status":"sent"},{"error_code":1}]}`)
	a, err := client.Account(t.Context())
	if err != nil || fmt.Sprint(a.Countries) != "[{Germany [+49 +4955] false} {Canada [+1] false} {USA [+1] true}]" {
		t.Errorf("%v, %v", a.Countries, err)
	}
	if got := fmt.Sprint(a.Recent); got != "[{call 3 1 []} {text 4 3 [error 30003]}]" {
		t.Errorf("the latest are %s", got)
	}
	a.Countries = append(a.Countries, twilio.Country{Name: "Gold", Prefixes: []string{"+4955"}, Enabled: false})
	for number, want := range map[string]string{"+4911": "Germany", "+49551": "Germany", "+12025550143": "", "+4": "", "+7123": ""} {
		if name, barred := a.BarredCountry(number); barred != (want != "") || barred && name != want {
			t.Errorf("%s: %q, barred %t; want %q", number, name, barred, want)
		}
	}
	for _, answers := range [][]string{{`{"type":"Full"}`}, {`{"status":"active"}`}} {
		client, _ := recorded(t, twilio.ClientConfig{}, answers...)
		if _, err := client.Account(t.Context()); err == nil || !strings.Contains(err.Error(), "the answer has no status, or no type") {
			t.Errorf("%s: %v", answers, err)
		}
	}
}

// TestListFaults checks that a list or an account that cannot be read is an error, at each of its requests.
func TestListFaults(t *testing.T) {
	for _, d := range []paging.Dispatch{aCall(), aText()} {
		client, _ := recorded(t, twilio.ClientConfig{}, `{`)
		if sid, found, err := client.Find(t.Context(), d, time.Now()); err == nil || found || sid != "" || !strings.HasPrefix(err.Error(), "twilio: find "+string(d.Channel)+" "+theirNumber+": ") {
			t.Errorf("%s: %q, %t, %v", d.Channel, sid, found, err)
		}
	}
	for n, answers := range [][]string{{`{`}, {`{"status":"active","type":"Trial"}`, `{`}, {`{"status":"active","type":"Trial"}`, `{}`, `{`}} {
		client, _ := recorded(t, twilio.ClientConfig{}, answers...)
		if _, err := client.Account(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "twilio: account ") {
			t.Errorf("request %d cannot be read: %v", n+1, err)
		}
	}
}

// TestReportWords checks each result and reason of a callback, and the answers to keys that another region did not answer.
func TestReportWords(t *testing.T) {
	for form, want := range map[string]paging.Report{
		"CallSid=C&CallStatus=completed":                                                {SID: "C", Result: incident.Human},
		"CallSid=C&CallStatus=completed&AnsweredBy=machine_end_beep":                    {SID: "C", Result: incident.Machine},
		"CallSid=C&CallStatus=completed&AnsweredBy=fax":                                 {SID: "C", Result: incident.Machine},
		"CallSid=C&CallStatus=completed&AnsweredBy=unknown":                             {SID: "C", Result: incident.Human},
		"CallSid=C&CallStatus=busy&AnsweredBy=machine_start&ErrorCode=1":                {SID: "C", Result: incident.Busy},
		"CallSid=C&CallStatus=no-answer":                                                {SID: "C", Result: incident.NoAnswer},
		"CallSid=C&CallStatus=failed&SipResponseCode=404":                               {SID: "C", Result: incident.FailedCall, Why: "SIP response 404"},
		"CallSid=C&CallStatus=canceled&ErrorCode=13224&ErrorMessage=Bad":                {SID: "C", Result: incident.FailedCall, Why: "canceled, error 13224, Bad"},
		"CallSid=C&CallStatus=ringing":                                                  {SID: "C"},
		"MessageSid=M&MessageStatus=delivered&ErrorCode=30004":                          {SID: "M", Result: incident.Delivered, Final: true},
		"MessageSid=M&MessageStatus=read":                                               {SID: "M", Result: incident.Delivered},
		"MessageSid=M&MessageStatus=sent&ErrorCode=30004":                               {SID: "M"},
		"MessageSid=M&MessageStatus=canceled":                                           {SID: "M", Result: incident.FailedCall},
		"MessageSid=M&MessageStatus=undelivered&ErrorCode=30003":                        {SID: "M", Result: incident.Undelivered, Why: "error 30003"},
		"MessageSid=M&MessageStatus=failed&ErrorCode=21610&ErrorMessage=Blocked":        {SID: "M", Result: incident.FailedCall, Why: "error 21610, Blocked", Final: true},
		"MessageSid=M&MessageStatus=undelivered&ErrorCode=30034&SipResponseCode=0&x=y":  {SID: "M", Result: incident.Undelivered, Why: "error 30034, SIP response 0", Final: true},
		"MessageSid=M&MessageStatus=undelivered&ErrorCode=30005":                        {SID: "M", Result: incident.Undelivered, Why: "error 30005", Final: true},
		"MessageSid=M&MessageStatus=undelivered&ErrorCode=30006&CallSid=C&CallStatus=x": {SID: "M", Result: incident.Undelivered, Why: "error 30006", Final: true},
	} {
		values, _ := url.ParseQuery(form)
		w, got := serve(t, ourConfig(), callback("/twilio/p1/status", values))
		want.PageID = "p1"
		if got == nil || *got != want || w.Code != 204 || w.Body.Len() > 0 {
			t.Errorf("%s: %+v, %d; want %+v", form, got, w.Code, want)
		}
	}
	for _, c := range []struct{ about, digits, want string }{
		{"key", "4", `<Response><Say>Thank you.</Say><Hangup></Hangup></Response>`},
		{"again", "4", `<Response><Say>Thank you.</Say><Hangup></Hangup></Response>`},
		{"again", "", `<Say>Your key was not received.</Say><Say>Please press it again.</Say></Gather>`},
		{"key", "", `<Response><Say>Thank you.</Say><Hangup></Hangup></Response>`},
	} {
		cfg := ourConfig()
		cfg.Handle = func(_ context.Context, r paging.Report) (paging.Answer, error) {
			if r.Key != c.digits || r.SID != "C" || r.Result != "" {
				t.Errorf("%+v: %+v", c, r)
			}
			return paging.Answer{Say: []string{"Thank you."}}, nil
		}
		w := httptest.NewRecorder()
		twilio.NewCallbacks(cfg).ServeHTTP(w, callback("/twilio/p1/"+c.about, url.Values{"CallSid": {"C"}, "Digits": {c.digits}, "CallStatus": {"completed"}}))
		if w.Code != 200 || !strings.Contains(w.Body.String(), c.want) || w.Header().Get("Content-Type") != "text/xml; charset=utf-8" {
			t.Errorf("%+v: %d, %s", c, w.Code, w.Body)
		}
	}
	cfg := ourConfig()
	cfg.Handle = func(context.Context, paging.Report) (paging.Answer, error) {
		return paging.Answer{Say: []string{"It is yours."}, Prompt: "Press 6 to mute.", Details: []string{"It began at three."}, Language: "en-IN"}, nil
	}
	w := httptest.NewRecorder()
	twilio.NewCallbacks(cfg).ServeHTTP(w, callback("/twilio/p1/key", url.Values{"CallSid": {"C"}, "Digits": {"1"}}))
	const words = `<Say language="en-IN">It is yours.</Say><Say language="en-IN">Press 6 to mute.</Say><Say language="en-IN">It began at three.</Say></Gather>`
	if got := w.Body.String(); strings.Count(got, words) != 2 || !strings.HasSuffix(got, `</Gather><Say language="en-IN">Goodbye</Say></Response>`) {
		t.Errorf("an answer that goes on: %s", got)
	}
}

// TestRejectionLines checks the log of callbacks that are rejected, and that each token and form counts.
func TestRejectionLines(t *testing.T) {
	var log bytes.Buffer
	cfg := ourConfig()
	cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
	unsigned := callback("/twilio/p1/status", url.Values{"CallSid": {"C"}})
	unsigned.Header.Del(twilio.SignatureHeader)
	w, _ := serve(t, cfg, unsigned)
	if w.Code != 403 || !strings.Contains(log.String(), `level=WARN msg="callback rejected" page=p1 status=403`) {
		t.Errorf("%d, %s", w.Code, log.String())
	}
	get := callback("/twilio/p1/status", nil)
	get.Method = http.MethodGet
	if w, _ := serve(t, cfg, get); w.Code != 405 || w.Header().Get("Allow") != "POST" {
		t.Errorf("%d, %v", w.Code, w.Header())
	}
	for path, code := range map[string]int{
		"/twilio/p1/status": 204, "/twilio/" + strings.Repeat("p", 100) + "/status": 204, "/twilio/" + strings.Repeat("p", 101) + "/status": 404, "/twilio//status": 404, "/twilio/p1/other": 404,
		"/twilio/p1": 404, "/x/p1/status": 404, "/twilio/p1/status/x": 404, "x/twilio/p1/status": 404,
	} {
		if w, _ := serve(t, cfg, callback("/"+strings.TrimPrefix(path, "/"), url.Values{"CallSid": {"C"}})); w.Code != code {
			t.Errorf("%s: %d, want %d", path, w.Code, code)
		}
	}
}
