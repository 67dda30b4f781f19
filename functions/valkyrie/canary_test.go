package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/canary"
	"valkyrie/infra/sqlite"
	"valkyrie/probes/journey"
)

// TestCanary: the region is judged by the stored runs since the deployment, and not by those before it.
func TestCanary(t *testing.T) {
	const slots = 16
	now := time.Now().UTC().Truncate(time.Minute)
	for name, c := range map[string]struct {
		outcome func(region string, slot int) journey.Outcome
		code    int
		says    string
	}{
		"good": {func(region string, slot int) journey.Outcome {
			if region == "us-east-1" && slot < 0 {
				return journey.Broken // the old version
			}
			return journey.Passed
		}, 0, "us-east-1: good\n"},
		"worse": {func(region string, slot int) journey.Outcome {
			if region == "us-east-1" && slot >= 0 {
				return journey.Broken
			}
			return journey.Passed
		}, 1, "us-east-1: worse; print-card: 16 of 16 runs were bad; from the other regions 0 of 16\n"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			store, err := sqlite.Open(t.Context(), filepath.Join(dir, "valkyrie.db"))
			if err != nil {
				t.Fatal(err)
			}
			for slot := -slots; slot < slots; slot++ {
				for _, region := range []string{"eu-west-1", "us-east-1"} {
					at := now.Add(time.Duration(slot-slots) * time.Minute)
					run := journey.Run{ID: fmt.Sprint(region, slot), Journey: "print-card", Region: region, Slot: at, Started: at, EveryMS: 60_000, Outcome: c.outcome(region, slot)}
					if err := store.PutRun(t.Context(), run); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := store.Close(); err != nil {
				t.Fatal(err)
			}
			since := now.Add(-slots * time.Minute).Format(time.RFC3339)
			out, errs, code := typed(t, dir, "canary", "us-east-1", "--since", since, "--db", "DIR/valkyrie.db")
			if code != c.code || !strings.HasSuffix(out, c.says) || errs != "" {
				t.Errorf("exit code %d, want %d; said\n%s%s", code, c.code, out, errs)
			}
		})
	}
}

// TestCanaryCannotTell: without enough runs in time the exit code is 3; wrong usage is 2.
func TestCanaryCannotTell(t *testing.T) {
	dir := t.TempDir()
	store, err := sqlite.Open(t.Context(), filepath.Join(dir, "valkyrie.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var out bytes.Buffer
	p := &program{stdout: &out, stderr: &out}
	err = p.judgeCanary(t.Context(), store, canary.Trial{Region: "us-east-1", Slots: 15, Longest: time.Minute}, time.Now(), time.Now())
	if err == nil || !strings.Contains(err.Error(), "too few runs since") {
		t.Errorf("got %v, %s", err, &out)
	}
	for args, want := range map[string]string{
		"canary --since 10m": "expected one region and --since", "canary us-east-1": "expected one region and --since", "canary us-east-1 --since 10m --slots 2": "expected 5 to 100",
		"canary us-east-1 --since 10m --slots 20 --wait 10m": "--wait 10m: expected at least 20m", "canary us-east-1 --since soon": "--since: ",
	} {
		if _, errs, code := typed(t, dir, append(strings.Fields(args), "--db", "DIR/valkyrie.db")...); code != 2 || !strings.Contains(errs, want) {
			t.Errorf("%s: exit code %d, %q", args, code, errs)
		}
	}
}
