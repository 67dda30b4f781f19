package practice

import (
	"net/http"
	"time"

	"valkyrie/probes/api"
	"valkyrie/probes/journey"
)

// OrderAPI places an order as a program does, and cancels it. It needs no browser and takes a quarter of a second, so
// its times are the clearest there are.
//
// It comes from the outage in which one rarely called endpoint, creating an order, crept slower for a month, hidden in
// the average over all others. Judged by itself, with its own budgets, its trend shows weeks before it fails.
func OrderAPI() journey.Journey {
	client := api.NewClient()
	number := ""

	return journey.Journey{
		Name: "order-api", Title: "create an order through the API", Uses: client,
		Steps: []journey.Step{
			{Name: "create an order", Slow: 1500 * time.Millisecond, Limit: 5 * time.Second, Do: func(t *journey.T) {
				var order struct{ Number string }
				client.Post("/api/orders", map[string]string{"item": "animal"}).Expect(http.StatusCreated).JSON(&order)
				number = order.Number
				if !realOrder.MatchString(number) {
					t.Failf("expected a real order number, six or more digits; got %q: this order did not go the customers' way", number)
				}
			}},
		},
		Cleanup: []journey.Step{
			{Name: "cancel the order", Limit: 5 * time.Second, Do: func(*journey.T) {
				if number != "" {
					client.Delete("/api/orders/" + number).Expect(http.StatusNoContent)
				}
			}},
		},
	}
}
