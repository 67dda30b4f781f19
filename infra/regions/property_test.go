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

// A story is when what goes wrong.
type story struct {
	siteFrom, siteTo int // minutes: the site is down
	homeFrom, homeTo int // minutes: the home is down
	tableToo         bool
	requests         int // of the home's table in its last minute, until it is cut
	late             bool
	deaf             int
	homeProbe        bool // the home's probe is there also while the region is down
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

const storyEnd = 130 // minutes; the last forty all is well

// play lets a story happen, a quarter of a minute at a time.
func play(ctx context.Context, s story, trouble func(string, error)) *world {
	w := storyWorld(ctx, s, trouble)
	w.play(s)
	return w
}

// storyWorld is the world of a story before it begins.
func storyWorld(ctx context.Context, s story, trouble func(string, error)) *world {
	cfg, err := config.Parse("example.yaml", alerts.Example(), nil)
	if err != nil {
		panic(err)
	}
	cfg.Judge.SilentAfter = 0 // calls about silence are another story
	cfg.OnCall.AckExpires = 0 // and so are acknowledgements that expire
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

// TestHomeGoesAndComesBack: whenever the home goes, in whatever request, and comes back: whoever has to be called is, at
// most once too often; and in the end both regions agree that all is well.
func TestHomeGoesAndComesBack(t *testing.T) {
	fewer(t, "30")
	rapid.Check(t, func(t *rapid.T) {
		s := anyStory(t)
		w := play(context.Background(), s, func(what string, err error) {
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
		})
		if told := w.tell(); !w.enough(s) || !w.notTooOften(s) || !w.agree(t) {
			t.Fatalf("%+v\n%s", s, told)
		}
	})
}

// fewer has rapid try so many stories, as each takes a while, unless -rapid.checks says how many.
func fewer(t *testing.T, n string) {
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if !given {
		if err := flag.Set("rapid.checks", n); err != nil {
			t.Fatal(err)
		}
	}
}

// enough reports whether an outage that lasts is told within the two failures that it takes, and three minutes for
// the standby to notice, and one.
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

// notTooOften reports whether nobody was called beyond what is needed: the calls that nobody answered, the one that was,
// those whose end could not be told to anybody; and one.
func (w *world) notTooOften(s story) bool {
	unanswered := s.deaf - w.deaf
	return len(w.calls) <= unanswered+1+w.lost+1
}

// agree reports whether all is well in the end: nothing open anywhere, everybody who was called knows, every run is at home.
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
			t.Logf("the run %s never came home", run.ID)
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
			t.Logf("%s, who was called, was told %d times that it is over", c.to, clear)
			ok = false
		}
	}
	return ok
}

// tell is what happened, for a failing test.
func (w *world) tell() string {
	var b strings.Builder
	for _, c := range w.calls {
		from := "home"
		if c.from == w.standby {
			from = "standby"
		}
		fmt.Fprintf(&b, "%s call to %s from the %s table, page %s\n", c.at.Format("15:04:05"), c.to, from, c.page)
	}
	fmt.Fprintf(&b, "%d reports lost; texts: %q\nstandby: %s", w.lost, w.texts, strings.Join(w.posts, "\n         "))
	return b.String()
}
