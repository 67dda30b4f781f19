package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"iter"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

// pageRuns is the number of runs that Stream reads at once. The memory of a reader is that of so many.
const pageRuns = 100

// Stream implements [incident.RunStreamer].
func (s *Store) Stream(ctx context.Context, q incident.RunQuery) iter.Seq2[journey.Run, error] {
	return func(yield func(journey.Run, error) bool) {
		var last *journey.Run
		for {
			page, err := s.page(ctx, q, last)
			if err != nil {
				yield(journey.Run{}, fmt.Errorf("read runs: %w", err))
				return
			}
			for _, run := range page {
				if !yield(run, nil) {
					return
				}
			}
			if len(page) < pageRuns {
				return
			}
			last = &page[pageRuns-1]
		}
	}
}

// page returns at most pageRuns runs after the last one.
func (s *Store) page(ctx context.Context, q incident.RunQuery, last *journey.Run) (page []journey.Run, err error) {
	err = s.read(ctx, func(tx *sql.Tx) (err error) {
		page, err = readChosen(ctx, tx, choosePage(q, last))
		return err
	})
	return page, err
}

// choosePage chooses the runs of a query after the last one, oldest first; nil: from the first one on. It follows the same
// indexes as choose, from where the last page has ended.
func choosePage(q incident.RunQuery, last *journey.Run) choice {
	where, args := "WHERE ", []any{}
	add := func(condition string, more ...any) { where, args = where+condition, append(args, more...) }
	if q.Journey != "" {
		add("journey = ? AND ", q.Journey)
	}
	switch {
	case last == nil:
		add("slot >= ?", stamp{&q.Since})
	case q.Journey != "":
		add("(slot, region) > (?, ?)", stamp{&last.Slot}, last.Region)
	default:
		add("(slot, region, id, journey) > (?, ?, ?, ?)", stamp{&last.Slot}, last.Region, last.ID, last.Journey)
	}
	if !q.Until.IsZero() {
		add(" AND slot < ?", stamp{&q.Until})
	}
	add(" ORDER BY slot, region, id, journey LIMIT ?", pageRuns)
	return choice{where, args, selectionOf(q)}
}
