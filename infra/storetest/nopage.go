package storetest

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
	"valkyrie/probes/journey"
)

// An acceptingPhone accepts every dispatch.
type acceptingPhone struct {
	mu    sync.Mutex
	calls []paging.Dispatch
	n     int
}

func (p *acceptingPhone) Send(_ context.Context, d paging.Dispatch) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.n++; d.Channel == incident.Call {
		p.calls = append(p.calls, d)
	}
	return fmt.Sprintf("CA%032d", p.n), nil
}

func (p *acceptingPhone) Find(context.Context, paging.Dispatch, time.Time) (string, bool, error) {
	return "", false, nil
}

// outputs are texts of a site at their worst: huge, incompressible, or long once they are JSON.
func outputs(r *rand.Rand, n int) string {
	switch r.IntN(5) {
	case 0:
		return strings.Repeat("<\x00>&\u2028", n/5)
	case 1:
		return strings.Repeat("\xff\xfe", n/2)
	case 2:
		return strings.Repeat("🛒\n", n/5)
	}
	raw := make([]byte, n*3/4)
	for i := range raw {
		raw[i] = byte(r.Uint32())
	}
	return base64.StdEncoding.EncodeToString(raw)
}

// worstRun returns a failed run whose every text is n bytes of a site's output.
func worstRun(r *rand.Rand, name, region string, slot time.Time, n int) journey.Run {
	run := journey.Run{ID: fmt.Sprint(name, slot, region), Journey: name, Region: region, Slot: slot, Started: slot, Outcome: journey.Failed, EveryMS: 60_000}
	run.Error, run.FirstError, run.Site, run.Chrome = outputs(r, n), outputs(r, n), outputs(r, n/10), outputs(r, n/10)
	for i := range 1 + r.IntN(30) {
		run.Steps = append(run.Steps, journey.StepResult{Name: fmt.Sprint(i, outputs(r, n/20)), Outcome: journey.Failed, Error: outputs(r, n/10), Why: outputs(r, n/10)})
		run.Problems = append(run.Problems, journey.Problem{URL: outputs(r, n/20), What: outputs(r, n/20)})
		run.Evidence = append(run.Evidence, journey.Evidence{Kind: "screenshot", Path: outputs(r, n/20), Missing: outputs(r, n/20)})
	}
	run.Counts = []journey.Count{{Name: outputs(r, n/10), Value: math.NaN()}, {Name: outputs(r, n/10), Value: 3}}
	return run
}

// NoOutputStopsAPage checks that whatever a site answers, to however many journeys, every run is recorded, every incident
// reaches the pager, somebody is called, and each item stays below 392 KB of JSON, which DynamoDB takes however badly it
// compresses.
func NoOutputStopsAPage(t *testing.T, fresh Backing) {
	t.Helper()
	for _, c := range []struct{ journeys, bytes, regions int }{{1, 280_000, 1}, {1, 600_000, 3}, {3, 100_000, 2}, {7, 40_000, 1}, {7, 50_000, 3}, {40, 10_000, 1}, {160, 2_000, 1}} {
		t.Run(fmt.Sprintf("%d journeys with %d bytes from %d regions", c.journeys, c.bytes, c.regions), func(t *testing.T) {
			store := fresh(t)()
			r := rand.New(rand.NewPCG(uint64(c.journeys), uint64(c.bytes)))
			start := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
			now := start.Add(4 * time.Minute)
			phone := &acceptingPhone{}
			rec := judge.Recorder{Store: store, Policy: judge.Policy{JourneyPolicy: judge.JourneyPolicy{FailuresInARow: 2, BrokenInARow: 2, SlowRuns: 3, SlowOutOf: 5}}, Titles: map[string]string{}}
			p := paging.Pager{
				Store: store, Phone: phone, Log: slog.New(slog.DiscardHandler), TimeNow: func() time.Time { return now },
				OnCall: oncall.OnCall{
					People:     []oncall.Person{{Name: "Ada", Phone: "+12025550143"}, {Name: "Grace", Phone: "+12025550187"}},
					Escalation: []oncall.EscalationStep{{Call: "Ada"}, {Call: "Grace"}}, RepeatAfter: time.Minute,
				},
			}
			for j := range c.journeys {
				name := fmt.Sprintf("journey-%d", j)
				p.Journeys, rec.Titles[name] = append(p.Journeys, name), outputs(r, c.bytes)
				for n := range 3 {
					for region := range c.regions {
						run := worstRun(r, name, fmt.Sprintf("region-%d", region), start.Add(time.Duration(n)*time.Minute), c.bytes)
						if _, err := rec.Record(t.Context(), run); err != nil {
							t.Fatalf("record a run: %.300v", err)
						}
					}
				}
			}
			for range 12 {
				if err := p.Tick(t.Context()); err != nil {
					t.Fatalf("tick: %.300v", err)
				}
				now = now.Add(15 * time.Second)
			}
			wantPaged(t, store, p, phone, c.journeys)
		})
	}
}

// wantPaged checks the calls, and the size of each item.
func wantPaged(t *testing.T, store incident.Store, p paging.Pager, phone *acceptingPhone, journeys int) {
	t.Helper()
	const most = 392 << 10
	state, err := p.State(t.Context())
	if err != nil || len(phone.calls) == 0 || len(state.Incidents) < min(journeys, 150) {
		t.Errorf("%d calls about %d incidents of %d journeys (%v)", len(phone.calls), len(state.Incidents), journeys, err)
	}
	records, err := store.Incidents(t.Context(), time.Time{})
	if err != nil || len(records) != len(state.Incidents) {
		t.Errorf("%d incidents in the history, want %d (%v)", len(records), len(state.Incidents), err)
	}
	for _, r := range records {
		if text, err := json.Marshal(r); err != nil || len(text) > most {
			t.Errorf("the record of %s has %d bytes (%v)", r.ID, len(text), err)
		}
	}
	for _, key := range paging.StateKeys(p.Journeys) {
		item, err := store.Item(t.Context(), key)
		if err != nil || len(item.Data) > most || item.Version == 0 {
			t.Errorf("%s has %d bytes in version %d (%v)", key, len(item.Data), item.Version, err)
		}
	}
}
