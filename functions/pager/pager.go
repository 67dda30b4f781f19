package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"valkyrie/alerts"
	"valkyrie/functions/cloud"
	"valkyrie/infra/cloudwatch"
	"valkyrie/infra/environ"
)

// A pager is the function, for as long as its process lives.
type pager struct {
	*cloud.Station
	out io.Writer // the log
}

func open(ctx context.Context, getenv func(string) string, out io.Writer) (*pager, error) {
	s, err := cloud.Open(ctx, environ.FunctionPager, getenv)
	return &pager{Station: s, out: out}, err
}

// How long one invocation stays. The next one comes with the next minute, and two at once do no harm.
const (
	stay     = 55 * time.Second
	leave    = 5 * time.Second // before the function's end: a page that is being sent takes that long, at most
	briefest = time.Second     // between two rounds
)

// Handle looks for what is due: runs that did not come, people to be called, recoveries to be told. It stays as long as
// something will be due before the next minute is over, so that nobody waits for a minute that need not; that is only
// while somebody is being paged. An error is one of ours, and the next round tries again.
func (p *pager) Handle(ctx context.Context, payload json.RawMessage) error {
	began := time.Now()
	until := began.Add(stay)
	if end, ok := ctx.Deadline(); ok && end.Add(-leave).Before(until) {
		until = end.Add(-leave)
	}
	var in cloud.Poked
	_ = json.Unmarshal(payload, &in) // the clock's event is something else
	t := cloudwatch.Tick{At: began, Region: p.Told.Region, Poked: in.Poked != "", OpenIncidents: -1}
	var phone counter
	for {
		t.Rounds++
		route, err := p.round(ctx, &phone)
		if t.Err = err; err == nil {
			t.OpenIncidents = unresolved(route)
		}
		next := route.Due()
		if earliest := time.Now().Add(briefest); next.Before(earliest) && !next.IsZero() {
			next = earliest
		}
		if err != nil || next.IsZero() || next.After(until) || !wait(ctx, time.Until(next)) {
			break
		}
	}
	t.Sent, t.Failed = phone.count()
	_, _ = p.out.Write(cloudwatch.TickLine(t)) // a log that cannot be written cannot be complained about
	if t.Err == nil {
		p.ping(ctx)
	}
	return t.Err
}

// round does all that is due now, and returns how things are then.
func (p *pager) round(ctx context.Context, phone *counter) (alerts.Route, error) {
	people, mute := p.People(ctx, p.Told.CallbackURL)
	if phone.Phone = people.Phone; mute != nil {
		phone.Phone = unplugged{mute}
	}
	err := p.look(ctx)
	pager := p.Pager(phone)
	err = errors.Join(mute, err, pager.Tick(ctx))
	route, bad := pager.Route(ctx)
	return route, errors.Join(err, bad)
}

// look looks for what should have come by now and did not.
func (p *pager) look(ctx context.Context) (err error) {
	now := time.Now().UTC()
	desk := p.Desk()
	if desk.Awake, err = awake(ctx, p.Store, now); err != nil {
		return err
	}
	decisions, err := desk.Watch(ctx, now)
	for _, d := range decisions {
		p.Log.Info("missing", "verb", d.Verb, "reason", d.Reason)
	}
	return err
}

func unresolved(r alerts.Route) int {
	n := 0
	for _, i := range r.Incidents {
		if i.State != alerts.Resolved {
			n++
		}
	}
	return n
}

// wait waits, and reports whether it was allowed to wait for that long.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
