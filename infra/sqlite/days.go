package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/infra/days"
	"valkyrie/probes/journey"
)

var (
	_ days.Log             = (*Store)(nil)
	_ incident.RunStreamer = (*Store)(nil)
)

// dayBefore returns the day of a run that is about to be added, without it; nil: the day is not kept, and is added up when it is
// read. That holds for a run without a slot, too, which is on no day.
func dayBefore(ctx context.Context, tx *sql.Tx, run *journey.Run) (*days.Day, error) {
	if run.Slot.IsZero() {
		return nil, nil
	}
	day := days.Day{Journey: run.Journey, Date: days.Of(run.Slot)}
	date := day.Date.Format(time.DateOnly)
	var data []byte
	err := tx.QueryRowContext(ctx, "SELECT data FROM days WHERE journey = ? AND day = ?", day.Journey, date).Scan(&data)
	switch {
	case err == nil && day.UnmarshalBinary(data) == nil:
		return &day, nil
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return nil, err
	}
	var others bool
	const probe = "SELECT EXISTS (SELECT 1 FROM runs WHERE journey = ? AND slot >= ? AND slot < ?)"
	if err := tx.QueryRowContext(ctx, probe, day.Journey, date, date+"~").Scan(&others); err != nil || others {
		return nil, err
	}
	return &day, nil
}

// putDay stores a day.
func putDay(ctx context.Context, tx *sql.Tx, day *days.Day) error {
	data, err := day.MarshalBinary()
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT OR REPLACE INTO days (journey, day, data) VALUES (?, ?, ?)",
		day.Journey, day.Date.Format(time.DateOnly), data)
	return err
}

// Days implements [days.Log]. It adds up the days that are not kept, which takes as long as reading their runs, and keeps them.
func (s *Store) Days(ctx context.Context, name string, from, until time.Time) iter.Seq2[days.Day, error] {
	return func(yield func(days.Day, error) bool) {
		names := []string{name}
		if name == "" {
			var err error
			if names, err = s.journeyNames(ctx); err != nil {
				yield(days.Day{}, fmt.Errorf("list the journeys: %w", err))
				return
			}
		}
		for _, name := range names {
			listed, err := s.listDays(ctx, name, from, until)
			if err != nil {
				yield(days.Day{}, fmt.Errorf("list the days of journey %q: %w", name, err))
				return
			}
			for _, l := range listed {
				day := days.Day{Journey: name, Date: l.date}
				if day.UnmarshalBinary(l.data) != nil {
					day, err = s.addUp(ctx, name, l.date)
				}
				if !yield(day, err) || err != nil {
					return
				}
			}
		}
	}
}

// AddUpDays adds up the days before a time that are not kept, such as those of a store of an earlier version, and keeps them. It
// rests four times as long as it works, because journeys are run and measured meanwhile.
func (s *Store) AddUpDays(ctx context.Context, before time.Time) error {
	const rests = 4
	names, err := s.journeyNames(ctx)
	if err != nil {
		return fmt.Errorf("list the journeys: %w", err)
	}
	for _, name := range names {
		listed, err := s.listDays(ctx, name, time.Time{}, days.Of(before))
		if err != nil {
			return fmt.Errorf("list the days of journey %q: %w", name, err)
		}
		for _, l := range listed {
			if new(days.Day).UnmarshalBinary(l.data) == nil {
				continue
			}
			began := time.Now()
			if _, err := s.addUp(ctx, name, l.date); err != nil {
				return err
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(rests * time.Since(began)):
			}
		}
	}
	return nil
}

// journeyNames lists the journeys that have runs. It looks up each of them in the index, and reads no run.
func (s *Store) journeyNames(ctx context.Context) (names []string, err error) {
	const query = `WITH RECURSIVE all_of(name) AS (
			SELECT min(journey) FROM runs
			UNION ALL SELECT (SELECT min(journey) FROM runs WHERE journey > name) FROM all_of WHERE name IS NOT NULL)
		SELECT name FROM all_of WHERE name IS NOT NULL`
	err = s.read(ctx, func(tx *sql.Tx) error {
		names = nil
		return eachRow(ctx, tx, func(rows *sql.Rows) error {
			var name string
			err := rows.Scan(&name)
			names = append(names, name)
			return err
		}, query)
	})
	return names, err
}

// A listedDay is a day that has runs; data is nil if it is not kept.
type listedDay struct {
	date time.Time
	data []byte
}

// daysOfJourney looks up each day that has runs in the index, and reads no run. It gives one lower bound of the slot alone: of two,
// SQLite may take the earlier one, and read all entries from there.
const daysOfJourney = `WITH RECURSIVE all_of(day) AS (
		SELECT substr(min(slot), 1, 10) FROM runs WHERE journey = ?1 AND slot >= ?2 AND slot < ?3
		UNION ALL SELECT (SELECT substr(min(slot), 1, 10) FROM runs WHERE journey = ?1 AND slot > day || '~' AND slot < ?3) FROM all_of WHERE day IS NOT NULL)
	SELECT all_of.day, days.data FROM all_of LEFT JOIN days ON days.journey = ?1 AND days.day = all_of.day WHERE all_of.day IS NOT NULL`

// listDays lists the days of a journey from one midnight to another.
func (s *Store) listDays(ctx context.Context, name string, from, until time.Time) (all []listedDay, err error) {
	begin, end := any("0"), any("~") // sort before and after every time; a run without a slot is on no day
	if !from.IsZero() {
		begin = stamp{&from}
	}
	if !until.IsZero() {
		end = stamp{&until}
	}
	err = s.read(ctx, func(tx *sql.Tx) error {
		all = nil
		return eachRow(ctx, tx, func(rows *sql.Rows) error {
			var l listedDay
			var date string
			if err := rows.Scan(&date, &l.data); err != nil {
				return err
			}
			var err error
			l.date, err = time.Parse(time.DateOnly, date)
			all = append(all, l)
			return err
		}, daysOfJourney, name, begin, end)
	})
	return all, err
}

// addUp adds up the runs of a day, page by page, and keeps the day. No run is stored meanwhile.
func (s *Store) addUp(ctx context.Context, name string, date time.Time) (day days.Day, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		day = days.Day{Journey: name, Date: date}
		q := incident.RunQuery{Journey: name, Since: date, Until: days.Next(date)}
		for last := (*journey.Run)(nil); ; {
			chosen := choosePage(q, last)
			chosen.of = summands
			page, err := readChosen(ctx, tx, chosen)
			if err != nil {
				return err
			}
			for _, run := range page {
				day.Add(run)
			}
			if len(page) < pageRuns {
				return putDay(ctx, tx, &day)
			}
			last = &page[pageRuns-1]
		}
	})
	if err != nil {
		err = fmt.Errorf("add up the runs of journey %q on %s: %w", name, date.Format(time.DateOnly), err)
	}
	return day, err
}

// eachRow calls see with the rows of a query.
func eachRow(ctx context.Context, tx *sql.Tx, see func(*sql.Rows) error, query string, args ...any) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := see(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
