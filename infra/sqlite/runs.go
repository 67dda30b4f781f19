package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

const runColumns = "id, journey, region, slot, every_ms, started, outcome, duration_ms, counts, error, evidence, site, tries, first_error, cleanup_error, starved_ms, starved_p95_ms, chrome, problems, vitals, certificates"

// runFields lists the fields of runColumns.
func runFields(r *journey.Run) []any {
	return []any{
		&r.ID, &r.Journey, &r.Region,
		stamp{&r.Slot},
		&r.EveryMS,
		stamp{&r.Started},
		&r.Outcome, &r.DurationMS,
		document{&r.Counts},
		&r.Error,
		document{&r.Evidence},
		&r.Site, &r.Tries, &r.FirstError, &r.CleanupError, &r.StarvedMS, &r.StarvedP95MS, &r.Chrome,
		document{&r.Problems},
		document{&r.Vitals},
		optional{document{&r.Certificates}},
	}
}

// leanColumns are what judging reads. Of the evidence, that is only whether it is pending, because the run has not ended.
const leanColumns = "id, journey, region, slot, every_ms, started, outcome, duration_ms, counts, error, tries, first_error, certificates, iif(instr(evidence, '\"pending\"'), evidence, '[]')"

// leanFields lists the fields of leanColumns.
func leanFields(r *journey.Run) []any {
	return []any{
		&r.ID, &r.Journey, &r.Region,
		stamp{&r.Slot},
		&r.EveryMS,
		stamp{&r.Started},
		&r.Outcome, &r.DurationMS,
		document{&r.Counts},
		&r.Error, &r.Tries, &r.FirstError,
		optional{document{&r.Certificates}},
		document{&r.Evidence},
	}
}

// PutRun implements [incident.RunLog].
func (s *Store) PutRun(ctx context.Context, run journey.Run) error {
	_, err := s.AddRun(ctx, run)
	return err
}

// AddRun implements [incident.RunAdder].
func (s *Store) AddRun(ctx context.Context, run journey.Run) (added bool, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		day, err := dayBefore(ctx, tx, &run)
		if err != nil {
			return err
		}
		var result sql.Result
		result, added, err = addRun(ctx, tx, &run)
		if err == nil && !added && !run.Unfinished() {
			if added, err = removeUnfinished(ctx, tx, &run); err == nil && added {
				day = nil
				result, added, err = addRun(ctx, tx, &run)
			}
		}
		if err != nil || !added {
			return err // the slot has its verdict
		}
		number, err := result.LastInsertId()
		if err != nil {
			return err
		}
		if err := putSteps(ctx, tx, number, run.Steps); err != nil || day == nil {
			return err
		}
		day.Add(run)
		return putDay(ctx, tx, day)
	})
	if err != nil {
		return false, fmt.Errorf("write the run of journey %q in region %q, slot %s: %w",
			run.Journey, run.Region, run.Slot.UTC().Format(time.RFC3339Nano), err)
	}
	s.noteLatest(run.Slot)
	return added, nil
}

// addRun adds a run without its steps, unless its slot has one.
func addRun(ctx context.Context, tx *sql.Tx, run *journey.Run) (result sql.Result, added bool, err error) {
	insert := insertInto("runs", runColumns) + " ON CONFLICT (journey, slot, region) DO NOTHING"
	if result, err = tx.ExecContext(ctx, insert, runFields(run)...); err != nil {
		return nil, false, err
	}
	n, err := result.RowsAffected()
	return result, n > 0, err
}

