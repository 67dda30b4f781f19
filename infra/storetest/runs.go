package storetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

// runAt returns a run of print-card in eu-west-1, due some minutes after noon.
func runAt(minute int, id string) journey.Run {
	return journey.Run{
		ID: id, Journey: "print-card", Region: "eu-west-1", Outcome: journey.Passed,
		Slot:     noon.Add(time.Duration(minute) * time.Minute),
		Steps:    []journey.StepResult{},
		Counts:   []journey.Count{},
		Evidence: []journey.Evidence{},
		Problems: []journey.Problem{},
		Vitals:   []journey.Vitals{},
	}
}

// in moves a run to another region, and of to another journey.
func in(r journey.Run, region string) journey.Run { r.Region = region; return r }
func of(r journey.Run, name string) journey.Run   { r.Journey = name; return r }

func runSurvives(tb testing.TB, fresh Backing) {
	s := fresh(tb)()
	var run journey.Run
	fill(tb, &run)
	putRuns(tb, s, run)
	wantRuns(tb, s, incident.RunQuery{}, run)
}

func emptyRunHasLists(tb testing.TB, fresh Backing) {
	s := fresh(tb)()
	put, want := runAt(0, "a"), runAt(0, "a")
	put.Steps, put.Counts, put.Evidence, put.Problems, put.Vitals = nil, nil, nil, nil, nil
	putRuns(tb, s, put)
	wantRuns(tb, s, incident.RunQuery{}, want)
}

func bigRun(tb testing.TB, fresh Backing) {
	s := fresh(tb)()
	run := runAt(0, "big")
	run.Error = strings.Repeat("naïve 印刷 ", 100_000/len("naïve 印刷 ")+1)
	for i := range 50 {
		run.Steps = append(run.Steps, journey.StepResult{
			Name: fmt.Sprintf("step %d", i), Outcome: journey.Passed, DurationMS: int64(i), Started: noon,
		})
	}
	putRuns(tb, s, run)
	wantRuns(tb, s, incident.RunQuery{}, run)
}

func firstVerdictStays(tb testing.TB, fresh Backing) {
	s := fresh(tb)()
	first := runAt(0, "first")
	first.Steps = []journey.StepResult{{Name: "open the shop", Outcome: journey.Passed}}
	second := runAt(0, "second")
	second.Outcome, second.Error = journey.Failed, "late"
	second.Steps = []journey.StepResult{{Name: "open the shop", Outcome: journey.Failed}, {Name: "print"}}
	putRuns(tb, s, first, second)
	wantRuns(tb, s, incident.RunQuery{}, first)

	elsewhere, other := in(second, "us-east-1"), of(second, "create-order")
	other.ID = "third"
	putRuns(tb, s, elsewhere, other)
	wantRuns(tb, s, incident.RunQuery{}, first, other, elsewhere)
}

// runEnds checks that an unfinished run is replaced by itself, once it has ended, and by no other.
func runEnds(tb testing.TB, fresh Backing) {
	s := fresh(tb)()
	verdict := runAt(0, "first")
	verdict.Outcome, verdict.Evidence = journey.Failed, []journey.Evidence{{Kind: "pending", Missing: "it follows"}}
	verdict.Steps = []journey.StepResult{{Name: "open the shop", Outcome: journey.Failed}, {Name: "cancel", Outcome: journey.NotRun, Cleanup: true}}
	ended := verdict
	ended.Evidence = []journey.Evidence{{Kind: "html", Path: "page.html"}}
	ended.Steps = []journey.StepResult{{Name: "open the shop", Outcome: journey.Failed}, {Name: "cancel", Outcome: journey.Passed, Cleanup: true}}
	other := ended
	other.ID = "other"
	putRuns(tb, s, verdict, verdict, other)
	wantRuns(tb, s, incident.RunQuery{}, verdict)
	putRuns(tb, s, ended)
	wantRuns(tb, s, incident.RunQuery{}, ended)
	again := ended
	again.Evidence = []journey.Evidence{{Kind: "html", Path: "again.html"}}
	putRuns(tb, s, verdict, again)
	wantRuns(tb, s, incident.RunQuery{}, ended)
	wantRuns(tb, s, incident.RunQuery{Journey: "print-card"}, ended)
}

func slotIsAMoment(tb testing.TB, fresh Backing) {
	s := fresh(tb)()
	first, again := runAt(0, "first"), runAt(0, "again")
	again.Slot = again.Slot.In(time.FixedZone("somewhere", 2*60*60))
	putRuns(tb, s, first, again)
	wantRuns(tb, s, incident.RunQuery{}, first)
	wantRuns(tb, s, incident.RunQuery{Since: again.Slot}, first)

	late := again
	late.ID, late.Slot = "late", again.Slot.Add(time.Minute)
	putRuns(tb, s, late)
	late.Slot = late.Slot.UTC()
	wantRuns(tb, s, incident.RunQuery{}, first, late)
}

func runsInOrder(tb testing.TB, fresh Backing) {
	s := fresh(tb)()
	// As text without trailing zeros, a half second would sort before the whole one.
	half := runAt(1, "a")
	half.Slot = half.Slot.Add(500 * time.Millisecond)
	want := []journey.Run{
		runAt(0, "z"),
		in(runAt(0, "y"), "us-east-1"),
		runAt(1, "b"),
		of(runAt(1, "c"), "create-order"),
		in(runAt(1, "a"), "us-east-1"),
		half,
		runAt(10, "a"),
	}
	for _, i := range []int{6, 3, 5, 0, 2, 4, 1} {
		putRuns(tb, s, want[i])
	}
	wantRuns(tb, s, incident.RunQuery{}, want...)
	wantRuns(tb, s, incident.RunQuery{Limit: 4}, want[3:]...)
}

