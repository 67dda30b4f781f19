package cloudwatch

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// MaxError is how many characters of an error a line holds, so that it stays far below what CloudWatch takes (256 KB).
const MaxError = 1000

// A Deployment is the name of one, which its metrics are told apart by.
type Deployment string

// dimensions are those of one of its metrics, with more: a name, a value, and so on.
func (d Deployment) dimensions(more ...string) map[string]string {
	all := map[string]string{DimensionDeployment: string(d)}
	for pair := range slices.Chunk(more, 2) {
		all[pair[0]] = pair[1]
	}
	return all
}

// A line is a document in the making.
type line map[string]any

// newLine begins a line about event, with metrics of those dimensions: the values are fields of their own.
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

// put adds fields: a name, a value, and so on.
func (l line) put(pairs ...any) {
	for pair := range slices.Chunk(pairs, 2) {
		l[pair[0].(string)] = pair[1]
	}
}

// text is the line with its end.
func (l line) text() []byte {
	b, err := json.Marshal(map[string]any(l))
	if err != nil { // only of a number that is none
		b, _ = json.Marshal(map[string]string{FieldError: fmt.Sprintf("a line could not be written: %v", err)})
	}
	return append(b, '\n')
}

// cut keeps the first MaxError characters.
func cut(text string) string {
	if r := []rune(text); len(r) > MaxError {
		return string(r[:MaxError-1]) + "…"
	}
	return text
}
