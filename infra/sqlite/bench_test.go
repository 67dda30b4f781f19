package sqlite

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

// BenchmarkHistory measures the same call on a short and on a long history, alternating so that the machine's load affects
// both. "x-when-long" is the cost of the long one as a multiple of the short one; 1 means that the cost does not grow.
func BenchmarkHistory(b *testing.B) {
	const short, long = 100, 50_000
	few, many := benchStore(b, short), benchStore(b, long)
	next := long // a slot that is in neither history
	for name, call := range map[string]func(*Store) error{
		"PutRun": func(s *Store) error {
			return s.PutRun(b.Context(), benchRun(next))
		},
		"Runs/newest20": func(s *Store) error {
			runs, err := s.Runs(b.Context(), incident.RunQuery{Limit: 20})
			return wantCount(runs, err, 20)
		},
		"Runs/newest20OfJourney": func(s *Store) error {
			runs, err := s.Runs(b.Context(), incident.RunQuery{Journey: "print-card", Limit: 20})
			return wantCount(runs, err, 20)
		},
	} {
		b.Run(name, func(b *testing.B) {
			var inFew, inMany time.Duration
			for b.Loop() {
				next++
				inFew += timed(b, few, call)
				inMany += timed(b, many, call)
			}
			b.ReportMetric(float64(inFew.Microseconds())/float64(b.N), "µs-when-short")
			b.ReportMetric(float64(inMany.Microseconds())/float64(b.N), "µs-when-long")
			b.ReportMetric(float64(inMany)/float64(inFew), "x-when-long")
			b.ReportMetric(0, "ns/op") // suppress the sum of both
		})
	}
}

func timed(b *testing.B, s *Store, call func(*Store) error) time.Duration {
	start := time.Now()
	if err := call(s); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

func wantCount(runs []journey.Run, err error, want int) error {
	if err == nil && len(runs) != want {
		return fmt.Errorf("got %d runs, expected %d", len(runs), want)
	}
	return err
}

// benchStore returns a store with n runs.
func benchStore(b *testing.B, n int) *Store {
	s := mustOpen(b, filepath.Join(b.TempDir(), "valkyrie.db"))
	if _, err := s.db.Exec("PRAGMA synchronous = OFF"); err != nil { // while it is filled
		b.Fatal(err)
	}
	for i := range n {
		if err := s.PutRun(b.Context(), benchRun(i)); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := s.db.Exec("PRAGMA synchronous = FULL"); err != nil {
		b.Fatal(err)
	}
	return s
}

// benchRun returns the run of the i-th minute: five steps, two journeys alternating.
func benchRun(i int) journey.Run {
	r := journey.Run{
		ID: fmt.Sprint(i), Journey: []string{"print-card", "create-order"}[i%2], Region: "eu-west-1",
		Slot: time.Unix(int64(i)*60, 0), Outcome: journey.Passed,
	}
	for range 5 {
		r.Steps = append(r.Steps, journey.StepResult{Name: "open the shop", Outcome: journey.Passed, DurationMS: 200})
	}
	return r
}
