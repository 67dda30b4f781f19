package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// applicationID marks a file as Valkyrie's: "VALK" in the field of the file's header that SQLite keeps for this purpose.
const applicationID = 0x56414c4b

// releases returns the scripts that lead from an empty file to today's tables: script i leads from version i to i+1.
// A script that has shipped is never edited; the next change is the next file.
func releases() []string {
	entries, err := schemaFiles.ReadDir("schema")
	if err != nil {
		panic(err) // the folder is part of the program
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

// prepare makes sure that the file is ours, and brings it up to date. It changes nothing before it knows whose it is.
func (s *Store) prepare(ctx context.Context, schemas []string, mayInit bool) error {
	var found label
	err := s.read(ctx, func(tx *sql.Tx) (err error) {
		found, err = readLabel(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	if found.empty() && !mayInit {
		return noHistory(s.path)
	}
	if err := found.check(s.path, len(schemas)); err != nil {
		return err
	}
	if err := s.useWriteAheadLog(ctx); err != nil {
		return err
	}
	if found.version == len(schemas) {
		return nil
	}
	return s.write(ctx, func(tx *sql.Tx) error { return migrate(ctx, tx, s.path, schemas) })
}

// migrate runs the scripts that the file has not seen. It asks for the version again: two processes may open an old
// file at the same moment, and the second finds the work done.
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
			return fmt.Errorf("bringing %q from schema version %d to %d: %w", path, v, v+1, err)
		}
	}
	_, err = tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d",
		applicationID, len(schemas)))
	return err
}

// useWriteAheadLog lets readers read while somebody writes. The file remembers it; asking again costs nothing.
func (s *Store) useWriteAheadLog(ctx context.Context) error {
	var mode string
	err := s.patiently(ctx, func() error {
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
