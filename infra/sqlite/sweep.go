package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// atOnce is the number of runs removed in one write: it holds the file for a few hundredths of a second, and other writers
// run in between.
const atOnce = 500

// Sweep removes the runs, with their steps, of slots before a time, and returns their number. Incidents and their pages
// stay. The file does not shrink: the room is used again.
func (s *Store) Sweep(ctx context.Context, before time.Time) (swept int64, err error) {
	const remove = "DELETE FROM runs WHERE number IN (SELECT number FROM runs WHERE slot < ? ORDER BY slot LIMIT ?)"
	for n := int64(atOnce); n == atOnce; {
		err := s.write(ctx, func(tx *sql.Tx) error {
			result, err := tx.ExecContext(ctx, remove, stamp{&before}, atOnce)
			if err != nil {
				return err
			}
			n, err = result.RowsAffected()
			return err
		})
		if err != nil {
			return swept, fmt.Errorf("remove the runs before %s: %w", before.UTC().Format(time.RFC3339), err)
		}
		swept += n
	}
	return swept, nil
}
