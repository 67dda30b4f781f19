package xray_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/infra/cloudtest"
	"valkyrie/infra/xray"
	"valkyrie/probes/journey"
)

var start = time.Date(2026, 11, 21, 4, 23, 0, 250e6, time.UTC)

func failed() journey.Run {
	return journey.Run{
		ID: "0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1d", Journey: "print-card", Region: "eu-west-1", Started: start, Outcome: journey.Failed, Error: "no PDF",
		Steps: []journey.StepResult{
			{Name: "sign in", Outcome: journey.Slow, Started: start, DurationMS: 2500},
			{Name: `wait for "the" PDF`, Outcome: journey.Failed, Started: start.Add(3 * time.Second), DurationMS: 1000, Error: strings.Repeat("no PDF, ", 1000)},
			{Name: "open it", Outcome: journey.NotRun},
		},
	}
}

// TestDocument: the run is the root of the trace in its requests' traceparent, and its steps have the spans that are named there.
func TestDocument(t *testing.T) {
	run := failed()
	text, err := xray.Document(run)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	steps := got["subsegments"].([]any)
	causes := steps[1].(map[string]any)["cause"].(map[string]any)["exceptions"].([]any)
	if n := len([]rune(causes[0].(map[string]any)["message"].(string))); n > 500 || n < 400 {
		t.Errorf("an error of %d characters", n)
	}
	delete(steps[1].(map[string]any), "cause")
	parent := func(step string) string { return strings.Split(journey.Traceparent(run.ID, step), "-")[2] }
	want := map[string]any{
		"name": "print-card", "id": journey.SpanID(run.ID, ""), "trace_id": "1-0192f0c1-2d3e7a4b8c5d6e7f8a9b0c1d", "fault": true,
		"start_time": float64(start.UnixMilli()) / 1000, "end_time": float64(start.Add(4*time.Second).UnixMilli()) / 1000,
		"annotations": map[string]any{"journey": "print-card", "region": "eu-west-1", "outcome": "failed", "run": run.ID},
		"subsegments": []any{
			map[string]any{
				"name": "sign in", "id": parent("sign in"), "annotations": map[string]any{"outcome": "slow"},
				"start_time": float64(start.UnixMilli()) / 1000, "end_time": float64(start.Add(2500*time.Millisecond).UnixMilli()) / 1000,
			},
			map[string]any{
				"name": "wait for _the_ PDF", "id": parent(`wait for "the" PDF`), "fault": true, "annotations": map[string]any{"outcome": "failed"},
				"start_time": float64(start.Add(3*time.Second).UnixMilli()) / 1000, "end_time": float64(start.Add(4*time.Second).UnixMilli()) / 1000,
			},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	run.ID = "1"
	if _, err := xray.Document(run); err == nil {
		t.Error("a run without a UUID was reported")
	}
}

// TestSend: a document is sent in the protocol of the SDK; one that X-Ray does not process is an error.
func TestSend(t *testing.T) {
	cloud := cloudtest.New()
	defer cloud.Close()
	var sent struct{ TraceSegmentDocuments []string }
	answer := `{"UnprocessedTraceSegments": []}`
	cloud.Serve("eu-west-1", cloudtest.XRay, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(body, &sent); r.URL.Path != "/TraceSegments" || err != nil {
			t.Errorf("%s: %v", r.URL, err)
		}
		_, _ = io.WriteString(w, answer)
	}))
	want, err := xray.Document(failed())
	if err != nil {
		t.Fatal(err)
	}
	if err := xray.Send(t.Context(), cloud.Config("eu-west-1"), failed()); err != nil || len(sent.TraceSegmentDocuments) != 1 || sent.TraceSegmentDocuments[0] != string(want) {
		t.Errorf("%v: %v", err, sent)
	}
	answer = `{"UnprocessedTraceSegments": [{"Id": "1", "ErrorCode": "ParseError", "Message": "no name"}]}`
	if err := xray.Send(t.Context(), cloud.Config("eu-west-1"), failed()); err == nil || !strings.Contains(err.Error(), "ParseError: no name") {
		t.Errorf("not processed: %v", err)
	}
}
