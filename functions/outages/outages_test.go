package outages

import (
	"log/slog"
	"testing"
	"time"
)

func TestSimulated(t *testing.T) {
	for _, s := range simulated() {
		t.Run(s.Name, func(t *testing.T) {
			began := time.Now()
			r, err := Play(t.Context(), s, Stage{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Tell: func(at time.Time, format string, args ...any) {
				t.Logf("%s "+format, append([]any{at.Format("2 Jan 15:04:05")}, args...)...)
			}})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s: %d runs in %s; felt %s, told %s by %s; %d calls, %d texts; %s", s.Name, r.Runs, time.Since(began).Round(time.Millisecond), r.Felt, r.Told, r.How, r.Calls, r.Texts, r.Said)
			for _, wrong := range append(r.Wrong, r.Missed...) {
				t.Error(wrong)
			}
		})
	}
}
