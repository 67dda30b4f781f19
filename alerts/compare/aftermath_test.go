package compare

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/judge"
	"valkyrie/infra/suite"
)

// An aftermath is an outage of which fewer regions than the quorum are left, or which others join now and then.
type aftermath struct {
	name   string
	quorum judge.Quorum
	need   int     // regions
	of     int     // regions
	left   int     // regions that fail all the time
	share  float64 // of their runs
	joined float64 // share of the others' runs that fail while it is an outage
	during []slots // in which it is an outage
	lasts  int     // slots
}

// slots are those from a first one until before another.
type slots struct{ from, until int }

// TestCallsEndWithTheQuorum: a call about an outage of the quorum comes at most ten minutes after fewer regions fail, however long
// these go on and whether or not anyone acknowledges; and an outage that comes back is called about again.
func TestCallsEndWithTheQuorum(t *testing.T) {
	t.Parallel()
	cases := []aftermath{
		{name: "joined once", of: 3, need: 2, left: 1, share: 1, joined: 1, during: []slots{{60, 80}}, lasts: 300},
		{name: "joined for an hour and more", of: 3, need: 2, left: 1, share: 1, joined: 1, during: []slots{{60, 140}}, lasts: 500},
		{name: "joined twice", of: 3, need: 2, left: 1, share: 1, joined: 1, during: []slots{{60, 80}, {180, 200}}, lasts: 420},
		{name: "joined four times", of: 3, need: 2, left: 1, share: 1, joined: 1, during: []slots{{60, 64}, {90, 94}, {120, 124}, {240, 260}}, lasts: 500},
		{name: "left over", of: 3, need: 2, left: 1, share: 1, joined: 1, during: []slots{{0, 20}}, lasts: 240},
		{name: "left over after the third outage", of: 3, need: 2, left: 1, share: 1, joined: 1, during: []slots{{0, 10}, {60, 70}, {100, 120}}, lasts: 360},
		{name: "half of one left over", of: 3, need: 2, left: 1, share: 0.5, joined: 1, during: []slots{{60, 80}}, lasts: 300},
		{name: "a fifth of one left over", of: 3, need: 2, left: 1, share: 0.2, joined: 1, during: []slots{{60, 80}}, lasts: 300},
		{name: "half of all runs, then of one region", of: 3, need: 2, left: 1, share: 0.5, joined: 0.5, during: []slots{{60, 120}}, lasts: 420},
		{name: "half of all runs for hours, then of one region", of: 3, need: 2, left: 1, share: 0.5, joined: 0.5, during: []slots{{60, 240}}, lasts: 600},
		{name: "half of all runs, then none", of: 3, need: 2, during: []slots{{60, 120}}, joined: 0.5, lasts: 420},
		{name: "two of four left over", of: 4, need: 3, left: 2, share: 1, joined: 1, during: []slots{{60, 80}}, lasts: 300},
		{name: "two of five left over", of: 5, need: 3, left: 2, share: 1, joined: 1, during: []slots{{60, 80}, {120, 130}}, lasts: 300},
		{name: "one of five left over", of: 5, need: 3, left: 1, share: 1, joined: 1, during: []slots{{60, 80}}, lasts: 300},
		{name: "two of three left over, all needed", quorum: "all", of: 3, need: 3, left: 2, share: 1, joined: 1, during: []slots{{60, 80}}, lasts: 300},
		{name: "two runs of three from one region, then none", of: 1, need: 1, during: []slots{{0, 150}}, joined: 0.8, lasts: 420},
	}
	for _, c := range cases {
		for _, acked := range []bool{true, false} {
			for seed := range uint64(suite.Count(t, 2, 20)) { //nolint:gosec // a count
				c.play(t, acked, goalSeed+seed)
			}
		}
	}
}

// fails returns the chance that a try from a region fails.
func (c aftermath) fails(w *weather, slot int) float64 {
	outage := slices.ContainsFunc(c.during, func(s slots) bool { return slot >= s.from && slot < s.until })
	switch {
	case outage && (w.region < c.need || c.joined < 1):
		return c.joined
	case w.region < c.left:
		return c.share
	}
	return 0
}

func (c aftermath) play(t *testing.T, acked bool, seed uint64) {
	t.Helper()
	policy := alertstest.ShippedPolicy(t)
	policy.Regions = c.quorum
	h := History{
		Climate: Climate{Fails: 0.002, Tries: triesFor(c.of)}, Before: 2 * time.Hour, After: 7 * time.Hour, Seed: seed,
		Fault: Fault{Regions: c.of, Lasts: time.Duration(c.lasts) * every, Fails: c.fails},
	}
	rule := Shipped(policy).(*shipped)
	called := map[slots]int{}
	wrong, text := false, ""
	for a := range h.Runs() {
		for _, m := range rule.Judge(a) {
			at := int(m.At.Sub(h.Begins()) / every)
			text += fmt.Sprintf("\n%d call %t: %.60s", at, m.Call, m.Text)
			if !m.Call {
				continue
			}
			i := slices.IndexFunc(c.during, func(s slots) bool { return at >= s.from && at <= s.until+10 })
			if i < 0 {
				wrong = true
				t.Errorf("%s, acknowledged %t, seed %d: a call in slot %d", c.name, acked, seed, at)
				continue
			}
			called[c.during[i]]++
		}
		if !acked {
			rule.acks = nil
		}
	}
	for n, outage := range c.during {
		if called[outage] == 0 && (n == 0 || !acked) { // an acknowledgement may hold for the next
			wrong = true
			t.Errorf("%s, acknowledged %t, seed %d: no call about outage %d", c.name, acked, seed, n)
		}
	}
	if wrong {
		t.Logf("%s, acknowledged %t, seed %d:%s", c.name, acked, seed, text)
	}
}

// TestSlowDeploysAreOneIncident: deploys that take each region out of service for so long that they text, twice a day, are one incident
// and no call: a text of it, and one more where two days went without.
func TestSlowDeploysAreOneIncident(t *testing.T) {
	t.Parallel()
	suite.Core(t)
	for _, minutes := range suite.Pick(t, []int{5, 6, 8}, 1) {
		h := History{Climate: Climate{Fails: 0.005, Mood: rollingDeploys(minutes)}, Before: 30 * 24 * time.Hour, Seed: goalSeed}
		s := Play(h, Shipped(alertstest.ShippedPolicy(t)))
		if s.False > 0 || s.Texts == 0 || s.Texts > 8 {
			t.Errorf("two deploys a day of %d minutes in each region: %d calls and %d texts a month", minutes, s.False, s.Texts)
		}
	}
}
