package events_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"valkyrie/alerts/config"
	"valkyrie/alerts/incident"
	"valkyrie/infra/events"
)

var errDisk = errors.New("disk full")

// A faultyStore is a store of which the n-th request fails.
type faultyStore struct {
	incident.Store
	n, fail int
}

func (s *faultyStore) next() error {
	if s.n++; s.n == s.fail {
		return errDisk
	}
	return nil
}

func (s *faultyStore) Item(ctx context.Context, key string) (incident.Item, error) {
	if err := s.next(); err != nil {
		return incident.Item{}, err
	}
	return s.Store.Item(ctx, key)
}

func (s *faultyStore) PutItem(ctx context.Context, item incident.Item) error {
	if err := s.next(); err != nil {
		return err
	}
	return s.Store.PutItem(ctx, item)
}

func (s *faultyStore) Incidents(ctx context.Context, since time.Time) ([]incident.Record, error) {
	if err := s.next(); err != nil {
		return nil, err
	}
	return s.Store.Incidents(ctx, since)
}

// TestEachRequestFails checks, for each request to the store that fails, that the dispatch reports it, that nothing is sent before its plan is
// stored, and that the next dispatch goes on, so that each event arrives with its own id.
func TestEachRequestFails(t *testing.T) {
	for fail := 1; ; fail++ {
		real := openStore(t)
		l := &flakyReceiver{}
		began := events.Dispatcher{Store: real, Receiver: l, Log: slog.New(slog.DiscardHandler)}
		if err := began.Dispatch(t.Context(), start); err != nil {
			t.Fatal(err)
		}
		if err := real.PutIncident(t.Context(), newIncident(1, true)); err != nil {
			t.Fatal(err)
		}
		store := &faultyStore{Store: real, fail: fail}
		d := events.Dispatcher{Store: store, Receiver: l, Log: slog.New(slog.DiscardHandler)}
		err := d.Dispatch(t.Context(), start.Add(time.Hour))
		if store.n < fail {
			if fail != 7 { // incidents, the pager's state, the receiver's state, the plan, and two events
				t.Errorf("a dispatch makes %d requests, want 6", fail-1)
			}
			return
		}
		if !errors.Is(err, errDisk) {
			t.Errorf("request %d fails: %v", fail, err)
		}
		if sent := len(l.got); sent != max(0, fail-4) {
			t.Errorf("request %d fails: %d events were sent before", fail, sent)
		}
		if err := d.Dispatch(t.Context(), start.Add(2*time.Hour)); err != nil {
			t.Errorf("after request %d failed: %v", fail, err)
		}
		var ids []string
		for _, e := range l.got {
			if !slices.Contains(ids, e.ID) {
				ids = append(ids, e.ID)
			}
		}
		if len(ids) != 2 || l.got[len(l.got)-1].Type != events.Resolved {
			t.Errorf("request %d fails: %s arrived", fail, types(l.got))
		}
	}
}

// TestBadState checks that a receiver's state that is no JSON is an error with its key, in a dispatch and in the backlogs.
func TestBadState(t *testing.T) {
	store := openStore(t)
	key := "TOLD#flaky"
	if err := store.PutItem(t.Context(), incident.Item{Key: key, Data: []byte(`"x"`)}); err != nil {
		t.Fatal(err)
	}
	err := events.Dispatcher{Store: store, Receiver: &flakyReceiver{}, Log: slog.New(slog.DiscardHandler)}.Dispatch(t.Context(), start)
	if err == nil || !strings.HasPrefix(err.Error(), "decode item "+key+": ") {
		t.Error(err)
	}
}

