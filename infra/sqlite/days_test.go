package sqlite

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"valkyrie/alerts/incident"
	"valkyrie/infra/days"
	"valkyrie/probes/journey"
)

var midnight = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)

// TestDaysAreThoseOfTheRuns: the days are what the runs add up to, after any changes of the runs: late ones, ones stored twice, ones
// stored before their end, removed ones, and rows changed by hand.
func TestDaysAreThoseOfTheRuns(t *testing.T) {
	s := mustOpenHasty(t)
	rapid.Check(t, func(rt *rapid.T) {
		if _, err := s.db.Exec("DELETE FROM runs; DELETE FROM days"); err != nil {
			rt.Fatal(err)
		}
		rt.Repeat(map[string]func(*rapid.T){
			"PutRun": func(t *rapid.T) {
				for _, r := range rapid.SliceOfN(rapid.Custom(anyRun), 1, 5).Draw(t, "runs") {
					if err := s.PutRun(t.Context(), r); err != nil {
						t.Fatal(err)
					}
				}
			},
			"Sweep": func(t *rapid.T) {
				if _, err := s.Sweep(t.Context(), anySlot(t)); err != nil {
					t.Fatal(err)
				}
			},
			"by hand": func(t *rapid.T) {
				at := anySlot(t)
				change := rapid.SampledFrom([]string{
					"DELETE FROM runs WHERE slot = ?", "UPDATE runs SET outcome = 'failed' WHERE slot = ?", "UPDATE OR IGNORE runs SET journey = 'print-card' WHERE slot = ?",
					"INSERT OR IGNORE INTO runs (" + runColumns + ") SELECT " + strings.Replace(runColumns, "region", "'by hand'", 1) + " FROM runs WHERE slot = ?",
				}).Draw(t, "change")
				if _, err := s.db.Exec(change, stamp{&at}); err != nil {
					t.Fatal(err)
				}
			},
			"AddUpDays": func(t *rapid.T) {
				if err := s.AddUpDays(t.Context(), anySlot(t)); err != nil {
					t.Fatal(err)
				}
			},
			"Days": func(t *rapid.T) {
				name := rapid.SampledFrom([]string{"", "print-card"}).Draw(t, "journey")
				from, until := days.Of(anySlot(t)), days.Of(anySlot(t))
				if rapid.Bool().Draw(t, "until now") {
					until = time.Time{}
				}
				runs, err := s.Runs(t.Context(), incident.RunQuery{Journey: name, Since: from, Until: until})
				if err != nil {
					t.Fatal(err)
				}
				want, got := added(runs), collect(t, s.Days(t.Context(), name, from, until))
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("the days of %d runs of %q from %v to %v, -want +got:\n%s", len(runs), name, from, until, diff)
				}
			},
		})
	})
}

