package api_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"time"

	"valkyrie/probes/api"
	"valkyrie/probes/journey"
)

// A journey without a browser: it requests the job queue's length and fails on any status but 200.
func ExampleClient() {
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/diagnostics" {
			http.Error(w, "no such page", http.StatusNotFound)
			return
		}
		fmt.Fprint(w, `{"pending_jobs": 3}`)
	}))
	defer shop.Close()
	site, err := url.Parse(shop.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	client := api.NewClient()
	checkQueue := journey.Journey{Name: "check-queue", Uses: client, Steps: []journey.Step{
		{Name: "read the queue", Do: func(t *journey.T) {
			var queue struct {
				Pending float64 `json:"pending_jobs"`
			}
			client.Get("/diagnostics").Expect(http.StatusOK).JSON(&queue)
			t.Count("pending jobs", queue.Pending)
		}},
		{Name: "read the orders", Do: func(*journey.T) { client.Get("/orders").Expect(http.StatusOK) }},
	}}
	runner := journey.Runner{Stage: journey.Stage{Site: site}}
	run := runner.Run(context.Background(), checkQueue, time.Now())
	fmt.Println(run.Counts[0].Name, run.Counts[0].Value)
	fmt.Println(run.Outcome+":", run.Error)
	// Output:
	// pending jobs 3
	// failed: step "read the orders": GET /orders: expected 200 OK, got 404 Not Found: no such page
}
