package practice

import (
	"regexp"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// A real order's number has six digits or more. One with a suffix, such as 123456-T, was drawn for a test.
var realOrder = regexp.MustCompile(`^\d{6,}$`)

// CreateOrder places a real order the way a customer does, and cancels it.
//
// It comes from an outage in which creating an order crept slower for a month until it timed out on Christmas Eve, while
// test orders passed: they drew their numbers from another pool. So it marks nothing as a test, and fails when the shop
// treats it as one.
func CreateOrder() journey.Journey {
	tab := browser.NewTab()
	ordered := false

	return journey.Journey{
		Name: "create-order", Title: "create an order", Uses: tab, Secrets: account,
		Steps: []journey.Step{
			{Name: "sign in", Slow: 2 * time.Second, Limit: 10 * time.Second, Do: func(t *journey.T) {
				signIn(t, tab)
			}},
			{Name: "open the catalogue", Slow: time.Second, Limit: 8 * time.Second, Do: func(*journey.T) {
				tab.Click(browser.Link("Catalogue"))
				tab.See(browser.Text("Animal Bingo"))
			}},
			{Name: "put something in the cart", Slow: time.Second, Limit: 8 * time.Second, Do: func(*journey.T) {
				tab.Click(browser.Button("Add Animal Bingo to cart"))
				tab.See(browser.Button("Place order"))
			}},
			{Name: "place the order", Slow: 1500 * time.Millisecond, Limit: 5 * time.Second, Do: func(t *journey.T) {
				ordered = true // before the wait: an order whose confirmation never comes must be cancelled too
				tab.Click(browser.Button("Place order"))
				tab.See(browser.Heading("Thank you for your order"))
				if number := tab.Read(browser.TestID("order-number")); !realOrder.MatchString(number) {
					t.Failf("expected a real order number, six or more digits; got %q: this order did not go the customers' way", number)
				}
			}},
		},
		Cleanup: []journey.Step{
			{Name: "cancel the order", Limit: 8 * time.Second, Do: func(*journey.T) {
				if !ordered {
					return
				}
				// Ask the site what is there, rather than believe the page on which the step failed.
				tab.Visit("/orders")
				if tab.Read(browser.TestID("open-orders")) == "0" {
					return
				}
				tab.Click(browser.Button("Cancel order"))
				tab.See(browser.Text("This order was cancelled"))
			}},
		},
	}
}
