package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"valkyrie/alerts/incident"
	"valkyrie/functions/lambdatest"
	"valkyrie/infra/cloudtest"
	"valkyrie/infra/environ"
	"valkyrie/infra/suite"
	"valkyrie/probes/journey"
)

// A rig is the deployed function in a world.
type rig struct {
	*testing.T
	*lambdatest.World
	function *lambdatest.Function
	read     int // bytes of its log
}

// folder is the folder of the built function.
var folder string

func TestMain(m *testing.M) {
	folder = lambdatest.BuildOnce(environ.FunctionProbe)
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

func newRig(t *testing.T, timeout time.Duration, env ...string) *rig {
	t.Helper()
	suite.Core(t)
	layer := lambdatest.Layer(t)
	r := &rig{T: t, World: lambdatest.NewWorld(t)}
	r.function = lambdatest.New(t, lambdatest.Config{
		Folder: folder, Layer: layer, Timeout: timeout, Freeze: true,
		Env: r.Env(environ.FunctionProbe, lambdatest.Home, append([]string{lambdatest.Chrome(layer)}, env...)...),
	})
	return r
}

// send invokes the function and returns its answer.
func (r *rig) send(payload string) (Answer, error) {
	r.Helper()
	res := r.function.Invoke(payload)
	var a Answer
	if res.Payload != nil {
		if err := json.Unmarshal(res.Payload, &a); err != nil {
			r.Fatal(err)
		}
	}
	return a, res.Err()
}

func due(name string, slot time.Time) string {
	return fmt.Sprintf(`{"journey":%q,"slot":%q}`, name, slot.Format(time.RFC3339))
}

// lines returns the lines logged since the last call, about an event or, with "", about none.
func (r *rig) lines(event string) []map[string]any {
	log := r.function.Log()[r.read:]
	r.read += len(log)
	var found []map[string]any
	for text := range strings.Lines(log) {
		if !strings.HasPrefix(text, "{") {
			continue // an error that the library logs, as on Lambda
		}
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			r.Errorf("expected a line of JSON, got %s", text)
		}
		if e, _ := line["event"].(string); e == event {
			found = append(found, line)
		}
	}
	return found
}

// runs returns the runs in a region's table.
func (r *rig) runs(region string) []journey.Run {
	r.Helper()
	runs, err := r.Tables[region].Runs(r.Context(), incident.RunQuery{})
	if err != nil {
		r.Fatal(err)
	}
	return runs
}

func slotAgo(minutes int) time.Time {
	return time.Now().UTC().Truncate(time.Minute).Add(-time.Duration(minutes) * time.Minute)
}

// TestRuns: a good run, the same slot again, and two failures that wake the pager with their evidence in the bucket; none
// leaves files or processes.
func TestRuns(t *testing.T) {
	r := newRig(t, 45*time.Second)
	first := slotAgo(9)
	pokes := make(chan string, 10)
	r.Cloud.Function(lambdatest.Home, lambdatest.Pager, func(payload []byte) { pokes <- string(payload) })

	a, err := r.send(due("create-order", first))
	if err != nil || !a.Outcome.Good() || a.Again {
		t.Fatalf("%+v, %v\n%s", a, err, r.function.Log())
	}
	if lines := r.lines("run"); len(lines) != 1 || lines[0]["SuccessPercent"] != 100.0 || lines[0]["run"] != a.Run || lines[0]["late_ms"].(float64) < 500_000 {
		t.Errorf("%v", lines)
	}
	before := r.Cloud.Requests()
	again, err := r.send(due("create-order", first))
	if err != nil || !again.Again || again.Run != a.Run || len(r.lines("run")) > 0 {
		t.Errorf("the same slot again: %+v, %v", again, err)
	}
	if runs := r.runs(lambdatest.Home); len(runs) != 1 || runs[0].ID != a.Run || runs[0].EveryMS != 60_000 || runs[0].Region != lambdatest.Home {
		t.Errorf("stored: %+v", runs)
	}
	if after := r.Cloud.Requests(); after["dynamodb PutItem"] != before["dynamodb PutItem"]+1 { // the conditional write finds the run
		t.Errorf("requests before %v and after %v", before, after)
	}

	r.Play(lambdatest.Unreachable)
	for minutes := 8; minutes >= 7; minutes-- {
		if a, err = r.send(due("create-order", first.Add(time.Duration(9-minutes)*time.Minute))); err != nil || a.Outcome != journey.Failed {
			t.Fatalf("%+v, %v\n%s", a, err, r.function.Log())
		}
	}
	if !slices.ContainsFunc(a.Decisions, func(d string) bool { return strings.HasPrefix(d, "opens: create-order failed twice in a row") }) {
		t.Errorf("%+v", a)
	}
	select {
	case poke := <-pokes:
		if !strings.HasPrefix(poke, `{"poked":"create-order/down/`) {
			t.Error(poke)
		}
	case <-time.After(10 * time.Second):
		t.Error("the pager was not poked")
	}
	if a, err = r.send(due("create-order", first.Add(3*time.Minute))); err != nil || !slices.ContainsFunc(a.Decisions, func(d string) bool { return strings.HasPrefix(d, "continues") }) {
		t.Errorf("%+v, %v", a, err)
	}
	if len(pokes) > 0 {
		t.Errorf("a failure of the open incident poked the pager: %s", <-pokes)
	}
	r.evidence(r.runs(lambdatest.Home)[1])
	if lines := r.lines("run"); len(lines) != 3 || lines[1]["failed"] != 1.0 || !strings.Contains(lines[1]["evidence_url"].(string), "s3/buckets/"+lambdatest.Bucket) {
		t.Errorf("%v", lines)
	}
	if files, procs := r.function.Files(), r.function.Processes(); r.function.Jailed() && len(files)+len(procs) > 0 {
		t.Errorf("left: files %q, processes %q", files, procs)
	}
}

