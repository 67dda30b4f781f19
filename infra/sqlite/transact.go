package sqlite

import (
	"context"
	"database/sql"
	"time"
)

// write runs f in a transaction that holds the write lock from its beginning: what f reads stays true until it has
// written. f may run more than once.
func (s *Store) write(ctx context.Context, f func(*sql.Tx) error) error {
	return s.patiently(ctx, func() error { return s.transact(ctx, &sql.TxOptions{}, f) })
}

// read runs f in a transaction in which all queries see the same moment. f may run more than once.
func (s *Store) read(ctx context.Context, f func(*sql.Tx) error) error {
	return s.patiently(ctx, func() error { return s.transact(ctx, &sql.TxOptions{ReadOnly: true}, f) })
}

// transact runs f in one transaction, once.
func (s *Store) transact(ctx context.Context, options *sql.TxOptions, f func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, options)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after a commit
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// patiently repeats f while another process holds the file, until the context ends or patience does. Its errors are
// explained.
func (s *Store) patiently(ctx context.Context, f func() error) error {
	// SQLite has already waited before it says busy, most of the time; the pause is for the few cases when it did not.
	const pause = 5 * time.Millisecond
	giveUp := time.Now().Add(s.patience)
	for {
		err := f()
		if !isBusy(err) || time.Now().After(giveUp) {
			return s.explain(ctx, err)
		}
		select {
		case <-ctx.Done():
			return s.explain(ctx, ctx.Err())
		case <-time.After(pause):
		}
	}
}
