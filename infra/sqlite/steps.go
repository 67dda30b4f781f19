package sqlite

import (
	"context"
	"database/sql"
	"slices"

	"valkyrie/probes/journey"
)

const stepColumns = "name, outcome, started, duration_ms, slow_ms, limit_ms, error, cleanup, waterfall, why"

// stepFields lists the fields of stepColumns.
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

const leanStepColumns = "name, outcome, duration_ms, slow_ms, limit_ms, error, cleanup, why"

// leanStepFields lists the fields of leanStepColumns.
func leanStepFields(s *journey.StepResult) []any {
	return []any{&s.Name, &s.Outcome, &s.DurationMS, &s.SlowMS, &s.LimitMS, &s.Error, &s.Cleanup, &s.Why}
}

// readSteps adds their steps to the chosen runs, in one query.
func readSteps(ctx context.Context, tx *sql.Tx, c choice, runs []journey.Run, numbers []int64) error {
	if len(runs) == 0 {
		return nil
	}
	which, args := c.steps(numbers)
	rows, err := tx.QueryContext(ctx, "SELECT run, "+c.of.stepColumns+" FROM steps WHERE "+which+" ORDER BY run, position", args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	index := make(map[int64]int, len(numbers))
	for i, n := range numbers {
		index[n] = i
	}
	var number int64
	var step journey.StepResult
	into := append([]any{&number}, c.of.stepFields(&step)...)
	for rows.Next() {
		step = journey.StepResult{}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if i, ok := index[number]; ok {
			runs[i].Steps = append(runs[i].Steps, step)
		}
	}
	return rows.Err()
}

// steps returns the condition that selects the steps of the chosen runs. Runs that were written consecutively have
// consecutive numbers, and their steps are a range; otherwise each is looked up.
func (c choice) steps(numbers []int64) (where string, args []any) {
	const gaps = 3 // numbers in the range for each chosen run
	first, last := slices.Min(numbers), slices.Max(numbers)
	if last-first < gaps*int64(len(numbers)) {
		return "run BETWEEN ? AND ?", []any{first, last}
	}
	return "run IN (SELECT number FROM runs " + c.where + ")", c.args
}
