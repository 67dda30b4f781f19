package sqlite

import (
	"context"
	"database/sql"
	"fmt"
)

// A label is what a file says about itself.
type label struct {
	application int // whose it is
	version     int // how many of the schema scripts it has seen
	objects     int // how many tables and indexes it has
}

// readLabel reads the label of the open file.
func readLabel(ctx context.Context, tx *sql.Tx) (label, error) {
	const query = `SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
		FROM pragma_application_id, pragma_user_version`
	var l label
	err := tx.QueryRowContext(ctx, query).Scan(&l.application, &l.version, &l.objects)
	return l, err
}

// empty reports whether nobody has written to the file yet.
func (l label) empty() bool { return l == label{} }

// check refuses the files of other programs, and those of a Valkyrie newer than this one, which knows latest versions.
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
