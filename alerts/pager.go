package alerts

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"slices"
	"sync"
	"time"
)

// A Pager sees to it that people are told. Any number of them may work on the same store at once.
type Pager struct {
	Store    Store
	OnCall   OnCall
	Phone    Phone
	Second   Phone    // the second channel; nil where alerts.yaml names none
	Journeys []string // whose incidents it takes over
	Log      *slog.Logger
	TimeNow  func() time.Time // nil: time.Now
}

const routeKey = "ROUTE#default"

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
	return answer(before, r, hour{p.OnCall.With(before.Overrides), p.now()}), nil
}

// Route is the present state of the people side, for people to read.
func (p *Pager) Route(ctx context.Context) (Route, error) { return LoadRoute(ctx, p.Store) }

// LoadRoute reads the state of the people side from a store.
func LoadRoute(ctx context.Context, items Items) (Route, error) {
	var r Route
	_, err := load(ctx, items, routeKey, &r)
	return r, err
}

// takeOver brings what judging has put into a journey's outbox to the route, and then empties the outbox. A crash in
// between does it again, which changes nothing.
func (p *Pager) takeOver(ctx context.Context, name string) error {
	var s JourneyState
	if _, err := load(ctx, p.Store, journeyKey(name), &s); err != nil {
		return err
	}
	if len(s.Outbox) == 0 {
		return nil
	}
	taken := map[string]int{}
	for _, i := range s.Outbox {
		if err := p.step(ctx, Taken{Incident: i, Fine: s.fine(i)}); err != nil {
			return err
		}
		taken[i.ID] = i.Runs
	}
	return change(ctx, p.Store, journeyKey(name), func(s *JourneyState) bool {
		had := len(s.Outbox)
		s.Outbox = slices.DeleteFunc(s.Outbox, func(i Incident) bool { return i.Runs <= taken[i.ID] })
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
func (p *Pager) fold(ctx context.Context, e Event) (before Route, err error) {
	var commands []Command
	var after Route
	kept := context.WithoutCancel(ctx)
	err = change(kept, p.Store, routeKey, func(r *Route) bool {
		before = *r
		after, commands = r.Step(e, p.OnCall, p.now())
		*r = after
		return !reflect.DeepEqual(before, after)
	})
	if err != nil {
		return before, err
	}
	p.remark(before, after)
	var errs []error
	for _, result := range p.carryOut(ctx, commands) {
		errs = append(errs, p.step(ctx, result))
	}
	return before, errors.Join(append(errs, note(kept, p.Store, before, after))...)
}

// note keeps the history of the incidents that have changed.
func note(ctx context.Context, log IncidentLog, before, after Route) error {
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
func (p *Pager) send(ctx context.Context, page Page) Event {
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
		log.Error("page not sent", "err", errNoSecond)
		return NotSent{page.ID, errNoSecond.Error()}
	}
	sid, err := phone.Send(ctx, p.dispatch(page))
	switch {
	case err == nil:
		log.Info("page accepted by the carrier", "sid", sid)
		return Sent{page.ID, sid, page.Via}
	case errors.Is(err, ErrNotSent):
		log.Warn("page not sent; it will be tried again", "err", err)
		return NotSent{page.ID, err.Error()}
	case errors.Is(err, ErrClosed):
		log.Error("the carrier takes nothing from us", "err", err)
		return Closed{page.ID, err.Error()}
	case errors.Is(err, ErrRefused):
		log.Error("page refused by the carrier; the next one is tried", "err", err)
		return Refused{page.ID, err.Error()}
	}
	log.Warn("whether the page was sent is not known; the carrier will be asked", "err", err)
	return Lost{page.ID, err.Error()}
}

func (p *Pager) find(ctx context.Context, page Page) Event {
	asked := p.now()
	phone := p.phone(page.Via)
	if phone == nil {
		return Settled{PageID: page.ID, Asked: asked}
	}
	sid, found, err := phone.Find(ctx, p.dispatch(page), page.ClaimedAt)
	if err != nil {
		p.Log.Warn("the carrier could not be asked about a page", "page", page.ID, "err", err)
	}
	if !found {
		sid = ""
	}
	return Settled{page.ID, sid, asked}
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
func (p *Pager) dispatch(page Page) Dispatch {
	d := Dispatch{PageID: page.ID, Channel: page.Channel, To: page.To, Person: page.Person}
	if p.OnCall.written(page) {
		d.TextBody = page.Words
		if page.Channel == Call {
			d.Channel = Text
		}
		if page.Channel == Email {
			d.Subject = subject(page.Words)
		}
		return d
	}
	who, _ := p.OnCall.person(page.Person)
	d.Play, d.Language, d.Speech = p.OnCall.Play, who.Language, splitLines(page.Words)
	if page.Via == First {
		d.Prompt = prompt(page)
	}
	return d
}
