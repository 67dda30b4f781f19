package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Backup writes a copy of the database at path to a new file. It is consistent as of one moment, also while a watch writes, which
// it does not hold up. A copy of the file alone would lack what its write-ahead log holds.
func Backup(ctx context.Context, path, to string) error {
	if _, err := os.Stat(to); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("back up to %q: expected the name of a new file: it exists already", to)
	}
	s, err := OpenExisting(ctx, path)
	if err != nil {
		return err
	}
	defer s.Close()
	part := to + ".part" // a backup with the right name is whole
	if f, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600); err != nil {
		return fmt.Errorf("back up to %q: %w", to, err)
	} else if err := f.Close(); err != nil {
		return fmt.Errorf("back up to %q: %w", to, err)
	}
	err = s.retryBusy(ctx, func() error {
		_, err := s.db.ExecContext(ctx, "VACUUM INTO ?", part)
		return err
	})
	if err == nil {
		err = errors.Join(syncFile(part), os.Rename(part, to), syncFile(filepath.Dir(to)))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("back up to %q: %w", to, err), os.RemoveAll(part))
	}
	return nil
}

// Restore replaces the database at path by a copy of a backup, and keeps the old file at the path that it returns; empty: nothing
// was there. No program may have the database open.
func Restore(ctx context.Context, backup, path string, now time.Time) (kept string, err error) {
	if log, err := os.Stat(logFile(backup)); err == nil && log.Size() > 0 {
		return "", fmt.Errorf("restore %q: it is a database in use, with a write-ahead log beside it; expected a file of valkyrie backup", backup)
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // a link stays one
	}
	part := path + ".part"
	if err := copyFile(backup, part); err != nil {
		return "", fmt.Errorf("restore %q: %w", backup, err)
	}
	switch _, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return "", fmt.Errorf("restore to %q: %w", path, err)
	default:
		if err := leaveWriteAheadLog(ctx, path); err != nil {
			return "", errors.Join(err, os.Remove(part))
		}
		kept = path + "." + now.UTC().Format("20060102T150405Z")
		if err := os.Rename(path, kept); err != nil {
			return "", fmt.Errorf("keep %q: %w", path, err)
		}
	}
	if err := errors.Join(os.RemoveAll(latestFile(path)), os.Rename(part, path), syncFile(filepath.Dir(path))); err != nil {
		return kept, fmt.Errorf("restore to %q: %w", path, err)
	}
	return kept, nil
}

// leaveWriteAheadLog moves everything from the write-ahead log into the file, which SQLite does only for the last program that has
// it open.
func leaveWriteAheadLog(ctx context.Context, path string) error {
	source, err := dataSource(path)
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", source)
	if err != nil {
		return fmt.Errorf("open %q: %w", path, err)
	}
	defer db.Close()
	var mode string
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode = DELETE").Scan(&mode); err != nil || mode != "delete" {
		return fmt.Errorf("%q is in use (journal mode %q): stop valkyrie watch first: %w", path, mode, errors.Join(err, errInUse))
	}
	return nil
}

var errInUse = errors.New("the database is in use")

// Latest returns the time of the latest run, incident or end of one; zero: there is none.
func (s *Store) Latest(ctx context.Context) (time.Time, error) {
	var latest time.Time
	err := s.read(ctx, func(tx *sql.Tx) error {
		const query = `SELECT max(coalesce((SELECT max(slot) FROM runs), ''), coalesce((SELECT max(opened) FROM incidents), ''), coalesce((SELECT max(resolved_at) FROM incidents), ''))`
		return tx.QueryRowContext(ctx, query).Scan(stamp{&latest})
	})
	if err != nil {
		return latest, fmt.Errorf("read the time of the latest run: %w", err)
	}
	return latest, nil
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// syncFile waits until the disk has a file, or the names in a folder.
func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
