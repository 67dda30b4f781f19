package main

import (
	"context"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio/standin"
	"valkyrie/functions/valkyrie/cli"
)

// demoSpeech is the duration of a sentence in the demo. Real sentences take seconds.
const demoSpeech = 150 * time.Millisecond

// withThirdPerson adds a third person to the escalation, so that a call can go unanswered, reach voicemail, and be picked up.
func withThirdPerson(o oncall.OnCall) oncall.OnCall {
	const name = "Edsger"
	o.People = slices.Clone(o.People)
	for i := range o.People {
		o.People[i].Zone = oncall.Zone{} // the demo prints times in one zone
	}
	o.People = append(o.People, oncall.Person{Name: name, Phone: "+12025550162"})
	o.Escalation = append(slices.Clone(o.Escalation), oncall.EscalationStep{Call: name})
	return o
}

// awaitAllClear waits for one all-clear for each alarm text.
func (d *demo) awaitAllClear(ctx context.Context) error {
	if _, err := d.exchange.WaitTexts(ctx, 2*d.texts); err != nil {
		return cli.Broken("the all-clear did not arrive: %w", err)
	}
	return nil
}

// awaitAcknowledgement waits until the texts of the incidents just opened have arrived and, if one of them calls, until it is
// acknowledged. An unanswered call starts the next, so the number of calls is not known beforehand.
func (d *demo) awaitAcknowledgement(ctx context.Context, opened []incident.Incident) error {
	for n := 1; ; n++ {
		route, err := d.services.pager.State(ctx)
		if err != nil {
			return err
		}
		d.texts = len(slices.DeleteFunc(slices.Clone(route.Pages), func(p incident.Page) bool { return p.Purpose != incident.Alarm || p.Channel != incident.Text }))
		if _, err := d.exchange.WaitTexts(ctx, d.texts); err != nil {
			return cli.Broken("the text did not arrive: %w", err)
		}
		if !slices.ContainsFunc(opened, incident.Incident.Rings) {
			return nil
		}
		if by, ok := acknowledgedBy(route, opened); ok {
			d.print("\nAcknowledged by %s: nobody is called about it again.\n", by)
			d.printTimes(pagesAbout(route, opened))
			return nil
		}
		calls := d.exchange.Calls()
		if settled := !slices.ContainsFunc(calls, func(c standin.CallRecord) bool { return !c.Settled }); settled && len(calls) < n {
			return cli.Broken("no acknowledgement after %d calls", len(calls))
		}
		if _, err := d.exchange.WaitCalls(ctx, n); err != nil {
			return cli.Broken("the call did not arrive: %w", err)
		}
	}
}

// acknowledgedBy returns who acknowledged the last of the opened incidents that call; false until all of them are.
func acknowledgedBy(route paging.NotificationState, opened []incident.Incident) (by string, ok bool) {
	for _, o := range opened {
		if !o.Rings() {
			continue
		}
		i := slices.IndexFunc(route.Incidents, func(c incident.Incident) bool { return c.ID == o.ID })
		if i < 0 || route.Incidents[i].State != incident.Acknowledged {
			return "", false
		}
		by, ok = route.Incidents[i].AckedBy, true
	}
	return by, ok
}

// pagesAbout returns the pages about any of the opened incidents.
func pagesAbout(route paging.NotificationState, opened []incident.Incident) (pages []incident.Page) {
	for _, p := range route.Pages {
		if slices.ContainsFunc(opened, func(o incident.Incident) bool { return slices.Contains(p.Incidents, o.ID) }) {
			pages = append(pages, p)
		}
	}
	return pages
}

// printTimes prints how long the acknowledged calls took, by the clock of the demo.
func (d *demo) printTimes(pages []incident.Page) {
	for _, p := range pages {
		ring, rang := p.TimeToAccept()
		if key, ok := p.TimeToKey(); ok && rang {
			d.print("%s's phone rang %s after the slot of the run that decided, and the key came %s later. (Here a phone rings for a second; a real one for 25.)\n",
				p.Person, ring.Round(time.Second), key.Round(time.Second))
		}
	}
}
