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
	debug.SetGCPercent(800) // much is made, and little is kept
	os.Exit(m.Run())
}

// TestHistories plays random histories, and checks after each write that the rules hold.
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

// play is one history.
func (w *world) play() {
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

// openings are how histories begin: what the regions find in the first slots, when all else works; and the weather after it.
var openings = []opening{
	{},
	{slots: []string{"fff", "fff"}},
	{slots: []string{"fff", "fff"}},
	{slots: []string{"fff", "fff"}},
	{slots: []string{"fff", "fff"}, mood: "doubtful"},
	{slots: []string{"fff", "fff", "", "ppp", "fff", "fff"}},                              // it was over, and comes back
	{slots: []string{"fff", "fff", "doubtful", "doubtful", "closed", "ppp"}, toEnd: true}, // it is over while a lost page is to be sent again
}

// clockOpenings are further ones for clocks that step: slots that were judged by a clock that was ahead, which has been put
// right since.
var clockOpenings = []opening{
	{slots: []string{"ahead", "fff", "right", "fff", "fff"}},
	{slots: []string{"fff", "fff", "ahead", "ppp", "right", "fff"}},
}

type opening struct {
	// slots are what the regions find; "" is a tick of a pager; "ahead" and "right" are how the clock of the first machine goes
	// on, and a mood is one of the carrier, for as long as a page may be in doubt.
	slots []string
	mood  string // of the carrier, afterwards
	toEnd bool   // the history goes on until the site works again
}

func (w *world) opening(o opening) {
	w.calm, w.toEnd = true, o.toEnd
	right := false
	for _, s := range o.slots {
		switch s {
		case "":
			w.tick()
		case "ahead":
			w.skew[0] = 2 * time.Hour
		case "right":
			w.skew[0], right = 0, true
		case "doubtful", "closed":
			w.calm, w.carrier.mood = false, s
			w.now = w.now.Add(settled)
			w.tick()
			w.calm, w.carrier.mood = true, "mixed"
		default:
			w.probe("print-card", s)
			if right {
				w.believed("print-card")
			}
		}
	}
	w.calm = false
	if o.mood != "" {
		w.carrier.mood = o.mood
	}
}

// believed checks that the runs of the latest slot were judged, whatever a clock that was ahead has judged before.
func (w *world) believed(name string) {
	for _, region := range w.regions {
		if got := w.states[name].Regions[region].Slot; !got.Equal(w.slot[name]) {
			w.Fatalf("the run of %s from %s at %v was not judged: the region's last slot is %v", name, region, w.slot[name], got)
		}
	}
}
