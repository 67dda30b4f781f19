package sqlite

import (
	"context"
	"database/sql"
	"time"
)

// write runs f in a transaction that holds the write lock from its beginning: data that f reads stays current until it has
// written. f may run more than once.
func (s *Store) write(ctx context.Context, f func(*sql.Tx) error) error {
	return s.patiently(ctx, func() error { return s.transact(ctx, &sql.TxOptions{}, f) })
}

// read runs f in a transaction in which all queries see one snapshot. f may run more than once.
func (s *Store) read(ctx context.Context, f func(*sql.Tx) error) error {
	return s.patiently(ctx, func() error { return s.transact(ctx, &sql.TxOptions{ReadOnly: true}, f) })
}

// transact runs f in one transaction, once.
func (s *Store) transact(ctx context.Context, options *sql.TxOptions, f func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, options)
	if err != nil {
		return err
	}
	defer tx.Rollback() // no effect after a commit
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// patiently retries f while another process holds the file, until the context or the patience ends. It explains the errors.
func (s *Store) patiently(ctx context.Context, f func() error) error {
	// SQLite usually waits before it reports busy; the pause covers the few cases in which it does not.
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