// TestTraces checks that a run is reported to X-Ray as the trace that its requests carry, only if traces are enabled, and that a failure
// of X-Ray loses nothing but the trace.
func TestTraces(t *testing.T) {
	var segments []string
	answer := http.StatusOK
	for _, on := range []string{"ENABLED", "DISABLED"} {
		r := newRig(t, time.Minute, environ.Traces+"="+on)
		r.Cloud.Serve(lambdatest.Home, cloudtest.XRay, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			body, _ := io.ReadAll(req.Body)
			segments = append(segments, string(body))
			w.WriteHeader(answer)
			_, _ = io.WriteString(w, "{}")
		}))
		segments, answer = nil, http.StatusOK
		a, err := r.send(due("order-api", slotAgo(3)))
		if err != nil || a.Outcome != journey.Passed {
			t.Fatalf("%+v, %v", a, err)
		}
		if want := map[string]int{"ENABLED": 1}[on]; len(segments) != want || want == 1 && !strings.Contains(segments[0], journey.SpanID(a.Run, "")) {
			t.Errorf("%s: %v", on, segments)
		}
		answer = http.StatusBadRequest
		if a, err := r.send(due("order-api", slotAgo(2))); err != nil || a.Outcome != journey.Passed || len(r.runs(lambdatest.Home)) != 2 {
			t.Errorf("%s, with X-Ray out of order: %+v, %v", on, a, err)
		}
	}
}

// TestDryRun: a person's command has the deployed probe run a journey, and gets the run with its evidence; nothing is stored, judged or
// counted by a metric.
func TestDryRun(t *testing.T) {
	r := newRig(t, 45*time.Second)
	r.Cloud.Serve(lambdatest.Home, "lambda", http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if strings.Contains(req.URL.Path, "/failing-probe/") {
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
			fmt.Fprint(w, `{"errorMessage": "signal: killed"}`)
			return
		}
		payload, err := io.ReadAll(req.Body)
		if err != nil || req.URL.Path != "/2015-03-31/functions/valkyrie-probe/invocations" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Write(r.function.Invoke(string(payload)).Payload)
	}))
	program := filepath.Join(lambdatest.Build(t, "valkyrie"), "bootstrap")
	run := func(want string, code int, args ...string) journey.Run {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), program, append([]string{"run", "--lambda", "--format", "json", "--evidence", t.TempDir()}, args...)...)
		cmd.Env = append(os.Environ(), r.Cloud.Environ(lambdatest.Home)...)
		var out, said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &said
		_ = cmd.Run() // its exit code is checked
		if cmd.ProcessState.ExitCode() != code || !strings.Contains(said.String(), want) {
			t.Fatalf("%v: exit code %d, want %d with %q\n%s", args, cmd.ProcessState.ExitCode(), code, want, said.String())
		}
		var got journey.Run
		if code < 2 {
			if err := json.Unmarshal(out.Bytes(), &got); err != nil {
				t.Fatalf("%v\n%s", err, out.String())
			}
		}
		return got
	}
	if got := run("create-order", 0, "create-order", "--region", lambdatest.Home); got.Region != lambdatest.Home || !got.Outcome.Good() || len(got.Steps) == 0 {
		t.Errorf("%+v", got)
	}
	r.Play(lambdatest.Unreachable)
	got := run("create-order", 1, "create-order")
	if got.Outcome != journey.Failed || len(got.Evidence) < 4 {
		t.Errorf("%+v", got)
	}
	for _, e := range got.Evidence {
		if info, err := os.Stat(e.Path); e.Missing != "" || err != nil || info.Size() == 0 {
			t.Errorf("%+v: %v", e, err)
		}
	}
	run("failing-probe in "+lambdatest.Home+": it fails: signal: killed", 3, "create-order", "--function", "failing-probe")
	run("--site does not apply to --lambda", 2, "create-order", "--site", "https://shop.example.com")
	run("another-probe in "+lambdatest.Home, 3, "create-order", "--function", "another-probe")
	if runs, lines := r.runs(lambdatest.Home), r.lines("run"); len(runs)+len(lines) > 0 {
		t.Errorf("stored %v, logged %v", runs, lines)
	}
}

