package main

import (
	"context"
	"time"

	"valkyrie/alerts"
)

// feed gives the replay the whole history in order, a few days at a time, so that it need not be in memory at once.
func feed(ctx context.Context, store alerts.RunLog, r *alerts.Replay, now time.Time) error {
	const (
		kept    = 400 * 24 * time.Hour // 13 months
		stretch = 3 * 24 * time.Hour
	)
	for from := now.Add(-kept); from.Before(now); from = from.Add(stretch) {
		runs, err := store.Runs(ctx, alerts.RunQuery{Since: from, Until: from.Add(stretch), Lean: true})
		if err != nil {
			return err
		}
		for _, run := range runs {
			r.Judge(run)
		}
	}
	return nil
}
