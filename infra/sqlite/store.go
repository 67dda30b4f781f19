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

// A Store is an open database. Its methods are safe for several goroutines, and for several processes on one file.
type Store struct {
	db       *sql.DB
	path     string
	patience time.Duration
}

// defaultPatience is how long a call waits for another process to let go of the file. Writers hold it for
// milliseconds; ten seconds means that something is stuck.
const defaultPatience = 10 * time.Second

// Open opens the database at path, makes it if there is none, and brings its tables up to date. The folder must exist.
// A file that is something else is left as it is and reported, with what to do about it.
func Open(ctx context.Context, path string) (*Store, error) {
	if err := create(path); err != nil {
		return nil, err
	}
	return open(ctx, path, releases(), true)
}

// OpenHasty is Open for what may be lost when the power fails, such as a simulation's history: it does not wait for the
// disk.
func OpenHasty(ctx context.Context, path string) (*Store, error) {
	s, err := Open(ctx, path)
	if err != nil {
		return nil, err
	}
	if _, err := s.db.ExecContext(ctx, "PRAGMA synchronous = OFF"); err != nil {
		return nil, errors.Join(fmt.Errorf("opening %q: %w", path, err), s.Close())
	}
	return s, nil
}

// OpenExisting is Open for those who only want to read: where there is no database, it says so and leaves nothing
// behind, so that a mistyped path does not become an empty history.
func OpenExisting(ctx context.Context, path string) (*Store, error) {
	if err := mustExist(path); err != nil {
		return nil, err
	}
	return open(ctx, path, releases(), false)
}

// open opens the file at path, which exists. An empty one becomes a database if mayInit is set, else it is an error.
func open(ctx context.Context, path string, schemas []string, mayInit bool) (*Store, error) {
	source, err := dataSource(path)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", source)
	if err != nil {
		return nil, fmt.Errorf("opening %q: %w", path, err)
	}
	// SQLite has one writer at a time anyway. Waiting for the one connection is fair and heeds the context; waiting for
	// SQLite's lock is neither.
	db.SetMaxOpenConns(1)
	s := &Store{db: db, path: path, patience: defaultPatience}
	if err := s.prepare(ctx, schemas, mayInit); err != nil {
		db.Close()
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	return s, nil
}

// Close ends the store's use of the file. Closing twice is fine.
func (s *Store) Close() error {
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("closing %q: %w", s.path, err)
	}
	return nil
}
