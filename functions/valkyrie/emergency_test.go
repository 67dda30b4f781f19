package main

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
	"valkyrie/infra/sqlite"
	"valkyrie/probes/journey"
)

// newEmergencyServices returns services, with the log of the pages from memory.
func newEmergencyServices() (*services, *bytes.Buffer) {
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	s := &services{}
	s.watchdog.Emergency = &paging.Emergency{
		OnCall: oncall.OnCall{People: []oncall.Person{{Name: "Ada", Phone: "+12025550143"}}, Escalation: []oncall.EscalationStep{{Call: "Ada"}}},
		Phone:  acceptingLine{}, Log: logger,
	}
	return s, &log
}

// An acceptingLine accepts every page.
type acceptingLine struct{}

func (acceptingLine) Send(context.Context, paging.Dispatch) (string, error) { return "CA1", nil }
func (acceptingLine) Find(context.Context, paging.Dispatch, time.Time) (string, bool, error) {
	return "", false, nil
}

// TestWorkThatNeverReturns plants a judge, a batch and a pager that never return: the other work of the round goes on, and
// people are paged about it once, from memory.
func TestWorkThatNeverReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		never := func(context.Context) error { <-hang; return nil }
		done := 0
		work := func(context.Context) error { done++; return nil }
		quiet := slog.New(slog.DiscardHandler)

		s, log := newEmergencyServices()
		for range 5 {
			s.round(t.Context(), never, work, quiet)
		}
		if done != 5 || strings.Count(log.String(), "paged from memory") != 1 || !strings.Contains(log.String(), "Valkyrie is stuck: the check for missing runs and late batches does not end") {
			t.Errorf("a judge: %d ticks of the pager, and %s", done, log)
		}
		s, log = newEmergencyServices()
		done = 0
		for range 5 {
			s.round(t.Context(), work, never, quiet)
		}
		if done != 5 || strings.Count(log.String(), "paged from memory") != 1 || !strings.Contains(log.String(), "Valkyrie is stuck: sending pages does not end") {
			t.Errorf("a pager: %d checks for missing runs, and %s", done, log)
		}
		close(hang)
	})
}

// TestStoreThatTakesNothing checks, with a store that is closed beneath the program, that runs which cannot be stored are
// paged about from memory after three slots, with the journey that fails.
func TestStoreThatTakesNothing(t *testing.T) {
	s, log := newEmergencyServices()
	store, err := sqlite.Open(t.Context(), t.TempDir()+"/valkyrie.db")
	if err != nil {
		t.Fatal(err)
	}
	s.store, s.recorder.Store, s.recorder.Titles = store, store, map[string]string{"print-card": "print a card"}
	run := func(minute int) error {
		_, err := s.record(t.Context(), journey.Run{ID: "x", Journey: "print-card", Region: "laptop", Slot: time.Date(2026, 11, 21, 3, minute, 0, 0, time.UTC), Outcome: journey.Failed})
		return err
	}
	if err := run(0); err != nil || log.Len() > 0 {
		t.Fatalf("%v: %s", err, log)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	for minute := 1; minute <= 3; minute++ {
		if strings.Contains(log.String(), "paged from memory") {
			t.Errorf("after %d slots: %s", minute-1, log)
		}
		if run(minute) == nil {
			t.Fatal("a closed store took a run")
		}
	}
	if said := log.String(); strings.Count(said, "paged from memory") != 1 || !strings.Contains(said, "Meanwhile this fails: print a card") {
		t.Errorf("after three slots: %s", said)
	}
}
