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
	"valkyrie/alerts/judge"
	"valkyrie/alerts/message"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/phrase"
)

// A Pager sees to it that people are told. Any number of them may work on the same store at once.
type Pager struct {
	Store    incident.Store
	OnCall   oncall.OnCall
	Phone    Phone
	Second   Phone    // the second channel; nil where alerts.yaml names none
	Journeys []string // whose incidents it takes over
	Log      *slog.Logger
	TimeNow  func() time.Time // nil: time.Now
}

func (p *Pager) now() time.Time {
	if p.TimeNow == nil {
		return time.Now().UTC()
	}
	return p.TimeNow().UTC()
}

// Tick does all that is due: it takes over what judging has decided, sends what has to be sent, settles what is in
// doubt, and files what is over. Call it often; a tick with nothing to do reads a few items. Errors of single parts do
// not keep it from the others.
func (p *Pager) Tick(ctx context.Context) error {
	var errs []error
	for _, name := range p.Journeys {
		errs = append(errs, p.takeOver(ctx, name))
	}
	errs = append(errs, p.step(ctx, Tick{}), p.file(ctx))
	return errors.Join(errs...)
}

// Report takes in what the carrier, or a person through it, says, and returns what to answer a person.
func (p *Pager) Report(ctx context.Context, r Report) (Answer, error) {
	before, err := p.fold(ctx, r)
	if err != nil {
		return Answer{}, err
	}
	return answer(before, r, evalContext{p.OnCall.With(before.Overrides), p.now()}), nil
}

// Route is the present state of the people side, for people to read.
func (p *Pager) Route(ctx context.Context) (NotificationState, error) { return LoadRoute(ctx, p.Store) }

// LoadRoute reads the state of the people side from a store.
func LoadRoute(ctx context.Context, items incident.Items) (NotificationState, error) {
	var r NotificationState
	_, err := incident.LoadItem(ctx, items, incident.NotificationKey, &r)
	return r, err
}

// takeOver brings what judging has put into a journey's outbox to the route, and then empties the outbox. A crash in
// between does it again, which changes nothing.
func (p *Pager) takeOver(ctx context.Context, name string) error {
	var s judge.JourneyState
	if _, err := incident.LoadItem(ctx, p.Store, incident.JourneyKey(name), &s); err != nil {
		return err
	}
	if len(s.Outbox) == 0 {
		return nil
	}
	taken := map[string]int{}
	for _, i := range s.Outbox {
		if err := p.step(ctx, IncidentUpdated{Incident: i, Fine: s.WorkingRegions(i)}); err != nil {
			return err
		}
		taken[i.ID] = i.Runs
	}
	return incident.UpdateItem(ctx, p.Store, incident.JourneyKey(name), func(s *judge.JourneyState) bool {
		had := len(s.Outbox)
		s.Outbox = slices.DeleteFunc(s.Outbox, func(i incident.Incident) bool { return i.Runs <= taken[i.ID] })
		return len(s.Outbox) != had
	})
}

func (p *Pager) step(ctx context.Context, e Event) error {
	_, err := p.fold(ctx, e)
	return err
}

// fold folds an event into the stored route, carries out the commands that follow from it, and folds in what came of
// them. What was sent is noted even if the program is told to stop meanwhile, or the carrier hangs up on its callback.
// The history comes last: nobody's call waits for it. It returns the route that the event was folded into, which is what
// to answer by: what was read before may be another by then.
func (p *Pager) fold(ctx context.Context, e Event) (before NotificationState, err error) {
	var commands []Command
	var after NotificationState
	kept := context.WithoutCancel(ctx)
	err = incident.UpdateItem(kept, p.Store, incident.NotificationKey, func(r *NotificationState) bool {
		before = *r
		after, commands = r.Step(e, p.OnCall, p.now())
		*r = after
		return !reflect.DeepEqual(before, after)
	})
	if err != nil {
		return before, err
	}
	p.logChanges(before, after)
	var errs []error
	for _, result := range p.carryOut(ctx, commands) {
		errs = append(errs, p.step(ctx, result))
	}
	return before, errors.Join(append(errs, note(kept, p.Store, before, after))...)
}

// note keeps the history of the incidents that have changed.
func note(ctx context.Context, log incident.IncidentLog, before, after NotificationState) error {
	var errs []error
	for _, i := range after.Incidents {
		if old := before.incident(i.ID); old == nil || old.Rev != i.Rev {
			errs = append(errs, log.PutIncident(ctx, after.Record(i)))
		}
	}
	return errors.Join(errs...)
}

