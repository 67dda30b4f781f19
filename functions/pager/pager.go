package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/functions/cloud"
	"valkyrie/functions/suite"
	"valkyrie/infra/cloudwatch"
	"valkyrie/infra/environ"
	"valkyrie/infra/regions"
	"valkyrie/infra/secrets"
)

// A pager is the function, for as long as its process lives.
type pager struct {
	*cloud.Services
	out     io.Writer      // the log
	told    news           // to those who are not paged
	signing *secrets.Vault // of webhooks; nil: not read yet
}

func open(ctx context.Context, watched suite.Suite, getenv func(string) string, out io.Writer) (*pager, error) {
	s, err := cloud.Open(ctx, environ.FunctionPager, getenv, watched)
	if err == nil && s.Env.Region != s.Env.HomeRegion && s.Env.Region != s.Env.StandbyRegion {
		err = fmt.Errorf("the pager works in the home region (%s) and in the standby region (%s), but not in %s", s.Env.HomeRegion, s.Env.StandbyRegion, s.Env.Region)
	}
	return &pager{Services: s, out: out}, err
}

// How long one invocation stays. The next one comes with the next minute, and two at once do no harm.
const (
	stay     = 55 * time.Second
	leave    = 12 * time.Second // before the function's end: a page that is being sent takes up to 10 s
	briefest = time.Second      // between two rounds
	lastWord = time.Second      // before the function's end, to say how it went
)

// Handle looks for what is due: runs that did not come, people to be called, recoveries to be told. It stays as long as
// something will be due before the next minute is over, so that nobody waits for a minute that need not; that is only
// while somebody is being paged. An error is one of ours, and the next round tries again.
//
// Those who are not paged are told when nothing is due for as long as that may take, and otherwise at the end, after all
// that the pager has to say of itself.
func (p *pager) Handle(ctx context.Context, payload json.RawMessage) error {
	began := time.Now()
	until := began.Add(stay)
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, end.Add(-lastWord))
		defer cancel()
		if end = end.Add(-leave); end.Before(until) {
			until = end
		}
	}
	var in cloud.Poked
	_ = json.Unmarshal(payload, &in) // the clock's event is something else
	t := cloudwatch.Tick{At: began, Region: p.Env.Region, Poked: in.Poked != "", OpenIncidents: -1}
	var phone counter
	var now state
	for {
		t.Rounds++
		now, t.Err = p.round(ctx, &phone)
		if t.Err == nil && now.table != nil {
			t.OpenIncidents = unresolved(now.route)
		}
		if t.Err != nil || now.table == nil {
			break
		}
		next := now.route.Due()
		if earliest := time.Now().Add(briefest); next.Before(earliest) && !next.IsZero() {
			next = earliest
		}
		if next.IsZero() || next.After(until) {
			break
		}
		if time.Until(next) > tellLimit {
			p.tell(ctx, now)
		}
		if !wait(ctx, time.Until(next)) {
			break
		}
	}
	t.Sent, t.Failed = phone.count()
	_, _ = p.out.Write(cloudwatch.Deployment(p.Env.Deployment).TickLine(t)) // a log that cannot be written cannot be complained about
	if t.Err == nil {
		p.ping(ctx)
	}
	p.tell(ctx, now)
	return t.Err
}

// A state is what the pager works on: a table, and the route as it is there; no table where another pager does the work.
type state struct {
	table incident.Store
	route paging.NotificationState
}

// round does all that is due now, and returns how things are then.
func (p *pager) round(ctx context.Context, phone *counter) (state, error) {
	people, mute := p.People(ctx, p.Env.CallbackURL)
	if phone.Phone = people.Phone; mute != nil {
		phone.Phone = unplugged{mute}
	}
	table, err := p.post(ctx, phone)
	if table == nil {
		return state{}, errors.Join(mute, err)
	}
	err = errors.Join(mute, err, p.look(ctx, table))
	pager := p.Pager(table, phone)
	err = errors.Join(err, pager.Tick(ctx))
	route, bad := pager.State(ctx)
	if bad != nil {
		return state{}, errors.Join(err, bad)
	}
	return state{table, route}, err
}

// post is the table to page from; nil: none. The home's pager always does so from its own; that of the standby when the
// home's does not.
func (p *pager) post(ctx context.Context, phone paging.Phone) (incident.Store, error) {
	if p.Env.Region == p.Env.HomeRegion {
		if err := (regions.Home{Pair: p.Tables, Deps: p.Deps(phone)}).Turn(ctx, time.Now()); err != nil {
			return nil, err
		}
		return p.Tables.Home, nil
	}
	post, err := regions.Standby{Pair: p.Tables, Deps: p.Deps(phone)}.Turn(ctx, time.Now())
	if post.Store != nil {
		p.Log.Warn("the standby pages", "place", post.Place, "reason", post.Reason)
	}
	return post.Store, err
}

// look looks for what should have come by now and did not.
func (p *pager) look(ctx context.Context, table incident.Store) (err error) {
	now := time.Now().UTC()
	recorder := p.Recorder(table)
	if recorder.RunningSince, err = awake(ctx, table, now); err != nil {
		return err
	}
	decisions, err := recorder.Watch(ctx, now)
	for _, d := range decisions {
		p.Log.Info("missing", "verb", d.Verb, "reason", d.Reason)
	}
	return err
}

func unresolved(r paging.NotificationState) int {
	n := 0
	for _, i := range r.Incidents {
		if i.State != incident.Resolved {
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
