package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"valkyrie/alerts/config"
	"valkyrie/functions/lambdatest"
	"valkyrie/infra/cloudtest"
	"valkyrie/infra/environ"
	"valkyrie/infra/events"
	"valkyrie/infra/status"
	"valkyrie/probes/journey"
)

const (
	topicARN = "arn:aws:sns:" + lambdatest.Home + ":123456789012:valkyrie-status"
	busARN   = "arn:aws:events:" + lambdatest.Home + ":123456789012:event-bus/default"
)

// subscribed is the environment with all kinds of subscribers.
var subscribed = []string{
	environ.Site + "=https://shop.example.com", environ.StatusBucket + "=" + lambdatest.StatusBucket, environ.StatusTopic + "=" + topicARN,
	environ.EventBus + "=" + busARN, environ.TellSecrets + "=ssm:/valkyrie/tell/",
}

// An audience records what the subscribers of a world receive; paged people are not part of it.
type audience struct {
	mu     sync.Mutex
	mails  []string
	put    []string // on the bus
	posted []string // to the webhook
	hang   chan struct{}
}

// listen adds an audience to a rig's world.
func listen(r *rig) *audience {
	r.Helper()
	a := &audience{}
	r.Cloud.Serve(lambdatest.Home, cloudtest.SNS, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		form, _ := url.ParseQuery(string(body))
		a.hear(&a.mails, form.Get("Subject"))
		_, _ = io.WriteString(w, `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>`)
	}))
	r.Cloud.Serve(lambdatest.Home, cloudtest.EventBridge, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		var in struct{ Entries []struct{ DetailType string } }
		_ = json.NewDecoder(req.Body).Decode(&in)
		for _, e := range in.Entries {
			a.hear(&a.put, e.DetailType)
		}
		_, _ = io.WriteString(w, `{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}`)
	}))
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		if a.hang != nil {
			<-a.hang
		}
		body, _ := io.ReadAll(req.Body)
		var e events.Event
		var seconds int64
		_ = json.Unmarshal(body, &e)
		_, _ = fmt.Sscanf(req.Header.Get(events.SignatureHeader), "t=%d,", &seconds)
		if req.Header.Get(events.SignatureHeader) != events.Sign("a shared secret", time.Unix(seconds, 0), body) {
			a.hear(&a.posted, "unsigned")
		}
		a.hear(&a.posted, string(e.Type))
	}))
	r.Cleanup(hook.Close)
	r.Cloud.Parameter("/valkyrie/tell/status-hook", "a shared secret")
	r.pager.Alerts.Subscribers.Webhooks = []config.Webhook{{URL: hook.URL, Secret: "status-hook"}}
	return a
}

func (a *audience) hear(what *[]string, words string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	*what = append(*what, words)
}

// heard returns all that the audience received so far.
func (a *audience) heard() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return fmt.Sprintf("mails %q, bus %q, webhook %q", a.mails, a.put, a.posted)
}

// page returns the published status page.
func (r *rig) page() (p status.Page, html string) {
	r.Helper()
	read := func(name string) []byte {
		bucket := lambdatest.StatusBucket
		out, err := s3.NewFromConfig(r.Cloud.Config(lambdatest.Home)).GetObject(r.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: &name})
		if err != nil {
			r.Fatal(err)
		}
		data, err := io.ReadAll(out.Body)
		if err != nil {
			r.Fatal(err)
		}
		return data
	}
	if err := json.Unmarshal(read("status.json"), &p); err != nil {
		r.Fatal(err)
	}
	return p, string(read("index.html"))
}

// now returns the state of a journey on the status page.
func now(p status.Page, name string) status.State {
	for _, j := range p.Journeys {
		if j.Name == name {
			return j.Now
		}
	}
	return "not there"
}

