package bench

import (
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"valkyrie/infra/evidence"
	"valkyrie/probes/demoshop"
	"valkyrie/probes/journey"
	"valkyrie/probes/practice"
)

// BenchmarkEvidence runs print-card against a healthy shop with and without the observer, alternately, and reports medians:
// wall is the whole run, wait the sum of the customer's waits.
func BenchmarkEvidence(b *testing.B) {
	s, err := demoshop.New(demoshop.Config{})
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(s)
	defer func() { server.Close(); s.Close() }()
	site, err := url.Parse(server.URL)
	if err != nil {
		b.Fatal(err)
	}
	ways := []struct {
		name   string
		runner journey.Runner
	}{
		{"plain", journey.Runner{}},
		{"film", journey.Runner{Evidence: evidence.Folder(b.TempDir())}},
		{"film+trace", journey.Runner{Evidence: evidence.Folder(b.TempDir()), Stage: journey.Stage{Agent: "Valkyrie/1", Trace: true}}},
		{"trace", journey.Runner{Stage: journey.Stage{Agent: "Valkyrie/1", Trace: true}}},
		{"always", journey.Runner{Evidence: evidence.Folder(b.TempDir()), Always: true}},
	}
	wall, wait := make([][]float64, len(ways)), make([][]float64, len(ways))
	for b.Loop() {
		for i, way := range ways {
			r := way.runner
			r.Stage.Site, r.Stage.Chrome, r.Stage.Secrets = site, program, secret
			began := time.Now()
			run := r.Run(b.Context(), practice.PrintCard(), began)
			if run.Outcome != journey.Passed {
				b.Fatal(run)
			}
			wall[i] = append(wall[i], float64(time.Since(began).Milliseconds()))
			wait[i] = append(wait[i], float64(run.DurationMS))
		}
	}
	for i, way := range ways {
		b.ReportMetric(median(wall[i]), way.name+"-wall-ms")
		b.ReportMetric(median(wait[i]), way.name+"-wait-ms")
	}
}
