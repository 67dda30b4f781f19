package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"valkyrie/probes/journey"
)

// runFormats are the formats of the result of runs.
var runFormats = []string{"text", "json", "junit", "markdown"}

// reports are files to write a result to, by format, as a flag that may be given several times.
type reports map[string]string

// Set takes in one pair.
func (r reports) Set(pair string) error {
	format, file, _ := strings.Cut(pair, "=")
	if !slices.Contains(runFormats, format) || file == "" {
		return fmt.Errorf("expected FORMAT=FILE with one of %s, such as junit=report.xml", strings.Join(runFormats, ", "))
	}
	if _, twice := r[format]; twice {
		return fmt.Errorf("%s is given twice", format)
	}
	r[format] = file
	return nil
}

// String lists the pairs.
func (r reports) String() string { return inputs(r).String() }

// write writes them all, whatever becomes of one.
func (r reports) write(runs []journey.Run) error {
	var errs []error
	for _, format := range slices.Sorted(maps.Keys(r)) {
		var b strings.Builder
		err := writeRuns(&b, format, runs)
		if err == nil {
			err = os.WriteFile(r[format], []byte(b.String()), 0o644)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("--also %s: the result could not be written: %w", format, err))
		}
	}
	return errors.Join(errs...)
}
