package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"valkyrie/alerts"
	"valkyrie/alerts/twilio/standin"
	"valkyrie/functions/lambdatest"
	"valkyrie/functions/suite"
	"valkyrie/infra/environ"
	"valkyrie/probes/journey"
)

// BenchmarkOutage lets 50 journeys fail from 5 regions in four slots, and wakes the pager as the probes do. It reports the invocations
// of the pager that the failures caused, those that worked, the requests to the table of one slot while the incidents last, the writes
// among them that met another one, and the time from the first failed run that opens an incident to the first call.
func BenchmarkOutage(b *testing.B) {
	regions := []string{"eu-west-1", "us-east-1", "ap-southeast-2", "us-west-2", "eu-north-1"}
	var journeys []func() journey.Journey
	for i := range 50 {
		j := journey.Journey{Name: fmt.Sprintf("journey-%02d", i), Title: fmt.Sprintf("do thing %d", i)}
		journeys = append(journeys, func() journey.Journey { return j })
	}
	var toCall []float64
	for b.Loop() {
		w := lambdatest.NewWorld(b)
		w.Exchange.Default(standin.Listen)
		for _, line := range w.Env(environ.FunctionPager, lambdatest.Home, environ.CallbackURL+"=http://127.0.0.1:1", environ.ProbeRegions+"="+strings.Join(regions, ",")) {
			name, value, _ := strings.Cut(line, "=")
			b.Setenv(name, value)
		}
		p, err := open(b.Context(), suite.Suite{Journeys: journeys, Alerts: alerts.Example()}, os.Getenv, &bytes.Buffer{})
		if err != nil {
			b.Fatal(err)
		}
		p.Alerts.OnCall.Gather = 0
		o := outage{B: b, pager: p, journeys: p.Suite.Names(), regions: regions}
		var last map[string]int
		for slot := range 4 {
			before, writes := w.TableRequests(), w.Cloud.Requests()["dynamodb UpdateItem"]
			o.fail(slot)
			if slot == 1 { // the incidents have opened
				for len(w.Exchange.Calls()) == 0 {
					time.Sleep(10 * time.Millisecond)
				}
			}
			last = map[string]int{"requests": w.TableRequests() - before, "conflicts": w.Cloud.Requests()["dynamodb UpdateItem"] - writes - len(journeys)*len(regions)}
		}
		o.working.Wait()
		calls := w.Exchange.Calls()
		if len(calls) == 0 {
			b.Fatal("nobody was called")
		}
		b.ReportMetric(float64(o.failures.Load()), "failures")
		b.ReportMetric(float64(o.invoked.Load()), "invocations")
		b.ReportMetric(float64(o.worked.Load()), "worked")
		b.ReportMetric(float64(last["requests"]), "requests/slot")
		b.ReportMetric(float64(last["conflicts"]), "conflicts/slot") // and the pager's own writes
		toCall = append(toCall, calls[0].Created.Sub(o.opened).Seconds())
	}
	slices.Sort(toCall)
	b.ReportMetric(toCall[len(toCall)/2], "s-to-call")
	b.ReportMetric(toCall[len(toCall)*95/100], "s-to-call-p95")
}

// An outage is the failing of all journeys from all regions.
type outage struct {
	*testing.B
	pager             *pager
	journeys, regions []string
	working           sync.WaitGroup

	failures, invoked, worked atomic.Int64

	once   sync.Once
	opened time.Time // the start of recording the run that opened the first incident
}

// fail records a failed run of each journey from each region, the regions beside each other, and wakes the pager by the decisions.
func (o *outage) fail(slot int) {
	var all sync.WaitGroup
	at := time.Now().UTC().Truncate(time.Minute).Add(time.Duration(slot-4) * time.Minute)
	for _, region := range o.regions {
		all.Go(func() {
			for _, name := range o.journeys {
				run := journey.Run{ID: name + region + at.String(), Journey: name, Region: region, Slot: at, EveryMS: 60_000, Outcome: journey.Failed, Error: "no answer"}
				began := time.Now()
				decisions, err := o.pager.Recorder(o.pager.Tables.Home).Record(o.Context(), run)
				if err != nil {
					o.Error(err)
				}
				for _, d := range decisions {
					if d.Incident.ID != "" {
						o.failures.Add(1)
					}
					if d.IsNews() {
						o.once.Do(func() { o.opened = began })
						o.invoked.Add(1)
						o.working.Go(o.invoke)
						break
					}
				}
			}
		})
	}
	all.Wait()
}

// invoke runs another pager, as Lambda does.
func (o *outage) invoke() {
	var out bytes.Buffer
	other := &pager{Services: o.pager.Services, out: &out}
	ctx, cancel := context.WithTimeout(o.Context(), 20*time.Second+leave)
	defer cancel()
	if err := other.Handle(ctx, json.RawMessage(`{"poked":"a test"}`)); err != nil {
		o.Error(err)
	}
	if out.Len() > 0 {
		o.worked.Add(1)
	}
}
