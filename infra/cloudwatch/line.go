package cloudwatch

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// MaxError limits the error in a line, in characters, so that the line stays far below CloudWatch's limit of 256 KB.
const MaxError = 1000

// A Deployment is the name of a deployment, which is a dimension of its metrics.
type Deployment string

// dimensions returns the dimensions of a metric: the deployment, and pairs of name and value.
func (d Deployment) dimensions(more ...string) map[string]string {
	all := map[string]string{DimensionDeployment: string(d)}
	for pair := range slices.Chunk(more, 2) {
		all[pair[0]] = pair[1]
	}
	return all
}

// A line is a document in the Embedded Metric Format.
type line map[string]any

// newLine returns a line about an event, with the metrics in values that have the given dimensions.
func newLine(event string, at time.Time, dimensions map[string]string, values map[string]float64) line {
	l := line{FieldEvent: event}
	names := []string{}
	for name, value := range dimensions {
		names = append(names, name)
		l[name] = value
	}
	slices.Sort(names)
	type metric struct{ Name, Unit string }
	metrics := []metric{}
	for _, m := range Metrics() {
		value, ok := values[m.Name]
		if ok && len(m.Dimensions) == len(names) {
			metrics = append(metrics, metric{m.Name, m.Unit})
			l[m.Name] = value
		}
	}
	if len(metrics) == 0 { // a broken run
		return l
	}
	type directive struct {
		Namespace  string
		Dimensions [][]string
		Metrics    []metric
	}
	l["_aws"] = struct {
		Timestamp         int64
		CloudWatchMetrics []directive
	}{at.UnixMilli(), []directive{{Namespace, [][]string{names}, metrics}}}
	return l
}

// put adds fields, given as pairs of name and value.
func (l line) put(pairs ...any) {
	for pair := range slices.Chunk(pairs, 2) {
		l[pair[0].(string)] = pair[1]
	}
}

// text encodes the line, with a newline.
func (l line) text() []byte {
	b, err := json.Marshal(map[string]any(l))
	if err != nil { // only for NaN and infinities
		b, _ = json.Marshal(map[string]string{FieldError: fmt.Sprintf("encode log line: %v", err)})
	}
	return append(b, '\n')
}

// truncate shortens text to MaxError characters.
func truncate(text string) string {
	if r := []rune(text); len(r) > MaxError {
		return string(r[:MaxError-1]) + "…"
	}
	return text
}
