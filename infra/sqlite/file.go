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

// create makes an empty file at path if nothing is there. It holds phone numbers, so only its owner may read it.
//
// A file that is there is not opened here, not even to look at its first bytes: POSIX drops all locks a process has on
// a file as soon as it closes any handle of it, and so would take away those of another Store in this process.
func create(path string) error {
	info, err := os.Stat(path)
	if err == nil {
		return mustBeRegular(path, info)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil // another process made it just now
	}
	if err != nil {
		return cannotCreate(path, err)
	}
	return f.Close()
}

// cannotCreate says what stands in the way of a new file.
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

// mustExist reports an error unless there is a file at path.
func mustExist(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return noHistory(path)
	}
	if err != nil {
		return fmt.Errorf("cannot look at the database %q; choose another --db: %w", path, err)
	}
	return mustBeRegular(path, info)
}

// noHistory is the error of reading where nothing was ever written.
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

// dataSource is how the driver is told of the file. The path is made absolute and escaped, so that no character in it
// is taken for an option.
func dataSource(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("database %q: %w", path, err)
	}
	options := url.Values{
		"mode":    {"rw"},        // never create: create has done it, with the right permissions
		"_txlock": {"immediate"}, // a writer takes the lock before it reads, so that it never has to start over
		"_pragma": {
			"busy_timeout(100)", // short: SQLite does not heed a context while it waits. patiently asks again
			"synchronous(FULL)",
			"foreign_keys(1)",
		},
	}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(abs), RawQuery: options.Encode()}
	return u.String(), nil
}
