package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// A database that went back in time opens like any other: an older copy was put in its place, or its write-ahead log was
// deleted, or left behind by a copy. Two traces outside the database show it.
//
//   - A file beside it (valkyrie.db-latest) holds the time of the latest run, to the minute. If the database ends earlier, it went
//     back.
//   - The last store to close a database leaves it in a mode without write-ahead log. A database that needs a log and has none
//     lost it. That counts only where the first trace is missing: beside a file whose time the database reaches, another program,
//     such as sqlite3, has moved the log of a killed one into it. Programs before firstClosingVersion left the mode as it was.
//
// Nothing shows that a database is an older one if it was copied after it was closed in order, or with its log, and is opened
// without its file of the latest run, or within the minute of that run.

// latestFile returns the path of the file with the time of the latest run.
func latestFile(path string) string { return path + "-latest" }

// logFile returns the path of the write-ahead log.
func logFile(path string) string { return path + "-wal" }

// firstClosingVersion is the version of the schema from which on the last store to close a database removes the mode.
const firstClosingVersion = 8

// hasNoLog reports whether there is a database without a write-ahead log. Call it before the database is opened, which makes one.
func hasNoLog(path string) bool {
	_, err := os.Stat(logFile(path))
	return errors.Is(err, fs.ErrNotExist)
}

// Loss describes what the database seems to have lost, and the time that it goes back to; "" if it is as it was left.
func (s *Store) Loss() string { return s.loss }

// findLoss compares the database with the traces outside it. unlogged is hasNoLog from before it was opened, and found what it held
// then.
func (s *Store) findLoss(ctx context.Context, unlogged, needsLog bool, found label) error {
	latest, err := s.Latest(ctx)
	if err != nil {
		return err
	}
	ends := "holds no run"
	if !latest.IsZero() {
		ends = "ends at " + latest.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	const unknown = "It knows no later acknowledgement, and may page people again."
	switch marked := readLatest(s.path); {
	case latest.Before(marked):
		s.loss = fmt.Sprintf("%q %s, and held runs until %s: an older copy was put in its place, or its write-ahead log, %q, is lost. %s",
			s.path, ends, marked.Format("2006-01-02 15:04 UTC"), logFile(s.path), unknown)
	case unlogged && needsLog && marked.IsZero() && found.version >= firstClosingVersion:
		s.loss = fmt.Sprintf("%q %s: it was not closed by valkyrie, and its write-ahead log, %q, is missing, with what came after. %s",
			s.path, ends, logFile(s.path), unknown)
	}
	return nil
}

// journalMode returns SQLite's mode of the open database.
func (s *Store) journalMode(ctx context.Context) (mode string, err error) {
	err = s.retryBusy(ctx, func() error {
		return s.db.QueryRowContext(ctx, "SELECT journal_mode FROM pragma_journal_mode").Scan(&mode)
	})
	return mode, err
}

// closeInOrder leaves the database in a mode without write-ahead log if this is the last store that has it open; others go on.
func (s *Store) closeInOrder() {
	if s.opened {
		_, _ = s.db.Exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE") // it fails while others have it open
	}
}

// readLatest returns the time in the file of the latest run; zero: there is none.
func readLatest(path string) time.Time {
	text, err := os.ReadFile(latestFile(path))
	if err != nil {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return time.Time{}
	}
	return at
}

// noteLatest keeps the time of the latest run beside the database, once a minute. A failure only costs the trace.
func (s *Store) noteLatest(slot time.Time) {
	minute := slot.UTC().Truncate(time.Minute)
	s.noting.Lock()
	defer s.noting.Unlock()
	if s.hasty || !minute.After(s.noted) {
		return
	}
	s.noted = minute
	if !minute.After(readLatest(s.path)) {
		return
	}
	part := latestFile(s.path) + ".part"
	if err := os.WriteFile(part, []byte(minute.Format(time.RFC3339)), 0o600); err == nil {
		_ = os.Rename(part, latestFile(s.path))
	}
}