// removeUnfinished removes the run as it was stored before its end, and reports whether it was.
func removeUnfinished(ctx context.Context, tx *sql.Tx, run *journey.Run) (bool, error) {
	const unfinished = `DELETE FROM runs WHERE journey = ? AND slot = ? AND region = ? AND id = ? AND evidence LIKE '%"kind":"pending"%'`
	result, err := tx.ExecContext(ctx, unfinished, run.Journey, stamp{&run.Slot}, run.Region, run.ID)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// Runs implements [incident.RunLog].
func (s *Store) Runs(ctx context.Context, q incident.RunQuery) ([]journey.Run, error) {
	chosen := choose(q)
	var runs []journey.Run
	err := s.read(ctx, func(tx *sql.Tx) error {
		var err error
		runs, err = readChosen(ctx, tx, chosen)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read runs: %w", err)
	}
	slices.Reverse(runs) // they were read newest first, because of the limit
	return runs, nil
}

// readChosen reads the chosen runs, in the order of the choice, with their steps.
func readChosen(ctx context.Context, tx *sql.Tx, c choice) ([]journey.Run, error) {
	runs, numbers, err := readRuns(ctx, tx, c)
	if err != nil || c.of.stepColumns == "" {
		return runs, err
	}
	return runs, readSteps(ctx, tx, c, runs, numbers)
}

// A choice is the end of a query over runs: the conditions, the order, and the limit.
type choice struct {
	where string
	args  []any
	of    selection
}

// A selection is the columns that are read, and the fields for them.
type selection struct {
	columns     string // of runs
	fields      func(*journey.Run) []any
	stepColumns string // none: no steps
	stepFields  func(*journey.StepResult) []any
}

var (
	everything = selection{runColumns, runFields, stepColumns, stepFields}
	leanly     = selection{leanColumns, leanFields, leanStepColumns, leanStepFields}
	// summands are what days add up, and what a page needs to begin after a run.
	summands = selection{
		"id, journey, region, slot, every_ms, outcome, duration_ms, tries",
		func(r *journey.Run) []any {
			return []any{&r.ID, &r.Journey, &r.Region, stamp{&r.Slot}, &r.EveryMS, &r.Outcome, &r.DurationMS, &r.Tries}
		},
		"name, duration_ms, cleanup",
		func(s *journey.StepResult) []any { return []any{&s.Name, &s.DurationMS, &s.Cleanup} },
	}
)

// selectionOf returns the columns that a query asks for.
func selectionOf(q incident.RunQuery) selection {
	of := everything
	if q.Lean {
		of = leanly
	}
	if q.WithoutSteps {
		of.stepColumns = ""
	}
	return of
}

// choose turns a query into SQL. Each of its two forms follows an index from its end, so that the cost depends on the
// number of runs returned, not on the length of the history.
func choose(q incident.RunQuery) choice {
	limit := -1 // SQLite's value for no limit
	if q.Limit > 0 {
		limit = q.Limit
	}
	until := any("~") // sorts after every time
	if !q.Until.IsZero() {
		until = stamp{&q.Until}
	}
	const newest = " slot >= ? AND slot < ? ORDER BY slot DESC, region DESC, id DESC, journey DESC LIMIT ?"
	if q.Journey == "" {
		return choice{"WHERE" + newest, []any{stamp{&q.Since}, until, limit}, selectionOf(q)}
	}
	return choice{"WHERE journey = ? AND" + newest, []any{q.Journey, stamp{&q.Since}, until, limit}, selectionOf(q)}
}

// readRuns reads the chosen runs without steps, with the number of each.
func readRuns(ctx context.Context, tx *sql.Tx, c choice) (runs []journey.Run, numbers []int64, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT number, "+c.of.columns+" FROM runs "+c.where, c.args...)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	runs = []journey.Run{}
	for rows.Next() {
		r := journey.Run{Steps: []journey.StepResult{}}
		var number int64
		if err := rows.Scan(append([]any{&number}, c.of.fields(&r)...)...); err != nil {
			return nil, nil, err
		}
		runs, numbers = append(runs, r), append(numbers, number)
	}
	return runs, numbers, rows.Err()
}

// atOnce is the number of runs removed in one write: it holds the file for a few hundredths of a second, and other writers
// run in between.
const atOnce = 500

// Sweep removes the runs, with their steps, of slots before a time, and returns their number. Incidents and their pages
// stay. The file does not shrink: the room is used again.
func (s *Store) Sweep(ctx context.Context, before time.Time) (swept int64, err error) {
	const remove = "DELETE FROM runs WHERE number IN (SELECT number FROM runs WHERE slot < ? ORDER BY slot LIMIT ?)"
	for n := int64(atOnce); n == atOnce; {
		err := s.write(ctx, func(tx *sql.Tx) error {
			result, err := tx.ExecContext(ctx, remove, stamp{&before}, atOnce)
			if err != nil {
				return err
			}
			n, err = result.RowsAffected()
			return err
		})
		if err != nil {
			return swept, fmt.Errorf("remove the runs before %s: %w", before.UTC().Format(time.RFC3339), err)
		}
		swept += n
	}
	return swept, nil
}

var _ incident.RunRenamer = (*Store)(nil)

// RenameRuns implements [incident.RunRenamer]. Triggers drop what the days of both names add up to.
func (s *Store) RenameRuns(ctx context.Context, from, to string, progress func(moved int64)) (moved int64, err error) {
	const some = "(SELECT number FROM runs WHERE journey = ? ORDER BY slot LIMIT ?)"
	for left := true; left; {
		var n int64
		err := s.write(ctx, func(tx *sql.Tx) error {
			result, err := tx.ExecContext(ctx, "UPDATE OR IGNORE runs SET journey = ? WHERE number IN "+some, to, from, atOnce)
			if err != nil {
				return err
			}
			if n, err = result.RowsAffected(); err != nil {
				return err
			}
			if left = n > 0; left {
				return nil
			}
			// The next ones have a run of the new name in their slot.
			if result, err = tx.ExecContext(ctx, "DELETE FROM runs WHERE number IN "+some, from, atOnce); err != nil {
				return err
			}
			dropped, err := result.RowsAffected()
			left = dropped > 0
			return err
		})
		if err != nil {
			return moved, fmt.Errorf("move the runs of journey %q to %q: %w", from, to, err)
		}
		moved += n
		progress(moved)
	}
	return moved, nil
}
