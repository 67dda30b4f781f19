package compare

import (
	"math"
	"math/rand/v2"
	"time"
)

// A Climate is the behaviour of a healthy site and its probes, without an outage.
type Climate struct {
	Name  string
	Fails float64 // chance that a try fails without a cause
	Tries int     // tries of a run; 0: one
	Calls Limit   // calls a month that chance may make at most
	Texts Limit   // and texts, all-clears included
	Mood  func(w *weather)
}

// A Limit is a rate a month, from one, two and three regions.
type Limit [3]float64

// always is a limit that does not depend on the number of regions.
func always(n float64) Limit { return Limit{n, n, n} }

// A weather holds everything that a climate may change about one run. The conditions of a region, or of all, last over several slots.
type weather struct {
	*rand.Rand
	region, slot int // indices; a slot is a minute of the history
	regions      int // their number
	day, minute  int // of the slot
	plan         *plan
	fails        float64       // chance that a try fails
	breaks       float64       // chance that the probe itself cannot run
	missing      float64       // chance that the run never comes
	twice        float64       // chance that the run comes twice
	slower       float64       // factor of its time
	late         time.Duration // added to its arrival
	skew         time.Duration // of the region's clock
}

// A plan holds the random times of each day, which all regions share.
type plan struct{ days [][8]float64 }

func newPlan(dice *rand.Rand, days int) *plan {
	p := &plan{days: make([][8]float64, days+1)}
	for d := range p.days {
		for i := range p.days[d] {
			p.days[d][i] = dice.Float64()
		}
	}
	return p
}

const minutesADay = 24 * 60

// burst reports whether the slot is within the day's n-th random interval of so many minutes.
func (w *weather) burst(n, minutes int) bool {
	begins := int(w.plan.days[w.day][n] * float64(minutesADay-minutes))
	return w.minute >= begins && w.minute < begins+minutes
}

// victim returns the region that the day's n-th random choice hits.
func (w *weather) victim(n int) int { return int(w.plan.days[w.day][n] * 1000) }

// Climates returns the healthy climates, the calmest first. A false alarm of each is a call or a text in it. The limits of the bad
// minutes, and of all together, follow from the rules: TestLimits derives them. From one or two regions, two failures in a row are
// all that there is of an outage within 150 s, whether all tries fail or a quarter.
func Climates() []Climate {
	noise := func(name string, fails float64) Climate {
		return Climate{Name: name, Fails: fails, Calls: always(0.1), Texts: always(1)}
	}
	with := func(name string, mood func(w *weather)) Climate {
		return Climate{Name: name, Fails: 0.005, Calls: always(0.1), Texts: always(1), Mood: mood}
	}
	upTo := func(calls, texts Limit, c Climate) Climate {
		c.Calls, c.Texts = calls, texts
		return c
	}
	return []Climate{
		noise("0.2 % of runs fail", 0.002),
		noise("1 % of runs fail", 0.01),
		upTo(Limit{0.5, 0.5, 0.1}, always(1), with("4 bad minutes a day in a region", badMinutes(4))),
		upTo(Limit{2.1, 1.4, 0.1}, Limit{4.2, 2.8, 9}, with("20 bad minutes a day in a region", badMinutes(20))),
		with("all regions fail a slot a day", func(w *weather) {
			if w.burst(0, 1) {
				w.fails = 1
			}
		}),
		with("two deploys a day", func(w *weather) {
			if w.burst(0, 1) || w.burst(1, 1) {
				w.fails, w.slower = 0.3, 3
			}
		}),
		with("two rolling deploys a day", rollingDeploys(2)),
		upTo(always(0.1), always(4), with("10 % of Chromes break", func(w *weather) { w.breaks = 0.1 })), // a text or two that they do
		with("runs late, doubled, missing", func(w *weather) {
			w.missing, w.twice = 0.01, 0.02
			if w.Float64() < 0.03 {
				w.late = time.Duration(w.Float64() * float64(3*time.Minute))
			}
		}),
		with("a clock is 50 s off", func(w *weather) {
			if w.region == 1 {
				w.skew = 50 * time.Second
			}
		}),
		with("heavy tails", func(w *weather) {
			if w.Float64() < 0.03 {
				w.slower = 6
			}
		}),
		with("daily peaks", func(w *weather) {
			w.slower = 1 + 0.8*max(0, math.Sin(2*math.Pi*float64(w.minute)/minutesADay))
		}),
		with("the level swings", func(w *weather) {
			w.slower = 1 + 0.15*math.Sin(2*math.Pi*float64(w.slot)/(60*minutesADay))
		}),
		upTo(Limit{0.6, 0.8, 0.3}, always(4), with("all together", everything)),
	}
}

// rollingDeploys takes each region out of service for some minutes, one region after another, before and after noon. From one or
// two regions, of which any decides, that is an outage: they have no such deploy.
func rollingDeploys(minutes int) func(w *weather) {
	const half = minutesADay / 2
	return func(w *weather) {
		for n := range 2 {
			begins := n*half + int(w.plan.days[w.day][n]*float64(half-minutes*w.regions))
			if at := w.minute - begins; w.regions > 2 && at >= 0 && at/minutes == w.region {
				w.fails = 1
			}
		}
	}
}

// badMinutes lets one region, another one each day, fail a quarter of its tries for some minutes: by the rule "two failures in
// a row" alone, one try a run and one region, four such minutes a day call six times a month.
func badMinutes(n int) func(w *weather) {
	return func(w *weather) {
		if w.burst(0, n) && w.victim(1)%w.regions == w.region {
			w.fails = 0.25
		}
	}
}

func everything(w *weather) {
	badMinutes(4)(w)
	w.breaks, w.missing, w.twice = 0.01, 0.003, 0.005
	if w.burst(2, 1) {
		w.fails = 1
	}
	if w.burst(3, 2) {
		w.fails = max(w.fails, 0.3)
	}
	if w.Float64() < 0.01 {
		w.slower = 6
	}
}
