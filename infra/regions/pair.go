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

// A Pair are the tables of a deployment.
type Pair struct {
	Home    incident.Store
	Standby incident.Store // nil: there is no standby

	Patience time.Duration // how long the home may take before the standby is asked; 0: [Patience]
}

func (p Pair) patience() time.Duration {
	if p.Patience == 0 {
		return Patience
	}
	return p.Patience
}

// Record takes in a run at the home, or at the standby if the home does not answer, and returns at which. desk is of
// either; its store is not looked at. When the standby has the run, missed says why the home has not; there is a poke for
// the standby's pager to be made then, and nothing else to be done.
func (p Pair) Record(ctx context.Context, desk judge.Recorder, run journey.Run) (at Place, decisions []judge.Decision, missed, err error) {
	desk.Store = p.Home
	if p.Standby == nil {
		decisions, err = desk.Record(ctx, run)
		return AtHome, decisions, nil, err
	}
	brief, cancel := context.WithTimeout(ctx, p.patience())
	defer cancel()
	decisions, missed = desk.Record(brief, run)
	if missed == nil {
		return AtHome, decisions, nil, nil
	}
	if ctx.Err() != nil || errors.Is(missed, judge.ErrFutureRun) { // a run from the future is nothing for the standby either
		return AtHome, decisions, nil, missed
	}
	desk.Store = p.Standby
	if decisions, err = desk.Record(ctx, run); err != nil {
		return AtStandby, nil, missed, fmt.Errorf("neither region took the run: %w", errors.Join(missed, err))
	}
	return AtStandby, decisions, missed, nil
}

// A Place is one of the two tables.
type Place string

// The places.
const (
	AtHome    Place = "home"
	AtStandby Place = "standby"
)

// Holder is the table whose route has a page, for what the carrier says about it; with no page id, the one from which
// people are paged now, for a text that somebody sent. The home comes first.
func (p Pair) Holder(ctx context.Context, pageID string) incident.Store {
	if p.Standby == nil {
		return p.Home
	}
	brief, cancel := context.WithTimeout(ctx, p.patience())
	defer cancel()
	route, err := paging.LoadState(brief, p.Home)
	if err != nil {
		return p.Standby
	}
	if pageID == "" || has(route, pageID) {
		return p.Home
	}
	brief, cancel = context.WithTimeout(ctx, p.patience())
	defer cancel()
	if theirs, err := paging.LoadState(brief, p.Standby); err == nil && has(theirs, pageID) {
		return p.Standby
	}
	return p.Home
}

func has(r paging.NotificationState, pageID string) bool {
	return slices.ContainsFunc(r.Pages, func(p incident.Page) bool { return p.ID == pageID })
}
