package events_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/alerts/incident"
	"valkyrie/infra/dynamo"
	"valkyrie/infra/dynamo/local"
	"valkyrie/infra/events"
)

// TestCustomers checks that subscribers are notified of start and end in customers' words, and only of incidents that affect them.
func TestCustomers(t *testing.T) {
	const arn = "arn:aws:sns:eu-west-1:123456789012:valkyrie-status"
	var mails []string
	cfg := amazon(t, func(_ *http.Request, body string) (int, string) {
		form, err := url.ParseQuery(body)
		if err != nil || form.Get("TopicArn") != arn {
			t.Errorf("%v: %s", err, body)
		}
		mails = append(mails, form.Get("Subject")+" | "+strings.ReplaceAll(form.Get("Message"), "\n", " "))
		return http.StatusOK, `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>`
	})
	to := events.Subscribers(cfg, arn)
	state := events.ReceiverState{}.Plan([]incident.Record{newIncident(1, false)}, nil)
	state = state.Plan([]incident.Record{newIncident(2, true)}, nil)
	state = state.Plan([]incident.Record{newIncident(3, false)}, nil)
	for _, kind := range []incident.Kind{incident.Drilled, incident.Silent, incident.ProbeFault, incident.LatencyTrend} {
		r := newIncident(1, false)
		r.ID, r.Kind = string(kind), kind
		if planned := (events.ReceiverState{}).Plan([]incident.Record{r}, nil); len(planned.Outbox) != 0 {
			t.Errorf("%s: customers do not feel it, and it yields %v", kind, planned.Outbox)
		}
		e := state.Outbox[0] // as an earlier version planned it
		e.Incident.Kind = kind
		state.Outbox = append(state.Outbox, e)
	}
	for _, e := range state.Outbox {
		if err := to.Deliver(t.Context(), e); err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff([]string{
		"Customers cannot print a card | Customers cannot print a card, since 21 November 2026, 03:00 UTC. You will hear when it is over.",
		"Over: Customers could not print a card | It is over. Customers could not print a card, from 21 November 2026, 03:00 UTC until 21 November 2026, 03:10 UTC.",
		"Again: Customers cannot print a card | It is back. Customers cannot print a card; this began on 21 November 2026, 03:00 UTC. You will hear when it is over.",
	}, mails); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if to.Name() == (events.Topic{ARN: arn}).Name() {
		t.Error("Customers and Topic of the same ARN have the same name")
	}
}

// interruptible is a receiver that calls meanwhile during a delivery.
type interruptible struct {
	meanwhile func()
	ids       []string
	err       error
}

func (s *interruptible) Name() string { return "interruptible" }
func (s *interruptible) Deliver(_ context.Context, e events.Event) error {
	s.ids = append(s.ids, e.ID)
	if do := s.meanwhile; do != nil {
		s.meanwhile = nil
		do()
	}
	return s.err
}

// TestLeaseExcludesOtherProcesses checks, on DynamoDB and on SQLite, that only one process delivers at a time. The lease is
// released after a failure, and expires after a crash.
func TestLeaseExcludesOtherProcesses(t *testing.T) {
	table, err := dynamo.Open(t.Context(), local.For(t).Table(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, store := range map[string]incident.Store{"dynamodb": table, "sqlite": openStore(t)} {
		r := &interruptible{}
		dispatcher := events.Dispatcher{Store: store, Receiver: r, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
		if err := dispatcher.Dispatch(t.Context(), start); err != nil {
			t.Fatal(name, err)
		}
		if err := store.PutIncident(t.Context(), newIncident(1, false)); err != nil {
			t.Fatal(name, err)
		}
		r.meanwhile = func() {
			if err := dispatcher.Dispatch(t.Context(), start.Add(time.Second)); !errors.Is(err, incident.ErrConflict) {
				t.Errorf("%s: concurrent dispatch: got %v, want ErrConflict", name, err)
			}
		}
		r.err = errors.New("not now")
		if err := dispatcher.Dispatch(t.Context(), start); !errors.Is(err, r.err) || len(r.ids) != 1 {
			t.Errorf("%s: after a failure: %d deliveries, %v", name, len(r.ids), err)
		}
		crashing, crash := context.WithCancel(t.Context())
		r.err, r.meanwhile = nil, func() { panic("the process crashes") }
		func() {
			defer func() { _ = recover() }()
			_ = dispatcher.Dispatch(crashing, start.Add(time.Second))
		}()
		crash()
		if err := dispatcher.Dispatch(t.Context(), start.Add(10*time.Second)); !errors.Is(err, incident.ErrConflict) || len(r.ids) != 2 {
			t.Errorf("%s: right after a crash: %d deliveries, %v", name, len(r.ids), err)
		}
		if err := dispatcher.Dispatch(t.Context(), start.Add(20*time.Second)); err != nil || len(r.ids) != 3 || r.ids[0] != r.ids[2] {
			t.Errorf("%s: after the lease expired: delivered %v, %v", name, r.ids, err)
		}
		if err := dispatcher.Dispatch(t.Context(), start.Add(20*time.Second)); err != nil || len(r.ids) != 3 {
			t.Errorf("%s: with nothing due: %d deliveries, %v", name, len(r.ids), err)
		}
	}
}
