package compare

import (
	"fmt"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/infra/suite"
)

// seedsEach is how many histories a median is taken of.
const seedsEach = 21

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
				h := History{Climate: Climate{Fails: []float64{0.002, 0.005, 0.01}[seed%3], Tries: triesFor(f.Regions)}, Fault: f, Before: 7 * time.Hour, After: 7 * time.Hour, Seed: suite.Seed(t) + seed}
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
			if falseCalls > 1 {
				t.Errorf("%d calls before the fault", falseCalls)
			}
		})
	}
}

// TestCalm checks that a healthy month makes no call, from one, two or three regions.
func TestCalm(t *testing.T) {
	t.Parallel()
	suite.Core(t)
	policy := alertstest.ShippedPolicy(t)
	for _, c := range suite.Pick(t, Climates(), 3) {
		for regions := 1; regions <= 3; regions++ {
			t.Run(fmt.Sprintf("%s, %d regions", c.Name, regions), func(t *testing.T) {
				c.Tries = triesFor(regions)
				s := Play(History{Climate: c, Before: 10 * 24 * time.Hour, Regions: regions, Seed: suite.Seed(t)}, Shipped(policy))
				if s.False > 1 {
					t.Errorf("%d calls: %+v", s.False, s.Sent)
				}
			})
		}
	}
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
