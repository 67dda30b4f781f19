package practice

import (
	"net/http"
	"time"

	"valkyrie/probes/api"
	"valkyrie/probes/journey"
)

// Diagnostics reads the numbers that operators wished they had been watching. What they must be is said in alerts.yaml.
//
// It comes from three outages. Six thousand jobs piled up behind a dead worker: the count and the age of the oldest tell
// before the first customer complains. A dead cache made everything slow, and right. And a nightly task sent 150 texts
// of 400 without an error: two counts that must agree, and did not.
func Diagnostics() journey.Journey {
	client := api.NewClient()

	return journey.Journey{
		Name: "diagnostics", Title: "rely on what runs behind the shop", Uses: client,
		Steps: []journey.Step{
			{Name: "read the numbers", Slow: time.Second, Limit: 5 * time.Second, Do: func(t *journey.T) {
				var now struct {
					PendingJobs  float64 `json:"pending_jobs"`
					OldestJobAge float64 `json:"oldest_job_age_seconds"`
					Cache        string  `json:"cache"`
					Shifts       float64 `json:"shifts"`
					ShiftTexts   float64 `json:"shift_texts"`
				}
				client.Get("/diagnostics").Expect(http.StatusOK).JSON(&now)
				t.Count("pending_jobs", now.PendingJobs)
				t.Count("oldest_job_s", now.OldestJobAge)
				t.Count("shifts", now.Shifts)
				t.Count("shift_texts", now.ShiftTexts)
				if now.Cache != "up" {
					t.Slowf("the cache is %s: everything is made anew for each request", now.Cache)
				}
			}},
		},
	}
}
