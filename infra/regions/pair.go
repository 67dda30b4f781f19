// Package regions coordinates several regions: the home region has the table that pages are sent from, and a standby region
// takes over when the home is down.
//
// A probe records its run in the home's table and, where that does not answer within [Patience], in the standby's
// ([Pair.Record]).
//
// The home's pager writes a heartbeat to its table after each round that worked ([Home.Worked]). The standby's pager reads it at
// each of its own turns ([Standby.Turn]), and whether it changes counts, not the time in it, as clocks differ. While the home works,
// the standby only copies the small states that paging depends on: open incidents and acknowledgements. After three minutes without a
// heartbeat, or with a page that waits, the standby pages: from the home's table if that answers, where two pagers at once are
// harmless, and otherwise from its own, with that copy and with the runs that probes recorded there.
//
// When the home is back, the standby's changed states (incidents, acknowledgements, mutes, overrides, releases, sent pages) are merged
// into the home's table before the home pages from it. Both regions may merge, and may repeat it. The runs follow, oldest first,
// as many as a turn has time for; the record of the copy holds how far they came, and no copy waits for them. At worst one page is
// sent twice: about the last minute before the home went down, which the copy lacks.
package regions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/probes/journey"
)

// A Pair holds the tables of a deployment.
type Pair struct {
	Home    incident.Store
	Standby incident.Store // nil: there is no standby

	Patience time.Duration // timeout for the home before the standby is used; 0: [Patience]
}

func (p Pair) patience() time.Duration {
	if p.Patience == 0 {
		return Patience
	}
	return p.Patience
}

// Record records a run at home, or at the standby if the home does not answer, and returns the place. recorder may be of
// either table, as its store is replaced. When the standby has the run, missed is the home's error, and the caller only
// needs to poke the standby's pager.
func (p Pair) Record(ctx context.Context, recorder judge.Recorder, run journey.Run) (at Place, decisions []judge.Decision, missed, err error) {
	recorder.Store = p.Home
	if p.Standby == nil {
		decisions, err = recorder.Record(ctx, run)
		return AtHome, decisions, nil, err
	}
	brief, cancel := context.WithTimeout(ctx, p.patience())
	defer cancel()
	decisions, missed = recorder.Record(brief, run)
	if missed == nil {
		return AtHome, decisions, nil, nil
	}
	if ctx.Err() != nil || errors.Is(missed, judge.ErrFutureRun) { // the standby would refuse a run from the future too
		return AtHome, decisions, nil, missed
	}
	recorder.Store = p.Standby
	if decisions, err = recorder.Record(ctx, run); err != nil {
		return AtStandby, nil, missed, fmt.Errorf("record the run: neither region answered: %w", errors.Join(missed, err))
	}
	return AtStandby, decisions, missed, nil
}

// A Place is one of the two tables.
type Place string

// The two places.
const (
	AtHome    Place = "home"
	AtStandby Place = "standby"
)

// Holder returns the table whose route has a page, for the provider's callbacks about it. With no page id it returns the
// table that pages are sent from, for a person's text. The home is tried first. Both have a page that the standby sent again from its copy:
// the one in which it is still live has sent it last. sure is false if a table did not answer that may have the page.
func (p Pair) Holder(ctx context.Context, pageID string) (_ incident.Store, sure bool) {
	if p.Standby == nil {
		return p.Home, true
	}
	brief, cancel := context.WithTimeout(ctx, p.patience())
	defer cancel()
	route, err := paging.LoadState(brief, p.Home)
	if err != nil {
		return p.Standby, pageID == ""
	}
	if pageID == "" || has(route, pageID, incident.Page.Live) {
		return p.Home, true
	}
	brief, cancel = context.WithTimeout(ctx, p.patience())
	defer cancel()
	theirs, err := paging.LoadState(brief, p.Standby)
	if err != nil {
		return p.Home, false
	}
	inAny := func(incident.Page) bool { return true }
	if has(theirs, pageID, incident.Page.Live) || has(theirs, pageID, inAny) && !has(route, pageID, inAny) {
		return p.Standby, true
	}
	return p.Home, true
}

// PagerOf returns the pager that handles a report about a page, or a person's text if pageID is empty: on the table that Holder returns.
func (s Deps) PagerOf(ctx context.Context, p Pair, pageID string) *paging.Pager {
	table, sure := p.Holder(ctx, pageID)
	pager := s.Pager(table)
	pager.Incomplete = !sure
	return pager
}

// has reports whether the state has a page in such a state.
func has(r paging.NotificationState, pageID string, is func(incident.Page) bool) bool {
	return slices.ContainsFunc(r.Pages, func(p incident.Page) bool { return p.ID == pageID && is(p) })
}

// Patience is the timeout for requests to the other region.
const Patience = 5 * time.Second
