package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/functions/lambdatest"
	"valkyrie/infra/cost"
	"valkyrie/infra/environ"
)

// billed lists the measured journeys of the practice shop, by the kind of their runs.
var billed = map[cost.Kind][]string{cost.Browser: {"print-card", "create-order"}, cost.API: {"order-api", "job-api"}}

// BenchmarkBilled measures how long a warm function takes for a run, by its memory, which decides its CPU. With
// VALKYRIE_MEASURED=write it stores the result as the default of "valkyrie cost".
func BenchmarkBilled(b *testing.B) {
	measured := cost.Measured{Date: time.Now().UTC().Format(time.DateOnly), BilledMS: map[cost.Kind]map[int]int64{}}
	for _, memory := range []int{256, 512, 1024, 1280, 1536, 1769, 2048, 3008} {
		for kind, journeys := range billed {
			if kind == cost.Browser && memory < 1024 {
				continue // too little for Chrome
			}
			b.Run(fmt.Sprintf("%s/%dMB", kind, memory), func(b *testing.B) {
				ms, overhead := billedMS(b, memory, journeys)
				if kind == cost.Browser && memory == lambdatest.MemoryPerCPU {
					measured.OverheadMS = overhead
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(float64(ms), "ms/run")
				b.ReportMetric(float64(ms)*float64(memory)/1024/1000, "GB-s/run")
				if measured.BilledMS[kind] == nil {
					measured.BilledMS[kind] = map[int]int64{}
				}
				measured.BilledMS[kind][memory] = ms
			})
		}
	}
	if os.Getenv("VALKYRIE_MEASURED") != "write" {
		return
	}
	text, err := json.MarshalIndent(measured, "", "  ")
	if err == nil {
		err = os.WriteFile("../../infra/cost/measured.json", append(text, '\n'), 0o644)
	}
	if err != nil {
		b.Fatal(err)
	}
}

// billedMS returns the median time of a warm run of the journeys, and of its part after the last step.
func billedMS(b *testing.B, memoryMB int, journeys []string) (ms, overhead int64) {
	layer, w := lambdatest.Layer(b), lambdatest.NewWorld(b)
	f := lambdatest.New(b, lambdatest.Config{
		Folder: folder, Layer: layer, Freeze: true, Memory: memoryMB,
		Env: w.Env(environ.FunctionProbe, lambdatest.Home, lambdatest.Chrome(layer)),
	})
	slot := time.Now().UTC().Truncate(time.Minute).Add(-24 * time.Hour)
	var took, after []int64
	play := func() {
		for _, name := range journeys {
			slot = slot.Add(time.Minute)
			res := f.Invoke(due(name, slot))
			if res.Err() != nil || !strings.Contains(string(res.Payload), `"passed"`) {
				b.Fatalf("%s: %v %s", name, res.Err(), res.Payload)
			}
			runs, err := w.Tables[lambdatest.Home].Runs(b.Context(), incident.RunQuery{Journey: name, Limit: 1})
			if err != nil || len(runs) != 1 {
				b.Fatal(len(runs), err)
			}
			took = append(took, res.Took.Milliseconds())
			after = append(after, (res.Took - cost.Measured{}.Billed(runs[0])).Milliseconds())
		}
	}
	play()
	took, after = nil, nil // the first runs start the function
	for b.Loop() {
		play()
	}
	slices.Sort(took)
	slices.Sort(after)
	return took[len(took)/2], after[len(after)/2]
}
