package events_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"valkyrie/alerts/config"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/infra/events"
	"valkyrie/infra/sqlite"
)

var start = time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)

func newIncident(rev int64, over bool) incident.Record {
	i := incident.Incident{
		ID: "print-card/down/1", Journey: "print-card", Title: "print a card", Kind: incident.Down, Step: "wait for the PDF", State: incident.Open,
		Regions: []string{"eu-west-1"}, Since: start, Opened: start.Add(time.Minute), Last: start.Add(time.Minute), Rev: rev,
	}
	if over {
		i.State, i.ResolvedAt = incident.Resolved, start.Add(10*time.Minute)
	}
	return incident.Record{Incident: i}
}

func openStore(t *testing.T) *sqlite.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "v.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// A flakyReceiver fails the first fails deliveries.
type flakyReceiver struct {
	fails int
	got   []events.Event
}

func (l *flakyReceiver) Name() string { return "flaky" }
func (l *flakyReceiver) Deliver(_ context.Context, e events.Event) error {
	if l.fails--; l.fails >= 0 {
		return errors.New("not now")
	}
	l.got = append(l.got, e)
	return nil
}

func types(all []events.Event) string {
	var names []string
	for _, e := range all {
		names = append(names, strings.TrimPrefix(string(e.Type), "incident."))
	}
	return strings.Join(names, " ")
}

// TestDispatch checks that incidents that ended before the receiver was added are skipped, that failed deliveries are
// retried, and that no event is delivered twice.
func TestDispatch(t *testing.T) {
	store, l := openStore(t), &flakyReceiver{fails: 1}
	dispatcher := events.Dispatcher{Store: store, Receiver: l, Log: slog.New(slog.DiscardHandler)}
	put := func(r incident.Record) {
		if err := store.PutIncident(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	dispatch := func(want string, fails bool) {
		t.Helper()
		err := dispatcher.Dispatch(t.Context(), start.Add(time.Hour))
		if got := types(l.got); got != want || (err != nil) != fails {
			t.Errorf("delivered %q, %v; want %q", got, err, want)
		}
	}
	old := newIncident(1, true)
	old.ID = "old"
	put(old)
	dispatch("", false)
	put(newIncident(1, false))
	if err := paging.PutRelease(t.Context(), store, incident.Release{Name: "v1.2.3", At: start.Add(-time.Minute)}); err != nil {
		t.Fatal(err)
	}
	dispatch("", true)
	dispatch("opened", false)
	dispatch("opened", false)
	l.fails = 1
	put(newIncident(2, true))
	dispatch("opened", true)
	dispatch("opened resolved", false)
	put(newIncident(3, false))
	dispatch("opened resolved reopened", false)
	put(newIncident(4, true))
	dispatch("opened resolved reopened resolved", false)
	dispatch("opened resolved reopened resolved", false)
	want := events.Event{Version: 1, ID: l.got[1].ID, Type: events.Resolved, At: start.Add(10 * time.Minute), Incident: events.IncidentSummary{
		ID: "print-card/down/1", Journey: "print-card", Title: "print a card", Kind: incident.Down, Step: "wait for the PDF", Regions: []string{"eu-west-1"},
		What: "Customers could not print a card", Closed: start.Add(10 * time.Minute),
		Began: start, Ended: start.Add(10 * time.Minute), Windows: []events.Window{{From: start, To: start.Add(10 * time.Minute)}}, Ending: incident.Recovered, Release: "v1.2.3",
	}}
	if diff := cmp.Diff(want, l.got[1]); diff != "" {
		t.Error(diff)
	}
	ids := map[string]bool{}
	for _, e := range l.got {
		ids[e.ID] = true
	}
	if len(ids) != len(l.got) {
		t.Errorf("ids %v", ids)
	}
}

// TestNoEventIsLost checks, with failures and crashes between sending and saving, that a receiver which deduplicates by id
// sees opened and resolved alternate, and ends with the actual state.
func TestNoEventIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		state, received, known := events.ReceiverState{Since: start}, []events.Event{}, map[string]bool{}
		over := false
		dispatch := func(faulty bool) {
			next := state.Plan([]incident.Record{newIncident(1, over)}, nil)
			if faulty && rapid.Bool().Draw(t, "crash before the plan is saved") {
				return
			}
			state = next
			for _, e := range state.Outbox {
				if faulty && rapid.Bool().Draw(t, "lost") {
					return
				}
				if !known[e.ID] { // the receiver deduplicates
					known[e.ID] = true
					received = append(received, e)
				}
				if faulty && rapid.Bool().Draw(t, "crash") {
					return
				}
				state = state.Delivered(e.ID)
			}
		}
		for range rapid.IntRange(1, 12).Draw(t, "changes") {
			over = rapid.Bool().Draw(t, "over")
			dispatch(true)
		}
		dispatch(false)
		for i, e := range received {
			if (e.Type == events.Resolved) != (i%2 == 1) || i > 0 && e.Type == events.Opened {
				t.Fatalf("received %s", types(received))
			}
		}
		if (len(received)%2 == 0) != over {
			t.Fatalf("over %v, received %s", over, types(received))
		}
	})
}

