package practice_test

import (
	"testing"
	"time"

	"valkyrie/infra/suite"
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// BrowseCatalogue looks at what there is to buy, as a visitor who has not signed in.
func BrowseCatalogue() journey.Journey {
	tab := browser.NewTab()
	return journey.Journey{
		Name: "browse-catalogue", Title: "see what there is to buy", Uses: tab,
		Steps: []journey.Step{
			{Name: "open the shop", Slow: time.Second, Limit: 8 * time.Second, Do: func(*journey.T) {
				tab.Visit("/")
				tab.See(browser.Link("Catalogue"))
			}},
			{Name: "open the catalogue", Slow: time.Second, Limit: 8 * time.Second, Do: func(t *journey.T) {
				tab.Click(browser.Link("Catalogue"))
				if price := tab.Read(browser.CSS("li:first-of-type .price")); price == "$0.00" {
					t.Failf("expected a price on the first product; it costs %s", price)
				}
			}},
		},
	}
}

// TestExample: the journey of the README works as it stands there.
func TestExample(t *testing.T) {
	t.Parallel()
	suite.Core(t)
	if run := shop(t)(BrowseCatalogue); run.Outcome != journey.Passed {
		t.Errorf("%s: %s", run.Outcome, run.Error)
	}
}
