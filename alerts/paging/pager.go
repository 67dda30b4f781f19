// Package paging turns incidents into pages and delivers each of them to a person.
//
// NotificationState.Step folds an event into the state: an incident was updated, the provider accepted or refused a
// page, a key was pressed, time passed. It is pure and returns the commands to execute. Pager saves the new state in
// one conditional write before it executes them, so that a crash between any two writes neither loses a page nor sends
// it twice: the state is the outbox.
package paging

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"slices"
	"sync"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
	"valkyrie/alerts/oncall"
)

// A Pager notifies people of incidents. Several pagers may work on the same store at once.
type Pager struct {
	Store    incident.Store
	OnCall   oncall.OnCall
	Phone    Phone
	Failover Phone    // the failover channel; nil: none in alerts.yaml
	Journeys []string // the journeys whose outboxes it drains
	Log      *slog.Logger
	TimeNow  func() time.Time // nil: time.Now

	Incomplete bool // Store may lack a page that the table of another region has, which does not answer
}

func (p *Pager) now() time.Time {
	now := time.Now
	if p.TimeNow != nil {
		now = p.TimeNow
	}
	return incident.TimeOf(p.Store, now()).UTC()
}

// Tick does all due work: drains the outboxes, sends pages, asks about unknown outcomes and archives resolved
// incidents. Call it often; an idle tick reads a few items. An error in one part does not stop the others.
//
// It takes over the incidents of all journeys in one write. In an outage that opens an incident for each of a hundred journeys,
// a write for each would delay the first call by seconds.
func (p *Pager) Tick(ctx context.Context) error {
	boxes, err := readOutboxes(ctx, p.Store, p.Journeys)
	errs := []error{err}
	before, after, err := p.fold(ctx, tickOf(p.Journeys, boxes))
	errs = append(errs, err)
	// After an error the state may not be written; the next tick repeats the move.
	if err == nil {
		errs = append(errs, p.emptyOutboxes(ctx, boxes, before, after))
	}
	return errors.Join(append(errs, p.archiveResolved(ctx))...)
}

// Report applies a provider's callback, or the key press in it, and returns the speech that answers a person.
func (p *Pager) Report(ctx context.Context, r Report) (Answer, error) {
	if p.Incomplete {
		state, err := p.State(ctx)
		switch known := err == nil && state.page(r.PageID) != nil; {
		case !known && r.Key == "":
			return Answer{}, errors.Join(errElsewhere, err) // the provider reports again
		case !known:
			return notStored, nil
		}
	}
	before, _, err := p.fold(ctx, r)
	if err != nil {
		return Answer{}, err
	}
	return answerKey(before, r, evalContext{p.OnCall.With(before.Overrides), p.now()}), nil
}

// State returns the stored notification state.
func (p *Pager) State(ctx context.Context) (NotificationState, error) { return LoadState(ctx, p.Store) }

// LoadState reads the notification state from a store.
func LoadState(ctx context.Context, items incident.Items) (NotificationState, error) {
	var r NotificationState
	_, err := incident.LoadItem(ctx, items, incident.NotificationKey, &r)
	return r, err
}

func (p *Pager) applyEvent(ctx context.Context, e Event) error {
	_, _, err := p.fold(ctx, e)
	return err
}

// fold applies an event to the stored state, executes the resulting commands and applies their results. Results are
// stored even if ctx ends meanwhile, for example because the provider closes its callback's connection. The history is
// written last, so that no call waits for it. fold returns the states before and after the event, which answers are
// computed from: a state read separately could differ.
func (p *Pager) fold(ctx context.Context, e Event) (before, after NotificationState, err error) {
	var commands []Command
	kept := context.WithoutCancel(ctx)
	err = incident.UpdateItem(kept, p.Store, incident.NotificationKey, func(r *NotificationState) bool {
		before = *r
		after, commands = r.Step(e, p.OnCall, p.now())
		*r = after
		return !reflect.DeepEqual(before, after)
	})
	if err != nil {
		return before, after, err
	}
	p.logChanges(before, after)
	var errs []error
	for _, result := range p.execute(ctx, commands) {
		errs = append(errs, p.applyEvent(ctx, result))
	}
	return before, after, errors.Join(append(errs, recordHistory(kept, p.Store, before, after))...)
}

// recordHistory writes the changed incidents to the history.
func recordHistory(ctx context.Context, log incident.IncidentLog, before, after NotificationState) error {
	var errs []error
	for _, i := range after.Incidents {
		if old := before.incident(i.ID); old == nil || old.Rev != i.Rev {
			errs = append(errs, log.PutIncident(ctx, after.Record(i)))
		}
	}
	return errors.Join(errs...)
}

// execute runs the commands concurrently, so that a provider that does not answer delays no other, and returns the
// resulting events.
func (p *Pager) execute(ctx context.Context, commands []Command) []Event {
	results := make([]Event, len(commands))
	var wg sync.WaitGroup
	for i, c := range commands {
		wg.Go(func() {
			switch c.Verb {
			case "find":
				results[i] = p.findSent(ctx, c.Page)
			case "hang up":
				results[i] = p.hangUp(ctx, c.Page)
			default:
				results[i] = p.send(ctx, c.Page)
			}
		})
	}
	wg.Wait()
	return slices.DeleteFunc(results, func(e Event) bool { return e == nil })
}

