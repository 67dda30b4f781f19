package sqlite

import (
	"context"
	"database/sql"
	"time"

	"valkyrie/alerts/incident"
)

const pageColumns = "id, incidents, purpose, channel, person, phone, state, result, why, sid, key, words, tries, resent, " +
	"planned_at, not_before, claimed_at, lease_until, accepted_at, ended_at, answered_at, hang_up_at, round, via, tried_at, switched_at, slot, key_at, times, final, again, waking"

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
	query := "SELECT incident, " + pageColumns + " FROM pages WHERE incident IN (SELECT id" + concerns + ")" +
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