// good records two good runs, later than the failed ones.
func (r *rig) good() {
	r.Helper()
	for n := range 2 {
		run := journey.Run{
			ID: "y", Journey: "print-card", Region: lambdatest.Home, Slot: time.Now().UTC().Truncate(time.Second).Add(time.Duration(n+1) * time.Second),
			EveryMS: 60_000, Outcome: journey.Passed,
		}
		if _, err := r.Recorder(r.pager.Tables.Home).Record(r.Context(), run); err != nil {
			r.Fatal(err)
		}
	}
}

// TestSubscribers: an incident's beginning and end reach the status page, the bus, the webhook and the subscribers, each
// once, whichever process of the function runs; and a round without changes sends them no request.
func TestSubscribers(t *testing.T) {
	r := newRig(t, subscribed...)
	a := listen(r)
	if _, err := r.tick(`{}`, time.Second); err != nil {
		t.Fatal(err)
	}
	if p, html := r.page(); now(p, "print-card") != status.Unknown || p.Name != "shop.example.com" || !strings.Contains(html, "no data") {
		t.Errorf("before the incident:  %+v", p.Journeys)
	}
	r.fail(lambdatest.Home)
	if _, err := r.tick(`{"poked":"a test"}`, time.Second); err != nil {
		t.Fatal(err)
	}
	began := `mails ["Customers cannot print a card"], bus ["incident.opened"], webhook ["incident.opened"]`
	if p, html := r.page(); now(p, "print-card") != status.Down || !strings.Contains(html, "Customers cannot print a card") || a.heard() != began {
		t.Errorf("while it lasts: %+v; %s", p.Journeys, a.heard())
	}
	before := r.Cloud.Requests()
	if _, err := r.tick(`{}`, time.Second); err != nil {
		t.Fatal(err)
	}
	quiet := requests(before, r.Cloud.Requests())
	r.pager.notified = notifiedState{} // as a new process has it
	r.good()
	if _, err := r.tick(`{}`, time.Second); err != nil {
		t.Fatal(err)
	}
	ended := `mails ["Customers cannot print a card" "Over: Customers could not print a card"], bus ["incident.opened" "incident.resolved"], webhook ["incident.opened" "incident.resolved"]`
	if p, html := r.page(); now(p, "print-card") != status.OK || !strings.Contains(html, "Customers could not print a card") || a.heard() != ended {
		t.Errorf("when it is over: %+v; %s", p.Journeys, a.heard())
	}
	other := newRig(t)
	if _, err := other.tick(`{}`, time.Second); err != nil {
		t.Fatal(err)
	}
	before = other.Cloud.Requests()
	if _, err := other.tick(`{}`, time.Second); err != nil {
		t.Fatal(err)
	}
	if silent := requests(before, other.Cloud.Requests()); quiet["s3 PUT"]+quiet["sns POST"]+quiet["events PutEvents"] > 0 || quiet["dynamodb Query"] != silent["dynamodb Query"] {
		t.Errorf("a round without changes: %v; without subscribers: %v", quiet, silent)
	}
}

// requests returns the requests between two counts.
func requests(before, after map[string]int) map[string]int {
	more := map[string]int{}
	for name, n := range after {
		if n > before[name] {
			more[name] = n - before[name]
		}
	}
	return more
}

