package author

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"valkyrie/probes/api"
	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// lookLimit bounds a look at a site.
const lookLimit = 20 * time.Second

// look opens the first page of the site as a journey does, and completes the skeleton with an element of it.
func (c Config) look(ctx context.Context, site string, s *skeleton) error {
	create := s.seePage
	if s.API {
		create = s.askStatus
	}
	runner, err := c.Runner(ctx, []func() journey.Journey{create}, site)
	if err != nil {
		return err
	}
	run := runner.Probe(ctx, create, c.Now().UTC().Truncate(time.Millisecond))
	if !run.Outcome.Good() {
		return errors.New(run.Error)
	}
	return nil
}

// askStatus is a journey that notes the status of the first address.
func (s *skeleton) askStatus() journey.Journey {
	client := api.NewClient()
	return journey.Journey{Name: s.Name, Title: s.Title, Uses: client, Steps: []journey.Step{
		{Name: "ask the first page", Limit: lookLimit, Do: func(t *journey.T) {
			status := client.Get("/").Status
			if !hasStatus(status) {
				t.Failf("expected an answer such as 200 of the first page, got %d", status)
			}
			s.Status = status
		}},
	}}
}

// seePage is a journey that notes something that the first page shows each time: a heading, or else a link, a button or a text.
func (s *skeleton) seePage() journey.Journey {
	tab := browser.NewTab()
	var shown []shownElement
	return journey.Journey{Name: s.Name, Title: s.Title, Uses: tab, Steps: []journey.Step{
		{Name: "open the first page", Limit: lookLimit, Do: func(*journey.T) {
			tab.Visit("/")
			shown = candidates(tab)
		}},
		{Name: "open it again", Limit: lookLimit, Do: func(*journey.T) {
			tab.Visit("/")
			for _, e := range shown {
				if tab.Shows(e.locator(e.text), 2*time.Second) {
					s.Expect = fmt.Sprintf("browser.%s(%s)", e.function, strconv.Quote(e.text))
					return
				}
			}
		}},
	}}
}

// A shownElement is an element that a page shows.
type shownElement struct {
	function string
	locator  func(string) browser.Locator
	text     string
}

// candidates lists a few elements that the page shows, the best to expect first.
func candidates(tab *browser.Tab) (all []shownElement) {
	const few, longest = 4, 60
	for n, kind := range []shownElement{
		{function: "Heading", locator: browser.Heading},
		{function: "Link", locator: browser.Link},
		{function: "Button", locator: browser.Button},
		{function: "Text", locator: browser.Text},
	} {
		for i := 1; i <= few; i++ {
			wait := 100 * time.Millisecond
			if n == 0 && i == 1 {
				wait = 2 * time.Second // of a page that draws itself
			}
			any := kind.locator("").Matching(`\S`).Nth(i)
			if !tab.Shows(any, wait) {
				break
			}
			kind.text = strings.TrimSpace(tab.Read(any))
			if n := utf8.RuneCountInString(kind.text); n > 0 && n <= longest && tab.Shows(kind.locator(kind.text), 300*time.Millisecond) {
				all = append(all, kind)
			}
		}
		if len(all) >= few {
			break
		}
	}
	return all
}