// TestWebhook checks that an event is signed JSON, that only a 2xx accepts it, and that no error contains the URL's token.
func TestWebhook(t *testing.T) {
	status := http.StatusNoContent
	var body []byte
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		signature := r.Header.Get(events.SignatureHeader)
		seconds, _, _ := strings.Cut(strings.TrimPrefix(signature, "t="), ",")
		at, err := time.ParseDuration(seconds + "s")
		if err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" || signature != events.Sign("shared", time.Unix(int64(at.Seconds()), 0), body) {
			t.Errorf("%s with the signature %q", r.Method, signature)
		}
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
	}))
	defer srv.Close()
	hook := events.Webhook{URL: srv.URL + "/in?token=hunter2", Secret: "shared"}
	e := (events.ReceiverState{}).Plan([]incident.Record{newIncident(1, false)}, nil).Outbox[0]
	if err := hook.Deliver(t.Context(), e); err != nil {
		t.Error(err)
	}
	var got events.Event
	if err := json.Unmarshal(body, &got); err != nil || cmp.Diff(e, got) != "" || strings.Contains(string(body), "ended") {
		t.Errorf("%v: %s", err, body)
	}
	for _, status = range []int{302, 400, 500} {
		if err := hook.Deliver(t.Context(), e); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%d: %v", status, err)
		}
	}
	srv.Close()
	if err := hook.Deliver(t.Context(), e); err == nil || strings.Contains(err.Error(), "hunter2") || strings.Contains(hook.Name(), "hunter2") {
		t.Errorf("closed: %v, %s", err, hook.Name())
	}
	// The expected signature was computed with openssl.
	const known = "t=1700000000,v1=e8a57bb8048d18391d3eb8464b2c3398b36bce5c7b179e65e3ef49430731b313"
	if got := events.Sign("shared", time.Unix(1700000000, 0), []byte(`{"a":1}`)); got != known {
		t.Errorf("signature %s, want %s", got, known)
	}
}

// amazon starts a server that answers requests to AWS with answer, and returns a client configuration for it.
func amazon(t *testing.T, answer func(r *http.Request, body string) (int, string)) aws.Config {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		status, text := answer(r, string(body))
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(srv.Close)
	return aws.Config{
		Region: "eu-west-1", BaseEndpoint: aws.String(srv.URL), Retryer: func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AK", SecretAccessKey: "SK"}, nil
		}),
	}
}

func TestBus(t *testing.T) {
	const arn = "arn:aws:events:eu-west-1:123456789012:event-bus/default"
	e := (events.ReceiverState{}).Plan([]incident.Record{newIncident(1, false)}, nil).Outbox[0]
	answer := `{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}`
	cfg := amazon(t, func(r *http.Request, body string) (int, string) {
		var in struct {
			Entries []struct {
				EventBusName, Source, DetailType, Detail string
				Time                                     float64
			}
		}
		var got events.Event
		if err := json.Unmarshal([]byte(body), &in); err != nil || r.Header.Get("X-Amz-Target") != "AWSEvents.PutEvents" || len(in.Entries) != 1 {
			t.Fatalf("%v: %s", err, body)
		}
		entry := in.Entries[0]
		if err := json.Unmarshal([]byte(entry.Detail), &got); err != nil || cmp.Diff(e, got) != "" || entry.EventBusName != arn || entry.Source != "valkyrie" || entry.DetailType != "incident.opened" || entry.Time != 1795230060 { // when it opened, 04:01 in Berlin, as date -d prints it
			t.Errorf("%v: %+v", err, entry)
		}
		return http.StatusOK, answer
	})
	bus := events.Bus{Client: eventbridge.NewFromConfig(cfg), ARN: arn}
	if err := bus.Deliver(t.Context(), e); err != nil {
		t.Error(err)
	}
	answer = `{"FailedEntryCount":1,"Entries":[{"ErrorCode":"ThrottlingException","ErrorMessage":"slow down"}]}`
	if err := bus.Deliver(t.Context(), e); err == nil || !strings.Contains(err.Error(), "ThrottlingException: slow down") {
		t.Error(err)
	}
}

