package practice

import (
	"strings"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// WeeklyCards sends the weekly cards the way staff do. It is a rehearsal: it really sends, so it runs by hand, against
// staging, with the size that the real day will have:
//
//	valkyrie run weekly-cards --site https://staging.example.com --input teachers=4000
//
// It comes from a weekly batch, five times its usual size, that failed in three ways on the day. How the batch goes once
// it was taken is its heartbeat's matter; see heartbeats in alerts.yaml.
func WeeklyCards() journey.Journey {
	tab := browser.NewTab()

	return journey.Journey{
		Name: "weekly-cards", Title: "send the weekly cards", Uses: tab, Secrets: account, ByHand: true,
		Steps: []journey.Step{
			{Name: "sign in", Slow: 2 * time.Second, Limit: 10 * time.Second, Do: func(t *journey.T) {
				signIn(t, tab)
			}},
			{Name: "send the weekly cards", Slow: 5 * time.Second, Limit: 10 * time.Second, Do: func(t *journey.T) {
				sent, refused := browser.Heading("The weekly cards are on their way"), browser.Heading("The weekly cards were not sent")
				tab.Visit("/weekly")
				tab.Fill(browser.Field("Teachers"), t.Input("teachers", "800"))
				tab.Click(browser.Button("Send the weekly cards"))
				tab.See(sent.Or(refused))
				if said := tab.Read(browser.CSS("main")); strings.Contains(said, "were not sent") {
					t.Failf("%s", said)
				}
			}},
		},
	}
}
