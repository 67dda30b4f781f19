package regions_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/oncall"
	"valkyrie/infra/dynamo"
	"valkyrie/infra/dynamo/local"
	"valkyrie/infra/regions"
	"valkyrie/infra/storetest"
	"valkyrie/probes/journey"
)

func aRun() journey.Run {
	return journey.Run{ID: "a", Journey: "print-card", Region: "eu-west-1", Slot: noon, Outcome: journey.Passed}
}

// hung is a table that never answers.
type hung struct{ incident.Store }

func (hung) PutRun(ctx context.Context, _ journey.Run) error { <-ctx.Done(); return ctx.Err() }

// TestRunGoesToTheStandby: a home that does not answer delays a run by five seconds at most.
func TestRunGoesToTheStandby(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := regions.Pair{Home: hung{storetest.Memory()}, Standby: storetest.Memory()}
		began := time.Now()
		at, decisions, missed, err := p.Record(t.Context(), judge.Recorder{}, aRun())
		if at != regions.AtStandby || len(decisions) != 1 || !errors.Is(missed, context.DeadlineExceeded) || err != nil || time.Since(began) != regions.Patience {
			t.Errorf("at %s after %s: %v, %v, %v", at, time.Since(began), decisions, missed, err)
		}
		if runs, err := p.Standby.Runs(t.Context(), incident.RunQuery{}); err != nil || len(runs) != 1 {
			t.Errorf("the standby has %d runs, %v", len(runs), err)
		}
		p.Standby = hung{storetest.Memory()}
		brief, cancel := context.WithTimeout(t.Context(), 8*time.Second)
		defer cancel()
		_, _, _, err = p.Record(brief, judge.Recorder{}, aRun())
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "neither region answered") {
			t.Errorf("got error %v", err)
		}
	})
}

func TestRunStaysAtHome(t *testing.T) {
	p := regions.Pair{Home: storetest.Memory(), Standby: storetest.Memory()}
	at, decisions, missed, err := p.Record(t.Context(), judge.Recorder{}, aRun())
	if at != regions.AtHome || len(decisions) != 1 || missed != nil || err != nil {
		t.Errorf("at %s: %v, %v, %v", at, decisions, missed, err)
	}
	alone := regions.Pair{Home: hung{storetest.Memory()}}
	brief, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if at, _, _, err := alone.Record(brief, judge.Recorder{}, aRun()); at != regions.AtHome || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("without a standby: at %s, %v", at, err)
	}
}

// TestHomesTableIsGone: two real tables on separate servers; the home's server is killed.
func TestHomesTableIsGone(t *testing.T) {
	home, standby := local.For(t), local.For(t)
	open := func(cfg dynamo.Config) incident.Store {
		s, err := dynamo.Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	p := regions.Pair{Home: open(home.Table(t)), Standby: open(standby.Table(t))}
	for minute, want := range []regions.Place{regions.AtHome, regions.AtStandby} {
		run := aRun()
		run.Slot = noon.Add(time.Duration(minute) * time.Minute)
		if at, _, missed, err := p.Record(t.Context(), judge.Recorder{}, run); at != want || err != nil {
			t.Errorf("minute %d: at %s, %v %v", minute, at, missed, err)
		}
		home.Stop()
	}
}

// TestHolder: a provider's callback about a page goes to the table that has the page.
func TestHolder(t *testing.T) {
	w := newWorld(t.Context(), judge.Policy{}, oncall.OnCall{}, nil)
	for id, l := range map[string]*line{"p1": w.home, "p2": w.standby} {
		item := incident.Item{Key: "ROUTE#default", Data: []byte(`{"pages":[{"id":"` + id + `"}]}`)}
		if err := l.PutItem(t.Context(), item); err != nil {
			t.Fatal(err)
		}
	}
	wantHolder := func(pageID string, want *line) {
		t.Helper()
		if got := w.pair().Holder(t.Context(), pageID); got != incident.Store(want) {
			t.Errorf("page %q: the other table", pageID)
		}
	}
	wantHolder("p1", w.home)
	wantHolder("p2", w.standby)
	wantHolder("p3", w.home)
	wantHolder("", w.home)
	w.home.cut = true
	wantHolder("p1", w.standby)
	wantHolder("", w.standby)
}
