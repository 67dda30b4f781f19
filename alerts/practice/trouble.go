package practice

import (
	"slices"
	"time"
)

// A Trouble is a fault of the month.
type Trouble struct {
	What        string   // a description
	Journey     string   // empty: all
	Regions     []string // empty: all
	From, Until time.Time
	FalseAlarm  bool // a notification is a false alarm
	Optional    bool // a notification is optional
	Slow        bool // nothing fails

	cause func(at time.Time) effect
}

// An effect is a trouble's effect on runs.
type effect struct {
	fails   float64 // probability that a run fails
	stretch float64 // factor of its steps' time; 0: unchanged
	growth  float64 // factor of the last step's time; 0: unchanged
	breaks  bool    // the probe itself cannot run
	silent  bool    // runs are missing
}

func (e effect) add(to *effect) {
	to.fails = max(to.fails, e.fails)
	if e.stretch > 0 {
		to.stretch *= e.stretch
	}
	if e.growth > 0 {
		to.growth *= e.growth
	}
	to.breaks, to.silent = to.breaks || e.breaks, to.silent || e.silent
}

// holds reports whether the trouble is active, for a journey and from a region.
func (t Trouble) holds(journey, region string, at time.Time) bool {
	return !at.Before(t.From) && at.Before(t.Until) && t.About(journey) && (len(t.Regions) == 0 || slices.Contains(t.Regions, region))
}

// About reports whether it affects a journey.
func (t Trouble) About(journey string) bool { return t.Journey == "" || t.Journey == journey }

// Troubles returns those of the month, earliest first, for journeys of these names. They are modelled on real outages:
// workers that died at night, a lost cache, a database with occasional locks, a step with a latency trend over weeks.
func Troubles(journeys []string) []Trouble {
	if len(journeys) == 0 {
		return nil
	}
	one, other := journeys[0], journeys[len(journeys)-1]
	var all []Trouble
	add := func(what, journey string, day int, clock string, lasts time.Duration, cause effect, regions ...string) *Trouble {
		at, err := time.Parse("15:04", clock)
		if err != nil {
			panic(err) // they are all below
		}
		from := Begins().AddDate(0, 0, day-1).Add(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute)
		all = append(all, Trouble{
			What: what, Journey: journey, Regions: regions, From: from, Until: from.Add(lasts),
			cause: func(time.Time) effect { return cause },
		})
		return &all[len(all)-1]
	}
	down := effect{fails: 1}
	add("fails everywhere, all night", one, 4, "02:14", 190*time.Minute, down)
	add("its last step gets slower from day to day", other, 4, "00:00", 27*24*time.Hour, effect{}).growDaily()
	add("fails everywhere, a short outage", other, 6, "11:00", 7*time.Minute, down)
	add("one run fails, everywhere at once", one, 8, "16:30", time.Minute, down).FalseAlarm = true
	add("fails from one region only", one, 9, "14:00", 40*time.Minute, down, Regions()[2]).Optional = true
	add("fails now and then, for a working day", other, 11, "09:00", 8*time.Hour, effect{fails: 0.25})
	add("is slow: the cache is gone", one, 13, "20:00", 90*time.Minute, effect{stretch: 4}).Slow = true
	add("no runs come from one region", "", 15, "03:00", 90*time.Minute, effect{silent: true}, Regions()[1])
	add("fails for 6 minutes, for the first time", one, 19, "10:00", 6*time.Minute, down)
	add("fails for 6 minutes, again", one, 19, "14:00", 6*time.Minute, down)
	add("fails for 6 minutes, a third time", one, 19, "19:30", 6*time.Minute, down)
	add("the probe breaks in one region", "", 24, "23:00", 2*time.Hour, effect{breaks: true}, Regions()[0])
	slices.SortStableFunc(all, func(a, b Trouble) int { return a.From.Compare(b.From) })
	return all
}

// growDaily makes one step's time grow from day to day, by four fifths until the end.
func (t *Trouble) growDaily() {
	t.Slow = true
	from, lasts := t.From, float64(t.Until.Sub(t.From))
	t.cause = func(at time.Time) effect { return effect{growth: 1 + 0.8*float64(at.Sub(from))/lasts} }
}
