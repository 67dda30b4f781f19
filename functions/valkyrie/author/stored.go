package author

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/status"
	"valkyrie/probes/journey"
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

// checkSlots reports the slots in which both names have a run. A slot has one verdict, so that the rename would drop a run of each. The same
// run under both names was moved by a rename that was interrupted.
func checkSlots(ctx context.Context, store incident.RunLog, from, to string) error {
	q := incident.RunQuery{Journey: to, Lean: true, WithoutSteps: true}
	next, stop := iter.Pull2(incident.StreamRuns(ctx, store, q))
	defer stop()
	theirs, err, isLeft := next()
	shared, first := 0, journey.Run{}
	q.Journey = from
	for run, failed := range incident.StreamRuns(ctx, store, q) {
		for isLeft && err == nil && cmp.Or(theirs.Slot.Compare(run.Slot), cmp.Compare(theirs.Region, run.Region)) < 0 {
			theirs, err, isLeft = next()
		}
		if err = errors.Join(failed, err); err != nil || !isLeft {
			break
		}
		if theirs.Slot.Equal(run.Slot) && theirs.Region == run.Region && theirs.ID != run.ID {
			if shared++; shared == 1 {
				first = run
			}
		}
	}
	if err != nil || shared == 0 {
		return err
	}
	return cli.Usage("%s and %s both have runs in %d slots, such as %s in %s, and a slot has one run; nothing was changed\n"+
		"if they are two journeys, leave the history of %s as it is, or use another name; if they are one, --merge drops its runs in these slots",
		from, to, shared, first.Slot.UTC().Format(time.RFC3339), first.Region, from)
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
