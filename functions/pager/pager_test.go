package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/twilio/standin"
	"valkyrie/functions/lambdatest"
	"valkyrie/infra/cloudtest"
	"valkyrie/infra/environ"
	"valkyrie/probes/journey"
)

// A rig is the deployed function in a world.
type rig struct {
	*testing.T
	*lambdatest.World
	*pager
	log bytes.Buffer
}

func newRig(t *testing.T, env ...string) *rig {
	t.Helper()
	r := &rig{T: t, World: lambdatest.NewWorld(t)}
	for _, line := range r.Env(environ.FunctionPager, lambdatest.Home, append([]string{environ.CallbackURL + "=http://127.0.0.1:1"}, env...)...) {
		name, value, _ := strings.Cut(line, "=")
		t.Setenv(name, value)
	}
	var err error
	if r.pager, err = open(t.Context(), lambdatest.Practice(), os.Getenv, &r.log); err != nil {
		t.Fatal(err)
	}
	r.pager.Alerts.OnCall.Gather = 0 // nothing else goes wrong here
	return r
}

// tick invokes the function with a time limit, and returns the line that it logged.
func (r *rig) tick(payload string, limit time.Duration) (map[string]any, error) {
	r.Helper()
	ctx, cancel := context.WithTimeout(r.Context(), limit+leave)
	defer cancel()
	r.log.Reset()
	err := r.Handle(ctx, json.RawMessage(payload))
	var line map[string]any
	if bad := json.Unmarshal(r.log.Bytes(), &line); bad != nil {
		r.Fatalf("%v: %s", bad, &r.log)
	}
	return line, err
}

// fail records two failures in a row, in the last minutes.
func (r *rig) fail(region string) {
	r.Helper()
	for n := range 2 {
		run := journey.Run{
			ID: "x", Journey: "print-card", Region: region, Slot: time.Now().UTC().Truncate(time.Second).Add(time.Duration(n-2) * time.Second),
			EveryMS: 60_000, Outcome: journey.Failed, Error: "no PDF",
		}
		if _, err := r.Recorder(r.pager.Tables.Home).Record(r.Context(), run); err != nil {
			r.Fatal(err)
		}
	}
}

// metric returns a number of the line.
func metric(line map[string]any, name string) float64 {
	n, ok := line[name].(float64)
	if !ok {
		return -1
	}
	return n
}

func TestNothingDue(t *testing.T) {
	r := newRig(t)
	line, err := r.tick(`{}`, time.Second)
	if err != nil || metric(line, "Heartbeat") != 1 || metric(line, "OpenIncidents") != 0 || metric(line, "PagesSent") != 0 || line["poked"] != false || metric(line, "rounds") != 1 {
		t.Errorf("%v, %v", line, err)
	}
}