// TestFailedSubscriber: a subscriber that fails delays neither the pages nor the other subscribers; it is no error of the
// pager, is counted, and is notified as soon as possible.
func TestFailedSubscriber(t *testing.T) {
	r := newRig(t, subscribed...)
	a := listen(r)
	a.hang = make(chan struct{})
	if _, err := r.tick(`{}`, time.Second); err != nil {
		t.Fatal(err)
	}
	r.fail(lambdatest.Home)
	r.Cloud.Down(lambdatest.Home, cloudtest.S3, true)
	r.Cloud.Down(lambdatest.Home, cloudtest.SNS, true)
	ctx, cancel := context.WithTimeout(t.Context(), leave)
	defer cancel()
	r.log.Reset()
	if err := r.Handle(ctx, json.RawMessage(`{}`)); err != nil { // although the webhook hangs until the end of this test
		t.Error(err)
	}
	lines := strings.Split(strings.TrimSpace(r.log.String()), "\n")
	var tick, failed map[string]any
	if len(lines) != 2 || json.Unmarshal([]byte(lines[0]), &tick) != nil || json.Unmarshal([]byte(lines[1]), &failed) != nil {
		t.Fatalf("%s", &r.log)
	}
	if metric(tick, "Heartbeat") != 1 || metric(tick, "PagesSent") != 2 || len(r.Exchange.Calls()) != 1 {
		t.Errorf("paged: %v, %d calls", tick, len(r.Exchange.Calls()))
	}
	why, _ := failed["error"].(string)
	if metric(failed, "Untold") != 3 || !strings.Contains(why, "the status page: ") || !strings.Contains(why, "customers:"+topicARN) || !strings.Contains(why, "http://127.0.0.1") {
		t.Errorf("line about failed notifications: %v", failed)
	}
	if got := a.heard(); got != `mails [], bus ["incident.opened"], webhook []` {
		t.Error(got)
	}
	close(a.hang)
	r.Cloud.Down(lambdatest.Home, cloudtest.S3, false)
	r.Cloud.Down(lambdatest.Home, cloudtest.SNS, false)
	if _, err := r.tick(`{}`, time.Second); err != nil {
		t.Fatal(err)
	}
	if p, _ := r.page(); now(p, "print-card") != status.Down || !strings.HasPrefix(a.heard(), `mails ["Customers cannot print a card"], bus ["incident.opened"], webhook ["incident.opened"`) {
		t.Errorf("%+v; %s", p.Journeys, a.heard())
	}
}

// TestWebhookWithoutSecret: a webhook whose secret is missing is reported with the cure, and the other subscribers are
// notified.
func TestWebhookWithoutSecret(t *testing.T) {
	r := newRig(t, subscribed...)
	a := listen(r)
	r.pager.Alerts.Subscribers.Webhooks[0].Secret = "other-hook"
	r.log.Reset()
	if err := r.Handle(t.Context(), json.RawMessage(`{}`)); err != nil || !strings.Contains(r.log.String(), `as \"other-hook\" in ssm:/valkyrie/tell/; put it there`) || !strings.Contains(r.log.String(), `"Untold":1`) {
		t.Errorf("%v\n%s", err, &r.log)
	}
	r.fail(lambdatest.Home)
	_ = r.Handle(t.Context(), json.RawMessage(`{}`))
	if got := a.heard(); got != `mails ["Customers cannot print a card"], bus ["incident.opened"], webhook []` {
		t.Error(got)
	}
}

// TestSubscribersAsDeployed: the built function notifies as Lambda runs it, and several processes at once notify each
// subscriber once.
func TestSubscribersAsDeployed(t *testing.T) {
	r := newRig(t, subscribed...)
	a := listen(r)
	folder := lambdatest.Build(t, environ.FunctionPager)
	var functions []*lambdatest.Function
	for range 3 {
		functions = append(functions, lambdatest.New(t, lambdatest.Config{
			Folder: folder, Freeze: true, Timeout: leave + 2*time.Second,
			Env: r.Env(environ.FunctionPager, lambdatest.Home, append([]string{environ.CallbackURL + "=http://127.0.0.1:1"}, subscribed...)...),
		}))
	}
	all := func() {
		var at sync.WaitGroup
		for _, f := range functions {
			at.Go(func() {
				if res := f.Invoke(`{}`); res.Err() != nil {
					t.Errorf("%v\n%s", res.Err(), f.Log())
				}
			})
		}
		at.Wait()
	}
	all()
	r.fail(lambdatest.Home)
	all()
	all()
	if p, _ := r.page(); now(p, "print-card") != status.Down || a.heard() != `mails ["Customers cannot print a card"], bus ["incident.opened"], webhook []` {
		t.Errorf("%+v; %s", p.Journeys, a.heard())
	}
}
