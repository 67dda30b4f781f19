package journey_test

import (
	"regexp"
	"testing"

	"valkyrie/probes/journey"
)

// TestTraceparent: the header has the form of the specification, the run's trace, and a span that differs between steps and runs,
// and not between calls.
func TestTraceparent(t *testing.T) {
	const run, other = "0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1d", "0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1e"
	header := journey.Traceparent(run, "sign in")
	if m := regexp.MustCompile(`^00-([0-9a-f]{32})-([0-9a-f]{16})-01$`).FindStringSubmatch(header); m == nil || m[1] != "0192f0c12d3e7a4b8c5d6e7f8a9b0c1d" || m[2] != journey.SpanID(run, "sign in") {
		t.Errorf("%s", header)
	}
	spans := map[string]bool{}
	for _, span := range []string{journey.SpanID(run, ""), journey.SpanID(run, "sign in"), journey.SpanID(run, "print"), journey.SpanID(other, "sign in"), journey.SpanID(other, "")} {
		spans[span] = true
	}
	if len(spans) != 5 || journey.Traceparent(run, "sign in") != header {
		t.Errorf("%d different spans, want 5", len(spans))
	}
}