func runsChosen(tb testing.TB, fresh Backing) {
	s := fresh(tb)()
	var prints, orders []journey.Run
	for i := range 6 {
		prints = append(prints, runAt(i, fmt.Sprint("p", i)))
		orders = append(orders, of(runAt(i, fmt.Sprint("q", i)), "create-order"))
		putRuns(tb, s, prints[i], orders[i])
	}
	third := prints[3].Slot
	wantRuns(tb, s, incident.RunQuery{Journey: "print-card"}, prints...)
	wantRuns(tb, s, incident.RunQuery{Journey: "print-card", Since: third}, prints[3:]...)
	wantRuns(tb, s, incident.RunQuery{Journey: "print-card", Since: third.Add(1)}, prints[4:]...)
	wantRuns(tb, s, incident.RunQuery{Journey: "create-order", Limit: 2}, orders[4:]...)
	wantRuns(tb, s, incident.RunQuery{Journey: "create-order", Since: third, Limit: 1}, orders[5])
	wantRuns(tb, s, incident.RunQuery{Since: third, Limit: 100},
		prints[3], orders[3], prints[4], orders[4], prints[5], orders[5])
	wantRuns(tb, s, incident.RunQuery{Journey: "print-card", Since: prints[1].Slot, Until: third}, prints[1:3]...)
	wantRuns(tb, s, incident.RunQuery{Until: prints[1].Slot}, prints[0], orders[0])
	wantRuns(tb, s, incident.RunQuery{Since: noon.Add(time.Hour)})
	wantRuns(tb, s, incident.RunQuery{Journey: "print"})
	wantRuns(tb, s, incident.RunQuery{Journey: "PRINT-CARD"})
}

func leanRuns(tb testing.TB, fresh Backing) {
	s := fresh(tb)()
	var full journey.Run
	fill(tb, &full)
	far := runAt(0, "far") // far from the other, so that a store which reads the rows in between shows that it omits the steps
	far.Steps = []journey.StepResult{{Name: "open the shop", Outcome: journey.Passed}}
	far.Evidence = []journey.Evidence{{Kind: "pending", Missing: "it follows"}}
	putRuns(tb, s, of(runAt(-2, "other"), "create-order"), far, of(runAt(1, "another"), "create-order"), full)
	got, err := s.Runs(tb.Context(), incident.RunQuery{Journey: "print-card", Lean: true})
	must(tb, err)
	if len(got) != 1 {
		tb.Fatalf("got %d runs, want 1", len(got))
	}
	wantLean(tb, far, got[0])
	got, err = s.Runs(tb.Context(), incident.RunQuery{Lean: true})
	must(tb, err)
	wantLean(tb, full, got[len(got)-1])
}

// wantLean checks the fields that a lean run must have.
func wantLean(tb testing.TB, want, got journey.Run) {
	tb.Helper()
	lean := func(r journey.Run) journey.Run {
		l := journey.Run{
			ID: r.ID, Journey: r.Journey, Region: r.Region, Slot: r.Slot, EveryMS: r.EveryMS, Started: r.Started, DurationMS: r.DurationMS,
			Outcome: r.Outcome, Counts: r.Counts, Error: r.Error, Tries: r.Tries, FirstError: r.FirstError, Certificates: r.Certificates,
		}
		if r.Unfinished() {
			l.Evidence = r.Evidence
		}
		for _, s := range r.Steps {
			s.Started, s.Waterfall = time.Time{}, journey.Waterfall{}
			l.Steps = append(l.Steps, s)
		}
		return l
	}
	if diff := cmp.Diff(lean(want), lean(got)); diff != "" {
		tb.Fatalf("a lean run, -want +got:\n%s", diff)
	}
}

// runsRenamed moves more runs than one request takes to another name, of which some have a run in their slot already.
func runsRenamed(tb testing.TB, fresh Backing) {
	s := fresh(tb)()
	renamer, ok := s.(incident.RunRenamer)
	if !ok {
		tb.Fatalf("expected a store that can rename the runs of a journey, got %T", s)
	}
	const all, taken = 40, 3
	var want []journey.Run
	for n := range all {
		old := runAt(n, fmt.Sprintf("old-%02d", n))
		old.Steps = []journey.StepResult{{Name: "sign in", Outcome: journey.Passed, DurationMS: int64(n)}}
		putRuns(tb, s, old)
		if n < taken {
			already := of(runAt(n, fmt.Sprintf("new-%02d", n)), "print-cards")
			putRuns(tb, s, already)
			want = append(want, already)
		} else {
			want = append(want, of(old, "print-cards"))
		}
	}
	other := of(runAt(0, "other"), "create-order")
	putRuns(tb, s, other)

	var last int64
	moved, err := renamer.RenameRuns(tb.Context(), "print-card", "print-cards", func(n int64) { last = n })
	if err != nil || moved != all-taken || last != moved {
		tb.Fatalf("moved %d runs, the last progress is %d, %v; want %d", moved, last, err, all-taken)
	}
	wantRuns(tb, s, incident.RunQuery{Journey: "print-cards"}, want...)
	wantRuns(tb, s, incident.RunQuery{Journey: "print-card"})
	wantRuns(tb, s, incident.RunQuery{Journey: "create-order"}, other)
	if n, err := renamer.RenameRuns(tb.Context(), "print-card", "print-cards", func(int64) {}); n != 0 || err != nil {
		tb.Errorf("again: moved %d runs, %v; want none", n, err)
	}
	if n, err := s.Runs(tb.Context(), incident.RunQuery{}); len(n) != all+1 || err != nil {
		tb.Errorf("there are %d runs in all, %v; want %d", len(n), err, all+1)
	}
}
