package proof

import (
	"flag"
	"os"
	"runtime/debug"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// histories are played of each sort, unless -rapid.checks says otherwise; the same each time, unless -rapid.seed does.
const histories = "10000"

var stories = flag.Bool("stories", false, "log what happens in a history")

func TestMain(m *testing.M) {
	flag.Parse()
	given := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for name, value := range map[string]string{"rapid.checks": histories, "rapid.seed": "1"} {
		if !given[name] {
			if err := flag.Set(name, value); err != nil {
				panic(err)
			}
		}
	}
	debug.SetGCPercent(800) // much is made, and little is kept
	os.Exit(m.Run())
}

// TestHistories plays random histories, and checks after each write that the rules hold.
func TestHistories(t *testing.T) {
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
	if rapid.IntRange(0, 7).Draw(w.T, "begins with an outage") > 0 {
		w.calm = true
		w.probe("print-card", "fff")
		w.probe("print-card", "fff")
		w.calm = false
	}
	for range rapid.IntRange(3, 25).Draw(w.T, "events") {
		w.event()
		w.placings()
	}
	w.goodTimes()
	w.placings()
	w.wrongs()
}
