package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts"
	"valkyrie/alerts/incident"
	"valkyrie/functions/lambdatest"
	"valkyrie/functions/suite"
	"valkyrie/infra/environ"
	"valkyrie/probes/journey"
)

// TestRoundRequests: a round reads the states of a hundred journeys in one request, twice at home (for missing runs and for pages)
// and twice at the standby (its own and home's), whose first copy writes them all. Everything else is independent of their number.
func TestRoundRequests(t *testing.T) {
	for _, n := range []int{10, 110, 210} {
		w := lambdatest.NewWorld(t)
		var journeys []func() journey.Journey
		for i := range n {
			j := journey.Journey{Name: fmt.Sprintf("journey-%03d", i)}
			journeys = append(journeys, func() journey.Journey { return j })
		}
		for _, region := range []string{lambdatest.Home, lambdatest.Standby} {
			for _, line := range w.Env(environ.FunctionPager, region, environ.CallbackURL+"=http://127.0.0.1:1") {
				name, value, _ := strings.Cut(line, "=")
				t.Setenv(name, value)
			}
			p, err := open(t.Context(), suite.Suite{Journeys: journeys, Alerts: alerts.Example()}, os.Getenv, &bytes.Buffer{})
			if err != nil {
				t.Fatal(err)
			}
			if region == lambdatest.Home {
				at := time.Now().UTC().Truncate(time.Minute)
				for _, name := range p.Suite.Names() {
					run := journey.Run{ID: name, Journey: name, Region: region, Slot: at, EveryMS: 60_000, Outcome: journey.Passed}
					if _, err := p.Recorder(p.Tables.Home).Record(t.Context(), run); err != nil {
						t.Fatal(err)
					}
				}
			}
			made := map[string]int{}
			before := w.Cloud.Requests()
			if err := p.Handle(t.Context(), json.RawMessage("{}")); err != nil {
				t.Fatal(err)
			}
			for name, count := range w.Cloud.Requests() {
				made[name] = count - before[name]
			}
			const besides = 11
			if got, want := made["dynamodb BatchGetItem"]+made["dynamodb Query"], 2*((n+99)/100); got != want || made["dynamodb GetItem"] > besides {
				t.Errorf("%d journeys, %s: %d batches and %d single items were read, want %d and at most %d", n, region, got, made["dynamodb GetItem"], want, besides)
			}
			written, most := made["dynamodb UpdateItem"], besides
			if region == lambdatest.Standby {
				most += n
			}
			if written > most {
				t.Errorf("%d journeys, %s: %d items were written, want at most %d", n, region, written, most)
			}
			for _, name := range p.Suite.Names() {
				if item, err := w.Tables[region].Item(t.Context(), incident.JourneyKey(name)); err != nil || item.Version == 0 {
					t.Fatalf("%s in %s: version %d, %v", name, region, item.Version, err)
				}
			}
		}
	}
}
