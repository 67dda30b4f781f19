package compare

import "time"

// A Fault is an outage: which runs fail while it lasts.
type Fault struct {
	Name    string
	Lasts   time.Duration
	Want    Goal
	Regions int                                // of the probes; 0: three
	Fails   func(w *weather, slot int) float64 // chance that a try fails in the region, in that slot of the outage
	Breaks  float64                            // chance that the probe itself cannot run meanwhile
}

// A Goal is what the judge must do about a fault; zero: no limit.
type Goal struct {
	Notify, Call time.Duration // at the median, from the beginning
	NoCall       time.Duration // and until then a text must do, at the median
	Messages     int           // a day at most
}

// Faults returns the outages.
func Faults() []Fault {
	share := func(p float64) func(*weather, int) float64 { return func(*weather, int) float64 { return p } }
	each := func(n int) func(*weather, int) float64 {
		return func(_ *weather, slot int) float64 {
			if slot%n == 0 {
				return 1
			}
			return 0
		}
	}
	of := func(regions int, p float64) func(*weather, int) float64 {
		return func(w *weather, _ int) float64 {
			if w.region < regions {
				return p
			}
			return 0
		}
	}
	const h, m = time.Hour, time.Minute
	return []Fault{
		{Name: "all down", Lasts: 20 * m, Fails: share(1), Want: Goal{Call: 125 * time.Second}},
		{Name: "half of all runs", Lasts: 2 * h, Fails: share(0.5), Want: Goal{Call: 5 * m}},
		{Name: "a third of all runs", Lasts: 2 * h, Fails: share(1.0 / 3), Want: Goal{Call: 8 * m}},
		{Name: "every other slot", Lasts: 2 * h, Fails: each(2), Want: Goal{Call: 5 * m}},
		{Name: "every third slot", Lasts: 2 * h, Fails: each(3), Want: Goal{Call: 6 * m}},
		{Name: "every fifth slot", Lasts: 2 * h, Fails: each(5), Want: Goal{Notify: 20 * m}},
		{Name: "each full hour", Lasts: 24 * h, Fails: each(60), Want: Goal{Notify: 3 * h}},
		{Name: "20 % of all runs", Lasts: 12 * h, Fails: share(0.2), Want: Goal{Notify: 25 * m, Call: 7 * h, NoCall: 4 * h}},
		{Name: "10 % for days", Lasts: 72 * h, Fails: share(0.1), Want: Goal{Notify: 90 * m, NoCall: 10 * h, Messages: 4}},
		{Name: "5 % for days", Lasts: 72 * h, Fails: share(0.05), Want: Goal{Notify: 5 * h}},
		{Name: "one region of three", Lasts: 6 * h, Fails: of(1, 1), Want: Goal{Notify: 15 * m}},
		{Name: "half of one region of three", Lasts: 6 * h, Fails: of(1, 0.5), Want: Goal{Notify: 15 * m}},
		{Name: "two regions of three", Lasts: 20 * m, Fails: of(2, 1), Want: Goal{Call: 150 * time.Second}},
		{Name: "all down, half of the probes broken", Lasts: 20 * m, Fails: share(1), Breaks: 0.5, Want: Goal{Call: 150 * time.Second}},
		{Name: "all down, from two regions", Lasts: 20 * m, Regions: 2, Fails: share(1), Want: Goal{Call: 150 * time.Second}},
		{Name: "all down, from one region", Lasts: 20 * m, Regions: 1, Fails: share(1), Want: Goal{Call: 150 * time.Second}},
	}
}
