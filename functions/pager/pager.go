package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/watchdog"
	"valkyrie/functions/cloud"
	"valkyrie/functions/suite"
	"valkyrie/infra/cloudwatch"
	"valkyrie/infra/environ"
	"valkyrie/infra/regions"
	"valkyrie/infra/secrets"
)

// A pager is the state of the function during the life of its process.
type pager struct {
	*cloud.Services
	out      io.Writer // the log
	notified notifiedState
	signing  *secrets.Vault // of webhooks; nil: not read yet
	watchdog watchdog.Watchdog

	heartbeat regions.Heartbeat // of the home's pager
}

func open(ctx context.Context, watched suite.Suite, getenv func(string) string, out io.Writer) (*pager, error) {
	s, err := cloud.Open(ctx, environ.FunctionPager, getenv, watched)
	if err == nil && s.Env.Region != s.Env.HomeRegion && s.Env.Region != s.Env.StandbyRegion {
		err = fmt.Errorf("start the pager: expected the home region (%s) or the standby region (%s), got %s", s.Env.HomeRegion, s.Env.StandbyRegion, s.Env.Region)
	}
	return &pager{Services: s, out: out}, err
}

// The time limits of one invocation. The next one starts within a minute, and two at once are harmless.
const (
	stay     = 55 * time.Second
	leave    = 12 * time.Second // before the function's end: sending a page takes up to 10 s
	briefest = time.Second      // between two rounds
	lastWord = time.Second      // before the function's end, to log the result
	partEnds = 20 * time.Second // for a part of a round, which takes 10 s when a provider does not answer
)

// Handle does the work that is due: it detects missing runs, sends pages and all-clears. It stays while more becomes due
// before the next minute ends, so that no page waits for the schedule; that happens only while an incident is being paged.
// While one invocation works, another leaves it a poke and returns, or waits for its turn if the schedule started it. An error is a fault of our own, and the next round retries.
//
// Subscribers are notified when nothing is due for as long as that may take, and otherwise at the end, after the pager's
// log line.
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
	_ = json.Unmarshal(payload, &in) // the schedule's event has another form
	turn := takeTurn(ctx, p.ownTable(), in.Poked != "")
	if turn == nil && in.Poked == "" {
		turn = awaitTurn(ctx, p.ownTable(), until)
	}
	if turn == nil {
		p.Log.Info("another pager works, and makes a round for this event", "poked", in.Poked)
		return nil
	}
	t := cloudwatch.Tick{At: began, Region: p.Env.Region, Poked: in.Poked != "", OpenIncidents: -1}
	var phone counter
	var now state
	var notifying sync.Mutex
	for {
		t.Rounds++
		turn.beginRound(ctx)
		now, t.Err = p.round(ctx, &phone)
		if t.Err == nil && now.table != nil {
			t.OpenIncidents = unresolved(now.route)
		}
		next, more := now.next(until)
		if t.Err != nil || !more {
			if turn.end(ctx, time.Now().After(until)) {
				break
			}
			continue // it was poked during the round
		}
		if state := now; time.Until(next) > notifyLimit && notifying.TryLock() {
			go func() { // beside the rounds, as a page goes first
				defer notifying.Unlock()
				p.notifySubscribers(ctx, state)
			}()
		}
		if !turn.wait(ctx, time.Until(next)) {
			turn.end(ctx, true)
			break
		}
	}
	notifying.Lock() // until the last one has ended
	t.Sent, t.Failed = phone.count()
	_, _ = p.out.Write(cloudwatch.Deployment(p.Env.Deployment).TickLine(t)) // a failed write to the log cannot be reported
	if t.Err == nil {
		p.ping(ctx)
	}
	p.notifySubscribers(ctx, now)
	return t.Err
}

// A state is the table that the pager works on, with its route; no table if another pager does the work.
type state struct {
	table incident.Store
	route paging.NotificationState
}

// next returns when more work is due, but a second from now at the earliest; false: not before a time.
func (s state) next(until time.Time) (time.Time, bool) {
	next := s.route.Due()
	if s.table == nil || next.IsZero() {
		return next, false
	}
	now := time.Now()
	next = incident.Latest(next.Add(now.Sub(incident.TimeOf(s.table, now))), now.Add(briefest)) // by this machine's clock
	return next, !next.After(until)
}

// ownTable returns the table of the pager's own region.
func (p *pager) ownTable() incident.Items {
	if p.Env.Region == p.Env.HomeRegion {
		return p.Tables.Home
	}
	return p.Tables.Standby
}