// TestBacklogs checks the events that wait for each configured receiver, without its secrets, and each request that fails.
func TestBacklogs(t *testing.T) {
	const bus, topic = "arn:aws:events:eu-west-1:1:event-bus/b", "arn:aws:sns:eu-west-1:1:t"
	hook := events.Webhook{URL: "https://hook.example.com/in?token=hunter2"}
	subscribers := config.Subscribers{Webhooks: []config.Webhook{{URL: hook.URL}}, EventBus: bus, Topic: topic}
	store := openStore(t)
	waiting := events.ReceiverState{Outbox: []events.Event{{ID: "1", At: start}, {ID: "2", At: start.Add(time.Hour)}}}
	data, _ := json.Marshal(waiting)
	if err := store.PutItem(t.Context(), incident.Item{Key: "TOLD#" + bus, Data: data}); err != nil {
		t.Fatal(err)
	}
	got, err := events.Backlogs(t.Context(), store, subscribers)
	want := []events.Backlog{{Receiver: hook.Name()}, {Receiver: bus, Events: 2, Since: start}, {Receiver: topic}}
	if err != nil || !slices.Equal(got, want) || strings.Contains(fmt.Sprint(got), "hunter2") {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	if got, err := events.Backlogs(t.Context(), store, config.Subscribers{}); err != nil || len(got) != 0 {
		t.Errorf("without receivers: %+v, %v", got, err)
	}
	for fail := 1; fail <= 3; fail++ {
		if got, err := events.Backlogs(t.Context(), &faultyStore{Store: store, fail: fail}, subscribers); !errors.Is(err, errDisk) || got != nil {
			t.Errorf("request %d fails: %+v, %v", fail, got, err)
		}
	}
	if err := store.PutItem(t.Context(), incident.Item{Key: "TOLD#" + topic, Data: []byte("{")}); err != nil {
		t.Fatal(err)
	}
	if _, err := events.Backlogs(t.Context(), store, subscribers); err == nil || !strings.HasPrefix(err.Error(), "decode item TOLD#"+topic+": ") {
		t.Error(err)
	}
}

// TestRun checks the pauses between the dispatches to a receiver that fails, which double up to ten minutes, and begin anew after one that
// succeeds; and its line in the log.
func TestRun(t *testing.T) {
	store := openStore(t)
	if err := (events.Dispatcher{Store: store, Receiver: &flakyReceiver{}, Log: slog.New(slog.DiscardHandler)}).Dispatch(t.Context(), start); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		failing := &faultyStore{}
		var at []time.Duration
		began := time.Now()
		d := events.Dispatcher{Store: pausing{failing, func() error {
			at = append(at, time.Since(began))
			if len(at) == 14 {
				return incident.ErrConflict // another process delivers
			}
			return errDisk
		}}, Receiver: &flakyReceiver{}, Log: slog.New(slog.NewTextHandler(&log, nil))}
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Minute)
		defer cancel()
		d.Run(ctx)
		var pauses []time.Duration
		for n := 1; n < len(at); n++ {
			pauses = append(pauses, at[n]-at[n-1])
		}
		want := []time.Duration{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600, 1, 1, 2, 4}
		for n, w := range want {
			if n >= len(pauses) || pauses[n] != w*time.Second {
				t.Fatalf("pauses of %v, want %v s", pauses, want)
			}
		}
		if line := `level=ERROR msg="deliver events: failed; will retry" receiver=flaky again_in=1s err="disk full"`; !strings.Contains(log.String(), line) {
			t.Errorf("the log %s lacks %s", log.String(), line)
		}
	})
}

// pausing is a store whose list of incidents gives an error.
type pausing struct {
	*faultyStore
	next func() error
}

func (p pausing) Incidents(context.Context, time.Time) ([]incident.Record, error) {
	return nil, p.next()
}

// TestEnd checks how long an event waits for its receiver, how many do, and how many are delivered at once.
func TestEnd(t *testing.T) {
	record := func(n int) incident.Record {
		r := newIncident(1, false)
		r.ID, r.Opened, r.Since = fmt.Sprintf("print-card/down/%03d", n), start.Add(time.Duration(n)*time.Second), start.Add(time.Duration(n)*time.Second)
		return r
	}
	store := openStore(t)
	l := &flakyReceiver{}
	d := events.Dispatcher{Store: store, Receiver: l, Log: slog.New(slog.DiscardHandler)}
	if err := d.Dispatch(t.Context(), start); err != nil {
		t.Fatal(err)
	}
	for n := range 205 {
		if err := store.PutIncident(t.Context(), record(n)); err != nil {
			t.Fatal(err)
		}
	}
	for round, want := range []int{50, 100, 150, 200, 200} {
		if err := d.Dispatch(t.Context(), start.Add(time.Hour)); err != nil || len(l.got) != want {
			t.Errorf("after round %d: %d events, %v; want %d", round, len(l.got), err, want)
		}
	}
	if first := l.got[0].Incident.ID; first != "print-card/down/005" { // the five oldest are dropped
		t.Errorf("the first is %s", first)
	}
	for after, want := range map[time.Duration]int{7 * 24 * time.Hour: 1, 7*24*time.Hour + time.Minute: 0} {
		store, l := openStore(t), &flakyReceiver{}
		d := events.Dispatcher{Store: store, Receiver: l, Log: slog.New(slog.DiscardHandler)}
		if err := errors.Join(d.Dispatch(t.Context(), start), store.PutIncident(t.Context(), record(0)), d.Dispatch(t.Context(), start.Add(after))); err != nil || len(l.got) != want {
			t.Errorf("after %v: %d events, %v; want %d", after, len(l.got), err, want)
		}
	}
}

