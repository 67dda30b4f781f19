package sqlite

import (
	"context"
	"database/sql"

	"valkyrie/probes/journey"
)

const stepColumns = "name, outcome, started, duration_ms, slow_ms, limit_ms, error, cleanup, waterfall, why"

// stepFields are where stepColumns are written from and read into.
func stepFields(s *journey.StepResult) []any {
	return []any{
		&s.Name, &s.Outcome, stamp{&s.Started}, &s.DurationMS, &s.SlowMS, &s.LimitMS, &s.Error, &s.Cleanup, document{&s.Waterfall}, &s.Why,
	}
}

// putSteps adds the steps of the run with that number.
func putSteps(ctx context.Context, tx *sql.Tx, number int64, steps []journey.StepResult) error {
	insert, err := tx.PrepareContext(ctx, insertInto("steps", "run, position, "+stepColumns))
	if err != nil {
		return err
	}
	defer insert.Close()
	for i := range steps {
		if _, err := insert.ExecContext(ctx, append([]any{number, i}, stepFields(&steps[i])...)...); err != nil {
			return err
		}
	}
	return nil
}

// readSteps adds to the chosen runs their steps, in one query for all of them.
func readSteps(ctx context.Context, tx *sql.Tx, c choice, runs []journey.Run, numbers []int64) error {
	index := make(map[int64]int, len(numbers))
	for i, n := range numbers {
		index[n] = i
	}
	query := "SELECT run, " + stepColumns + " FROM steps WHERE run IN (SELECT number FROM runs " + c.where + ")" +
		" ORDER BY run, position"
	rows, err := tx.QueryContext(ctx, query, c.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var number int64
		var step journey.StepResult
		if err := rows.Scan(append([]any{&number}, stepFields(&step)...)...); err != nil {
			return err
		}
		run := &runs[index[number]]
		run.Steps = append(run.Steps, step)
	}
	return rows.Err()
}
