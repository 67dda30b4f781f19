package practice

import (
	"net/http"
	"time"

	"valkyrie/probes/api"
	"valkyrie/probes/journey"
)

// OrderRate reads how many customers have ordered in the last quarter of an hour. What is usual at that hour of the week
// is learned; alerts.yaml says how far below it is too few.
//
// It comes from an outage in which every probe was right and the customers were gone all the same: something of theirs
// was broken that no probe used.
func OrderRate() journey.Journey {
	client := api.NewClient()

	return journey.Journey{
		Name: "order-rate", Title: "order as many as usual", Uses: client, Every: 5 * time.Minute,
		Steps: []journey.Step{
			{Name: "count the orders", Slow: time.Second, Limit: 5 * time.Second, Do: func(t *journey.T) {
				var now struct {
					Orders float64 `json:"orders_15min"`
				}
				client.Get("/diagnostics").Expect(http.StatusOK).JSON(&now)
				t.Count("orders_15min", now.Orders)
			}},
		},
	}
}
