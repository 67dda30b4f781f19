package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"
)

// primaryCode returns SQLite's result code without the detail in its upper bytes, and 0 for other errors.
// https://www.sqlite.org/rescode.html
func primaryCode(err error) int {
	var e *driver.Error
	if !errors.As(err, &e) {
		return codes.SQLITE_OK
	}
	return e.Code() & 0xff
}

// isBusy reports whether err only means that another process holds the file now.
func isBusy(err error) bool {
	switch primaryCode(err) {
	case codes.SQLITE_BUSY, codes.SQLITE_PROTOCOL: // SQLITE_PROTOCOL: too many connections opened it at once
		return true
	}
	return false
}

// explain adds the file and the cure to an error of SQLite. When the context has ended it reports that as the cause, as
// SQLite itself only reports "interrupted".
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

// cure returns the meaning of a result code for this file, with the cure.
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
