package regions_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/oncall"
	"valkyrie/infra/regions"
	"valkyrie/probes/journey"
)

// punctual makes the recorders of a world refuse runs from the future.
func (w *world) punctual() {
	recorder := w.deps.Recorder
	w.deps.Recorder = func(s incident.Store) judge.Recorder {
		d := recorder(s)
		d.TimeNow = func() time.Time { return w.now }
		return d
	}
}

// TestRunFromTheFuture: the standby does not record a run that the home refused as a run from the future.
func TestRunFromTheFuture(t *testing.T) {
	w := newWorld(t.Context(), judge.Policy{}, oncall.OnCall{}, nil)
	w.punctual()
	run := aRun()
	run.Slot = noon.Add(time.Hour)
	at, _, missed, err := w.pair().Record(t.Context(), w.deps.Recorder(nil), run)
	if at != regions.AtHome || missed != nil || !errors.Is(err, judge.ErrFutureRun) || strings.Contains(err.Error(), "neither region") {
		t.Errorf("at %s: %v, %v", at, missed, err)
	}
	for name, l := range map[string]*line{"home": w.home, "standby": w.standby} {
		if runs, err := l.Runs(t.Context(), incident.RunQuery{}); err != nil || len(runs) > 0 {
			t.Errorf("%s has %d runs, %v", name, len(runs), err)
		}
	}
}

// TestHandsOverBesideTheFuture: a run from the future, which a table kept from before its clock was corrected, does not
// block the handover of the other runs.
func TestHandsOverBesideTheFuture(t *testing.T) {
	w := newWorld(t.Context(), judge.Policy{}, oncall.OnCall{}, nil)
	w.punctual()
	var log bytes.Buffer
	w.deps.Log = slog.New(slog.NewTextHandler(&log, nil))
	standby := regions.Standby{Pair: w.pair(), Deps: w.deps}
	if _, err := standby.Turn(t.Context(), w.now); err != nil {
		t.Fatal(err)
	}
	ahead := aRun()
	ahead.ID, ahead.Slot = "ahead", noon.Add(time.Hour)
	if err := w.standby.PutRun(t.Context(), ahead); err != nil {
		t.Fatal(err)
	}
	if _, err := w.deps.Recorder(w.standby).Record(t.Context(), aRun()); err != nil {
		t.Fatal(err)
	}
	if _, err := standby.Turn(t.Context(), w.now); err != nil || strings.Contains(log.String(), "no answer") {
		t.Fatalf("%v\n%s", err, &log)
	}
	runs, err := w.home.Runs(t.Context(), incident.RunQuery{})
	if ids := idsOf(runs); err != nil || ids != "a" {
		t.Errorf("the home has %q, %v", ids, err)
	}
}

func idsOf(runs []journey.Run) string {
	var ids []string
	for _, r := range runs {
		ids = append(ids, r.ID)
	}
	return strings.Join(ids, " ")
}
