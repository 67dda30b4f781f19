package journey_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/probes/journey"
)

// TestAttach checks that attachments are created only for a run that keeps evidence, with and without an instrument.
func TestAttach(t *testing.T) {
	created := 0
	step := func(fail bool) journey.Step {
		return journey.Step{Name: "look", Do: func(s *journey.T) {
			s.Attach("picture", "page-1.png", func(context.Context) ([]byte, error) { created++; return nil, errors.New("replaced") })
			s.Attach("picture", "page-1.png", func(context.Context) ([]byte, error) { created++; return []byte("x"), nil })
			s.Attach("text", "a.txt", func(context.Context) ([]byte, error) { return nil, errors.New("no text") })
			s.Attach("text", "b.txt", func(context.Context) ([]byte, error) { panic("nil map") })
			if fail {
				s.Failf("no card")
			}
		}}
	}
	want := []journey.Evidence{
		{Kind: "picture", Path: "test/page-1.png"},
		{Kind: "text", Missing: "no text"},
		{Kind: "text", Missing: "create b.txt: it panicked: nil map"},
	}
	if r := run(t.Context(), journey.Journey{Steps: []journey.Step{step(false)}}); created != 0 || len(r.Evidence) != 0 {
		t.Errorf("a good run created %d and keeps %v", created, r.Evidence)
	}
	if diff := cmp.Diff(want, run(t.Context(), journey.Journey{Steps: []journey.Step{step(true)}}).Evidence); diff != "" {
		t.Errorf("without an instrument (-want +got):\n%s", diff)
	}
	if got := run(t.Context(), journey.Journey{Uses: &recorder{}, Steps: []journey.Step{step(true)}}).Evidence; len(got) != 5 || got[2] != want[0] {
		t.Errorf("with one: %v", got)
	}
	without := journey.Runner{}.Run(t.Context(), journey.Journey{Name: "test", Steps: []journey.Step{step(true)}}, time.Now())
	if created != 2 || without.Outcome != journey.Failed {
		t.Errorf("created %d times, want once a run that keeps evidence; %v", created, without)
	}
}
