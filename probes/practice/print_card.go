package practice

import (
	"context"
	"strings"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
	"valkyrie/probes/pdf"
)

// PrintCard prints bingo cards the way a teacher does, and judges the paper.
//
// It comes from an outage in which Preview worked for twelve hours while every Print spun for ever: the workers that
// print were down, and everything that was watched was up. So it presses Print, never Preview, and is not content until
// it has read the PDF.
func PrintCard() journey.Journey {
	tab := browser.NewTab()
	title := "Animals " + time.Now().UTC().Format("2006-01-02 15.04.05.000") // this run's own, so that no old PDF will do
	words := strings.Fields("bee otter kiwi fox heron newt lynx toad wren mole crab swan yak seal lark hare puma dodo ibis gnu carp moth stag ram")
	var paper []byte

	return journey.Journey{
		Name: "print-card", Title: "print a card", Uses: tab, Secrets: account, Prepare: []func(context.Context) error{pdf.Start},
		Steps: []journey.Step{
			{Name: "sign in", Slow: 2 * time.Second, Limit: 10 * time.Second, Do: func(t *journey.T) {
				signIn(t, tab)
			}},
			{Name: "make a card", Slow: 2 * time.Second, Limit: 10 * time.Second, Do: func(*journey.T) {
				tab.Click(browser.Link("New card"))
				tab.Fill(browser.Field("Title"), title)
				tab.Fill(browser.Field("Words"), strings.Join(words, "\n"))
				tab.Fill(browser.Field("How many cards"), "2")
			}},
			{Name: "press Print", Slow: 2 * time.Second, Limit: 5 * time.Second, Do: func(*journey.T) {
				tab.Click(browser.Button("Print"))
				tab.See(browser.Text("Your cards are ready").Or(browser.Text("Printing your cards")))
			}},
			{Name: "wait for the PDF", Slow: 4 * time.Second, Limit: 10 * time.Second, Do: func(*journey.T) {
				tab.See(browser.Link("Download PDF"))
			}},
			{Name: "download the PDF", Slow: 2 * time.Second, Limit: 10 * time.Second, Do: func(*journey.T) {
				tab.Click(browser.Link("Download PDF"))
				paper = tab.Download()
			}},
			{Name: "read the PDF", Limit: 10 * time.Second, Do: func(t *journey.T) {
				doc := pdf.Open(t, paper)
				if doc.Pages != 2 {
					t.Failf("expected a page for each of 2 cards; the PDF has %d", doc.Pages)
				}
				if lacking := doc.Lacks(append(words, title)...); len(lacking) > 0 {
					t.Failf("expected the card's title and words on the paper; missing: %s", strings.Join(lacking, ", "))
				}
			}},
		},
	}
}
