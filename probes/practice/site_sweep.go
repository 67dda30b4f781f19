package practice

import (
	"time"

	"valkyrie/probes/api"
	"valkyrie/probes/journey"
)

// SiteSweep asks for every page and resource that can be reached from the start page, and lists what is broken.
//
// It comes from a move to new machines that was declared stable, and was down in the morning. Its lesson: resources are
// tested automatically and broken pages are reported; run this before the switch, too.
func SiteSweep() journey.Journey {
	client := api.NewClient()

	return journey.Journey{
		Name: "site-sweep", Title: "open every page", Uses: client, Every: time.Hour,
		Steps: []journey.Step{
			{Name: "ask for every page", Limit: time.Minute, Do: func(t *journey.T) {
				swept := client.Sweep(api.Sweep{Start: "/", Max: 200, Pause: 50 * time.Millisecond, Skip: []string{"/favicon.ico"}})
				t.Count("pages", float64(swept.Visited))
				t.Count("pages left", float64(swept.NotVisited))
				if broken := swept.Broken(); broken != "" {
					t.Failf("%s", broken)
				}
			}},
		},
	}
}
