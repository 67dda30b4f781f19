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
	"valkyrie/alerts/paging"
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
	wantHolder := func(pageID string, want *line, wantSure bool) {
		t.Helper()
		if got, sure := w.pair().Holder(t.Context(), pageID); got != incident.Store(want) || sure != wantSure {
			t.Errorf("page %q: the other table, or sure %v", pageID, sure)
		}
	}
	wantHolder("p1", w.home, true)
	wantHolder("p2", w.standby, true)
	wantHolder("p3", w.home, true)
	wantHolder("", w.home, true)
	w.home.cut = true
	wantHolder("p1", w.standby, false)
	wantHolder("", w.standby, true)
	w.home.cut, w.standby.cut = false, true
	wantHolder("p2", w.home, false)
}

// TestKeyWhileATableIsAway checks that a key press about a page which only the unreachable table knows changes nothing, and that the
// answer tells the person; it is accepted once the table answers. The end of a call is left for the provider to report again.
func TestKeyWhileATableIsAway(t *testing.T) {
	w := newWorld(t.Context(), judge.Policy{}, oncall.OnCall{People: []oncall.Person{{Name: "Ada", Phone: "+12025550143"}}}, nil)
	item := incident.Item{Key: incident.NotificationKey, Data: []byte(`{"incidents":[{"id":"i1","journey":"print-card","kind":"down","state":"notified"}],` +
		`"pages":[{"id":"p1","channel":"call","purpose":"alarm","person":"Ada","to":"+12025550143","incidents":["i1"],"state":"accepted","sid":"CA1"}]}`)}
	if err := w.home.PutItem(t.Context(), item); err != nil {
		t.Fatal(err)
	}
	press := func(key, result string) (string, error) {
		a, err := w.deps.PagerOf(t.Context(), w.pair(), "p1").Report(t.Context(), paging.Report{PageID: "p1", SID: "CA1", Key: key, Result: result})
		return strings.Join(a.Say, " ") + a.Prompt, err
	}
	w.home.cut = true
	if said, err := press(paging.AckKey, ""); err != nil || !strings.Contains(said, "was not stored") || !strings.Contains(said, "Press it again") {
		t.Errorf("it said %q, %v", said, err)
	}
	if _, err := press("", incident.NoAnswer); err == nil {
		t.Error("the end of the call counts as received")
	}
	if here, err := paging.LoadState(t.Context(), w.standby); err != nil || len(here.Pages)+len(here.Incidents) > 0 {
		t.Errorf("the standby's state has changed: %+v, %v", here, err)
	}
	w.home.cut = false
	if said, err := press(paging.AckKey, ""); err != nil || !strings.Contains(said, "It is yours.") {
		t.Errorf("then it said %q, %v", said, err)
	}
}