// TestWebhookAnswers checks which answers of a receiver accept an event, at both ends, and what the errors quote.
func TestWebhookAnswers(t *testing.T) {
	var status int
	var header http.Header
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header = r.Header
		w.WriteHeader(status)
		_, _ = io.WriteString(w, strings.Repeat("x", 300))
	}))
	defer srv.Close()
	hook := events.Webhook{URL: srv.URL + "/in?token=hunter2", Secret: "s"}
	host := strings.TrimPrefix(srv.URL, "http://")
	for _, status = range []int{200, 299, 300, 302, 404, 410, 500} {
		err := hook.Deliver(t.Context(), events.Event{ID: "1"})
		want := ""
		switch {
		case status == 410:
			want = "post event to " + host + ": got status 410: the receiver is gone"
		case status >= 300:
			want = fmt.Sprintf("post event to %s: got status %d, expected 200 to 299: %q", host, status, strings.Repeat("x", 200))
		}
		if (err == nil) != (want == "") || err != nil && err.Error() != want || errors.Is(err, events.ErrGone) != (status == 410) {
			t.Errorf("%d: %v; want %s", status, err, want)
		}
	}
	if header.Get("User-Agent") != "Valkyrie-Events/1" || header.Get("Content-Type") != "application/json" {
		t.Errorf("%v", header)
	}
	for address, want := range map[string]string{
		"https://a.example.com/in?token=x": "https://a.example.com/in#", "https://a.example.com/in?token=y": "https://a.example.com/in#", "https://me:x@a.example.com": "https://a.example.com#", "http://[": "webhook",
	} {
		if got := (events.Webhook{URL: address}).Name(); !strings.HasPrefix(got, want) || want != "webhook" && len(got) != len(want)+8 {
			t.Errorf("%s is named %s", address, got)
		}
	}
	if a, b := (events.Webhook{URL: "https://a/?1"}).Name(), (events.Webhook{URL: "https://a/?2"}).Name(); a == b {
		t.Errorf("two are named %s", a)
	}
	if err := (events.Webhook{URL: "http://a b/?hunter2"}).Deliver(t.Context(), events.Event{}); err == nil || !strings.HasPrefix(err.Error(), "create request for the webhook: ") || !strings.HasSuffix(err.Error(), "; check its url in alerts.yaml") || strings.Contains(err.Error(), "hunter2") {
		t.Error(err)
	}
}

// TestBusFaults checks each way in which a bus rejects an event.
func TestBusFaults(t *testing.T) {
	for answer, want := range map[string]string{
		`{"FailedEntryCount":0,"Entries":[]}`:                                                       "put event on the bus: the entry was rejected: no reason given",
		`{"FailedEntryCount":1,"Entries":[]}`:                                                       "put event on the bus: the entry was rejected: no reason given",
		`{"FailedEntryCount":1,"Entries":[{"ErrorCode":"InternalFailure","ErrorMessage":"again"}]}`: "put event on the bus: the entry was rejected: InternalFailure: again",
		`{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}`:                                        "",
	} {
		cfg := amazon(t, func(*http.Request, string) (int, string) { return http.StatusOK, answer })
		bus := events.Bus{Client: eventbridge.NewFromConfig(cfg), ARN: "arn"}
		if err := bus.Deliver(t.Context(), events.Event{At: start}); (err == nil) != (want == "") || err != nil && err.Error() != want {
			t.Errorf("%s: %v; want %s", answer, err, want)
		}
	}
	cfg := amazon(t, func(*http.Request, string) (int, string) { return http.StatusForbidden, `{}` })
	bus := events.Bus{Client: eventbridge.NewFromConfig(cfg), ARN: "arn:bus"}
	if err := bus.Deliver(t.Context(), events.Event{At: start}); err == nil || !strings.HasPrefix(err.Error(), "put event on the bus: ") || bus.Name() != "arn:bus" {
		t.Errorf("%s: %v", bus.Name(), err)
	}
}

// TestWith checks the receivers of each setting, in their own regions, and that a secret that is missing keeps none of the others away.
func TestWith(t *testing.T) {
	const bus, topic = "arn:aws:events:us-east-1:1:event-bus/b", "arn:aws:sns:ap-south-1:1:t"
	secret := func(name string) (string, error) {
		if name == "missing" {
			return "", errors.New("no such secret")
		}
		return "value of " + name, nil
	}
	for name, c := range map[string]struct {
		of    config.Subscribers
		want  []string
		fault bool
	}{
		"none":    {config.Subscribers{}, nil, false},
		"a bus":   {config.Subscribers{EventBus: bus}, []string{bus}, false},
		"a topic": {config.Subscribers{Topic: topic}, []string{topic}, false},
		"all":     {config.Subscribers{EventBus: bus, Topic: topic, Webhooks: []config.Webhook{{URL: "https://a", Secret: "missing"}, {URL: "https://b", Secret: "s"}}}, []string{events.Webhook{URL: "https://b"}.Name(), bus, topic}, true},
	} {
		all, err := events.With(aws.Config{Region: "eu-west-1"}, c.of, secret)
		var names []string
		for _, r := range all {
			names = append(names, r.Name())
			switch r := r.(type) {
			case events.Bus:
				if got := r.Client.Options().Region; got != "us-east-1" {
					t.Errorf("the bus is in %s", got)
				}
			case events.Topic:
				if got := r.Client.Options().Region; got != "ap-south-1" {
					t.Errorf("the topic is in %s", got)
				}
			case events.Webhook:
				if r.Secret != "value of s" {
					t.Errorf("the webhook has the secret %q", r.Secret)
				}
			}
		}
		if !slices.Equal(names, c.want) || (err != nil) != c.fault || err != nil && err.Error() != "read the secret of a webhook: no such secret" {
			t.Errorf("%s: %q, %v", name, names, err)
		}
		t.Setenv("AWS_REGION", "eu-west-1")
		again, err := events.Receivers(t.Context(), c.of, secret)
		if (err != nil) != c.fault || err == nil && len(again) != len(c.want) || err != nil && again != nil {
			t.Errorf("%s, by the environment: %d, %v", name, len(again), err)
		}
	}
}
