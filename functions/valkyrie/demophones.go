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

// demoSpeech is how long a sentence takes in the demo: real ones take seconds, and a real phone rings for 25.
const demoSpeech = 150 * time.Millisecond

// withThird adds a third person: the story has one who sleeps, one whose voicemail answers, and one who picks up.
func withThird(o oncall.OnCall) oncall.OnCall {
	const name = "Edsger"
	o.People = slices.Clone(o.People)
	for i := range o.People {
		o.People[i].Zone = oncall.Zone{} // the story has one clock
	}
	o.People = append(o.People, oncall.Person{Name: name, Phone: "+12025550162"})
	o.Escalation = append(slices.Clone(o.Escalation), oncall.EscalationStep{Call: name})
	return o
}

// cleared waits until everybody who was paged has heard that it is over.
func (d *demo) cleared(ctx context.Context) error {
	if _, err := d.exchange.WaitTexts(ctx, 2*d.alarms); err != nil { // an all-clear for every alarm
		return cli.Broken("the all-clear did not arrive: %w", err)
	}
	return nil
}

// alarmed waits until somebody has acknowledged the call about the incident, and all texts have arrived: nobody who does not
// pick up delays the next one's call, so as many calls are made as it takes.
func (d *demo) alarmed(ctx context.Context) error {
	for n := 1; ; n++ {
		route, err := d.services.pager.Route(ctx)
		if err != nil {
			return err
		}
		d.alarms = len(slices.DeleteFunc(slices.Clone(route.Pages), func(p incident.Page) bool { return p.Purpose != incident.Alarm || p.Channel != incident.Text }))
		if _, err := d.exchange.WaitTexts(ctx, d.alarms); err != nil {
			return cli.Broken("nobody got a text: %w", err)
		}
		if !d.opened[0].Rings() {
			return nil
		}
		if len(route.Incidents) > 0 && route.Incidents[0].State == incident.Acknowledged {
			d.say("\nAcknowledged by %s: nobody is called about it again.\n", route.Incidents[0].AckedBy)
			d.paced(route)
			return nil
		}
		calls := d.exchange.Calls()
		if settled := !slices.ContainsFunc(calls, func(c standin.CallRecord) bool { return !c.Settled }); settled && len(calls) < n {
			return cli.Broken("nobody has acknowledged after %d calls", len(calls))
		}
		if _, err := d.exchange.WaitCalls(ctx, n); err != nil {
			return cli.Broken("nobody was called: %w", err)
		}
	}
}

// paced says how long it took, by the story's clock.
func (d *demo) paced(route paging.NotificationState) {
	for _, p := range route.Pages {
		ring, rang := p.ToRing()
		if key, ok := p.ToKey(); ok && rang {
			d.say("%s's phone rang %s after the slot of the run that decided, and the key came %s later. (Here a phone rings for a second; a real one for 25.)\n",
				p.Person, ring.Round(time.Second), key.Round(time.Second))
		}
	}
}