// mustOpenHasty opens a new store that does not wait for the disk.
func mustOpenHasty(t *testing.T) *Store {
	s, err := OpenHasty(t.Context(), filepath.Join(t.TempDir(), "valkyrie.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// added returns what runs add up to, encoded, by journey and day.
func added(runs []journey.Run) map[string]string {
	all := map[string]*days.Day{}
	for _, r := range runs {
		key := r.Journey + r.Slot.Format(time.DateOnly)
		if all[key] == nil {
			all[key] = &days.Day{Journey: r.Journey, Date: days.Of(r.Slot)}
		}
		all[key].Add(r)
	}
	texts := map[string]string{}
	for key, day := range all {
		texts[key] = encoded(*day)
	}
	return texts
}

func encoded(day days.Day) string {
	data, err := day.MarshalBinary()
	return fmt.Sprintf("%x%v", data, err)
}

// collect encodes days, which must come by journey, oldest first.
func collect(t interface{ Fatal(...any) }, all iter.Seq2[days.Day, error]) map[string]string {
	texts, last := map[string]string{}, ""
	for day, err := range all {
		if err != nil {
			t.Fatal(err)
		}
		key := day.Journey + day.Date.Format(time.DateOnly)
		if key <= last {
			t.Fatal(key, " after ", last)
		}
		texts[key], last = encoded(day), key
	}
	return texts
}

// anySlot draws one of few times on three days, at and around their borders, in any zone.
func anySlot(t *rapid.T) time.Time {
	at := midnight.AddDate(0, 0, rapid.IntRange(0, 2).Draw(t, "day")).Add(rapid.SampledFrom([]time.Duration{
		-time.Nanosecond, 0, time.Minute, 12 * time.Hour, 24*time.Hour - time.Minute,
	}).Draw(t, "time"))
	return at.In(time.FixedZone("", 3600*rapid.IntRange(-12, 14).Draw(t, "zone")))
}

func anyRun(t *rapid.T) journey.Run {
	r := journey.Run{
		ID: fmt.Sprint(rapid.IntRange(0, 1).Draw(t, "id")), Slot: anySlot(t), Tries: rapid.IntRange(1, 2).Draw(t, "tries"),
		Journey: rapid.SampledFrom([]string{"print-card", "create-order"}).Draw(t, "journey"), Region: rapid.SampledFrom([]string{"", "us-east-1"}).Draw(t, "region"),
		Outcome: rapid.SampledFrom([]journey.Outcome{journey.Passed, journey.Slow, journey.Failed, journey.Broken}).Draw(t, "outcome"),
		EveryMS: rapid.SampledFrom([]int64{60_000, 300_000}).Draw(t, "every"), DurationMS: rapid.Int64Range(0, 5000).Draw(t, "ms"),
		Steps: []journey.StepResult{{Name: "open the shop", DurationMS: rapid.Int64Range(0, 900).Draw(t, "step")}, {Name: "log out", Cleanup: true}},
	}
	if rapid.Bool().Draw(t, "unfinished") {
		r.Evidence = []journey.Evidence{{Kind: "pending"}}
	}
	return r
}

// TestDaysAreKept: a day is read without reading its runs, both one whose runs were put and one that was added up once.
func TestDaysAreKept(t *testing.T) {
	s := mustOpenHasty(t)
	for i := range 3 * pageRuns {
		if err := s.PutRun(t.Context(), benchRun(i)); err != nil {
			t.Fatal(err)
		}
	}
	want := collect(t, s.Days(t.Context(), "", time.Time{}, time.Time{}))
	for _, change := range []string{"UPDATE runs SET outcome = 'passed'", "DELETE FROM steps WHERE run > 1", "DROP TRIGGER run_changed; UPDATE runs SET outcome = 'failed'"} {
		if _, err := s.db.Exec(change); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, collect(t, s.Days(t.Context(), "", time.Time{}, time.Time{}))); diff != "" || len(want) != 2 {
			t.Errorf("after %s:\n%s", change, diff)
		}
	}
	if _, err := s.db.Exec("UPDATE days SET data = x'00'"); err != nil { // of another version
		t.Fatal(err)
	}
	if err := s.AddUpDays(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	var others int
	if err := s.db.QueryRow("SELECT count(*) FROM days WHERE data = x'00'").Scan(&others); err != nil || others != 0 {
		t.Errorf("%d days are of another version (%v)", others, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.AddUpDays(ctx, time.Now()); err == nil || !strings.Contains(err.Error(), "list the journeys") {
		t.Error(err)
	}
}

// TestUpgradeAddsUpDays: the days of a store of an earlier version are added up once, when they are read.
func TestUpgradeAddsUpDays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "valkyrie.db")
	old := openRelease(t, path, releases()[:11])
	for i := range 10 {
		r := benchRun(i)
		if _, err := old.db.Exec(insertInto("runs", runColumns), runFields(&r)...); err != nil {
			t.Fatal(err)
		}
	}
	old.Close()
	s := mustOpen(t, path)
	runs, err := s.Runs(t.Context(), incident.RunQuery{})
	if err != nil || len(runs) != 10 {
		t.Fatal(len(runs), err)
	}
	var kept int
	for _, want := range []int{0, 2} {
		if err := s.db.QueryRow("SELECT count(*) FROM days").Scan(&kept); err != nil || kept != want {
			t.Errorf("%d days are kept (%v), want %d", kept, err, want)
		}
		if diff := cmp.Diff(added(runs), collect(t, s.Days(t.Context(), "", time.Time{}, time.Time{}))); diff != "" {
			t.Error(diff)
		}
	}
}

// TestStream: the pages of a stream are the runs of one list, also where a page ends within a slot, and the store can be used
// between two runs. The memory of a reader is that of one page.
func TestStream(t *testing.T) {
	s := mustOpenHasty(t)
	const slots = pageRuns/2 + 7
	for i := range slots {
		for n, region := range []string{"", "eu-west-1", "us-east-1"} {
			for _, name := range []string{"print-card", "create-order"} {
				r := benchRun(i)
				r.Journey, r.Region, r.ID = name, region, fmt.Sprint(n%2)
				if err := s.PutRun(t.Context(), r); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for _, q := range []incident.RunQuery{
		{},
		{Lean: true},
		{Journey: "print-card"},
		{Journey: "print-card", Since: benchRun(5).Slot, Until: benchRun(slots - 3).Slot},
		{Since: benchRun(2).Slot},
		{Until: benchRun(3).Slot},
		{Journey: "print-card", Lean: true, WithoutSteps: true},
		{Journey: "print-card", Limit: 7},
		{Journey: "unknown"},
	} {
		want, err := s.Runs(t.Context(), q)
		if err != nil || len(want) == 0 && q.Journey != "unknown" {
			t.Fatal(len(want), err)
		}
		var got []journey.Run
		for run, err := range incident.StreamRuns(t.Context(), s, q) {
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, run); len(got) == 2 {
				if _, err := s.Item(t.Context(), "k"); err != nil {
					t.Fatal(err)
				}
			}
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%+v: -want +got\n%s", q, diff)
		}
		if page, err := s.page(t.Context(), q, nil); err != nil || len(page) > pageRuns {
			t.Errorf("%+v: a page of %d runs, %v", q, len(page), err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen := 0
	for _, err := range s.Stream(ctx, incident.RunQuery{}) {
		if seen++; err != nil {
			break
		}
		cancel()
	}
	if seen != pageRuns+1 {
		t.Errorf("%d runs and an error after the first page of %d", seen, pageRuns)
	}
}
