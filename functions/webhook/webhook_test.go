package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio/standin"
	"valkyrie/functions/lambdatest"
	"valkyrie/infra/cloudtest"
	"valkyrie/infra/environ"
	"valkyrie/infra/evidence"
	"valkyrie/infra/secrets"
	web "valkyrie/infra/webhook"
	"valkyrie/probes/journey"
)

const domain = "abcdefg.lambda-url.eu-west-1.on.aws"

// deployed returns the function in a world, with one batch that reports to it.
func deployed(t *testing.T) (webhook, *lambdatest.World) {
	t.Helper()
	w := lambdatest.NewWorld(t)
	for _, line := range w.Env(environ.FunctionWebhook, lambdatest.Home) {
		name, value, _ := strings.Cut(line, "=")
		t.Setenv(name, value)
	}
	f, err := open(t.Context(), lambdatest.Practice(), os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	f.Alerts.Judge.Heartbeats = []judge.HeartbeatPolicy{{Name: "shift-texts", Title: "send the shift texts", Every: 24 * time.Hour}}
	return f, w
}

func event(path, body string, headers ...string) events.LambdaFunctionURLRequest {
	in := events.LambdaFunctionURLRequest{
		Version: "2.0", RawPath: path, Body: body,
		Headers: map[string]string{"content-type": "application/x-www-form-urlencoded", "host": domain},
	}
	for pair := range slices.Chunk(headers, 2) {
		in.Headers[pair[0]] = pair[1]
	}
	in.RequestContext.DomainName, in.RequestContext.HTTP.Method, in.RequestContext.HTTP.SourceIP = domain, "POST", "192.0.2.7"
	return in
}

// sign signs a form as Twilio does: https://www.twilio.com/docs/usage/security#validating-requests.
func sign(token, address string, form url.Values) string {
	m := hmac.New(sha1.New, []byte(token))
	m.Write([]byte(address))
	for _, name := range slices.Sorted(maps.Keys(form)) {
		m.Write([]byte(name + form.Get(name)))
	}
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}

func status(t *testing.T, f webhook, in events.LambdaFunctionURLRequest) events.LambdaFunctionURLResponse {
	t.Helper()
	out, err := f.Handle(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestReply: a text signed by Twilio for the function's address is answered, in base64 too, and with either of two tokens;
// with another token, or for another address, it is refused.
func TestReply(t *testing.T) {
	f, w := deployed(t)
	w.Cloud.Parameter("/valkyrie/"+environ.TwilioToken, "thenewertoken "+standin.DemoAuthToken)
	form := url.Values{"From": {"+12025550143"}, "MessageSid": {"SM1"}, "Body": {"status ü"}}
	const path = "/twilio/reply"
	for name, c := range map[string]struct {
		token, address string
		encoded        bool
		status         int
	}{
		"the older token":  {standin.DemoAuthToken, "https://" + domain + path, false, 200},
		"the newer token":  {"thenewertoken", "https://" + domain + path, false, 200},
		"in base64":        {"thenewertoken", "https://" + domain + path, true, 200},
		"another token":    {"nobodystoken", "https://" + domain + path, false, 403},
		"another address":  {"thenewertoken", "https://elsewhere.example.com" + path, false, 403},
		"with a query":     {"thenewertoken", "https://" + domain + path + "?x=1", false, 403},
		"an empty token":   {"", "https://" + domain + path, false, 403},
		"the other scheme": {"thenewertoken", "http://" + domain + path, false, 403},
	} {
		in := event(path, form.Encode(), "x-twilio-signature", sign(c.token, c.address, form))
		if c.encoded {
			in.Body, in.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte(in.Body)), true
		}
		out := status(t, f, in)
		if out.StatusCode != c.status || (out.Body == "") == (c.status == 200) {
			t.Errorf("%s: %+v", name, out)
		}
		if c.status == 200 && (out.Headers["Content-Type"] != "text/xml; charset=utf-8" || !strings.Contains(out.Body, "<Message>")) {
			t.Errorf("%s: %+v", name, out)
		}
	}
}

// TestBeat: a heartbeat is recorded, and a failed batch wakes the pager.
func TestBeat(t *testing.T) {
	f, w := deployed(t)
	pokes := make(chan string, 1)
	w.Cloud.Function(lambdatest.Home, lambdatest.Pager, func(payload []byte) { pokes <- string(payload) })
	path := web.BeatURL("", []byte("a key of a test, long enough"), "shift-texts")
	for _, c := range []struct {
		path, body string
		status     int
	}{
		{path + "/start", "", 204},
		{path + "/progress", "done=150&expected=400", 204},
		{path + "/progress", strings.Repeat("x", 20<<10), 413},
		{path + "x/progress", "", 403},
		{path + "/fail", "done=150&error=the pool ran out", 204},
	} {
		if out := status(t, f, event(c.path, c.body)); out.StatusCode != c.status || out.Body != "" {
			t.Errorf("%s: %+v", c.path, out)
		}
	}
	select {
	case <-pokes:
	case <-time.After(10 * time.Second):
		t.Error("the pager was not poked")
	}
	item, err := w.Tables[lambdatest.Home].Item(t.Context(), "JOURNEY#shift-texts")
	if err != nil || !strings.Contains(string(item.Data), "shift-texts failed: the pool ran out; 150 of 400 done") {
		t.Errorf("%s, %v", item.Data, err)
	}
}

// TestBeatWithoutHome: while the home's table is down, the standby's takes a heartbeat, and an unknown batch stays unknown; without a
// standby the batch gets an error, and tries again. While home works, the standby's table gets none.
func TestBeatWithoutHome(t *testing.T) {
	address := func(batch string) string {
		return web.BeatURL("", []byte("a key of a test, long enough"), batch) + "/start"
	}
	f, w := deployed(t)
	stored := func(region string) bool {
		t.Helper()
		item, err := w.Tables[region].Item(t.Context(), "JOURNEY#shift-texts")
		if err != nil {
			t.Fatal(err)
		}
		return item.Version > 0
	}
	post := func(f webhook, batch string, want int) {
		t.Helper()
		if out := status(t, f, event(address(batch), "")); out.StatusCode != want {
			t.Errorf("%s: status %d, want %d", batch, out.StatusCode, want)
		}
	}
	post(f, "other", 404)
	post(f, "shift-texts", 204)
	if !stored(lambdatest.Home) || stored(lambdatest.Standby) {
		t.Errorf("while home works: at home %t, at the standby %t", stored(lambdatest.Home), stored(lambdatest.Standby))
	}
	w.Cloud.Down(lambdatest.Home, cloudtest.DynamoDB, true)
	post(f, "other", 404)
	post(f, "shift-texts", 204)
	if !stored(lambdatest.Standby) {
		t.Error("while home is down, the standby has no heartbeat")
	}
	alone := f
	services := *f.Services
	services.Tables.Standby, alone.Services = nil, &services
	post(alone, "shift-texts", 500)
}

// TestNoToken: without Twilio's token no request is judged, so that Twilio tries again, and WebhookErrors counts it.
func TestNoToken(t *testing.T) {
	f, w := deployed(t)
	w.Cloud.Parameter("/valkyrie/"+environ.TwilioToken, " ")
	form := url.Values{"From": {"+12025550143"}, "MessageSid": {"SM1"}, "Body": {"status"}}
	for _, token := range []string{"", standin.DemoAuthToken} {
		in := event("/twilio/reply", form.Encode(), "x-twilio-signature", sign(token, "https://"+domain+"/twilio/reply", form))
		if out := status(t, f, in); out.StatusCode != 500 || out.Body != "" {
			t.Errorf("token %q: %+v", token, out)
		}
	}
}

// TestNeeds: a heartbeat, an acknowledgement and a resolution by text make all requests that the function's role allows.
func TestNeeds(t *testing.T) {
	f, w := deployed(t)
	now := time.Now().UTC().Truncate(time.Second)
	open := incident.Incident{ID: "print-card/down/1", Journey: "print-card", Title: "print a card", Kind: incident.Down, State: incident.Notified, Regions: []string{lambdatest.Home}, Since: now, Opened: now, Last: now, Runs: 2}
	err := incident.UpdateItem(t.Context(), w.Tables[lambdatest.Home], incident.NotificationKey, func(r *paging.NotificationState) bool {
		r.Incidents = append(r.Incidents, open)
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	if out := status(t, f, event(web.BeatURL("", []byte("a key of a test, long enough"), "shift-texts")+"/start", "")); out.StatusCode != 204 {
		t.Errorf("a heartbeat: %+v", out)
	}
	for n, text := range []string{"ack", "resolve"} {
		form := url.Values{"From": {"+12025550143"}, "MessageSid": {fmt.Sprint("SM", n)}, "Body": {text}}
		in := event("/twilio/reply", form.Encode(), "x-twilio-signature", sign(standin.DemoAuthToken, "https://"+domain+"/twilio/reply", form))
		if out := status(t, f, in); out.StatusCode != 200 || !strings.Contains(out.Body, "Thank you, Ada.") {
			t.Errorf("%s: %+v", text, out)
		}
	}
	w.WantNeeds(t, environ.FunctionWebhook)
}

// TestNoRequest: malformed requests are refused, and so are all requests while a secret or a table is missing.
func TestNoRequest(t *testing.T) {
	f, w := deployed(t)
	broken := event("/twilio/reply", "!")
	broken.IsBase64Encoded = true
	for name, c := range map[string]struct {
		in     events.LambdaFunctionURLRequest
		status int
	}{
		"an empty event":         {events.LambdaFunctionURLRequest{}, 400},
		"malformed base64":       {broken, 400},
		"a malformed path":       {event("/%zz", ""), 400},
		"a path without a slash": {event("twilio/reply", ""), 400},
		"an unknown path":        {event("/", ""), 404},
		"a path that escapes":    {event("/twilio/..%2f..%2fetc/passwd", ""), 404},
		"no method":              {without("method"), 400},
		"no domain":              {without("domain"), 400},
		"a malformed method":     {without("token"), 400},
	} {
		if out := status(t, f, c.in); out.StatusCode != c.status || out.Body != "" {
			t.Errorf("%s: %+v", name, out)
		}
	}
	form := url.Values{"From": {"+12025550143"}, "MessageSid": {"SM1"}, "Body": {"status"}}
	good := event("/twilio/reply", form.Encode(), "x-twilio-signature", sign(standin.DemoAuthToken, "https://"+domain+"/twilio/reply", form))
	w.Cloud.Down(lambdatest.Home, cloudtest.DynamoDB, true)
	w.Cloud.Down(lambdatest.Standby, cloudtest.DynamoDB, true)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if out, err := f.Handle(ctx, good); err != nil || out.StatusCode != 500 || out.Body != "" {
		t.Errorf("without a table: %+v, %v", out, err)
	}
}

// without returns an event that lacks a part of what a Function URL sends, or has a malformed method.
func without(part string) events.LambdaFunctionURLRequest {
	in := event("/twilio/reply", "")
	switch part {
	case "method":
		in.RequestContext.HTTP.Method = ""
	case "domain":
		in.RequestContext.DomainName = ""
	default:
		in.RequestContext.HTTP.Method = "GET IT"
	}
	return in
}

// TestLog: what goes wrong is in the log, word for word, where alarms and people look for it.
func TestLog(t *testing.T) {
	f, w := deployed(t)
	var log bytes.Buffer
	services := *f.Services
	services.Log, f.Services = slog.New(slog.NewTextHandler(&log, nil)), &services
	logged := func(name, want string, in events.LambdaFunctionURLRequest) {
		t.Helper()
		log.Reset()
		status(t, f, in)
		if !strings.Contains(log.String(), want) {
			t.Errorf("%s: the log is\n%s\nwant %s", name, log.String(), want)
		}
	}
	logged("no request", `level=WARN msg="read the event: expected a request to a Function URL" err="expected a method, a domain name and a path"`, events.LambdaFunctionURLRequest{})
	beat := event(web.BeatURL("", []byte("a key of a test, long enough"), "shift-texts")+"/start", "")
	w.Cloud.Down(lambdatest.Home, cloudtest.DynamoDB, true)
	logged("home is down", `level=WARN msg="record a heartbeat: the home's table failed; the standby's table is used" job=shift-texts err=`, beat)
	w.Cloud.Down(lambdatest.Home, cloudtest.DynamoDB, false)
	log.Reset() // a batch that home does not know is no fault of home's
	if out := status(t, f, event(web.BeatURL("", []byte("a key of a test, long enough"), "other")+"/start", "")); out.StatusCode != 404 || strings.Contains(log.String(), "the standby's table is used") {
		t.Errorf("an unknown batch: %d\n%s", out.StatusCode, log.String())
	}
	logged("a refused heartbeat", `level=WARN msg="heartbeat refused" job=shift-texts status=403`, event("/beat/shift-texts/x/start", ""))

	keyless := func(batches []judge.HeartbeatPolicy) webhook {
		alone := *f.Services
		vault, err := secrets.NewVault(f.AWS, "secretsmanager:tokens-only")
		if err != nil {
			t.Fatal(err)
		}
		alone.Vault, alone.Alerts.Judge.Heartbeats = vault, batches
		return webhook{&alone}
	}
	w.Cloud.Secret("tokens-only", `{"`+environ.TwilioToken+`": "`+standin.DemoAuthToken+`"}`)
	const lost = `level=ERROR msg="read the key of the batches: failed; heartbeats are refused" err=`
	for _, batches := range [][]judge.HeartbeatPolicy{f.Alerts.Judge.Heartbeats, nil} {
		log.Reset()
		if out := status(t, keyless(batches), beat); out.StatusCode != 403 || strings.Contains(log.String(), lost) != (len(batches) > 0) {
			t.Errorf("without the key of %d batches: %d\n%s", len(batches), out.StatusCode, log.String())
		}
	}
	w.Cloud.Parameter("/valkyrie/"+environ.TwilioToken, " ")
	fresh, err := open(t.Context(), lambdatest.Practice(), os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	services.Vault = fresh.Vault
	logged("no token", `level=ERROR msg="read Twilio's tokens: failed; callbacks and texts are refused" err=`, beat)
}

// TestCallbackURL: the address that callbacks are signed for is the configured one, where there is one.
func TestCallbackURL(t *testing.T) {
	f, _ := deployed(t)
	services := *f.Services
	services.Env.CallbackURL, f.Services = "https://hooks.example.com", &services
	form := url.Values{"From": {"+12025550143"}, "MessageSid": {"SM1"}, "Body": {"status"}}
	for address, want := range map[string]int{"https://hooks.example.com": 200, "https://" + domain: 403} {
		in := event("/twilio/reply", form.Encode(), "x-twilio-signature", sign(standin.DemoAuthToken, address+"/twilio/reply", form))
		if out := status(t, f, in); out.StatusCode != want {
			t.Errorf("signed for %s: %d, want %d", address, out.StatusCode, want)
		}
	}
}

// TestEvidenceInProcess: the function reads the file of a signed address from its bucket.
func TestEvidenceInProcess(t *testing.T) {
	f, w := deployed(t)
	run := journey.Run{ID: "01990a5c-1111-7000-8000-000000000000", Journey: "print-card", Region: lambdatest.Third, Slot: time.Now().UTC().Truncate(time.Minute)}
	saver := evidence.Bucket{Client: s3.NewFromConfig(w.Cloud.Config(lambdatest.Third)), Name: lambdatest.Bucket, Region: lambdatest.Third}.Within(t.Context())
	console, err := saver.Save(run, "console.txt", []byte("one line"))
	if err != nil {
		t.Fatal(err)
	}
	in := event(linkIn(t, w, console), "")
	in.RequestContext.HTTP.Method = "GET"
	if out := status(t, f, in); out.StatusCode != 200 || out.Body != "one line" || out.IsBase64Encoded || out.Headers["Content-Type"] != "text/plain; charset=utf-8" {
		t.Errorf("%+v", out)
	}
}

// TestAnswer: the first status is the answer's, as with any http.ResponseWriter; it is 200 if none is written, and binary data is
// in base64.
func TestAnswer(t *testing.T) {
	a := newAnswer()
	if out := a.response(); out.StatusCode != 200 || out.Body != "" || out.IsBase64Encoded || len(out.Headers) != 0 {
		t.Errorf("of nothing: %+v", out)
	}
	a = newAnswer()
	a.Header().Add("Vary", "Accept")
	a.Header().Add("Vary", "Origin")
	a.WriteHeader(404)
	a.WriteHeader(500)
	if n, err := a.Write([]byte{'a', 0xff}); n != 2 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if out := a.response(); out.StatusCode != 404 || out.Body != "Yf8=" || !out.IsBase64Encoded || out.Headers["Vary"] != "Accept, Origin" {
		t.Errorf("%+v", out)
	}
	a = newAnswer()
	_, _ = a.Write([]byte("ü"))
	a.WriteHeader(404) // after the text
	if out := a.response(); out.StatusCode != 200 || out.Body != "ü" || out.IsBase64Encoded {
		t.Errorf("%+v", out)
	}
}

// TestByteExact: the handler gets the path and query exactly as the Function URL received them.
func TestByteExact(t *testing.T) {
	for _, path := range []string{"/", "/twilio/p1-x/key", "/twilio/a%2Fb/key", "/twilio/%7Ea+b%20c/key", "/twilio/%c3%BC/key", "/a;b,c=d@e:f!$&'()*"} {
		in := event(path, "")
		in.RawQueryString = "a=%7E&b=+"
		r, err := request(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if r.RemoteAddr != "192.0.2.7" || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || r.Method != "POST" || r.URL.Scheme != "https" {
			t.Errorf("%s: from %q, %v, %s %s", path, r.RemoteAddr, r.Header, r.Method, r.URL)
		}
		if got := r.URL.EscapedPath() + "?" + r.URL.RawQuery; got != path+"?a=%7E&b=+" || r.Host != domain {
			t.Errorf("%s became %s at %s", path, got, r.Host)
		}
	}
}
