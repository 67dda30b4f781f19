package dynamo_test

import (
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/judge/trend"
	"valkyrie/infra/dynamo/local"
	"valkyrie/probes/journey"
)

// noise returns a text of n characters that compresses badly.
func noise(n int) string {
	source := rand.NewChaCha8([32]byte{byte(n)})
	b := make([]byte, n/2)
	source.Read(b)
	return hex.EncodeToString(b)
}

// TestLargeRunIsTruncated checks that a run that does not fit is truncated and says so, and keeps its outcome and steps.
func TestLargeRunIsTruncated(t *testing.T) {
	s := open(t, local.For(t).Table(t))
	for name, inflate := range map[string]func(*journey.Run){
		"one long error": func(r *journey.Run) { r.Error = noise(2_000_000) },
		"many long problems": func(r *journey.Run) {
			r.Problems = many(journey.MaxProblems, journey.Problem{Step: "print", What: noise(20_000)})
		},
		"very many problems":  func(r *journey.Run) { r.Problems = many(15_000, journey.Problem{What: noise(40)}) },
		"very many vitals":    func(r *journey.Run) { r.Vitals = many(15_000, journey.Vitals{URL: noise(40)}) },
		"a page of evidence":  func(r *journey.Run) { r.Evidence = many(15_000, journey.Evidence{Path: noise(40)}) },
		"steps with long why": func(r *journey.Run) { r.Steps[1].Why, r.Steps[2].Error = noise(900_000), noise(900_000) },
	} {
		t.Run(name, func(t *testing.T) {
			run := runAt(0)
			run.Journey, run.Outcome, run.Error = name, journey.Failed, "no PDF"
			inflate(&run)
			must(t, s.PutRun(t.Context(), run))
			runs, err := s.Runs(t.Context(), incident.RunQuery{Journey: name})
			if err != nil || len(runs) != 1 {
				t.Fatalf("%d runs, %v", len(runs), err)
			}
			got := runs[0]
			if got.Outcome != run.Outcome || got.Error == "" || len(got.Steps) != len(run.Steps) || got.Steps[4].DurationMS != run.Steps[4].DurationMS {
				t.Errorf("outcome or steps were changed: %.1000v", got)
			}
			note := got.Evidence[len(got.Evidence)-1].Missing
			if !strings.Contains(note, "were kept") || !strings.Contains(note, "400 KB") {
				t.Errorf("the evidence does not record the truncation: %q", note)
			}
		})
	}
}

// many returns n copies of of, with texts of different lengths.
func many[T any](n int, of T) []T {
	list := make([]T, n)
	for i := range list {
		list[i] = of
		switch x := any(&list[i]).(type) {
		case *journey.Problem:
			x.What = noise(len(x.What) + 2*i%1000)
		case *journey.Vitals:
			x.URL = noise(len(x.URL) + 2*i%1000)
		case *journey.Evidence:
			x.Path = noise(len(x.Path) + 2*i%1000)
		}
	}
	return list
}

// TestLargeItemIsRejected checks that an item that does not fit is rejected, with its size: items are never truncated.
func TestLargeItemIsRejected(t *testing.T) {
	s := open(t, local.For(t).Table(t))
	err := s.PutItem(t.Context(), incident.Item{Key: "ROUTE#default", Data: []byte(noise(1_000_000))})
	wantWords(t, err, `item "ROUTE#default"`, "976 KB", "compressed to", "at most 400 KB")
	wantItem(t, s, "ROUTE#default", 0, "")
	if errors.Is(err, incident.ErrConflict) {
		t.Error("an item that is too large is reported as a conflict")
	}
	large := strings.Repeat(noise(1000), 4000)
	must(t, s.PutItem(t.Context(), incident.Item{Key: "large", Data: []byte(large)}))
	wantItem(t, s, "large", 1, large)
	must(t, s.PutItem(t.Context(), incident.Item{Key: "large", Version: 1, Data: []byte("small")}))
	wantItem(t, s, "large", 2, "small")
}

// TestLedgerFits checks that 13 months of daily times, for ten steps and ten regions, fit into an item.
func TestLedgerFits(t *testing.T) {
	s := open(t, local.For(t).Table(t))
	l := judge.Ledger{Steps: map[string]trend.Days{}}
	for _, region := range []string{"eu-west-1", "us-east-1", "ap-south-1", "sa-east-1", "af-south-1", "eu-central-1", "us-west-2", "ap-southeast-2", "ap-northeast-1", "ca-central-1"} {
		for step := range 10 {
			var days trend.Days
			for day := range int64(397) {
				days = append(days, trend.Daily{Day: 20_000 + day, MS: 400 + rand.Int64N(40)})
			}
			l.Steps[region+"/step "+string(rune('a'+step))] = days
		}
	}
	must(t, put(t, s, "DAYS#print-card", l))
	back, err := judge.LoadLedger(t.Context(), s, "print-card")
	if diff := cmp.Diff(l, back); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
