package main

import (
	"context"

	"valkyrie/alerts"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/probes/journey"
)

// kept is how far back a replay looks, and for how long runs are kept unless told: 13 months, so that a month can be compared
// with the same of last year.
const kept = 400 * cli.Day

// feed gives see the runs of a query in order, a few days at a time, so that they need not be in memory at once.
func feed(ctx context.Context, store alerts.RunLog, q alerts.RunQuery, see func(journey.Run)) error {
	const stretch = 3 * cli.Day
	q.Lean = true
	end := q.Until
	for from := q.Since; from.Before(end); from = from.Add(stretch) {
		q.Since, q.Until = from, from.Add(stretch)
		if q.Until.After(end) {
			q.Until = end
		}
		runs, err := store.Runs(ctx, q)
		if err != nil {
			return err
		}
		for _, run := range runs {
			see(run)
		}
	}
	return nil
}
