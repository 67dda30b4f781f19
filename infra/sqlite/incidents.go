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
	"state, acked_by, acked_at, resolved_at, returns, reopened, closing, rev, resolved_by, bouts, slow, " +
	"ending, mixed, only_there, evident, cost_ms, acks, ack_cost_ms, every_ms, failed_ms, often, still_fails, calmed"

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
		&i.Ending, &i.Mixed, &i.Only,
		stamp{&i.Evident},
		&i.CostMS, &i.Acks, &i.AckCostMS, &i.EveryMS, &i.FailedMS, &i.Often,
		optional{document{&i.StillFails}},
		&i.Calmed,
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

// sinceCondition selects incidents: ?1 is the start time.
const sinceCondition = " FROM incidents WHERE opened >= ?1 OR resolved_at >= ?1 OR state <> 'resolved'"

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
	rows, err := tx.QueryContext(ctx, "SELECT "+incidentColumns+sinceCondition+" ORDER BY opened, id", stamp{&since})
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

const pageColumns = "id, incidents, purpose, channel, person, phone, state, result, why, sid, key, words, tries, resent, " +
	"planned_at, not_before, claimed_at, lease_until, accepted_at, ended_at, answered_at, hang_up_at, round, via, tried_at, switched_at, slot, key_at, times, final, again, waking, given_up_at, keys"

// pageFields lists the fields of pageColumns.
func pageFields(p *incident.Page) []any {
	return []any{
		&p.ID,
		document{&p.Incidents},
		&p.Purpose, &p.Channel, &p.Person, &p.To, &p.State, &p.Result, &p.Why, &p.SID,
		&p.Key, &p.Words, &p.Tries, &p.Resent,
		stamp{&p.PlannedAt},
		stamp{&p.NotBefore},
		stamp{&p.ClaimedAt},
		stamp{&p.LeaseUntil},
		stamp{&p.AcceptedAt},
		stamp{&p.EndedAt},
		stamp{&p.AnsweredAt},
		stamp{&p.HangUpAt},
		&p.Round, &p.Via,
		stamp{&p.TriedAt},
		stamp{&p.SwitchedAt},
		stamp{&p.Slot},
		stamp{&p.KeyAt},
		&p.Times, &p.Final, &p.Again, &p.Waking,
		stamp{&p.GivenUpAt},
		&p.Keys,
	}
}

// putPages adds the pages of a record.
func putPages(ctx context.Context, tx *sql.Tx, r incident.Record) error {
	insert, err := tx.PrepareContext(ctx, insertInto("pages", "incident, position, "+pageColumns))
	if err != nil {
		return err
	}
	defer insert.Close()
	for i := range r.Pages {
		if _, err := insert.ExecContext(ctx, append([]any{r.ID, i}, pageFields(&r.Pages[i])...)...); err != nil {
			return err
		}
	}
	return nil
}

// readPages adds their pages to the records since a time, in one query.
func readPages(ctx context.Context, tx *sql.Tx, since time.Time, records []incident.Record) error {
	index := make(map[string]int, len(records))
	for i, r := range records {
		index[r.ID] = i
	}
	query := "SELECT incident, " + pageColumns + " FROM pages WHERE incident IN (SELECT id" + sinceCondition + ")" +
		" ORDER BY incident, position"
	rows, err := tx.QueryContext(ctx, query, stamp{&since})
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var inc string
		var page incident.Page
		if err := rows.Scan(append([]any{&inc}, pageFields(&page)...)...); err != nil {
			return err
		}
		record := &records[index[inc]]
		record.Pages = append(record.Pages, page)
	}
	return rows.Err()
}