// evidence checks that the evidence of a run is in the bucket.
func (r *rig) evidence(run journey.Run) {
	r.Helper()
	client := s3.NewFromConfig(r.Cloud.Config(lambdatest.Home))
	bucket := lambdatest.Bucket
	kept := 0
	for _, e := range run.Evidence {
		_, key, ok := strings.Cut(e.Path, "&prefix=")
		if !ok {
			r.Errorf("%+v", e)
			continue
		}
		if _, err := client.HeadObject(r.Context(), &s3.HeadObjectInput{Bucket: &bucket, Key: &key}); err != nil {
			r.Errorf("%s: %v", key, err)
		}
		kept++
	}
	if kept < 4 {
		r.Errorf("evidence: %+v", run.Evidence)
	}
}

// TestBadEvents: a malformed event is an error, and a broken run if its journey is known.
func TestBadEvents(t *testing.T) {
	r := newRig(t, 20*time.Second)
	for payload, want := range map[string]struct {
		err    string
		broken bool
	}{
		`{}`:                        {"the event names no journey", false},
		`[1]`:                       {"the event is not {", false},
		`{"journey":"print-cards"}`: {`there is no journey "print-cards"; there are: print-card, create-order, order-api, job-api, diagnostics, order-rate, site-sweep, weekly-cards; list it in probes/probes.go, or correct its schedule in template.yaml`, false},
		`{"journey":"print-card","dry":true,"slot":"2026-11-21T04:23:00Z"}`: {`the event has "dry" and "slot"`, true},
		`{"journey":"print-card"}`:                                                   {`the event's slot is ""; expected a time`, true},
		due("print-card", time.Now().Add(time.Hour)):                                 {"lies in the future", true},
		`{"journey":"print-card","slot":"<aws.scheduler.scheduled-time>"}`:           {`the event's slot is "<aws.scheduler.scheduled-time>"`, true},
		`{"journey":"print-card","slot":"2026-11-21T04:23:00Z","every":"sometimes"}`: {`the event's every is "sometimes"`, true},
		`{"journey":"print-card","slot":"2026-11-21T04:23:00Z","site":"x"}`:          {`unknown field "site"`, true},
	} {
		_, err := r.send(payload)
		if err == nil || !strings.Contains(err.Error(), want.err) {
			t.Errorf("%s: %v; want %q", payload, err, want.err)
		}
		lines := r.lines("run")
		if broken := len(lines) == 1 && lines[0]["broken"] == 1.0 && strings.Contains(lines[0]["error"].(string), want.err); broken != want.broken {
			t.Errorf("%s: %v", payload, lines)
		}
	}
	for _, run := range r.runs(lambdatest.Home) {
		if run.Outcome != journey.Broken || time.Since(run.Slot) > time.Hour {
			t.Errorf("%+v", run)
		}
	}
}

// TestMissingDependencies: without secrets, without Chrome, and without a table there is still a verdict with the cause.
func TestMissingDependencies(t *testing.T) {
	r := newRig(t, 20*time.Second)
	r.Cloud.Down(lambdatest.Home, cloudtest.SSM, true)
	a, err := r.send(due("create-order", slotAgo(9)))
	if err != nil || a.Outcome != journey.Broken || !strings.Contains(a.Error, "read the secrets of ssm:/valkyrie/journeys/") {
		t.Errorf("without secrets: %+v, %v", a, err)
	}
	r.Cloud.Down(lambdatest.Home, cloudtest.SSM, false)
	r.Cloud.Down(lambdatest.Home, cloudtest.DynamoDB, true)
	r.Cloud.Down(lambdatest.Standby, cloudtest.DynamoDB, true)
	r.lines("run")
	_, err = r.send(due("create-order", slotAgo(8)))
	if lines := r.lines("run"); err == nil || !strings.Contains(err.Error(), "is lost") || len(lines) != 1 || lines[0]["outcome"] != "passed" {
		t.Errorf("without a table: %v, %v", err, lines)
	}
}

