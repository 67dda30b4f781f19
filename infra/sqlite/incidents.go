package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"valkyrie/alerts/incident"
)

const incidentColumns = "id, journey, title, kind, step, error, reason, loud, regions, since, opened, last, streak, runs, spells, evidence, " +
	"state, acked_by, acked_at, resolved_at, returns, reopened, closing, rev, resolved_by, bouts, slow"

// incidentFields lists the fields of incidentColumns.
func incidentFields(i *incident.Incident) []any {
	return []any{
		&i.ID, &i.Journey, &i.Title, &i.Kind, &i.Step, &i.Error, &i.Reason, &i.PagesNow,
		document{&i.Regions},
		stamp{&i.Since},
		stamp{&i.Opened},
		stamp{&i.Last},
		&i.Streak, &i.Runs,
		document{&i.Outages},
		document{&i.Evidence},
		&i.State, &i.AckedBy,
		stamp{&i.AckedAt},
		stamp{&i.ResolvedAt},
		stamp{&i.Returns},
		stamp{&i.Reopened},
		&i.Closing, &i.Rev, &i.ResolvedBy,
		document{&i.Bouts},
		stamp{&i.Slow},
	}
}

// PutIncident implements [incident.IncidentLog].
func (s *Store) PutIncident(ctx context.Context, r incident.Record) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		if newer, err := hasNewer(ctx, tx, r); err != nil || newer {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM incidents WHERE id = ?", r.ID); err != nil { // the delete cascades to its pages
			return err
		}
		insert := insertInto("incidents", incidentColumns)
		if _, err := tx.ExecContext(ctx, insert, incidentFields(&r.Incident)...); err != nil {
			return err
		}
		return putPages(ctx, tx, r)
	})
	if err != nil {
		return fmt.Errorf("write incident %q: %w", r.ID, err)
	}
	return nil
}

// hasNewer reports whether a later revision of the record is stored.
func hasNewer(ctx context.Context, tx *sql.Tx, r incident.Record) (bool, error) {
	var rev int64
	err := tx.QueryRowContext(ctx, "SELECT rev FROM incidents WHERE id = ?", r.ID).Scan(&rev)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return rev > r.Rev, err
}

// concerns selects incidents: ?1 is the start time.
const concerns = " FROM incidents WHERE opened >= ?1 OR resolved_at >= ?1 OR state <> 'resolved'"

// Incidents implements [incident.IncidentLog]. They are ordered by opening time, then by id.
func (s *Store) Incidents(ctx context.Context, since time.Time) ([]incident.Record, error) {
	var records []incident.Record
	err := s.read(ctx, func(tx *sql.Tx) (err error) {
		if records, err = readIncidents(ctx, tx, since); err != nil {
			return err
		}
		return readPages(ctx, tx, since, records)
	})
	if err != nil {
		return nil, fmt.Errorf("read incidents: %w", err)
	}
	return records, nil
}

// readIncidents reads the records without their pages.
func readIncidents(ctx context.Context, tx *sql.Tx, since time.Time) ([]incident.Record, error) {
	rows, err := tx.QueryContext(ctx, "SELECT "+incidentColumns+concerns+" ORDER BY opened, id", stamp{&since})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	records := []incident.Record{}
	for rows.Next() {
		r := incident.Record{Pages: []incident.Page{}}
		if err := rows.Scan(incidentFields(&r.Incident)...); err != nil {
			return nil, err
		}
		if len(r.Bouts) == 0 {
			r.Bouts = nil // as when JSON omits it
		}
		records = append(records, r)
	}
	return records, rows.Err()
}
