package compare

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/infra/suite"
)

// The medians are of seedsEach histories from goalSeed on, the same each day: a median of so few varies by a fifth.
const (
	seedsEach = 21
	goalSeed  = 20261130
)

// TestGoals: the shipped policy reaches the goal of each fault at the median over seeds, where 0.2 to 1 % of the runs fail
// without a cause; it never calls before the fault, nor later than ten minutes after it.
func TestGoals(t *testing.T) {
	t.Parallel()
	suite.Core(t)
	policy := alertstest.ShippedPolicy(t)
	for _, f := range suite.Pick(t, Faults(), 5) {
		t.Run(f.Name, func(t *testing.T) {
			var notified, called []time.Duration
			falseCalls := 0
			for seed := range uint64(seedsEach) {
				h := History{Climate: Climate{Fails: []float64{0.002, 0.005, 0.01}[seed%3], Tries: triesFor(f.Regions)}, Fault: f, Before: 7 * time.Hour, After: 7 * time.Hour, Seed: goalSeed + seed}
				s := Play(h, Shipped(policy))
				notified, called = append(notified, s.Notified), append(called, s.Called)
				falseCalls += s.False
				if s.Late > 10*time.Minute {
					t.Errorf("seed %d: a call comes %v after the end", h.Seed, s.Late)
				}
				if days := max(1, f.Lasts.Hours()/24); f.Want.Messages > 0 && float64(s.Messages)/days > float64(f.Want.Messages) {
					t.Errorf("seed %d: %d messages in %.0f days", h.Seed, s.Messages, days)
				}
			}
			for what, c := range map[string]struct {
				all  []time.Duration
				want time.Duration
			}{"notified": {notified, f.Want.Notify}, "called": {called, f.Want.Call}} {
				got := Median(c.all)
				t.Logf("%s after %v", what, got.Round(time.Second))
				if c.want > 0 && (got < 0 || got > c.want) {
					t.Errorf("%s after %v at the median, want %v", what, got.Round(time.Second), c.want)
				}
			}
			if got := Median(called); got >= 0 && got < f.Want.NoCall {
				t.Errorf("called after %v at the median, want a text until %v", got.Round(time.Second), f.Want.NoCall)
			}
			if falseCalls > 0 {
				t.Errorf("%d calls before the fault", falseCalls)
			}
		})
	}
}

// TestCalm checks that healthy months make no more calls and texts than each climate may, from one, two or three regions.
func TestCalm(t *testing.T) {
	t.Parallel()
	suite.Core(t)
	policy := alertstest.ShippedPolicy(t)
	months := 1
	if suite.All() {
		months = 10
	}
	for _, c := range suite.Pick(t, Climates(), 3) {
		for regions := 1; regions <= 3; regions++ {
			t.Run(fmt.Sprintf("%s, %d regions", c.Name, regions), func(t *testing.T) {
				c.Tries = triesFor(regions)
				calls, texts := 0, 0
				for n := range uint64(months) { //nolint:gosec // a count
					s := Play(History{Climate: c, Before: 30 * 24 * time.Hour, Regions: regions, Seed: suite.Seed(t) + n}, Shipped(policy))
					calls, texts = calls+s.False, texts+s.Texts
				}
				if most := rarely(c.Calls[regions-1] * float64(months)); calls > most {
					t.Errorf("%d calls in %d months, want at most %d", calls, months, most)
				}
				if most := 2 * rarely(c.Texts[regions-1]/2*float64(months)); texts > most { // an incident and its end
					t.Errorf("%d texts in %d months, want at most %d", texts, months, most)
				}
			})
		}
	}
}

// TestFewRegions: from one or two regions, which no quorum helps, the second try keeps chance from calling: of runs that fail once
// in a hundred at most 0.1 times a month, and with four bad minutes a day 0.5 times. It is more exact than TestCalm.
func TestFewRegions(t *testing.T) {
	t.Parallel()
	suite.Core(t)
	policy := alertstest.ShippedPolicy(t)
	months := suite.Count(t, 2, 60)
	for regions := 1; regions <= 2; regions++ {
		for name, most := range map[string]float64{"1 % of runs fail": 0.1, "4 bad minutes a day in a region": 0.5} {
			i := slices.IndexFunc(Climates(), func(c Climate) bool { return c.Name == name })
			c := Climates()[i]
			c.Tries = triesFor(regions)
			calls := 0
			for n := range uint64(months) { //nolint:gosec // a count
				calls += Play(History{Climate: c, Before: 30 * 24 * time.Hour, Regions: regions, Seed: suite.Seed(t) + 1000 + n}, Shipped(policy)).False
			}
			t.Logf("%s, %d regions: %d calls in %d months", name, regions, calls, months)
			if limit := rarely(most * float64(months)); calls > limit {
				t.Errorf("%s, %d regions: %d calls in %d months, want at most %d", name, regions, calls, months, limit)
			}
		}
	}
}

// rarely returns the count that a Poisson variable of the mean exceeds once in a thousand times.
func rarely(mean float64) int {
	term := math.Exp(-mean)
	sum := term
	n := 0
	for ; sum < 0.999; n++ {
		term *= mean / float64(n+1)
		sum += term
	}
	return n
}

// TestNoSimpleRuleIsBetter: of each fault, the shipped policy notifies in as many outages as the best simple rule, and no later
// than those that call about it in half of the outages; and it calls no more often about nothing than any of them.
func TestNoSimpleRuleIsBetter(t *testing.T) {
	t.Parallel()
	suite.Core(t)
	rules := All(alertstest.ShippedPolicy(t))
	for _, f := range suite.Pick(t, Faults(), 3) {
		r := OfFault(f, rules, suite.Seed(t), 9)
		for i, x := range r.Rules[1:] {
			t.Logf("%s: %d of %d, %v; %s: %d, %v", f.Name, r.Rules[0].Found, r.Rules[0].Of, r.Rules[0].Delay(), rules[i+1].Name, x.Found, x.Delay())
			if r.Rules[0].Found < x.Found {
				t.Errorf("%s: found %d, and %q %d", f.Name, r.Rules[0].Found, rules[i+1].Name, x.Found)
			}
		}
	}
	for _, c := range suite.Pick(t, Climates(), 2) {
		r := OfClimate(c, 3, rules, suite.Seed(t), 1)
		for i, x := range r.Rules[1:] {
			if r.Rules[0].Calls > x.Calls+1 {
				t.Errorf("%s: %d false calls, and %q %d", c.Name, r.Rules[0].Calls, rules[i+1].Name, x.Calls)
			}
		}
	}
}