// round does all work that is due now, and returns the resulting state.
func (p *pager) round(ctx context.Context, phone *counter) (state, error) {
	p.findFallback(ctx)
	access, phoneErr := p.OpenPhone(ctx, p.Env.CallbackURL)
	if phone.Phone = access.Phone; phoneErr != nil {
		phone.Phone = noPhone{phoneErr}
	}
	if p.watchdog.Emergency == nil {
		p.watchdog.Emergency = &paging.Emergency{OnCall: p.Alerts.OnCall, Log: p.Log}
	}
	p.watchdog.Emergency.Phone = phone
	table, err := p.assignedTable(ctx, phone)
	if table == nil {
		p.noteStore(ctx, err)
		return state{}, errors.Join(phoneErr, err)
	}
	pager := p.Pager(table, phone)
	p.watchdog.Emergency.Failover = pager.Failover
	sent, failed := phone.count()
	err = errors.Join(phoneErr, err, p.watchdog.Run(ctx, "the check for missing runs and late batches", partEnds, func(ctx context.Context) error { return p.checkMissing(ctx, table) }))
	paged := p.watchdog.Run(ctx, "sending pages", partEnds, pager.Tick)
	err = errors.Join(err, paged)
	if clock, ok := table.(incident.Clock); ok && clock.Ahead() != 0 {
		p.Log.Warn("the clock of this machine is wrong: the time of the table's answers is used", "ahead", clock.Ahead().Round(time.Second).String())
	}
	route, bad := pager.State(ctx)
	p.noteStore(ctx, bad)
	if more, lost := phone.count(); phoneErr == nil && lost > failed && more == sent {
		phoneErr = errNothingTaken
	}
	if errors.Is(paged, watchdog.ErrStuck) {
		bad = paged
	}
	err = errors.Join(err, p.reportRound(ctx, regions.Round{Phone: phoneErr, Pages: bad}))
	if bad != nil {
		return state{}, errors.Join(err, bad)
	}
	return state{table, route}, err
}

// findFallback reads the address of the standby's webhook, once in the life of the process. The provider posts a key press there that
// home's webhook does not answer.
func (p *pager) findFallback(ctx context.Context) {
	if p.Env.Region != p.Env.HomeRegion || p.Tables.Standby == nil || p.FallbackURL != "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, regions.Patience)
	defer cancel()
	var err error
	if p.FallbackURL, err = regions.StandbyWebhook(ctx, p.Tables.Home); err != nil {
		p.Log.Warn("read the address of the standby's webhook: failed; calls have no fallback until it is read", "err", err)
	}
}

// errNothingTaken is the result of a round in which the provider took none of the pages.
var errNothingTaken = errors.New("the provider took none of the pages")

// reportRound writes the heartbeat of the home's pager after a round. One that finds its secrets missing, its provider refusing or its
// state unreadable writes none, and neither does one that dies on the way: the standby then pages.
func (p *pager) reportRound(ctx context.Context, r regions.Round) error {
	if p.Env.Region != p.Env.HomeRegion {
		return nil
	}
	return regions.Home{Pair: p.Tables, Heartbeat: &p.heartbeat}.Worked(ctx, r, time.Now())
}

// noteStore pages from memory if the table has failed in three rounds: no incident can be opened or called about. With a standby
// there is no need to, as it takes over after three minutes. The count is in memory, so that it begins anew in each process, and
// a process that is restarted each minute never pages; its alarm on errors does.
func (p *pager) noteStore(ctx context.Context, err error) {
	switch {
	case err == nil:
		p.watchdog.Emergency.RunStored()
	case p.Env.Region == p.Env.HomeRegion && p.Tables.Standby == nil:
		p.watchdog.Emergency.RunLost(ctx, "the pager's table", false, err)
	}
}

// assignedTable returns the table to page from; nil: none. The home's pager always uses its own; the standby's pager pages
// only when the home's does not.
func (p *pager) assignedTable(ctx context.Context, phone paging.Phone) (incident.Store, error) {
	if p.Env.Region == p.Env.HomeRegion {
		if err := (regions.Home{Pair: p.Tables, Deps: p.Deps(phone), Heartbeat: &p.heartbeat}).Turn(ctx, time.Now()); err != nil {
			return nil, err
		}
		return p.Tables.Home, nil
	}
	assigned, err := regions.Standby{Pair: p.Tables, Deps: p.Deps(phone), Webhook: p.Env.CallbackURL}.Turn(ctx, time.Now())
	if assigned.Store != nil {
		p.Log.Warn("the standby pages", "place", assigned.Place, "reason", assigned.Reason)
	}
	return assigned.Store, err
}

// checkMissing checks for missing runs and heartbeats.
func (p *pager) checkMissing(ctx context.Context, table incident.Store) (err error) {
	recorder := p.Recorder(table)
	if recorder.RunningSince, err = runningSince(ctx, table, incident.TimeOf(table, time.Now()).UTC()); err != nil {
		return err
	}
	decisions, err := recorder.Watch(ctx, time.Now().UTC())
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

// wait waits for d, and returns false if ctx ended first.
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
