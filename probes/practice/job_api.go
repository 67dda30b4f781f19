package practice

import (
	"net/http"
	"strings"
	"time"

	"valkyrie/probes/api"
	"valkyrie/probes/journey"
)

// JobAPI hands the job queue a job, and asks for it.
//
// It comes from an outage in which a job-queue API stopped answering for five to ten minutes, hours apart, for two days,
// while all charts looked fine. Two requests a minute notice every one of those, and name the request that hung.
func JobAPI() journey.Journey {
	client := api.NewClient()
	var job struct{ ID, Status string }

	return journey.Journey{
		Name: "job-api", Title: "queue a job", Uses: client,
		Steps: []journey.Step{
			{Name: "queue a job", Slow: time.Second, Limit: 5 * time.Second, Do: func(*journey.T) {
				words := strings.Fields("bee otter kiwi fox heron newt lynx toad wren mole crab swan yak seal lark hare puma dodo ibis gnu carp moth stag ram")
				client.Post("/api/jobs", map[string]any{"title": "Probe", "words": words}).Expect(http.StatusCreated).JSON(&job)
			}},
			{Name: "ask for the job", Slow: time.Second, Limit: 5 * time.Second, Do: func(t *journey.T) {
				client.Get("/api/jobs/" + job.ID).Expect(http.StatusOK).JSON(&job)
				if job.Status == "failed" {
					t.Failf("the job failed")
				}
			}},
		},
	}
}
