package proof

import (
	"flag"
	"os"
	"runtime/debug"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"valkyrie/infra/suite"
)

var stories = flag.Bool("stories", false, "log what happens in a history that fails")

func TestMain(m *testing.M) {
	debug.SetGCPercent(800) // much garbage, little live memory
	os.Exit(m.Run())
}

// TestHistories plays random histories, and checks the rules after each write.
func TestHistories(t *testing.T) {
	suite.Rapid(t, 1_000, 10_000) // of each sort
	for _, sort := range []struct {
		name   string
		steady bool
	}{{"steady clocks", true}, {"clocks that step", false}} {
		t.Run(sort.name, func(t *testing.T) {
			t.Parallel()
			var total counts
			var mu sync.Mutex
			rapid.Check(t, func(t *rapid.T) {
				w := newWorld(t, sort.steady)
				w.play()
				mu.Lock()
				defer mu.Unlock()
				total.add(w)
			})
			t.Log(total)
		})
	}
}

// play plays one history.
func (w *simulation) play() {
	possible := openings
	if !w.steady {
		possible = slices.Concat(openings, clockOpenings)
	}
	w.opening(rapid.SampledFrom(possible).Draw(w.T, "opening"))
	for range rapid.IntRange(3, 25).Draw(w.T, "events") {
		w.event()
		w.placings()
	}
	w.goodTimes()
	w.placings()
	w.wrongs()
}

// openings are beginnings of histories: the results of the first slots, without faults, and the provider's mood after
// it.
var openings = []opening{
	{},
	{slots: []string{"fff", "fff"}},
	{slots: []string{"fff", "fff"}},
	{slots: []string{"fff", "fff"}},
	{slots: []string{"fff", "fff"}, mood: "doubtful"},
	{slots: []string{"fff", "fff", "deaf", "doubtful", "doubtful", "doubtful", "doubtful", "doubtful"}}, // unknown again and again
	{slots: []string{"fff", "fff", "long"}},                                                             // nobody answers for long
	{slots: []string{"fff", "fff", "", "ppp", "fff", "fff"}},                                            // resolves and reopens
	{slots: []string{"fff", "fff", "doubtful", "doubtful", "closed", "ppp"}, toEnd: true},               // resolves while a page is to be resent
}

// clockOpenings are further ones for stepping clocks: slots judged by a clock that was ahead, and has been corrected
// since.
var clockOpenings = []opening{
	{slots: []string{"ahead", "fff", "right", "fff", "fff"}},
	{slots: []string{"fff", "fff", "ahead", "ppp", "right", "fff"}},
}

type opening struct {
	// slots are the regions' results; "" is a tick of a pager, "long" is the time in which many pages end unanswered; "deaf" takes the provider's list away; "ahead" and "right" step the first machine's clock, and
	// a mood is the provider's, for as long as an outcome may be unknown.
	slots []string
	mood  string // of the provider, afterwards
	toEnd bool   // the history goes on until the site works again
}

func (w *simulation) opening(o opening) {
	w.calm, w.toEnd = true, o.toEnd
	right := false
	for _, s := range o.slots {
		switch s {
		case "":
			w.tick()
		case "long":
			w.long = true
			w.passUntil(6*time.Hour, func() bool { return len(w.provider.requests) > 30 })
			w.long = false
		case "ahead":
			w.skew[0] = 2 * time.Hour
		case "right":
			w.skew[0], right = 0, true
		case "deaf":
			w.provider.deaf = true // until the weather changes
		case "doubtful", "closed":
			w.calm, w.provider.mood = false, s
			w.now = w.now.Add(resendUnknownAfter)
			w.tick()
			w.calm, w.provider.mood = true, "mixed"
		default:
			w.probe("print-card", s)
			if right {
				w.believed("print-card")
			}
		}
	}
	w.calm = false
	if o.mood != "" {
		w.provider.mood = o.mood
	}
}

// believed checks that the runs of the latest slot were judged, despite earlier runs by a clock that was ahead.
func (w *simulation) believed(name string) {
	for _, region := range w.regions {
		if got := w.states[name].Regions[region].Slot; !got.Equal(w.slot[name]) {
			w.Fatalf("the run of %s from %s at %v was not judged: the region's last slot is %v", name, region, w.slot[name], got)
		}
	}
}
