package regions_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
)

var table = flag.Bool("table", false, "play every outage of the table, which takes minutes, and print it")

// A load is a number of journeys and of regions.
type load struct{ journeys, regions int }

// outcomes are the results of an outage.
type outcomes struct {
	excess, missed int // calls, compared with those of a home that is not away
	agree          int // minutes from the home's return until both tables agree; 0: not within 15
}

// played plays an outage with the site down around its beginning and its end, and the same without the outage.
func played(t *testing.T, length, distance time.Duration, l load) outcomes {
	play := func(never bool) (calls, agree int) {
		synctest.Test(t, func(t *testing.T) {
			o := &outage{length: length, distance: distance, journeys: l.journeys, regions: l.regions, siteDown: true, never: never}
			o.prepare(t)
			o.begin()
			for m := range 15 {
				o.minute(o.home, o.outcome(), true)
				if agree == 0 && o.agree() {
					agree = m + 1
				}
			}
			calls = len(o.pages(incident.Call, time.Time{}))
		})
		return calls, agree
	}
	calls, agree := play(false)
	want, _ := play(true)
	return outcomes{max(0, calls-want), max(0, want-calls), agree}
}

func row(length, distance time.Duration, l load, r outcomes) string {
	return fmt.Sprintf("| %s | %s | %d x %d | %d | %d | %d |", phrase.Duration(length), distance, l.journeys, l.regions, r.excess, r.missed, r.agree)
}

// TestTable plays outages and compares the results with the table in the decision record. With -table it plays and prints all of them.
func TestTable(t *testing.T) {
	const record = "../decisions/17-hand-over-in-parts.md"
	text, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []load{{5, 3}, {50, 5}} {
		for _, length := range []time.Duration{2 * time.Minute, 10 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour} {
			for _, distance := range []time.Duration{25 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond} {
				long := length > 30*time.Minute
				if long && distance != 100*time.Millisecond || !*table && (long || l.journeys > 5) {
					continue
				}
				line := row(length, distance, l, played(t, length, distance, l))
				if *table {
					fmt.Println(line)
				} else if !strings.Contains(string(text), line) {
					t.Errorf("%s: expected the line\n%s\nrun go test ./infra/regions -run TestTable -table", record, line)
				}
			}
		}
	}
}
