// Package sqlite stores runs, incidents and pages in one file, so that Valkyrie runs on a laptop with nothing to install.
// It implements [incident.Store], and its tables are also meant for queries by hand:
//
//	sqlite3 valkyrie.db "select slot, region, outcome, error from runs where outcome <> 'passed' order by slot"
//	sqlite3 valkyrie.db "select s.name, avg(s.duration_ms) from steps s join runs r on r.number = s.run
//	                     where r.journey = 'print-card' group by s.name"
//	sqlite3 valkyrie.db "select planned_at, person, channel, state, result from pages order by planned_at"
//
// Times are RFC 3339 in UTC with nine decimals, so that they sort as text; an empty text means no time. Durations are
// milliseconds. Lists, such as evidence, are JSON. The rows of table days are derived from the runs: see package days.
//
// Several processes may use one file at once. A write is on disk before it returns (write-ahead log, synchronous=FULL),
// because a decision to page must survive a power cut.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"valkyrie/alerts/incident"
)

var _ incident.Store = (*Store)(nil)

// A Store is an open database. Its methods are safe for concurrent use by goroutines, and by several processes on one file.
type Store struct {
	db       *sql.DB
	path     string
	patience time.Duration
	opened   bool   // it is prepared, so that closing it may change its mode
	hasty    bool   // see OpenHasty
	loss     string // see Loss

	noting sync.Mutex
	noted  time.Time // in the file of the latest run
}

// defaultPatience is the timeout for another process to release the file. Writers hold it for milliseconds; ten seconds
// means that one is stuck.
const defaultPatience = 10 * time.Second

// Open opens the database at path, creates it if there is none, and migrates its tables. The folder must exist. A file of
// another kind is left unchanged and reported, with the cure.
func Open(ctx context.Context, path string) (*Store, error) {
	if err := create(path); err != nil {
		return nil, err
	}
	return open(ctx, path, releases(), true)
}

// OpenHasty is Open for data that may be lost in a power cut, such as a simulation's history: it does not wait for the
// disk.
func OpenHasty(ctx context.Context, path string) (*Store, error) {
	s, err := Open(ctx, path)
	if err != nil {
		return nil, err
	}
	s.hasty = true
	if _, err := s.db.ExecContext(ctx, "PRAGMA synchronous = OFF"); err != nil {
		return nil, errors.Join(fmt.Errorf("open %q: %w", path, err), s.Close())
	}
	return s, nil
}

// OpenExisting is Open for readers: without a database it returns an error and creates nothing, so that a mistyped path
// does not become an empty history.
func OpenExisting(ctx context.Context, path string) (*Store, error) {
	if err := mustExist(path); err != nil {
		return nil, err
	}
	return open(ctx, path, releases(), false)
}

// open opens the existing file at path. An empty one becomes a database if mayInit is set, and is an error otherwise.
func open(ctx context.Context, path string, schemas []string, mayInit bool) (*Store, error) {
	source, err := dataSource(path)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", source)
	if err != nil {
		return nil, fmt.Errorf("open %q: %w", path, err)
	}
	// SQLite allows one writer at a time anyway. Waiting for the one connection is fair and honours the context; waiting
	// for SQLite's lock is neither.
	db.SetMaxOpenConns(1)
	s := &Store{db: db, path: path, patience: defaultPatience}
	unlogged := hasNoLog(path)
	if err := s.prepare(ctx, schemas, mayInit, unlogged); err != nil {
		db.Close()
		return nil, fmt.Errorf("open the database: %w", err)
	}
	s.opened = true
	return s, nil
}

// Close closes the database. Closing it twice is harmless.
func (s *Store) Close() error {
	s.closeInOrder()
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("close %q: %w", s.path, err)
	}
	return nil
}

// write runs f in a transaction that holds the write lock from its beginning: data that f reads stays current until it has
// written. f may run more than once.
func (s *Store) write(ctx context.Context, f func(*sql.Tx) error) error {
	return s.retryBusy(ctx, func() error { return s.transact(ctx, &sql.TxOptions{}, f) })
}

// read runs f in a transaction in which all queries see one snapshot. f may run more than once.
func (s *Store) read(ctx context.Context, f func(*sql.Tx) error) error {
	return s.retryBusy(ctx, func() error { return s.transact(ctx, &sql.TxOptions{ReadOnly: true}, f) })
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

// retryBusy retries f while another process holds the file, until the context or the patience ends. It explains the errors.
func (s *Store) retryBusy(ctx context.Context, f func() error) error {
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
