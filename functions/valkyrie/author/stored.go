package author

import (
	"context"
	"fmt"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/status"
)

// renameStored moves all records of a journey to another name. The pager's state goes first, so that a pager of the new version
// finds the open incidents under the new name; each part may be repeated after an error.
func (c Config) renameStored(ctx context.Context, store Store, from, to string) error {
	open, err := paging.RenameJourney(ctx, store, from, to)
	if err != nil {
		return err
	}
	kept, err := judge.RenameState(ctx, store, from, to)
	if err != nil {
		return err
	}
	if err := status.RenameCoverage(ctx, store, from, to); err != nil {
		return err
	}
	incidents, err := renameIncidents(ctx, store, from, to)
	if err != nil {
		return err
	}
	progress := cli.NewProgress(c.Stderr)
	moved, err := store.RenameRuns(ctx, from, to, func(n int64) { progress.Update("moved %d runs", n) })
	progress.End()
	if err != nil {
		return cli.Broken("%w; the runs that were moved stay so: run the same command again", err)
	}
	fmt.Fprintf(c.Stdout, "stored   %d runs and %d incidents are %s's now\n", moved, incidents, to)
	if open > 0 {
		fmt.Fprintf(c.Stdout, "open     %d incidents go on as %s's\n", open, to)
	}
	if kept {
		fmt.Fprintf(c.Stderr, "%s has run already: its runs in a row are counted from there, not from those of %s\n", to, from)
	}
	return nil
}

// renameIncidents moves the history of incidents. Their ids stay: people and links know them by these.
func renameIncidents(ctx context.Context, store incident.IncidentLog, from, to string) (n int, err error) {
	all, err := store.Incidents(ctx, time.Time{})
	if err != nil {
		return 0, err
	}
	for _, r := range all {
		if r.Journey != from {
			continue
		}
		r.Journey = to
		if err := store.PutIncident(ctx, r); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// unwatchStored ends what a store has open about a journey that is watched no more.
func (c Config) unwatchStored(ctx context.Context, store Store, name string) error {
	ended, err := paging.EndWatch(ctx, store, name, c.Now().UTC())
	if err != nil {
		return err
	}
	if err := judge.ForgetState(ctx, store, name); err != nil {
		return err
	}
	for _, i := range ended {
		fmt.Fprintf(c.Stdout, "ended    #%s, %s since %s: no longer watched; the pager tells those who were alerted\n", i.Short(), i.Kind, cli.FormatMinute(i.Since))
	}
	return nil
}
