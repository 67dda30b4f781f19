package trial

import (
	"context"
	"errors"
	"net/url"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// lookLimit is how long a page may take to load and to come to rest.
const lookLimit = 30 * time.Second

// restTime is how long a page may go on changing before it is listed as it is.
const restTime = 3 * time.Second

// Look opens an address in a fresh Chrome and lists what the page offers; more: it has more than that.
func Look(ctx context.Context, chrome journey.Program, address *url.URL) (offers []browser.Offer, more bool, err error) {
	tab := browser.NewTab()
	browser.OnUnmet(tab, func(browser.Unmet) bool { return false })
	var listing error
	visit := journey.Step{Name: "open " + address.String(), Limit: lookLimit, Do: func(t *journey.T) {
		tab.Visit(address.String())
		for until := time.Now().Add(restTime); time.Now().Before(until) && t.Context().Err() == nil; {
			if settled, _ := browser.Settled(t.Context(), tab, 0); settled {
				break
			}
			select {
			case <-time.After(50 * time.Millisecond):
			case <-t.Context().Done():
			}
		}
		offers, more, listing = browser.Offers(t.Context(), tab)
	}}
	site := &url.URL{Scheme: address.Scheme, Host: address.Host}
	r := journey.Runner{Stage: journey.Stage{Site: site, Chrome: chrome, Agent: journey.Agent()}, Region: "laptop"}
	run := r.Run(ctx, journey.Journey{Name: "look-at-page", Uses: tab, Steps: []journey.Step{visit}}, time.Now())
	if !run.Outcome.Good() {
		return nil, false, &LookError{Outcome: run.Outcome, Err: errors.New(run.Error)}
	}
	return offers, more, listing
}

// A LookError is a page that could not be looked at, with whose fault that is.
type LookError struct {
	Outcome journey.Outcome // Failed or Broken
	Err     error
}

// Error is the run's error.
func (e *LookError) Error() string { return e.Err.Error() }
