package dynamo_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/infra/dynamo/local"
	"valkyrie/infra/storetest"
)

// TestRetriesSucceed checks that every call succeeds when each request fails twice before it gets through.
func TestRetriesSucceed(t *testing.T) {
	server := local.For(t)
	for name, f := range map[string]fault{
		"throttled": throttle, "limited": limited, "server error": broken, "response lost": lost, "response spoiled": spoiled, "no response": silence,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, cfg := newProxy(t, server, func(_ string, n int) fault {
				if n%3 < 2 {
					return f
				}
				return none
			})
			cfg.AttemptLimit = time.Minute // a busy machine must not add an attempt to those that are counted
			if name == "no response" {
				cfg.AttemptLimit = 250 * time.Millisecond
			}
			s := open(t, cfg)
			record := incident.Record{Incident: incident.Incident{ID: "a", Opened: noon, State: incident.Open}}
			must(t, s.PutRun(t.Context(), runAt(0)))
			must(t, s.PutIncident(t.Context(), record))
			for range 3 {
				must(t, storetest.Increment(t.Context(), s, "counter"))
			}
			wantItem(t, s, "counter", 3, "3")
			runs, err := s.Runs(t.Context(), incident.RunQuery{})
			if err != nil || len(runs) != 1 {
				t.Errorf("%d runs, %v", len(runs), err)
			}
			records, err := s.Incidents(t.Context(), noon)
			if err != nil || len(records) != 1 {
				t.Errorf("%d incidents, %v", len(records), err)
			}
			if n := len(p.requests()); n%3 != 0 || n < 3*10 {
				t.Errorf("%d requests; expected each of them three times", n)
			}
		})
	}
}

// TestLostResponsesLoseNoUpdate checks concurrent increments while the response of every third write is lost. A writer must
// recognise its own applied write; if it reported a conflict, the retry would make the count too high. An increment with the
// error "not known" may count or not.
func TestLostResponsesLoseNoUpdate(t *testing.T) {
	var n atomic.Int64
	_, cfg := newProxy(t, local.For(t), func(op string, _ int) fault {
		if op == "UpdateItem" && n.Add(1)%3 == 0 {
			return lost
		}
		return none
	})
	s := open(t, cfg)
	const writers, each = 8, 10
	var all sync.WaitGroup
	var unknown atomic.Int64
	for range writers {
		all.Go(func() {
			for range each {
				err := storetest.Increment(t.Context(), s, "counter")
				// A write whose every attempt lost its response may have been applied, too.
				if err != nil && (strings.Contains(err.Error(), "not known") || strings.Contains(err.Error(), "exceeded maximum number of attempts")) {
					unknown.Add(1)
				} else if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	item, err := s.Item(t.Context(), "counter")
	must(t, err)
	count, _ := strconv.ParseInt(string(item.Data), 10, 64)
	if least := writers*each - unknown.Load(); count < least || count > writers*each || least < writers*each/2 {
		t.Errorf("counted %d; expected %d to %d", count, least, writers*each)
	}
}

// TestOvertakenWrite loses the response to a write, and lets others write before the retry: either few, so that the row still
// has the write's id, or so many that the outcome is not known.
func TestOvertakenWrite(t *testing.T) {
	server := local.For(t)
	for others, want := range map[int]string{1: "", 31: "", 32: "whether it was applied is not known"} {
		direct, lostOnce := server.Table(t), atomic.Bool{}
		other := open(t, direct)
		p, cfg := newProxy(t, server, func(op string, _ int) fault {
			if op == "UpdateItem" && lostOnce.CompareAndSwap(false, true) {
				return lost
			}
			return none
		})
		cfg.Table = direct.Table
		p.after = func(string) {
			if item, err := other.Item(t.Context(), "k"); err != nil || item.Version != 1 {
				return // not the first write
			}
			for v := range others {
				must(t, other.PutItem(t.Context(), incident.Item{Key: "k", Version: int64(v) + 1}))
			}
		}
		err := open(t, cfg).PutItem(t.Context(), incident.Item{Key: "k"})
		switch {
		case errors.Is(err, incident.ErrConflict):
			t.Errorf("overtaken by %d: its own write was reported as a conflict", others)
		case want == "" && err != nil, want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("overtaken by %d: got error %v, expected %q", others, err, want)
		}
	}
}

// TestRealConflict checks that a write whose first attempt failed, and whose retry fails the version check, is a conflict.
func TestRealConflict(t *testing.T) {
	_, cfg := newProxy(t, local.For(t), func(op string, n int) fault {
		if op == "UpdateItem" && n == 1 {
			return broken
		}
		return none
	})
	s := open(t, cfg)
	must(t, s.PutItem(t.Context(), incident.Item{Key: "k"}))
	if err := s.PutItem(t.Context(), incident.Item{Key: "k"}); !errors.Is(err, incident.ErrConflict) {
		t.Errorf("got error %v, expected incident.ErrConflict", err)
	}
}

// TestUnreachable checks that a call ends at its deadline without responses, and after six attempts when throttled.
func TestUnreachable(t *testing.T) {
	server := local.For(t)
	p, cfg := newProxy(t, server, func(string, int) fault { return silence })
	cfg.AttemptLimit = 50 * time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), 120*time.Millisecond)
	defer cancel()
	if _, err := open(t, cfg).Item(ctx, "k"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got error %v, expected context.DeadlineExceeded", err)
	}
	p.plan = func(string, int) fault { return throttle }
	p.requests()
	_, err := open(t, cfg).Item(t.Context(), "k")
	wantWords(t, err, `read item "k"`, cfg.Table, "after 6 attempts", "on demand")
	if n := len(p.requests()); n != 6 {
		t.Errorf("%d attempts", n)
	}
	cfg.Endpoint = "http://127.0.0.1:1"
	_, err = open(t, cfg).Item(t.Context(), "k")
	wantWords(t, err, "cannot be reached", "127.0.0.1:1")
}
