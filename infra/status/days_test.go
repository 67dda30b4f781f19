package status_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"valkyrie/alerts/incident"
	"valkyrie/infra/sqlite"
	"valkyrie/infra/status"
	"valkyrie/infra/storetest"
	"valkyrie/probes/journey"
)

// byRuns is a store that keeps no days, and nothing of a page written before.
type byRuns struct {
	incident.RunLog
	incident.IncidentLog
	incident.Items
}

// byDays is a store that keeps days, and nothing of a page written before. It counts the runs that are read.
type byDays struct {
	*sqlite.Store
	items incident.Items
	read  *int
}

func (s byDays) Item(ctx context.Context, key string) (incident.Item, error) {
	return s.items.Item(ctx, key)
}

func (s byDays) PutItem(ctx context.Context, i incident.Item) error { return s.items.PutItem(ctx, i) }

func (s byDays) Runs(ctx context.Context, q incident.RunQuery) ([]journey.Run, error) {
	runs, err := s.Store.Runs(ctx, q)
	*s.read += len(runs)
	return runs, err
}

func hasty(t *testing.T) *sqlite.Store {
	store, err := sqlite.OpenHasty(t.Context(), filepath.Join(t.TempDir(), "v.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// TestPageByDays: a page made of the days that a store keeps is that made of the runs, on any runs: with gaps, broken, late, of several
// regions and intervals, across midnight and from a clock that is ahead; at once, and when it is written again later.
func TestPageByDays(t *testing.T) {
	log := hasty(t)
	rapid.Check(t, func(rt *rapid.T) {
		if _, err := log.Sweep(t.Context(), now.AddDate(1, 0, 0)); err != nil {
			rt.Fatal(err)
		}
		read := 0
		stores := []incident.Store{byDays{log, storetest.Memory(), &read}, byRuns{log, log, storetest.Memory()}}
		every := rapid.SampledFrom([]time.Duration{0, time.Minute, time.Hour, 6 * time.Hour}).Draw(rt, "every")
		for n, at := range []time.Time{now, now.Add(17 * time.Minute), now.Add(50 * time.Hour)} {
			for _, r := range rapid.SliceOfN(rapid.Custom(func(t *rapid.T) journey.Run {
				ago := 100 * 24 * time.Hour
				if rapid.Bool().Draw(t, "lately") {
					ago = 50 * time.Hour
				}
				slot := at.Add(-time.Duration(rapid.Int64Range(-10, int64(ago/time.Minute)).Draw(t, "ago")) * time.Minute)
				return journey.Run{
					Journey: rapid.SampledFrom([]string{"print-card", "create-order"}).Draw(t, "journey"), Region: fmt.Sprint(rapid.IntRange(0, 1).Draw(t, "region")), Slot: slot,
					EveryMS: every.Milliseconds() * int64(1+slot.Minute()%2), Outcome: rapid.SampledFrom([]journey.Outcome{journey.Passed, journey.Failed, journey.Broken}).Draw(t, "outcome"),
				}
			}), 0, 30).Draw(rt, "runs") {
				if n > 0 && r.Slot.Before(at.Add(-15*time.Minute)) {
					continue // too late for a page that was written before
				}
				if err := log.PutRun(t.Context(), r); err != nil {
					rt.Fatal(err)
				}
			}
			there := &paper{}
			for _, store := range stores {
				if err := (status.Writer{Store: store, Setting: setting, To: there}).Write(t.Context(), at); err != nil {
					rt.Fatal(err)
				}
			}
			if diff := cmp.Diff(there.pages[1], there.pages[0]); diff != "" {
				rt.Fatalf("page %d of the runs and of the days, -want +got:\n%s", n, diff)
			}
		}
	})
}

// TestPageReadsOneDay: of a store that keeps days, a page reads the runs of today, and shows how far it has come.
func TestPageReadsOneDay(t *testing.T) {
	log, read := hasty(t), 0
	for _, r := range runs("print-card", now.Add(-30*time.Hour), now.Add(-3*time.Hour)) {
		if err := log.PutRun(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	var until []time.Time
	writer := status.Writer{Store: byDays{log, storetest.Memory(), &read}, Setting: setting, To: status.Folder(t.TempDir()), Read: func(at time.Time) { until = append(until, at) }}
	if err := writer.Write(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	if read != 9*60 {
		t.Errorf("%d runs were read, want those since midnight", read)
	}
	if len(until) == 0 || until[len(until)-1].Before(now) || !until[0].Before(now.AddDate(0, 0, -70)) {
		t.Errorf("progress at %v", until)
	}
}
