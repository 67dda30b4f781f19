// Package xray reports runs to AWS X-Ray: a run is the root segment of the trace that its requests name in their traceparent, and its
// steps are the subsegments, so that a slow step leads to what the site did meanwhile, if the site reports to X-Ray or OpenTelemetry.
//
// The format: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html. X-Ray takes a W3C trace id in its own
// form, 1-XXXXXXXX-XXXXXXXXXXXXXXXXXXXXXXXX; the first part need not be a time then.
package xray

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/xray"

	"valkyrie/probes/journey"
)

// maxMessage limits an error in a segment, in characters: a document may have 64 KB.
const maxMessage = 500

// A segment is a segment document, or a subsegment: the run or one of its steps.
type segment struct {
	Name        string            `json:"name"`
	ID          string            `json:"id"`
	TraceID     string            `json:"trace_id,omitempty"`
	Start       float64           `json:"start_time"` // seconds since the epoch
	End         float64           `json:"end_time"`
	Fault       bool              `json:"fault,omitempty"`
	Cause       *cause            `json:"cause,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"` // which X-Ray can search by
	Subsegments []segment         `json:"subsegments,omitempty"`
}

type cause struct {
	Exceptions []exception `json:"exceptions"`
}

type exception struct {
	ID      string `json:"id"`
	Message string `json:"message"`
}

// Document returns the segment document of a run. A step that did not run is not in it.
func Document(run journey.Run) ([]byte, error) {
	trace := journey.TraceID(run.ID)
	if !traces.MatchString(trace) {
		return nil, fmt.Errorf("report the run %q to X-Ray: expected a UUID", run.ID)
	}
	root := segment{
		Name: name(run.Journey), ID: journey.SpanID(run.ID, ""), TraceID: "1-" + trace[:8] + "-" + trace[8:],
		Start: seconds(run.Started), End: seconds(run.Started), Fault: !run.Outcome.Good(),
		Annotations: map[string]string{"journey": run.Journey, "region": run.Region, "outcome": string(run.Outcome), "run": run.ID},
	}
	for _, s := range run.Steps {
		if s.Outcome == journey.NotRun || s.Started.IsZero() {
			continue
		}
		part := segment{
			Name: name(s.Name), ID: journey.SpanID(run.ID, s.Name), Start: seconds(s.Started), End: seconds(s.Started.Add(time.Duration(s.DurationMS) * time.Millisecond)),
			Fault: !s.Outcome.Good(), Annotations: map[string]string{"outcome": string(s.Outcome)},
		}
		if s.Error != "" {
			part.Cause = &cause{[]exception{{ID: part.ID, Message: journey.Clip(s.Error, maxMessage)}}}
		}
		root.End = max(root.End, part.End)
		root.Subsegments = append(root.Subsegments, part)
	}
	return json.Marshal(root)
}

// Send reports a run to X-Ray in the client's region.
func Send(ctx context.Context, cfg aws.Config, run journey.Run) error {
	document, err := Document(run)
	if err != nil {
		return err
	}
	out, err := xray.NewFromConfig(cfg).PutTraceSegments(ctx, &xray.PutTraceSegmentsInput{TraceSegmentDocuments: []string{string(document)}})
	if err != nil {
		return fmt.Errorf("report the run %s to X-Ray: %w", run.ID, err)
	}
	for _, u := range out.UnprocessedTraceSegments {
		return fmt.Errorf("report the run %s to X-Ray: %s: %s", run.ID, aws.ToString(u.ErrorCode), aws.ToString(u.Message))
	}
	return nil
}

var (
	traces = regexp.MustCompile(`^[0-9a-f]{32}$`)
	unfit  = regexp.MustCompile(`[^\p{L}\p{N}\s_.:/%&#=+\-@]`) // in the name of a segment
)

// name returns a name as X-Ray accepts it, of at most 200 characters.
func name(s string) string {
	const most = 200
	r := []rune(unfit.ReplaceAllString(s, "_"))
	return string(r[:min(len(r), most)])
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
