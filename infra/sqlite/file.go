package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"syscall"

	_ "modernc.org/sqlite" // the driver named "sqlite"
)

// create creates an empty file at path if none exists. Only its owner may read it, as it holds phone numbers.
//
// It never opens an existing file, not even to read its header: POSIX drops all locks that a process has on a file when it
// closes any handle of it, and so would drop those of another Store in this process.
func create(path string) error {
	info, err := os.Stat(path)
	if err == nil {
		return mustBeRegular(path, info)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil // another process created it just now
	}
	if err != nil {
		return cannotCreate(path, err)
	}
	return f.Close()
}

// cannotCreate explains why a new file cannot be created.
func cannotCreate(path string, err error) error {
	folder := filepath.Dir(path)
	cure := "choose another --db"
	switch {
	case errors.Is(err, fs.ErrNotExist):
		cure = fmt.Sprintf("there is no folder %q; make it, or choose another --db", folder)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		cure = fmt.Sprintf("the folder %q is not writable; choose another --db", folder)
	case errors.Is(err, syscall.ENOSPC):
		cure = "the disk is full; make room, or choose another --db"
	}
	return fmt.Errorf("cannot create the database %q: %s: %w", path, cure, err)
}

// mustExist requires a file at path.
func mustExist(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return noHistory(path)
	}
	if err != nil {
		return fmt.Errorf("find the database %q; choose another --db: %w", path, err)
	}
	return mustBeRegular(path, info)
}

// noHistory returns the error for reading a database that does not exist.
func noHistory(path string) error {
	return fmt.Errorf("there is no Valkyrie database at %q; run `valkyrie watch` first, or choose another --db: %w",
		path, fs.ErrNotExist)
}

// mustBeRegular refuses folders, pipes and devices.
func mustBeRegular(path string, info fs.FileInfo) error {
	switch {
	case info.IsDir():
		return fmt.Errorf("%q is a folder, expected a database file; choose another --db, such as %q",
			path, filepath.Join(path, "valkyrie.db"))
	case !info.Mode().IsRegular():
		return fmt.Errorf("%q is not an ordinary file (%s), expected a database; choose another --db",
			path, info.Mode().Type())
	}
	return nil
}

// dataSource returns the driver's URI for the file. The path is absolute and escaped, so that no character in it is parsed
// as an option.
func dataSource(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("database %q: %w", path, err)
	}
	options := url.Values{
		"mode":    {"rw"},        // never create: create does that, with the right permissions
		"_txlock": {"immediate"}, // a writer takes the lock before it reads, so that it never has to start over
		"_pragma": {
			"busy_timeout(100)", // short, as SQLite ignores the context while it waits; retryBusy retries
			"synchronous(FULL)",
			"journal_size_limit(67108864)", // of the write-ahead log, after a long reader made it grow
			"foreign_keys(1)",
		},
	}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(abs), RawQuery: options.Encode()}
	return u.String(), nil
}
