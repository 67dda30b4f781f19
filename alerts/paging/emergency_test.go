package paging_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/paging"
)

// A refusingPhone returns err for the people in refused, and accepts the others.
type refusingPhone struct {
	*recordingPhone
	refused string
	err     error
}

func (p refusingPhone) Send(ctx context.Context, d paging.Dispatch) (string, error) {
	if strings.Contains(p.refused, d.Person) {
		return "", p.err
	}
	return p.recordingPhone.Send(ctx, d)
}

// newEmergency returns an emergency with its phones.
func newEmergency(refused string, err error) (*paging.Emergency, *recordingPhone, *recordingPhone) {
	w := &simulation{now: alertstest.Start}
	first, failover := &recordingPhone{now: w.clock}, &recordingPhone{now: w.clock}
	return &paging.Emergency{
		OnCall: *withFailover(), Phone: refusingPhone{first, refused, err}, Failover: failover, Log: slog.New(slog.DiscardHandler), TimeNow: w.clock,
	}, first, failover
}

// sentTo lists the dispatches: "text Ada, call Ada".
func sentTo(p *recordingPhone) string {
	all, _ := p.list()
	var said []string
	for _, d := range all {
		said = append(said, fmt.Sprintf("%s %s", d.Channel, d.Person))
	}
	return strings.Join(said, ", ")
}

// TestStoreLost checks that a store that takes no run is paged about after three slots, once: by text while the journeys
// work, and by a call when one fails; and again after the store has worked meanwhile.
func TestStoreLost(t *testing.T) {
	full := errors.New("database or disk is full")
	e, phone, _ := newEmergency("", nil)
	lose := func(failed bool) { e.RunLost(t.Context(), "print a card", failed, full) }
	lose(false)
	lose(false)
	if got := sentTo(phone); got != "" {
		t.Errorf("after two: %s", got)
	}
	lose(false)
	lose(true)
	if got := sentTo(phone); got != "text Ada" {
		t.Errorf("while it works: %s", got)
	}
	lose(true)
	lose(true)
	if got := sentTo(phone); got != "text Ada, text Ada, call Ada" {
		t.Errorf("when it fails: %s", got)
	}
	all, _ := phone.list()
	for _, part := range []string{"cannot write its store, since 03:00 UTC", "this is from memory, and comes once", "this fails: print a card", "disk is full"} {
		if text, speech := all[1].TextBody, strings.Join(all[2].Speech, " "); !strings.Contains(text, part) || !strings.Contains(speech, part) {
			t.Errorf("it does not say %q: %s | %s", part, text, speech)
		}
	}
	e.RunStored()
	lose(true)
	lose(true)
	lose(true)
	if got := sentTo(phone); got != "text Ada, text Ada, call Ada, text Ada, call Ada" {
		t.Errorf("the next time: %s", got)
	}
}

// TestEmergencyReachesSomebody checks that a page from memory goes by the failover channel when the first provider does not
// accept it, and to the next person when neither does.
func TestEmergencyReachesSomebody(t *testing.T) {
	for name, c := range map[string]struct {
		refused         string
		err             error
		first, failover string
	}{
		"refused":         {"Ada", paging.ErrRefused, "", "text Ada, call Ada"},
		"not sent":        {"Ada", paging.ErrNotSent, "", "text Ada, call Ada"},
		"outcome unknown": {"Ada", errors.New("timeout"), "", "text Ada, call Ada"},
	} {
		e, first, failover := newEmergency(c.refused, c.err)
		e.Stuck(t.Context(), "judging", errors.New("a loop"))
		e.Stuck(t.Context(), "judging", errors.New("a loop"))
		if a, b := sentTo(first), sentTo(failover); a != c.first || b != c.failover {
			t.Errorf("%s: first %q, failover %q", name, a, b)
		}
	}
	e, first, _ := newEmergency("Ada", paging.ErrRefused)
	e.Failover = nil
	e.Stuck(t.Context(), "judging", errors.New("a loop"))
	if got := sentTo(first); got != "text Grace, call Grace" {
		t.Errorf("without a failover channel: %s", got)
	}
	e.Ended("judging")
	e.Stuck(t.Context(), "judging", errors.New("a loop"))
	if got := sentTo(first); got != "text Grace, call Grace, text Grace, call Grace" {
		t.Errorf("the next time: %s", got)
	}
}
