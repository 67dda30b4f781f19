package storetest

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"

	"valkyrie/alerts/incident"
)

func absentItem(tb testing.TB, fresh Backing) {
	s := fresh(tb)()
	wantItem(tb, s, "JOURNEY#print-card", 0, "")
}

func itemVersions(tb testing.TB, fresh Backing) {
	s := fresh(tb)()
	for v := range int64(5) {
		data := strconv.FormatInt(v, 10)
		must(tb, put(tb.Context(), s, "JOURNEY#print-card", v, data))
		wantItem(tb, s, "JOURNEY#print-card", v+1, data)
	}
	wantItem(tb, s, "JOURNEY#create-order", 0, "")
}

func staleItem(tb testing.TB, fresh Backing) {
	s := fresh(tb)()
	must(tb, put(tb.Context(), s, "k", 0, "one"))
	must(tb, put(tb.Context(), s, "k", 1, "two"))
	for _, version := range []int64{0, 1, 3, -1} {
		wantConflict(tb, put(tb.Context(), s, "k", version, "wrong"))
		wantItem(tb, s, "k", 2, "two")
	}
	wantConflict(tb, put(tb.Context(), s, "never written", 1, "wrong"))
	wantItem(tb, s, "never written", 0, "")
}

// wantConflict checks that a write was refused because of its version.
func wantConflict(tb testing.TB, err error) {
	tb.Helper()
	if !errors.Is(err, incident.ErrConflict) {
		tb.Fatalf("got error %v, expected incident.ErrConflict", err)
	}
}

func itemCreatedOnce(tb testing.TB, fresh Backing) {
	s := fresh(tb)()
	const writers = 16
	results := make(chan error, writers)
	for range writers {
		go func() { results <- put(tb.Context(), s, "k", 0, "mine") }()
	}
	created := 0
	for range writers {
		switch err := <-results; {
		case err == nil:
			created++
		case !errors.Is(err, incident.ErrConflict):
			tb.Errorf("got error %v, expected incident.ErrConflict", err)
		}
	}
	if created != 1 {
		tb.Errorf("%d of %d creations succeeded, expected 1", created, writers)
	}
}

func itemBytes(tb testing.TB, fresh Backing) {
	s := fresh(tb)()
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	long := string(bytes.Repeat(all, 400))
	for key, data := range map[string]string{
		"bytes": long, "empty": "", awkward: awkward, "k": "lower", "K": "upper", "k%": "per cent", "k ": "blank",
	} {
		must(tb, put(tb.Context(), s, key, 0, data))
		defer wantItem(tb, s, key, 1, data) // after all writes
	}
	must(tb, s.PutItem(tb.Context(), incident.Item{Key: "nil"}))
	wantItem(tb, s, "nil", 1, "")
}

func fortyWriters(tb testing.TB, fresh Backing) {
	s := fresh(tb)()
	const writers, each = 40, 5
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range each {
				if err := Increment(tb.Context(), s, "counter"); err != nil {
					tb.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	wantItem(tb, s, "counter", writers*each, strconv.Itoa(writers*each))
}

// Increment adds one to the number in an item, and retries after each version conflict.
func Increment(ctx context.Context, s incident.Items, key string) error {
	for {
		item, err := s.Item(ctx, key)
		if err != nil {
			return err
		}
		n := 0
		if item.Version > 0 {
			if n, err = strconv.Atoi(string(item.Data)); err != nil {
				return err
			}
		}
		item.Data = strconv.AppendInt(nil, int64(n+1), 10)
		if err := s.PutItem(ctx, item); !errors.Is(err, incident.ErrConflict) {
			return err
		}
	}
}

// itemsOf reads more items than one request takes, of which some do not exist.
func itemsOf(tb testing.TB, fresh Backing) {
	s := fresh(tb)()
	type state struct{ N int }
	var keys []string
	for n := range 130 {
		keys = append(keys, incident.JourneyKey(strconv.Itoa(n)))
		if n%3 > 0 {
			must(tb, put(tb.Context(), s, keys[n], 0, `{"N":`+strconv.Itoa(n)+`}`))
		}
	}
	must(tb, put(tb.Context(), s, keys[0], 0, "no JSON"))
	states, err := incident.LoadItems[state](tb.Context(), s, keys)
	if err == nil || !strings.Contains(err.Error(), keys[0]) || len(states) != len(keys) || states[0] != nil {
		tb.Fatalf("%d states, %v; want an error that names %s, and no such state", len(states), err, keys[0])
	}
	for n, got := range states[1:] {
		if n++; got == nil || n%3 > 0 && got.N != n || n%3 == 0 && got.N != 0 {
			tb.Errorf("%d: got %+v", n, got)
		}
	}
}
