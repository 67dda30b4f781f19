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

// TestCustomers: subscribers hear the beginning and the end in their own words, and nothing of what they do not feel.
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
	told := events.Told{}.Plan([]incident.Record{newIncident(1, false)}, nil)
	told = told.Plan([]incident.Record{newIncident(2, true)}, nil)
	told = told.Plan([]incident.Record{newIncident(3, false)}, nil)
	for _, kind := range []incident.Kind{incident.Drilled, incident.Silent, incident.ProbeFault, incident.LatencyTrend} {
		r := newIncident(1, false)
		r.ID, r.Kind = string(kind), kind
		told.Outbox = append(told.Outbox, events.Told{}.Plan([]incident.Record{r}, nil).Outbox...)
	}
	for _, e := range told.Outbox {
		if err := to.Tell(t.Context(), e); err != nil {
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
		t.Error("customers and machines of one topic are taken for one receiver")
	}
}

// slow is a receiver that does something while it is told.
type slow struct {
	meanwhile func()
	ids       []string
	err       error
}

func (s *slow) Name() string { return "slow" }
func (s *slow) Tell(_ context.Context, e events.Event) error {
	s.ids = append(s.ids, e.ID)
	if do := s.meanwhile; do != nil {
		s.meanwhile = nil
		do()
	}
	return s.err
}

// TestOneAtATime: while one program tells a receiver, another does not, on a table as on a file; after a failure it may at
// once, and after a death a little later.
func TestOneAtATime(t *testing.T) {
	table, err := dynamo.Open(t.Context(), local.For(t).Table(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, store := range map[string]incident.Store{"a table": table, "a file": open(t)} {
		r := &slow{}
		desk := events.Desk{Store: store, Receiver: r, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
		if err := desk.Tell(t.Context(), start); err != nil {
			t.Fatal(name, err)
		}
		if err := store.PutIncident(t.Context(), newIncident(1, false)); err != nil {
			t.Fatal(name, err)
		}
		r.meanwhile = func() {
			if err := desk.Tell(t.Context(), start.Add(time.Second)); !errors.Is(err, incident.ErrConflict) {
				t.Errorf("%s: a second one at the same time: %v", name, err)
			}
		}
		r.err = errors.New("not now")
		if err := desk.Tell(t.Context(), start); !errors.Is(err, r.err) || len(r.ids) != 1 {
			t.Errorf("%s: told %d times, %v", name, len(r.ids), err)
		}
		dying, die := context.WithCancel(t.Context())
		r.err, r.meanwhile = nil, func() { panic("the program dies") }
		func() {
			defer func() { _ = recover() }()
			_ = desk.Tell(dying, start.Add(time.Second))
		}()
		die()
		if err := desk.Tell(t.Context(), start.Add(10*time.Second)); !errors.Is(err, incident.ErrConflict) || len(r.ids) != 2 {
			t.Errorf("%s: just after a death: told %d times, %v", name, len(r.ids), err)
		}
		if err := desk.Tell(t.Context(), start.Add(20*time.Second)); err != nil || len(r.ids) != 3 || r.ids[0] != r.ids[2] {
			t.Errorf("%s: after a death: told %v, %v", name, r.ids, err)
		}
		if err := desk.Tell(t.Context(), start.Add(20*time.Second)); err != nil || len(r.ids) != 3 {
			t.Errorf("%s: at the end: told %d times, %v", name, len(r.ids), err)
		}
	}
}
