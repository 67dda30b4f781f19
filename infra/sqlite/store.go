package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"valkyrie/alerts/incident"
)

var _ incident.Store = (*Store)(nil)

// A Store is an open database. Its methods are safe for concurrent use by goroutines, and by several processes on one file.
type Store struct {
	db       *sql.DB
	path     string
	patience time.Duration
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
	if err := s.prepare(ctx, schemas, mayInit); err != nil {
		db.Close()
		return nil, fmt.Errorf("open the database: %w", err)
	}
	return s, nil
}

// Close closes the database. Closing it twice is harmless.
func (s *Store) Close() error {
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("close %q: %w", s.path, err)
	}
	return nil
}
