package sqlite

import (
	"context"
	"database/sql"
	"fmt"
)

// A label holds the file's own metadata.
type label struct {
	application int // the application id
	version     int // number of schema scripts applied
	objects     int // number of tables and indexes
}

// readLabel reads the label of the open file.
func readLabel(ctx context.Context, tx *sql.Tx) (label, error) {
	const query = `SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
		FROM pragma_application_id, pragma_user_version`
	var l label
	err := tx.QueryRowContext(ctx, query).Scan(&l.application, &l.version, &l.objects)
	return l, err
}

// empty reports whether the file was never written to.
func (l label) empty() bool { return l == label{} }

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
