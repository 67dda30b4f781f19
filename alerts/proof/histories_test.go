package proof

import (
	"flag"
	"os"
	"runtime/debug"
	"strconv"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

var stories = flag.Bool("stories", false, "log what happens in a history that fails")

var given = map[string]bool{} // flags

func TestMain(m *testing.M) {
	flag.Parse()
	flag.Visit(func(f *flag.Flag) { given[f.Name] = true })
	debug.SetGCPercent(800) // much is made, and little is kept
	os.Exit(m.Run())
}

// plays says how many histories the next property plays, the same each time; unless -rapid.checks and -rapid.seed say
// otherwise.
func plays(t *testing.T, histories int) {
	t.Helper()
	for name, value := range map[string]string{"rapid.checks": strconv.Itoa(histories), "rapid.seed": "1"} {
		if given[name] {
			continue
		}
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
}

// TestHistories plays random histories, and checks after each write that the rules hold.
func TestHistories(t *testing.T) {
	plays(t, 10_000) // of each sort
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
	w.opening(rapid.SampledFrom(openings).Draw(w.T, "opening"))
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
	{slots: []string{"fff", "fff", "", "ppp", "fff", "fff"}}, // it was over, and comes back
}

type opening struct {
	slots []string // "" is a tick of a pager
	mood  string   // of the carrier
}

func (w *world) opening(o opening) {
	w.calm = true
	for _, s := range o.slots {
		if s == "" {
			w.tick()
		} else {
			w.probe("print-card", s)
		}
	}
	w.calm = false
	if o.mood != "" {
		w.carrier.mood = o.mood
	}
}
