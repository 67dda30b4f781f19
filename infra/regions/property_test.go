package regions_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts"
	"valkyrie/alerts/config"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/probes/journey"
)

// A story lists the faults, and when they occur.
type story struct {
	siteFrom, siteTo int // minutes: the site is down
	homeFrom, homeTo int // minutes: the home is down
	tableToo         bool
	requests         int // requests that the home's table answers in its last minute, before it is cut
	late             bool
	deaf             int
	homeProbe        bool // the home's probe works even while the region is down
}

func anyStory(t *rapid.T) story {
	s := story{
		siteFrom: rapid.IntRange(2, 30).Draw(t, "site from"), homeFrom: rapid.IntRange(1, 40).Draw(t, "home from"),
		tableToo: rapid.Bool().Draw(t, "the table too"), requests: rapid.IntRange(0, 60).Draw(t, "requests"),
		late: rapid.Bool().Draw(t, "late"), deaf: rapid.IntRange(0, 4).Draw(t, "deaf"), homeProbe: rapid.Bool().Draw(t, "home's probe"),
	}
	s.siteTo = s.siteFrom + rapid.IntRange(1, 45).Draw(t, "site for")
	s.homeTo = s.homeFrom + rapid.IntRange(1, 30).Draw(t, "home for")
	return s
}

const storyEnd = 130 // minutes; the last forty are without faults

// play plays a story in steps of a quarter of a minute.
func play(ctx context.Context, s story, trouble func(string, error)) *world {
	w := storyWorld(ctx, s, trouble)
	w.play(s)
	return w
}

// storyWorld returns the world at the beginning of a story.
func storyWorld(ctx context.Context, s story, trouble func(string, error)) *world {
	cfg, err := config.Parse("example.yaml", alerts.Example(), nil)
	if err != nil {
		panic(err)
	}
	cfg.Judge.SilentAfter = 0 // tested elsewhere, as are expiring acknowledgements
	cfg.OnCall.AckExpires = 0
	w := newWorld(ctx, cfg.Judge, cfg.OnCall, trouble)
	w.deaf = s.deaf
	return w
}

func (w *world) play(s story) {
	for quarter := range storyEnd * 4 {
		minute := quarter / 4
		w.now = noon.Add(time.Duration(quarter) * 15 * time.Second)
		if quarter == s.homeFrom*4 {
			w.pagerDown = !s.tableToo
			if s.tableToo {
				w.home.left, w.home.late = s.requests, s.late
			}
		}
		if quarter == s.homeFrom*4+4 && s.tableToo {
			w.home.cut = true
		}
		if quarter == s.homeTo*4 {
			w.home.cut, w.home.left, w.pagerDown = false, -1, false
		}
		if quarter%4 == 0 {
			outcome := journey.Passed
			if minute >= s.siteFrom && minute < s.siteTo {
				outcome = journey.Failed
			}
			w.probe(outcome, "us-east-1", "ap-south-1")
			if s.homeProbe || !w.home.isCut() {
				w.probe(outcome, "eu-west-1")
			}
		}
		w.answer()
		w.work()
	}
}

// TestHomeGoesAndComesBack: whenever the home goes down, in whatever request, and comes back, every necessary call is
// placed, with at most one extra; and in the end both regions agree that nothing is open.
func TestHomeGoesAndComesBack(t *testing.T) {
	fewer(t, "30")
	rapid.Check(t, func(t *rapid.T) {
		s := anyStory(t)
		w := play(context.Background(), s, func(what string, err error) {
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
		})
		if history := w.history(); !w.enough(s) || !w.notTooOften(s) || !w.agree(t) {
			t.Fatalf("%+v\n%s", s, history)
		}
	})
}

// fewer limits the number of rapid's cases, as each takes a while, unless -rapid.checks sets it.
func fewer(t *testing.T, n string) {
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if !given {
		if err := flag.Set("rapid.checks", n); err != nil {
			t.Fatal(err)
		}
	}
}

// enough reports whether a lasting outage is called about within its two failures, three minutes for the standby to take
// over, and one minute more.
func (w *world) enough(s story) bool {
	if s.siteTo-s.siteFrom < 8 {
		return true
	}
	first := noon.Add(time.Duration(s.siteFrom) * time.Minute)
	for _, c := range w.calls {
		if c.at.Sub(first) <= 7*time.Minute {
			return true
		}
	}
	return false
}

// notTooOften reports whether the calls are bounded: the unanswered ones, the answered one, one per lost report, and one
// extra.
func (w *world) notTooOften(s story) bool {
	unanswered := s.deaf - w.deaf
	return len(w.calls) <= unanswered+1+w.lost+1
}

// agree reports whether the final state is clean: no open incident in either region, an all-clear for each person called,
// and every run at home.
func (w *world) agree(t *rapid.T) bool {
	ok := true
	for name, l := range map[string]*line{"home": w.home, "standby": w.standby} {
		route, err := paging.LoadState(w.ctx, l)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range route.Incidents {
			if i.State != incident.Resolved {
				t.Logf("%s: %s is still %s", name, i.ID, i.State)
				ok = false
			}
		}
		item, err := l.Item(w.ctx, "JOURNEY#print-card")
		var state judge.JourneyState
		if err != nil || json.Unmarshal(item.Data, &state) != nil {
			t.Fatal(err)
		}
		if len(state.Open)+len(state.Outbox) > 0 {
			t.Logf("%s: the journey has %d open, %d in the outbox", name, len(state.Open), len(state.Outbox))
			ok = false
		}
	}
	there, err := w.home.Runs(w.ctx, incident.RunQuery{})
	left, leftErr := w.standby.Runs(w.ctx, incident.RunQuery{})
	if err != nil || leftErr != nil {
		t.Fatal(err, leftErr)
	}
	at := map[string]bool{}
	for _, run := range there {
		at[run.ID] = true
	}
	for _, run := range left {
		if !at[run.ID] {
			t.Logf("the run %s is missing at home", run.ID)
			ok = false
		}
	}
	for _, c := range w.calls {
		clear := 0
		for _, x := range w.texts {
			if x.to == c.to && x.what == "all-clear" {
				clear++
			}
		}
		if clear < 1 || clear > 2 {
			t.Logf("%s was called and got %d all-clears, want 1 or 2", c.to, clear)
			ok = false
		}
	}
	return ok
}

// history describes the calls and texts, for a failing test.
func (w *world) history() string {
	var b strings.Builder
	for _, c := range w.calls {
		from := "home"
		if c.from == w.standby {
			from = "standby"
		}
		fmt.Fprintf(&b, "%s call to %s from the %s table, page %s\n", c.at.Format("15:04:05"), c.to, from, c.page)
	}
	fmt.Fprintf(&b, "%d reports lost; texts: %q\nstandby: %s", w.lost, w.texts, strings.Join(w.assignments, "\n         "))
	return b.String()
}
