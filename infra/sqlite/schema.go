package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"time"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// applicationID identifies a file as Valkyrie's: "VALK" in the field of the file header that SQLite reserves for this.
const applicationID = 0x56414c4b

// releases returns the migration scripts: script i migrates from version i to i+1. A released script is never edited; the
// next change is the next file.
func releases() []string {
	entries, err := schemaFiles.ReadDir("schema")
	if err != nil {
		panic(err) // the folder is embedded
	}
	var scripts []string
	for i, e := range entries {
		if want := fmt.Sprintf("%03d.sql", i+1); e.Name() != want {
			panic(fmt.Sprintf("infra/sqlite/schema: found %s, expected %s", e.Name(), want))
		}
		script, err := schemaFiles.ReadFile("schema/" + e.Name())
		if err != nil {
			panic(err)
		}
		scripts = append(scripts, string(script))
	}
	return scripts
}

// prepare checks that the file belongs to Valkyrie, then migrates it. It changes nothing before the check.
func (s *Store) prepare(ctx context.Context, schemas []string, mayInit, unlogged bool) error {
	var found label
	err := s.read(ctx, func(tx *sql.Tx) (err error) {
		found, err = readLabel(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	if found.empty() && found.pages > 0 && s.lostLog(ctx) {
		return fmt.Errorf("%q has lost its write-ahead log, %q, in which everything was: do not copy or move the one without the other; "+
			"put the log back, or restore a backup (valkyrie restore FILE), or delete the file to begin anew", s.path, s.path+"-wal")
	}
	if found.empty() && !mayInit {
		return noHistory(s.path)
	}
	if err := found.check(s.path, len(schemas)); err != nil {
		return err
	}
	mode, err := s.journalMode(ctx)
	if err != nil {
		return err
	}
	if err := s.useWriteAheadLog(ctx); err != nil {
		return err
	}
	if found.version != len(schemas) {
		if err := s.write(ctx, func(tx *sql.Tx) error { return migrate(ctx, tx, s.path, schemas) }); err != nil {
			return err
		}
	}
	return s.findLoss(ctx, unlogged, mode == "wal", found)
}

// lostLog reports whether a file without content, but in the mode of a write-ahead log, has none beside it for a while. Another
// program that makes the database just now has set the mode, and writes the log next.
func (s *Store) lostLog(ctx context.Context) bool {
	const patience, pause = 2 * time.Second, 20 * time.Millisecond
	var mode string
	if err := s.db.QueryRowContext(ctx, "SELECT journal_mode FROM pragma_journal_mode").Scan(&mode); err != nil || mode != "wal" {
		return false
	}
	for range patience / pause {
		var found label
		err := s.read(ctx, func(tx *sql.Tx) (err error) {
			found, err = readLabel(ctx, tx)
			return err
		})
		if err != nil || !found.empty() {
			return false
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(pause):
		}
	}
	return true
}

// migrate runs the scripts that the file lacks. It reads the version again: two processes may open an old file at once, and
// the second finds it migrated.
func migrate(ctx context.Context, tx *sql.Tx, path string, schemas []string) error {
	found, err := readLabel(ctx, tx)
	if err != nil {
		return err
	}
	if err := found.check(path, len(schemas)); err != nil {
		return err
	}
	for v := found.version; v < len(schemas); v++ {
		if _, err := tx.ExecContext(ctx, schemas[v]); err != nil {
			return fmt.Errorf("migrate %q from schema version %d to %d: %w", path, v, v+1, err)
		}
	}
	_, err = tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d",
		applicationID, len(schemas)))
	return err
}

// useWriteAheadLog lets readers read during a write. The file keeps the setting; setting it again costs nothing.
func (s *Store) useWriteAheadLog(ctx context.Context) error {
	var mode string
	err := s.retryBusy(ctx, func() error {
		return s.db.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode)
	})
	if err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("%q cannot keep a write-ahead log (journal mode %q): is it on a network drive? "+
			"choose a --db on a local disk", s.path, mode)
	}
	return nil
}

// A label holds the file's own metadata.
type label struct {
	application int // the application id
	version     int // number of schema scripts applied
	objects     int // number of tables and indexes
	pages       int // of the file, which has none until it is written to
}

// readLabel reads the label of the open file.
func readLabel(ctx context.Context, tx *sql.Tx) (label, error) {
	const query = `SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema), page_count
		FROM pragma_application_id, pragma_user_version, pragma_page_count`
	var l label
	err := tx.QueryRowContext(ctx, query).Scan(&l.application, &l.version, &l.objects, &l.pages)
	return l, err
}

// empty reports whether the file has no content. With pages, it had some.
func (l label) empty() bool { return l == label{pages: l.pages} }

// check refuses the files of other programs, and those of a newer Valkyrie; latest is the newest version that this one
// knows.
func (l label) check(path string, latest int) error {
	switch {
	case l.empty():
		return nil
	case l.application != applicationID:
		return fmt.Errorf("%q is not a Valkyrie database but another program's (SQLite application id %#x, %d tables "+
			"and indexes); choose another --db", path, uint32(l.application), l.objects)
	case l.version > latest:
		return fmt.Errorf("%q was written by a newer Valkyrie (schema version %d, this one knows up to %d); "+
			"update valkyrie, or choose another --db", path, l.version, latest)
	}
	return nil
}
