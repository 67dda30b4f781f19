package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"
)

// primaryCode returns SQLite's result code without the detail in its upper bytes, and 0 for an error of anybody else.
// https://www.sqlite.org/rescode.html
func primaryCode(err error) int {
	var e *driver.Error
	if !errors.As(err, &e) {
		return codes.SQLITE_OK
	}
	return e.Code() & 0xff
}

// isBusy reports whether err only says that another process holds the file at the moment.
func isBusy(err error) bool {
	switch primaryCode(err) {
	case codes.SQLITE_BUSY, codes.SQLITE_PROTOCOL: // the latter: too many others were opening it at once
		return true
	}
	return false
}

// explain adds to an error of SQLite which file it is about and what can be done. A context that has ended is named as
// the reason, as SQLite itself only says "interrupted".
func (s *Store) explain(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%q: %w", s.path, ctx.Err())
	}
	if cure := s.cure(primaryCode(err)); cure != "" {
		return fmt.Errorf("%q %s: %w", s.path, cure, err)
	}
	return err
}

// cure says what a result code means for this file, and what to do.
func (s *Store) cure(code int) string {
	switch code {
	case codes.SQLITE_NOTADB:
		return "is not a Valkyrie database (not a SQLite file at all); choose another --db"
	case codes.SQLITE_CORRUPT:
		return fmt.Sprintf("is damaged; stop valkyrie, save what can be saved with `sqlite3 %s .recover`, "+
			"or choose another --db", s.path)
	case codes.SQLITE_FULL:
		return "cannot grow, the disk is full; make room"
	case codes.SQLITE_READONLY, codes.SQLITE_PERM:
		return "is read-only; make it writable for this user, or choose another --db"
	case codes.SQLITE_CANTOPEN:
		return fmt.Sprintf("cannot be opened; are it and its folder %q writable for this user? if not, choose another --db",
			filepath.Dir(s.path))
	case codes.SQLITE_IOERR:
		return "cannot be read or written; is its disk full or failing?"
	case codes.SQLITE_BUSY, codes.SQLITE_PROTOCOL:
		return fmt.Sprintf("has been held by another process for %s; end whatever holds it (`fuser %s` names it)",
			s.patience, s.path)
	}
	return ""
}