// TestCalls: an incident causes one call, however many pagers run at once.
func TestCalls(t *testing.T) {
	r := newRig(t)
	r.fail(lambdatest.Home)
	r.Exchange.Default(standin.Listen)
	var all sync.WaitGroup
	for range 5 {
		other := &pager{Services: r.Services, out: &bytes.Buffer{}}
		all.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second+leave)
			defer cancel()
			if err := other.Handle(ctx, json.RawMessage(`{"poked":"a test"}`)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if calls, texts := len(r.Exchange.Calls()), len(r.Exchange.Texts()); calls != 1 || texts != 1 {
		t.Errorf("%d calls, %d texts; want one of each", calls, texts)
	}
	line, err := r.tick(`{}`, time.Second)
	if err != nil || metric(line, "OpenIncidents") != 1 || metric(line, "PagesSent") != 0 {
		t.Errorf("%v, %v", line, err)
	}
}

// TestRetriesWithinInvocation: a page that could not be sent is retried in the same invocation, not in the next minute.
func TestRetriesWithinInvocation(t *testing.T) {
	r := newRig(t)
	r.fail(lambdatest.Home)
	r.Exchange.Behave("", standin.TooMany, standin.TooMany)
	line, err := r.tick(`{"poked":"a test"}`, 20*time.Second)
	if err != nil || metric(line, "PagesSent") != 2 || metric(line, "PagesFailed") != 2 || metric(line, "rounds") < 2 || line["poked"] != true {
		t.Errorf("%v, %v", line, err)
	}
	if calls := r.Exchange.Calls(); len(calls) != 1 {
		t.Errorf("%d calls", len(calls))
	}
}

// TestNoToken: without the phone's token incidents are kept, and called about once the token is there; until then the
// heartbeat metric reports a fault.
func TestNoToken(t *testing.T) {
	r := newRig(t)
	r.fail(lambdatest.Home)
	r.Cloud.Down(lambdatest.Home, cloudtest.SSM, true)
	line, err := r.tick(`{}`, time.Second)
	if err == nil || !strings.Contains(err.Error(), "read the secrets of ssm:/valkyrie/") || metric(line, "Heartbeat") != 0 || !strings.Contains(line["error"].(string), "ssm") {
		t.Errorf("%v, %v", line, err)
	}
	r.Cloud.Down(lambdatest.Home, cloudtest.SSM, false)
	if line, err = r.tick(`{}`, 20*time.Second); err != nil || metric(line, "Heartbeat") != 1 || metric(line, "PagesSent") != 2 {
		t.Errorf("%v, %v", line, err)
	}
}

func TestNoTable(t *testing.T) {
	r := newRig(t)
	r.Cloud.Down(lambdatest.Home, cloudtest.DynamoDB, true)
	line, err := r.tick(`{}`, 3*time.Second-leave)
	if err == nil || metric(line, "Heartbeat") != 0 || metric(line, "OpenIncidents") != -1 {
		t.Errorf("%v, %v", line, err)
	}
}

// TestNoTablePagesFromMemory: without a standby, a table that fails in three rounds is paged about once, from memory.
func TestNoTablePagesFromMemory(t *testing.T) {
	r := newRig(t)
	r.pager.Tables.Standby = nil
	r.Cloud.Down(lambdatest.Home, cloudtest.DynamoDB, true)
	for n, want := range []int{0, 0, 1, 1} {
		if _, err := r.tick(`{}`, 3*time.Second-leave); err == nil || len(r.Exchange.Texts()) != want {
			t.Errorf("round %d: %d texts, want %d; %v", n+1, len(r.Exchange.Texts()), want, err)
		}
	}
	if body := r.Exchange.Texts()[0].Body; !strings.HasPrefix(body, "VALKYRIE: Valkyrie cannot write its store, since ") {
		t.Error(body)
	}
	r.Cloud.Down(lambdatest.Home, cloudtest.DynamoDB, false)
	if _, err := r.tick(`{}`, time.Second); err != nil {
		t.Error(err)
	}
}

// TestSilentRegion: a region whose runs have stopped is reported, but not if no pager ran meanwhile.
func TestSilentRegion(t *testing.T) {
	for name, c := range map[string]struct {
		last  time.Duration // since the pagers' last round
		calls int
	}{
		"a pager was running":  {time.Minute, 1},
		"no pager was running": {time.Hour, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			now := time.Now().UTC()
			run := journey.Run{ID: "x", Journey: "print-card", Region: lambdatest.Third, Slot: now.Add(-10 * time.Minute), EveryMS: 60_000, Outcome: journey.Passed}
			if _, err := r.Recorder(r.pager.Tables.Home).Record(t.Context(), run); err != nil {
				t.Fatal(err)
			}
			noted, err := json.Marshal(runningPeriod{Since: now.Add(-24 * time.Hour), Last: now.Add(-c.last)})
			if err != nil {
				t.Fatal(err)
			}
			if err := r.pager.Tables.Home.PutItem(t.Context(), incident.Item{Key: runningItem, Data: noted}); err != nil {
				t.Fatal(err)
			}
			line, err := r.tick(`{}`, time.Second)
			if err != nil || metric(line, "OpenIncidents") != float64(c.calls) || len(r.Exchange.Calls()) != c.calls {
				t.Errorf("%v, %v, %d calls", line, err, len(r.Exchange.Calls()))
			}
		})
	}
}

