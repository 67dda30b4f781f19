package proof

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/infra/suite"
	"valkyrie/probes/journey"
)

// An ending is judging of runs that are recorded twice: their verdict, then their end with evidence and cleanup.
type ending struct {
	*rapid.T
	policy judge.JourneyPolicy
	state  judge.JourneyState // judged in two parts
	whole  judge.JourneyState // the same runs, judged once each
	dirty  map[string]int     // consecutive runs of a region whose cleanup failed
	open   bool               // the cleanup incident, by the textbook
	bad    map[string]bool    // its regions
}

// TestEndings checks that a run that is judged in two parts decides like one that is judged whole, whatever is repeated and
// whatever end is lost; and that the cleanup incident is open when the textbook says so.
func TestEndings(t *testing.T) {
	suite.Rapid(t, 500, 2_000)
	rapid.Check(t, func(t *rapid.T) {
		k := &ending{T: t, policy: newTrial(t).policy, dirty: map[string]int{}}
		k.policy.CleanupInARow = rapid.IntRange(1, 4).Draw(t, "cleanup in a row")
		at := settings[0].start
		for range rapid.IntRange(1, 30).Draw(t, "slots") {
			at = at.Add(time.Minute)
			for _, region := range regions[:2] {
				k.run(region, at)
			}
		}
	})
}

// run plays one run.
func (k *ending) run(region string, slot time.Time) {
	run := runOf("print-card", region, slot, letters[rapid.SampledFrom([]byte("pppfffsb")).Draw(k.T, "outcome")])
	run.ID += slot.String()
	cleanup := journey.StepResult{Name: "cancel", Outcome: journey.Passed, Cleanup: true}
	if rapid.IntRange(0, 3).Draw(k.T, "cleanup") > 0 {
		cleanup.Outcome, cleanup.Error = journey.Failed, "no such button"
	}
	verdict := run
	verdict.Evidence = []journey.Evidence{{Kind: "pending", Missing: "it follows"}}
	verdict.Steps = append(slices.Clone(run.Steps), journey.StepResult{Name: "cancel", Outcome: journey.NotRun, Cleanup: true})
	run.Evidence, run.Steps = []journey.Evidence{{Kind: "html", Path: run.ID}}, append(slices.Clone(run.Steps), cleanup)
	parts := []journey.Run{run}
	if !run.Outcome.Good() {
		parts = rapid.SampledFrom([][]journey.Run{{run}, {verdict, run}, {verdict, verdict, run, run}, {verdict}, {run, verdict}}).Draw(k.T, "parts")
	}
	for i, part := range parts {
		part.Steps = slices.Clone(part.Steps)
		var ds []judge.Decision
		k.state, ds = judge.Judge(k.policy, k.state, part, "print a card")
		k.state = back(&trial{T: k.T}, k.state)
		if i > 0 && slices.ContainsFunc(ds, func(d judge.Decision) bool { return d.Incident.Kind != "" && d.Incident.Kind != incident.Cleanup }) {
			k.Fatalf("part %d of a run decides about its verdict again: %+v", i, ds)
		}
		if other := part; rapid.Bool().Draw(k.T, "another run of the slot") {
			other.ID, other.Evidence = "other", nil
			if _, ds := judge.Judge(k.policy, k.state, other, "print a card"); ds[0].Verb != judge.Ignores {
				k.Fatalf("another run ends it: %+v", ds)
			}
		}
	}
	ended := slices.ContainsFunc(parts, func(p journey.Run) bool { return !p.Unfinished() })
	if !ended {
		run = verdict
	}
	k.whole, _ = judge.Judge(k.policy, k.whole, run, "print a card")
	if diff := cmp.Diff(k.whole, k.state, cmpopts.IgnoreFields(incident.Incident{}, "Runs", "Evidence"), cmpopts.EquateEmpty(), cmpopts.SortSlices(func(a, b incident.Incident) bool { return a.ID < b.ID })); diff != "" {
		k.Fatalf("judged in parts it differs (-whole +parts):\n%s", diff)
	}
	if down := find(k.state, incident.Down, incident.Flapping); ended && down != nil && run.Outcome == journey.Failed && (len(down.Evidence) != 1 || down.Evidence[0].Path != run.ID) {
		k.Fatalf("the incident has not the evidence of %s: %+v", run.ID, down.Evidence)
	}
	if ended {
		k.textbook(run, cleanup.Outcome == journey.Failed)
	}
}

// textbook checks the cleanup incident after a run that has ended.
func (k *ending) textbook(run journey.Run, dirty bool) {
	switch {
	case dirty:
		k.dirty[run.Region]++
		if k.dirty[run.Region] >= k.policy.CleanupInARow && !k.open {
			k.open, k.bad = true, map[string]bool{}
		}
		if k.open {
			k.bad[run.Region] = true
		}
	case run.Outcome.Good():
		k.dirty[run.Region] = 0
		still := slices.ContainsFunc(regions, func(r string) bool { return k.bad[r] && k.dirty[r] > 0 })
		k.open = k.open && still
	}
	if is := find(k.state, incident.Cleanup); (is != nil) != k.open {
		k.Fatalf("by the textbook the cleanup incident is open: %t; it is %+v", k.open, is)
	} else if is != nil && is.Rings() {
		k.Fatal("test data that piles up calls people")
	}
}
