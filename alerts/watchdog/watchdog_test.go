package watchdog_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/watchdog"
)

// A phone keeps the calls and texts that it is given.
type phone struct{ calls, texts []string }

func (p *phone) Send(_ context.Context, d paging.Dispatch) (string, error) {
	if d.Channel == incident.Call {
		p.calls = append(p.calls, d.To)
	} else {
		p.texts = append(p.texts, d.TextBody)
	}
	return "S1", nil
}

func (p *phone) Find(context.Context, paging.Dispatch, time.Time) (string, bool, error) {
	return "", false, nil
}

// TestPages checks that people are paged about work that does not end, once, and again after it has ended in between; other errors page
// no person.
func TestPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &phone{}
		w := watchdog.Watchdog{Emergency: &paging.Emergency{OnCall: alertstest.OnCall, Phone: p, Log: slog.New(slog.DiscardHandler)}}
		hang := make(chan struct{})
		run := func(want error, texts int, work func(context.Context) error) {
			t.Helper()
			if err := w.Run(t.Context(), "judging", time.Minute, work); !errors.Is(err, want) || len(p.texts) != texts || len(p.calls) != texts {
				t.Errorf("%v, and %d texts; want %v and %d", err, len(p.texts), want, texts)
			}
		}
		wrong := errors.New("wrong")
		fails := func(context.Context) error { return wrong }
		hangs := func(context.Context) error { <-hang; return nil }
		run(wrong, 0, fails)
		run(watchdog.ErrStuck, 1, hangs)
		run(watchdog.ErrStuck, 1, hangs)
		close(hang)
		synctest.Wait()
		run(nil, 1, func(context.Context) error { return nil })
		hang = make(chan struct{})
		run(watchdog.ErrStuck, 2, hangs)
		close(hang)
		synctest.Wait()
	})
}

// TestValue checks the result of work, with its error, and that work which does not end has none.
func TestValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wrong := errors.New("wrong")
		if v, err := watchdog.Value(t.Context(), "x", time.Minute, func() (int, error) { return 7, wrong }); v != 7 || !errors.Is(err, wrong) {
			t.Errorf("%d, %v", v, err)
		}
		hang := make(chan struct{})
		if v, err := watchdog.Value(t.Context(), "x", time.Minute, func() (int, error) { <-hang; return 7, nil }); v != 0 || !errors.Is(err, watchdog.ErrStuck) {
			t.Errorf("%d, %v", v, err)
		}
		close(hang)
	})
}