func TestTopic(t *testing.T) {
	const arn = "arn:aws:sns:eu-west-1:123456789012:incidents"
	r := newIncident(1, true)
	r.Title = "Karten drücken\n" + strings.Repeat("x", 200)
	e := (events.ReceiverState{}).Plan([]incident.Record{r}, nil).Outbox[1]
	message := "It is over. This did not work: Karten drücken " + strings.Repeat("x", 57) + ", from 21 November 2026, 03:00 UTC until 21 November 2026, 03:10 UTC."
	status := http.StatusOK
	cfg := amazon(t, func(_ *http.Request, body string) (int, string) {
		form, err := url.ParseQuery(body)
		if err != nil || form.Get("Action") != "Publish" || form.Get("TopicArn") != arn || form.Get("Message") != message {
			t.Errorf("%v: %s", err, body)
		}
		attributes := map[string]string{} // by which subscribers may filter
		for n := 1; form.Get(fmt.Sprintf("MessageAttributes.entry.%d.Name", n)) != ""; n++ {
			at := fmt.Sprintf("MessageAttributes.entry.%d.", n)
			attributes[form.Get(at+"Name")] = form.Get(at+"Value.DataType") + " " + form.Get(at+"Value.StringValue")
		}
		if diff := cmp.Diff(map[string]string{"journey": "String print-card", "kind": "String down", "type": "String incident.resolved"}, attributes); diff != "" {
			t.Errorf("attributes (-want +got):\n%s", diff)
		}
		if s := form.Get("Subject"); len(s) > 99 || !strings.HasPrefix(s, "Over: This did not work: Karten dr?cken x") {
			t.Errorf("subject %q", s)
		}
		return status, `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>`
	})
	topic := events.Topic{Client: sns.NewFromConfig(cfg), ARN: arn}
	if err := topic.Deliver(t.Context(), e); err != nil {
		t.Error(err)
	}
	status = http.StatusForbidden
	if err := topic.Deliver(t.Context(), e); err == nil {
		t.Error("status 403 was treated as success")
	}
}

// TestWords checks the whole of each message to customers.
func TestWords(t *testing.T) {
	over := newIncident(1, true).Incident
	partly := over
	partly.StillFails = []string{"eu-west-1", "us-east-1"}
	for name, c := range map[string]struct {
		now     incident.Incident
		kind    events.Type
		subject string
		message string
	}{
		"opened":   {newIncident(1, false).Incident, events.Opened, "Customers cannot print a card", "Customers cannot print a card, since 21 November 2026, 03:00 UTC.\nYou will hear when it is over."},
		"reopened": {newIncident(1, false).Incident, events.Reopened, "Again: Customers cannot print a card", "It is back. Customers cannot print a card; this began on 21 November 2026, 03:00 UTC.\nYou will hear when it is over."},
		"resolved": {over, events.Resolved, "Over: Customers could not print a card", "It is over. Customers could not print a card, from 21 November 2026, 03:00 UTC until 21 November 2026, 03:10 UTC."},
		"for some": {partly, events.Resolved, "Over, but for some: Customers could not print a card", "It is over, but still fails from eu-west-1 and us-east-1. Customers could not print a card, from 21 November 2026, 03:00 UTC until 21 November 2026, 03:10 UTC."},
		"given up": {over.End(incident.GivenUp, over.ResolvedAt, "nothing has tested it"), events.Resolved, "No longer measured: Customers could not print a card", "It is no longer measured, so that its state is unknown. Customers could not print a card, from 21 November 2026, 03:00 UTC until 21 November 2026, 03:10 UTC."},
	} {
		e := (events.ReceiverState{}).Plan([]incident.Record{{Incident: c.now}}, nil).Outbox[0]
		if last := (events.ReceiverState{}).Plan([]incident.Record{{Incident: c.now}}, nil).Outbox; c.kind == events.Resolved {
			e = last[len(last)-1]
		}
		e.Type = c.kind
		if subject, message := e.Words(); subject != c.subject || message != c.message {
			t.Errorf("%s: got\n%s\n%s\nwant\n%s\n%s", name, subject, message, c.subject, c.message)
		}
	}
}

// TestReceivers checks that each configured webhook is made with its own secret, and that one whose secret is missing keeps no other from
// being told.
func TestReceivers(t *testing.T) {
	var got []string
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = append(got, r.URL.Path+" "+r.Header.Get("Valkyrie-Signature"))
		body, _ := io.ReadAll(r.Body)
		stamp, _, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Valkyrie-Signature"), "t="), ",")
		at, err := strconv.ParseInt(stamp, 10, 64)
		if want := events.Sign("value of "+strings.TrimPrefix(r.URL.Path, "/"), time.Unix(at, 0), body); err != nil || r.Header.Get("Valkyrie-Signature") != want {
			t.Errorf("%s: signature %q, want %q", r.URL.Path, r.Header.Get("Valkyrie-Signature"), want)
		}
	}))
	t.Cleanup(srv.Close)
	subscribers := config.Subscribers{Webhooks: []config.Webhook{{URL: srv.URL + "/first", Secret: "first"}, {URL: srv.URL + "/lost", Secret: "lost"}, {URL: srv.URL + "/second", Secret: "second"}}}
	all, err := events.With(aws.Config{}, subscribers, func(name string) (string, error) {
		if name == "lost" {
			return "", errors.New("there is no lost")
		}
		return "value of " + name, nil
	})
	if err == nil || !strings.Contains(err.Error(), "there is no lost") || len(all) != 2 {
		t.Fatalf("%d receivers, %v", len(all), err)
	}
	for _, r := range all {
		if err := r.Deliver(t.Context(), (events.ReceiverState{}).Plan([]incident.Record{newIncident(1, false)}, nil).Outbox[0]); err != nil {
			t.Error(err)
		}
	}
	if len(got) != 2 {
		t.Errorf("delivered: %q", got)
	}
}