// send hands the page to its provider within the lease. A process that was suspended past the lease leaves the page to
// the pager that has claimed it since.
func (p *Pager) send(ctx context.Context, page incident.Page) Event {
	left := page.LeaseUntil.Sub(p.now())
	if left <= 0 {
		p.Log.Warn("page not sent: its lease has expired", "page", page.ID)
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	log := p.Log.With("page", page.ID, "person", page.Person, "channel", page.Channel, "purpose", page.Purpose, "via", page.Via)
	phone := p.phoneFor(page.Via)
	if phone == nil {
		log.Error("page not sent", "err", errNoFailover)
		return NotSent{PageID: page.ID, Why: errNoFailover.Error(), Try: page.Tries}
	}
	sid, err := phone.Send(ctx, p.dispatchFor(page))
	switch {
	case err == nil:
		log.Info("page accepted by the provider", "sid", sid)
		return Sent{page.ID, sid, page.Via}
	case errors.Is(err, ErrNotSent):
		log.Warn("page not sent; it is retried", "err", err)
		var wait RetryAfter
		errors.As(err, &wait)
		return NotSent{page.ID, err.Error(), page.Tries, wait.Wait}
	case errors.Is(err, ErrProviderRejects):
		log.Error("the provider rejects every page", "err", err)
		return ProviderRejected{page.ID, err.Error(), page.Tries}
	case errors.Is(err, ErrRefused):
		log.Error("page refused by the provider; the next person is tried", "err", err)
		return Refused{page.ID, err.Error(), page.Tries}
	}
	log.Warn("outcome of the send unknown; the provider is asked", "err", err)
	return SendUnknown{page.ID, err.Error(), page.Tries}
}

func (p *Pager) findSent(ctx context.Context, page incident.Page) Event {
	asked := p.now()
	phone := p.phoneFor(page.Via)
	if phone == nil {
		return SendResolved{PageID: page.ID, Asked: asked}
	}
	sid, found, err := phone.Find(ctx, p.dispatchFor(page), page.ClaimedAt)
	if err != nil {
		p.Log.Warn("finding a page at the provider failed", "page", page.ID, "err", err)
	}
	if !found {
		sid = ""
	}
	return SendResolved{page.ID, sid, asked}
}

// archiveResolved moves resolved incidents without pages in progress to the history.
func (p *Pager) archiveResolved(ctx context.Context) error {
	r, err := p.State(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, i := range r.Archivable() {
		if p.now().Before(i.Returns) {
			continue // it may reopen, and then needs its pages
		}
		err := p.Store.PutIncident(ctx, r.Record(i))
		if err == nil {
			err = p.applyEvent(ctx, Archived{i.ID})
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// dispatchFor converts a page for the provider.
func (p *Pager) dispatchFor(page incident.Page) Dispatch {
	d := Dispatch{PageID: page.ID, Channel: page.Channel, To: page.To, Person: page.Person, ValidFor: validFor(page)}
	if p.OnCall.IsWritten(page) {
		d.TextBody = page.Words
		if page.Channel == incident.Call {
			d.Channel = incident.Text
		}
		if page.Channel == incident.Email {
			d.Subject = message.EmailSubject(page.Words)
		}
		return d
	}
	who, _ := p.OnCall.FindPerson(page.Person)
	d.Play, d.Language = p.OnCall.Play, who.Language
	if d.Speech, d.Details = spoken(page.Words); page.Via == incident.Primary {
		d.Prompt = prompt(page)
	} else {
		d.Speech, d.Details = append(d.Speech, d.Details...), nil
	}
	return d
}

// validFor returns how long a page is valid: an alarm's text gives facts of now, and an all-clear stays true.
func validFor(p incident.Page) time.Duration {
	switch {
	case p.Channel == incident.Call:
		return maxCallLength
	case p.ReportsAnEnd():
		return 4 * time.Hour
	}
	return 30 * time.Minute
}

// logChanges logs changes beyond single pages: failover, and pages held back by a cap.
func (p *Pager) logChanges(before, after NotificationState) {
	switch {
	case !before.providerDown() && after.providerDown():
		p.Log.Error("the first provider accepts nothing; using the failover channel", "err", after.ProviderOutage.Why)
	case before.providerDown() && !after.providerDown():
		p.Log.Info("the first provider accepts pages again", "since", before.ProviderOutage.Since)
	}
	for _, c := range []incident.Channel{incident.Call, incident.Text} {
		switch was, is := before.ChannelFailures[c], after.ChannelFailures[c]; {
		case was.Since.IsZero() && !is.Since.IsZero():
			p.Log.Error("the first provider delivers nothing to anyone; using the failover channel", "channel", c, "err", is.Why)
		case !was.Announced && is.Announced:
			p.Log.Error("the first provider delivers nothing to anyone", "channel", c, "err", is.Why)
		case was.Announced && !is.Announced:
			p.Log.Info("the first provider delivers pages again", "channel", c)
		}
	}
	for _, page := range after.Pages {
		old := before.page(page.ID)
		if held := page.Result == incident.Held; held && (old == nil || old.Result != incident.Held) {
			p.Log.Warn("page held back", "page", page.ID, "person", page.Person, "channel", page.Channel, "why", page.Why)
		}
	}
}
