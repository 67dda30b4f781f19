package events_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/infra/events"
)

// TestGoneForAYear checks that the item of a receiver that has been gone for a year stays small, and that the receiver gets
// the last week's events, in parts, when it is back.
func TestGoneForAYear(t *testing.T) {
	store := openStore(t)
	l := &flakyReceiver{fails: 1 << 30}
	d := events.Dispatcher{Store: store, Receiver: l, Log: slog.New(slog.DiscardHandler)}
	at := start
	_ = d.Dispatch(t.Context(), at)
	most := 0
	const hours, days = 2, 60
	for n := range days * 24 / hours {
		i := newIncident(int64(n+1), true)
		i.ID, i.Opened, i.Since, i.ResolvedAt = fmt.Sprintf("print-card/down/%d", n), at, at, at.Add(10*time.Minute)
		for s := range 3 {
			i.Outages = append(i.Outages, incident.Outage{Since: at.Add(time.Duration(s) * time.Minute), Until: at.Add(time.Duration(s)*time.Minute + 30*time.Second)})
		}
		if err := store.PutIncident(t.Context(), i); err != nil {
			t.Fatal(err)
		}
		at = at.Add(hours * time.Hour)
		_ = d.Dispatch(t.Context(), at)
		item, err := store.Item(t.Context(), "TOLD#flaky")
		if err != nil {
			t.Fatal(err)
		}
		most = max(most, len(item.Data))
	}
	if most > 150_000 {
		t.Errorf("its item grew to %d bytes", most)
	}
	l.fails = 0
	parts := 0
	for before := -1; len(l.got) > before; parts++ {
		before = len(l.got)
		if err := d.Dispatch(t.Context(), at); err != nil {
			t.Fatal(err)
		}
		if len(l.got)-before > 51 {
			t.Errorf("%d events at once", len(l.got)-before)
		}
	}
	if n := len(l.got); n < 100 || n > 200 || at.Sub(l.got[0].At) > 8*24*time.Hour || parts < 3 {
		t.Errorf("it gets %d events in %d parts, the oldest of %s", n, parts, l.got[0].At)
	}
}

// TestGoneForGood checks that a receiver that answers 410 loses the events that wait, and gets later ones if it is back.
func TestGoneForGood(t *testing.T) {
	status := http.StatusGone
	got := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { got++; w.WriteHeader(status) }))
	defer srv.Close()
	store := openStore(t)
	d := events.Dispatcher{Store: store, Receiver: events.Webhook{URL: srv.URL, Secret: "s"}, Log: slog.New(slog.DiscardHandler)}
	_ = d.Dispatch(t.Context(), start)
	put := func(id string) {
		i := newIncident(1, false)
		i.ID = id
		if err := store.PutIncident(t.Context(), i); err != nil {
			t.Fatal(err)
		}
	}
	put("a")
	put("b")
	for range 3 {
		if err := d.Dispatch(t.Context(), start); err != nil {
			t.Fatal(err)
		}
	}
	if got != 1 {
		t.Errorf("it was tried %d times", got)
	}
	status = http.StatusNoContent
	put("c")
	if err := d.Dispatch(t.Context(), start); err != nil || got != 2 {
		t.Errorf("%v, %d requests", err, got)
	}
}

// TestSlowReceiverGetsEachOnce checks that the lease lasts for as long as a slow receiver takes, so that no other process
// delivers the same events.
func TestSlowReceiverGetsEachOnce(t *testing.T) {
	got := map[string]int{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var e events.Event
		_ = json.NewDecoder(r.Body).Decode(&e)
		got[e.ID]++
		w.WriteHeader(http.StatusNoContent)
	}))
	defer srv.Close()
	store := openStore(t)
	now := start
	hook := events.Webhook{URL: srv.URL, Secret: "s"}
	d := events.Dispatcher{Store: store, Receiver: hook, Log: slog.New(slog.DiscardHandler), TimeNow: func() time.Time { return now }}
	_ = d.Dispatch(t.Context(), start)
	for n := range 5 {
		i := newIncident(1, false)
		i.ID = fmt.Sprintf("print-card/down/%d", n)
		if err := store.PutIncident(t.Context(), i); err != nil {
			t.Fatal(err)
		}
	}
	other := d
	d.Receiver = slowReceiver{hook, func() {
		now = now.Add(10 * time.Second)
		_ = other.Dispatch(context.Background(), now)
	}}
	if err := d.Dispatch(t.Context(), now); err != nil {
		t.Error(err)
	}
	for id, n := range got {
		if n != 1 {
			t.Errorf("event %s came %d times", id, n)
		}
	}
	if len(got) != 5 {
		t.Errorf("%d of 5 events came", len(got))
	}
}

// A slowReceiver calls meanwhile after each delivery, before it returns.
type slowReceiver struct {
	events.Webhook
	meanwhile func()
}

func (s slowReceiver) Deliver(ctx context.Context, e events.Event) error {
	err := s.Webhook.Deliver(ctx, e)
	s.meanwhile()
	return err
}
