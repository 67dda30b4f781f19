package browser_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// A journey in a real Chrome. The second step fails because a banner covers its button, as the error reports.
func ExampleTab() {
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<!doctype html>
			<label>Title <input></label>
			<button onclick="setTimeout(() => { ready.textContent = 'Your cards are ready'; banner.hidden = false }, 100)">Print</button>
			<p id=ready></p>
			<div id=banner hidden style="position:fixed;inset:0">We use cookies</div>`)
	}))
	defer shop.Close()
	site, err := url.Parse(shop.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	tab := browser.NewTab()
	printCard := journey.Journey{Name: "print-card", Uses: tab, Steps: []journey.Step{
		{Name: "print a card", Do: func(*journey.T) {
			tab.Visit("/")
			tab.Fill(browser.Field("Title"), "Animal Bingo")
			tab.Click(browser.Button("Print"))
			tab.See(browser.Text("Your cards are ready"))
		}},
		{Name: "print another", Limit: 5 * time.Second, Do: func(*journey.T) { tab.Click(browser.Button("Print")) }},
	}}
	runner := journey.Runner{Stage: journey.Stage{Site: site, Chrome: program}} // program is a Chrome: see infra/chrome.Find
	run := runner.Run(context.Background(), printCard, time.Now())
	for _, step := range run.Steps {
		fmt.Println(step.Name+":", step.Outcome)
	}
	fmt.Println(run.Error)
	// Output:
	// print a card: passed
	// print another: failed
	// step "print another": could not click the button "Print" within 5s: it is covered by div#banner
}