// carryOut does the commands, side by side, as a carrier that does not answer must not hold up the others, and returns
// what came of them.
func (p *Pager) carryOut(ctx context.Context, commands []Command) []Event {
	results := make([]Event, len(commands))
	var wg sync.WaitGroup
	for i, c := range commands {
		wg.Go(func() {
			switch c.Verb {
			case "find":
				results[i] = p.find(ctx, c.Page)
			case "hang up":
				p.hangUp(ctx, c.Page)
			default:
				results[i] = p.send(ctx, c.Page)
			}
		})
	}
	wg.Wait()
	return slices.DeleteFunc(results, func(e Event) bool { return e == nil })
}

// send hands the page to the carrier, within its lease: a machine that has slept longer leaves it to whoever has taken it
// over meanwhile.
func (p *Pager) send(ctx context.Context, page incident.Page) Event {
	left := page.LeaseUntil.Sub(p.now())
	if left <= 0 {
		p.Log.Warn("page not sent: too late", "page", page.ID)
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	log := p.Log.With("page", page.ID, "person", page.Person, "channel", page.Channel, "purpose", page.Purpose, "via", page.Via)
	phone := p.phone(page.Via)
	if phone == nil {
		log.Error("page not sent", "err", errNoFailover)
		return NotSent{page.ID, errNoFailover.Error()}
	}
	sid, err := phone.Send(ctx, p.dispatch(page))
	switch {
	case err == nil:
		log.Info("page accepted by the carrier", "sid", sid)
		return Sent{page.ID, sid, page.Via}
	case errors.Is(err, ErrNotSent):
		log.Warn("page not sent; it will be tried again", "err", err)
		return NotSent{page.ID, err.Error()}
	case errors.Is(err, ErrProviderRejects):
		log.Error("the carrier takes nothing from us", "err", err)
		return ProviderRejected{page.ID, err.Error()}
	case errors.Is(err, ErrRefused):
		log.Error("page refused by the carrier; the next one is tried", "err", err)
		return Refused{page.ID, err.Error()}
	}
	log.Warn("whether the page was sent is not known; the carrier will be asked", "err", err)
	return SendUnknown{page.ID, err.Error()}
}

func (p *Pager) find(ctx context.Context, page incident.Page) Event {
	asked := p.now()
	phone := p.phone(page.Via)
	if phone == nil {
		return SendResolved{PageID: page.ID, Asked: asked}
	}
	sid, found, err := phone.Find(ctx, p.dispatch(page), page.ClaimedAt)
	if err != nil {
		p.Log.Warn("the carrier could not be asked about a page", "page", page.ID, "err", err)
	}
	if !found {
		sid = ""
	}
	return SendResolved{page.ID, sid, asked}
}

// file moves what is over, and fully told, into the history.
func (p *Pager) file(ctx context.Context) error {
	r, err := p.Route(ctx)
	if err != nil {
		return err
	}
	for _, i := range r.Done() {
		if p.now().Before(i.Returns) {
			continue // it may go on, and then its pages are needed
		}
		if err := p.Store.PutIncident(ctx, r.Record(i)); err != nil {
			return err
		}
		if err := p.step(ctx, Archived{i.ID}); err != nil {
			return err
		}
	}
	return nil
}

// dispatch is the page for the carrier.
func (p *Pager) dispatch(page incident.Page) Dispatch {
	d := Dispatch{PageID: page.ID, Channel: page.Channel, To: page.To, Person: page.Person}
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
	d.Play, d.Language, d.Speech = p.OnCall.Play, who.Language, phrase.Lines(page.Words)
	if page.Via == incident.Primary {
		d.Prompt = prompt(page)
	}
	return d
}

// logChanges logs what a step has come to, beyond single pages: which carrier is used, and what a cap holds back.
func (p *Pager) logChanges(before, after NotificationState) {
	switch {
	case !before.out() && after.out():
		p.Log.Error("the first carrier takes nothing; the second channel is used", "err", after.ProviderOutage.Why)
	case before.out() && !after.out():
		p.Log.Info("the first carrier takes pages again", "since", before.ProviderOutage.Since)
	}
	for _, page := range after.Pages {
		old := before.page(page.ID)
		if held := page.Result == incident.Held; held && (old == nil || old.Result != incident.Held) {
			p.Log.Warn("page held back", "page", page.ID, "person", page.Person, "channel", page.Channel, "why", page.Why)
		}
	}
}
