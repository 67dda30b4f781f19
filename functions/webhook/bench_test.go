package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"valkyrie/alerts"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio/standin"
	"valkyrie/functions/lambdatest"
	"valkyrie/functions/suite"
	"valkyrie/infra/environ"
	"valkyrie/probes/journey"
)

// BenchmarkKeyPress presses 4 in the call about 50 failing journeys, while a failed run of each is recorded from 5 regions, within ten
// seconds, and a pager works on the same items. It reports the time from the request to the answer that the person hears. All of it shares
// this machine's processors, where each function has its own.
func BenchmarkKeyPress(b *testing.B) {
	var took []float64
	for b.Loop() {
		o := newOutage(b, 50)
		ctx, end := context.WithCancel(b.Context())
		var busy sync.WaitGroup
		busy.Go(func() {
			for ctx.Err() == nil {
				_ = o.Pager(o.table, o.phone).Tick(ctx) // the end cuts it off
				select {
				case <-ctx.Done():
				case <-time.After(time.Second): // as functions/pager, of which one works
				}
			}
		})
		for _, region := range []string{"eu-west-1", "us-east-1", "ap-southeast-2", "us-west-2", "eu-north-1"} {
			busy.Go(func() { o.fail(ctx, region, 2, 200*time.Millisecond) })
		}
		in := o.press("4")
		began := time.Now()
		out, err := o.Handle(b.Context(), in)
		took = append(took, time.Since(began).Seconds())
		end()
		busy.Wait()
		if err != nil || out.StatusCode != 200 || !strings.Contains(out.Body, "<Say") {
			b.Fatalf("%+v, %v", out, err)
		}
		r, err := paging.LoadState(b.Context(), o.table)
		if err != nil || !slices.ContainsFunc(r.Incidents, func(i incident.Incident) bool { return i.State == incident.Acknowledged }) {
			b.Fatalf("no incident of %d is acknowledged after the key, %v", len(r.Incidents), err)
		}
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2], "s-median")
	b.ReportMetric(took[len(took)*95/100], "s-p95")
	b.ReportMetric(took[len(took)-1], "s-worst")
}

// An outage is a call about journeys that fail.
type outage struct {
	*testing.B
	webhook
	world *lambdatest.World
	phone paging.Phone
	table incident.Store
	first time.Time // slot
}

// nowhere is the address of the webhook: the stand-in's own callbacks fail.
const nowhere = "http://127.0.0.1:1"

// newOutage lets journeys fail in two slots from home, and calls.
func newOutage(b *testing.B, journeys int) *outage {
	b.Helper()
	o := &outage{B: b, world: lambdatest.NewWorld(b), first: time.Now().UTC().Truncate(time.Minute).Add(-3 * time.Minute)}
	o.world.Exchange.Default(standin.Listen)
	o.world.Cloud.Function(lambdatest.Home, lambdatest.Pager, func([]byte) {})
	for _, line := range o.world.Env(environ.FunctionWebhook, lambdatest.Home, environ.CallbackURL+"="+nowhere) {
		name, value, _ := strings.Cut(line, "=")
		b.Setenv(name, value)
	}
	var all []func() journey.Journey
	for i := range journeys {
		j := journey.Journey{Name: fmt.Sprintf("journey-%02d", i), Title: fmt.Sprintf("do thing %d", i)}
		all = append(all, func() journey.Journey { return j })
	}
	var err error
	if o.webhook, err = open(b.Context(), suite.Suite{Journeys: all, Alerts: alerts.Example()}, os.Getenv); err != nil {
		b.Fatal(err)
	}
	o.Alerts.OnCall.Gather = 0
	access, err := o.OpenPhone(b.Context(), nowhere)
	if err != nil {
		b.Fatal(err)
	}
	o.phone, o.table = access.Phone, o.Tables.Home
	for slot := range 2 {
		o.fail(b.Context(), lambdatest.Home, slot, 0)
	}
	if err := o.Pager(o.table, o.phone).Tick(b.Context()); err != nil {
		b.Fatal(err)
	}
	return o
}

// fail records a failed run of each journey, one after the other at a distance in time.
func (o *outage) fail(ctx context.Context, region string, slot int, apart time.Duration) {
	at := o.first.Add(time.Duration(slot) * time.Minute)
	for _, name := range o.Suite.Names() {
		run := journey.Run{ID: fmt.Sprint(name, region, slot), Journey: name, Region: region, Slot: at, EveryMS: 60_000, Outcome: journey.Failed, Error: "no answer"}
		if _, err := o.Recorder(o.table).Record(ctx, run); err != nil && ctx.Err() == nil {
			o.Error(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(apart):
		}
	}
}

// press returns a key press as Twilio posts it, for the first call.
func (o *outage) press(key string) events.LambdaFunctionURLRequest {
	o.Helper()
	r, err := paging.LoadState(o.Context(), o.table)
	if err != nil {
		o.Fatal(err)
	}
	i := slices.IndexFunc(r.Pages, func(p incident.Page) bool { return p.Channel == incident.Call && p.SID != "" })
	if i < 0 {
		o.Fatalf("nobody was called: %+v", r.Pages)
	}
	form := url.Values{"CallSid": {r.Pages[i].SID}, "Digits": {key}, "CallStatus": {"in-progress"}}
	path := "/twilio/" + r.Pages[i].ID + "/key"
	return event(path, form.Encode(), "x-twilio-signature", sign(standin.DemoAuthToken, nowhere+path, form))
}
