package dynamo

import (
	"errors"
	"fmt"
	"strings"

	"valkyrie/probes/journey"
)

// packRun makes a document of a run: of the whole, if it fits, else of what fits.
func packRun(run journey.Run) (document, error) {
	run.Slot = run.Slot.UTC()
	d, err := packJSON(run)
	if !errors.Is(err, errTooLarge) {
		return d, err
	}
	for most := 1000; most > 0; most /= 10 {
		d, err = packJSON(cut(run, most, err))
		if !errors.Is(err, errTooLarge) {
			break
		}
	}
	return d, err
}

// unpackRun reads a run. Lists that are empty are so, and not missing: whoever prints them promises readers a list.
func unpackRun(row attributes) (journey.Run, error) {
	var r journey.Run
	if err := unpackJSON(row, &r); err != nil {
		return r, err
	}
	r.Steps, r.Counts, r.Evidence = listed(r.Steps), listed(r.Counts), listed(r.Evidence)
	r.Problems, r.Vitals = listed(r.Problems), listed(r.Vitals)
	return r, nil
}

func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// cut leaves of a run's lists the first so many, and of its texts the first of ten times so many characters. The verdict,
// the steps' names and times are not touched. That it was done, and why, is added to the evidence as something missing.
func cut(run journey.Run, most int, why error) journey.Run {
	lengthy := 10 * most
	run.Error, run.FirstError = brief(run.Error, lengthy), brief(run.FirstError, lengthy)
	run.Counts, run.Problems, run.Vitals = first(run.Counts, most), first(run.Problems, most), first(run.Vitals, most)
	run.Steps = first(run.Steps, most)
	for i := range run.Steps {
		s := &run.Steps[i]
		s.Error, s.Why = brief(s.Error, lengthy), brief(s.Why, lengthy)
	}
	for i := range run.Problems {
		p := &run.Problems[i]
		p.What, p.URL = brief(p.What, lengthy), brief(p.URL, lengthy)
	}
	for i := range run.Vitals {
		run.Vitals[i].URL = brief(run.Vitals[i].URL, lengthy)
	}
	run.Evidence = append(first(run.Evidence, most), journey.Evidence{
		Kind:    "rest of the run",
		Missing: fmt.Sprintf("of its lists only the first %d, and of its texts the first %d characters were kept: %v", most, lengthy, why),
	})
	return run
}

// first is a copy of a list's beginning.
func first[T any](list []T, most int) []T {
	return append([]T{}, list[:min(len(list), most)]...)
}

func brief(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
