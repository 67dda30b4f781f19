package main

import (
	"context"
	"log/slog"
	"time"

	"valkyrie/functions/valkyrie/cli"
)

// sweep removes the runs that are older than keep, now and every day, until ctx ends.
func (s *station) sweep(ctx context.Context, keep time.Duration, log *slog.Logger) {
	for ctx.Err() == nil {
		n, err := s.store.Sweep(ctx, time.Now().Add(-keep))
		switch {
		case err != nil && ctx.Err() == nil:
			log.Error("old runs could not be swept; it is tried again tomorrow", "err", err)
		case n > 0:
			log.Info("runs swept that were older than is kept", "runs", n, "keep", cli.FormatDuration(keep))
		}
		select {
		case <-ctx.Done():
		case <-time.After(cli.Day):
		}
	}
}