// TestReturnsInTime: for any behaviour of the site the function returns in time, and the verdict is stored, even if the run
// was cut off.
func TestReturnsInTime(t *testing.T) {
	r := newRig(t, 7*time.Second)
	_ = r.function.Invoke(due("create-order", slotAgo(10))) // warm, as a first start of Chrome alone may take so long on a busy machine
	r.Play(lambdatest.Hanging)
	res := r.function.Invoke(due("create-order", slotAgo(9)))
	if res.Err() != nil { // as after its timeout
		t.Errorf("%v after %v\n%s", res.Err(), res.Took, r.function.Log())
	}
	runs := r.runs(lambdatest.Home)
	if len(runs) == 0 {
		t.Fatal("no run was stored")
	}
	if last := runs[len(runs)-1]; last.Outcome != journey.Failed || !strings.Contains(last.Error, "cut off after") {
		t.Errorf("%+v", last)
	}
}

// TestWarm: a process that has run many journeys, with and without a browser, frozen in between, leaks nothing: no process,
// no file. BenchmarkLambda measures its memory too.
func TestWarm(t *testing.T) {
	r := newRig(t, 30*time.Second)
	for n := range 30 {
		name := []string{"create-order", "order-api", "job-api"}[n%3]
		if n == 15 {
			r.Play(lambdatest.Unreachable)
		}
		res := r.function.Invoke(due(name, slotAgo(40-n)))
		if res.Err() != nil || res.Cold != (n == 0) {
			t.Fatalf("%d: cold %t, %v", n, res.Cold, res.Err())
		}
		if files, procs := r.function.Files(), r.function.Processes(); len(files)+len(procs) > 0 {
			t.Errorf("%d: left: files %q, processes %q", n, files, procs)
		}
	}
	good := 0
	for _, run := range r.runs(lambdatest.Home) {
		if run.Outcome.Good() {
			good++
		}
	}
	if good != 15 {
		t.Errorf("%d good runs of 30, want 15", good)
	}
}

// TestNoChrome: a deployment without its layer reports that.
func TestNoChrome(t *testing.T) {
	r := newRig(t, 20*time.Second, "CHROME=/opt/chrome/none")
	a, err := r.send(due("create-order", slotAgo(9)))
	if err != nil || a.Outcome != journey.Broken || !strings.Contains(a.Error, "Chrome (/opt/chrome/none) did not start") {
		t.Errorf("%+v, %v", a, err)
	}
	if log := r.function.Log(); !strings.Contains(log, `CHROME=\"/opt/chrome/none\" does not exist`) {
		t.Error(log)
	}
	if a, err = r.send(due("order-api", slotAgo(8))); err != nil || !a.Outcome.Good() {
		t.Errorf("a journey that needs none: %+v, %v", a, err)
	}
}

// TestNotDeployed: a function with a wrong environment lists all faults, and its run is broken.
func TestNotDeployed(t *testing.T) {
	var out bytes.Buffer
	p := &probe{watched: lambdatest.Practice(), getenv: func(string) string { return "" }, out: &out}
	_, err := p.Handle(t.Context(), []byte(due("create-order", slotAgo(1))))
	for _, name := range append(environ.Required(environ.FunctionProbe), "AWS_REGION") {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v does not name %s", err, name)
		}
	}
	if !strings.Contains(out.String(), `"broken":1`) {
		t.Errorf("%s", &out)
	}
}

// TestVerdictComesFirst: when the first piece of evidence is uploaded, the verdict is in the table and judged; when the
// function returns, the stored run has its evidence.
func TestVerdictComesFirst(t *testing.T) {
	r := newRig(t, 45*time.Second)
	r.Play(lambdatest.Unreachable)
	var mu sync.Mutex
	var stored []journey.Run
	r.Cloud.Serve(lambdatest.Home, cloudtest.S3, http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		_, _ = io.Copy(io.Discard, req.Body)
		mu.Lock()
		defer mu.Unlock()
		for end := time.Now().Add(20 * time.Second); len(stored) == 0 && time.Now().Before(end); { // storing and uploading begin together
			stored = r.runs(lambdatest.Home)
		}
	}))
	if a, err := r.send(due("create-order", slotAgo(8))); err != nil || a.Outcome != journey.Failed || len(a.Decisions) != 1 || !strings.HasPrefix(a.Decisions[0], "waits: create-order failed") {
		t.Fatalf("%+v, %v\n%s", a, err, r.function.Log())
	}
	mu.Lock()
	defer mu.Unlock()
	if len(stored) != 1 || !stored[0].Unfinished() || stored[0].Outcome != journey.Failed {
		t.Errorf("before the evidence the table had %+v", stored)
	}
	if runs := r.runs(lambdatest.Home); len(runs) != 1 || runs[0].Unfinished() || len(runs[0].Evidence) < 4 {
		t.Errorf("at the end the table has %+v", runs)
	}
}
