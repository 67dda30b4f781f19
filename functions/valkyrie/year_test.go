package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"valkyrie/functions/lambdatest"
	"valkyrie/infra/sqlite"
	"valkyrie/probes/journey"
)

// BenchmarkYear measures the commands that show many days, on a store of ten journeys from three regions each minute. It has
// VALKYRIE_DAYS days, or 14, since a year takes minutes to make and 20 GB. "x-file-scan" is a command's time as a multiple of that
// of reading the file from its beginning to its end.
func BenchmarkYear(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("VALKYRIE_DAYS"))
	if err != nil {
		n = 14
	}
	until := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	file := filepath.Join(b.TempDir(), "valkyrie.db")
	runs := yearStore(b, file, until, n)
	for _, args := range []string{"status --to " + b.TempDir(), "history --summary --since 365d", "history print-card --summary --since 365d", "history --since 6h"} {
		b.Run(strings.Join(strings.Fields(args)[:2], " "), func(b *testing.B) {
			var took, scan time.Duration
			for b.Loop() {
				forgetPage(b, file)
				scan += scanned(b, file)
				var errs bytes.Buffer
				p := &program{suite: lambdatest.Practice(), stdout: io.Discard, stderr: &errs, getenv: func(string) string { return "" }, timeNow: func() time.Time { return until }}
				began := time.Now()
				if code := p.run(b.Context(), append(strings.Fields(args), "--db", file)); code != 0 {
					b.Fatal(code, errs.String())
				}
				took += time.Since(began)
			}
			b.ReportMetric(took.Seconds()/float64(b.N), "s")
			b.ReportMetric(float64(took)/float64(scan), "x-file-scan")
			b.ReportMetric(float64(runs), "runs")
			b.ReportMetric(0, "ns/op") // suppress the sum of both
		})
	}
}

// yearStore makes a store of n days, of which all but the last are alike, and returns the number of its runs.
func yearStore(b *testing.B, file string, until time.Time, n int) int {
	const journeys, regions, minutes = 10, 3, 24 * 60
	store, err := sqlite.OpenHasty(b.Context(), file)
	if err != nil {
		b.Fatal(err)
	}
	put := func(from, to time.Time) (runs int) {
		for slot := from; slot.Before(to); slot = slot.Add(time.Minute) {
			for i := range journeys * regions {
				if err := store.PutRun(b.Context(), yearRun(slot, i/regions, i%regions)); err != nil {
					b.Fatal(err)
				}
				runs++
			}
		}
		return runs
	}
	today := until.Truncate(24 * time.Hour)
	first := today.AddDate(0, 0, 1-n)
	daily := put(first, first.AddDate(0, 0, 1))
	runs := daily * (n - 1)
	db, err := sql.Open("sqlite", file)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for day := 1; day < n-1; day++ {
		if _, err := db.ExecContext(b.Context(), copyDay, first.Format(time.DateOnly), first.AddDate(0, 0, day).Format(time.DateOnly), day*daily); err != nil {
			b.Fatal(err)
		}
	}
	runs += put(today, until)
	if err := store.Close(); err != nil {
		b.Fatal(err)
	}
	return runs
}

// copyDay copies the runs of the day ?1, the first of the store, to the day ?2, with numbers greater by ?3.
const copyDay = `PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY; BEGIN;
CREATE TEMP TABLE IF NOT EXISTS days_before AS SELECT * FROM days WHERE day = ?1;
INSERT INTO runs SELECT number + ?3, id, journey, region, ?2 || substr(slot, 11), every_ms, ?2 || substr(started, 11), outcome, duration_ms, counts, error, evidence, site,
	tries, first_error, starved_ms, starved_p95_ms, chrome, problems, vitals, cleanup_error, certificates FROM runs WHERE slot >= ?1 AND slot < ?1 || '~';
INSERT INTO steps SELECT run + ?3, position, name, outcome, started, duration_ms, slow_ms, limit_ms, error, cleanup, waterfall, why FROM steps WHERE run <= (SELECT max(number) FROM runs WHERE slot < ?1 || '~');
INSERT INTO main.days SELECT journey, ?2, data FROM days_before;
COMMIT`

// yearRun returns a run of five steps.
func yearRun(slot time.Time, journeyNumber, region int) journey.Run {
	jitter := int64(slot.Unix()/60*7919+int64(journeyNumber*31+region*17)) % 900
	r := journey.Run{
		ID: fmt.Sprint(slot.Unix(), journeyNumber, region), Journey: fmt.Sprint("journey-", journeyNumber), Region: fmt.Sprint("region-", region), Slot: slot, EveryMS: 60_000, Started: slot,
		Outcome: journey.Passed, DurationMS: 1500 + jitter, Site: "https://shop.example", Tries: 1, Chrome: "HeadlessChrome/153.0.7890.0",
	}
	if journeyNumber == 0 {
		r.Journey = "print-card"
	}
	if jitter == 1 {
		r.Outcome, r.Error = journey.Failed, `step "pay": expected to see "thank you" within 10s`
	}
	for n, name := range []string{"open the shop", "sign in", "choose a card", "pay", "see the receipt"} {
		r.Steps = append(r.Steps, journey.StepResult{Name: name, Outcome: journey.Passed, Started: slot, DurationMS: 200 + (jitter*int64(n+1))%500, SlowMS: 2000, LimitMS: 10_000})
	}
	return r
}

// forgetPage removes the state of a status page that was written before.
func forgetPage(b *testing.B, file string) {
	db, err := sql.Open("sqlite", file)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(b.Context(), "DELETE FROM items WHERE key LIKE 'STATUS#%'"); err != nil {
		b.Fatal(err)
	}
}

// scanned returns how long it takes to read a file.
func scanned(b *testing.B, file string) time.Duration {
	began := time.Now()
	f, err := os.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if _, err := io.Copy(io.Discard, f); err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}