// TestPing: the external monitor gets a ping for each good round, and for no other.
func TestPing(t *testing.T) {
	pings := 0
	site := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { pings++ }))
	defer site.Close()
	r := newRig(t, environ.Ping+"="+site.URL)
	if _, err := r.tick(`{}`, time.Second); err != nil || pings != 1 {
		t.Errorf("%v, %d pings", err, pings)
	}
	r.Cloud.Down(lambdatest.Home, cloudtest.DynamoDB, true)
	if _, err := r.tick(`{}`, 3*time.Second-leave); err == nil || pings != 1 {
		t.Errorf("%v, %d pings", err, pings)
	}
}

// TestBadStart: the deployed program with a wrong environment logs all faults and ends; Lambda reports that.
func TestBadStart(t *testing.T) {
	f := lambdatest.New(t, lambdatest.Config{
		Folder: lambdatest.Build(t, environ.FunctionPager),
		Env:    []string{"AWS_REGION=eu-west-1", environ.HomeRegion + "=eu-west-1", environ.CallbackURL + "=hooks.example.com"},
	})
	res := f.Invoke(`{}`)
	log := f.Log()
	if res.Ended != "init: exit status 1" || !strings.Contains(log, "start the pager: failed; no page is sent") || !strings.Contains(log, "VALKYRIE_TABLE is not set") ||
		!strings.Contains(log, `VALKYRIE_CALLBACK_URL is \"hooks.example.com\"; expected an address such as`) {
		t.Errorf("%+v\n%s", res, log)
	}
}

// TestHomeWithoutToken: the parameters of the home region cannot be read, so that its pager can call nobody. It writes no heartbeat,
// and the standby calls from its table.
func TestHomeWithoutToken(t *testing.T) {
	r := newRig(t)
	if _, err := r.tick(`{}`, time.Second); err != nil {
		t.Fatal(err)
	}
	before, err := r.pager.Tables.Home.Item(t.Context(), "PAGER#home")
	if err != nil || !strings.Contains(string(before.Data), `"phone"`) {
		t.Fatalf("heartbeat %s, %v", before.Data, err)
	}
	r.fail(lambdatest.Home)
	r.Cloud.Down(lambdatest.Home, cloudtest.SSM, true)
	home, err := open(t.Context(), lambdatest.Practice(), os.Getenv, &r.log) // a new process, which has read no secret
	if err != nil {
		t.Fatal(err)
	}
	home.Alerts.OnCall.Gather = 0
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second+leave)
	defer cancel()
	if err := home.Handle(ctx, json.RawMessage(`{}`)); err == nil {
		t.Error("the home's pager reports no error")
	}
	item, err := r.pager.Tables.Home.Item(t.Context(), "PAGER#home")
	at := func(data []byte) (b struct{ At, Phone, Pages time.Time }) {
		if err := json.Unmarshal(data, &b); err != nil {
			t.Fatal(err)
		}
		return b
	}
	if was, is := at(before.Data), at(item.Data); err != nil || !is.At.Equal(was.At) || !is.Phone.Equal(was.Phone) || !is.Pages.After(was.Pages) {
		t.Errorf("heartbeat %s, before %s, %v", item.Data, before.Data, err)
	}
	for _, line := range r.Env(environ.FunctionPager, lambdatest.Standby, environ.CallbackURL+"=http://127.0.0.1:1") {
		name, value, _ := strings.Cut(line, "=")
		t.Setenv(name, value)
	}
	standby, err := open(t.Context(), lambdatest.Practice(), os.Getenv, &r.log)
	if err != nil {
		t.Fatal(err)
	}
	standby.Alerts.OnCall.Gather = 0
	old := time.Now().UTC().Add(-time.Hour).Format(time.RFC3339) // the standby has seen this heartbeat for an hour
	beat := at(item.Data).At.Format(time.RFC3339Nano)
	record := incident.Item{Key: "STANDBY#copy", Data: []byte(`{"since":"` + old + `","seen":"` + old + `","beat":"` + old + `","beat_at":"` + beat + `","versions":{}}`)}
	if err := standby.Tables.Standby.PutItem(t.Context(), record); err != nil {
		t.Fatal(err)
	}
	if err := standby.Handle(ctx, json.RawMessage(`{}`)); err != nil || len(r.Exchange.Calls()) != 1 {
		t.Errorf("%d calls, %v\n%s", len(r.Exchange.Calls()), err, &r.log)
	}
}
