package dynamo

import (
	"errors"
	"fmt"
	"strings"

	"valkyrie/probes/journey"
)

// packRun converts a run to a document. It truncates a run that does not fit.
func packRun(run journey.Run) (document, error) {
	run.Slot = run.Slot.UTC()
	d, err := packJSON(run)
	if !errors.Is(err, errTooLarge) {
		return d, err
	}
	for limit := 1000; limit > 0; limit /= 10 {
		d, err = packJSON(truncateRun(run, limit, err))
		if !errors.Is(err, errTooLarge) {
			break
		}
	}
	return d, err
}

// unpackRun decodes a run. Empty lists are non-nil, because the commands' JSON promises a list.
func unpackRun(row attributes) (journey.Run, error) {
	var r journey.Run
	if err := unpackJSON(row, &r); err != nil {
		return r, err
	}
	r.Steps, r.Counts, r.Evidence = nonNil(r.Steps), nonNil(r.Counts), nonNil(r.Evidence)
	r.Problems, r.Vitals = nonNil(r.Problems), nonNil(r.Vitals)
	return r, nil
}

// nonNil returns list, or an empty list if it is nil.
func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// truncateRun shortens a run's lists to limit elements, and its texts to ten times as many bytes. It keeps the outcome, and the
// steps' names and times. It records the truncation and its reason in the evidence, as missing.
func truncateRun(run journey.Run, limit int, reason error) journey.Run {
	textLimit := 10 * limit
	run.Error, run.FirstError, run.CleanupError = truncate(run.Error, textLimit), truncate(run.FirstError, textLimit), truncate(run.CleanupError, textLimit)
	run.Counts, run.Problems, run.Vitals = prefix(run.Counts, limit), prefix(run.Problems, limit), prefix(run.Vitals, limit)
	run.Steps = prefix(run.Steps, limit)
	for i := range run.Steps {
		s := &run.Steps[i]
		s.Error, s.Why = truncate(s.Error, textLimit), truncate(s.Why, textLimit)
	}
	for i := range run.Problems {
		p := &run.Problems[i]
		p.What, p.URL = truncate(p.What, textLimit), truncate(p.URL, textLimit)
	}
	for i := range run.Vitals {
		run.Vitals[i].URL = truncate(run.Vitals[i].URL, textLimit)
	}
	run.Evidence = append(prefix(run.Evidence, limit), journey.Evidence{
		Kind:    "rest of the run",
		Missing: fmt.Sprintf("only the first %d elements of lists and %d characters of texts were kept: %v", limit, textLimit, reason),
	})
	return run
}

// prefix returns a copy of the first limit elements of a list.
func prefix[T any](list []T, limit int) []T {
	return append([]T{}, list[:min(len(list), limit)]...)
}

func truncate(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
