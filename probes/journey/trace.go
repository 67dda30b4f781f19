package journey

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Traceparent returns the header by which the site's own tracing joins the trace of a run, as of
// https://www.w3.org/TR/trace-context/: the run's trace, the step's span, sampled. All requests of a step have the same parent: the
// step is the caller, and a request has no span.
func Traceparent(run, step string) string {
	return "00-" + TraceID(run) + "-" + SpanID(run, step) + "-01"
}

// TraceID returns the id of a run's trace, 32 hexadecimal digits: the run's id without its hyphens.
func TraceID(run string) string { return strings.ReplaceAll(run, "-", "") }

// SpanID returns the id of a step's span in the trace of its run, 16 hexadecimal digits, which follows from their names: who
// reports the run's trace afterwards computes the same. The step "" is the run itself.
func SpanID(run, step string) string {
	sum := sha256.Sum256([]byte(run + "\n" + step))
	return hex.EncodeToString(sum[:8])
}
