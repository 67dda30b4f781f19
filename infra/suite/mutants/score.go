package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	scoresFile     = "infra/suite/mutants/scores.tsv"
	equivalentFile = "infra/suite/mutants/equivalent.tsv"

	sampleSize = 40              // mutants of a package
	atMostFor  = 2 * time.Minute // measuring a package's tests
	mayFall    = 3.0             // points
)

// unscored are the packages with tests that have no score, with the reason.
var unscored = map[string]string{
	"alerts/compare":         "it makes up outages, for whole comparisons that take minutes",
	"alerts/practice":        "it makes up a month for the practice shop",
	"alerts/twilio/standin":  "it stands in for Twilio in other tests",
	"functions/lambdatest":   "it stands in for Lambda in other tests",
	"functions/pictures":     "it draws the pictures of the README",
	"functions/probe":        "its tests start the built function with Chrome",
	"functions/valkyrie":     "its tests start the built program",
	"infra/dynamo/local":     "it fetches and starts the server of other tests",
	"infra/suite/mutants":    "its tests build mutants, each of which takes seconds",
	"infra/storetest":        "it is the test that every store passes",
	"probes/bench":           "it measures",
	"probes/browser":         "its tests drive Chrome",
	"probes/browser/process": "its tests start Chrome",
	"probes/demoshop":        "it is the site of other tests",
	"probes/practice":        "it is journeys, which its tests play in Chrome",
}

// unmeasured are those whose score has yet to be recorded: make scores SCORES=write OF=PACKAGE, and remove the name here.
var unmeasured = strings.Fields(`
	alerts/proof functions/suite functions/valkyrie/author functions/valkyrie/author/check functions/valkyrie/author/tree
	functions/valkyrie/cli functions/valkyrie/report functions/valkyrie/slots infra/dynamo infra/regions infra/schedule
	infra/slowdown probes probes/api probes/browser/console probes/browser/credentials
	probes/browser/device probes/browser/har probes/browser/keyboard probes/browser/neterror probes/browser/picture
	probes/browser/script probes/journey probes/journey/totp probes/pdf probes/trial
`)

// A score is a package's share of mutants that its tests catch.
type score struct {
	folder        string
	tried, caught int
}

func (s score) points() float64 { return 100 * float64(s.caught) / float64(max(1, s.tried)) }

// fallen reports whether a score is lower than a recorded one by more than three points. Where the sample is so small that one mutant is
// more than that, two have to be missed.
func (s score) fallen(recorded score) bool {
	one := 100 / float64(max(1, s.tried))
	return recorded.points()-s.points() > max(mayFall, one)+1e-9
}

// compareScores tries a sample of the mutants of packages, and compares the scores with the recorded ones, or records them.
func compareScores(ctx context.Context, folders []string, write bool, stdout io.Writer) error {
	recorded, err := readScores()
	if err != nil {
		return err
	}
	known, err := readEquivalent()
	if err != nil {
		return err
	}
	if len(folders) == 0 {
		for _, s := range recorded {
			folders = append(folders, s.folder)
		}
	}
	began := time.Now()
	var faults []error
	var all score
	for _, folder := range folders {
		folder = filepath.Clean(folder)
		got, err := sampleOf(ctx, folder, known, stdout)
		if err != nil {
			return err
		}
		all.tried, all.caught = all.tried+got.tried, all.caught+got.caught
		i := slices.IndexFunc(recorded, func(s score) bool { return s.folder == folder })
		switch {
		case write && i < 0:
			recorded = append(recorded, got)
		case write:
			recorded[i] = got
		case i < 0:
			faults = append(faults, fmt.Errorf("%s has no score in %s; record it: make scores SCORES=write OF=%s", folder, scoresFile, folder))
		case got.fallen(recorded[i]):
			faults = append(faults, fmt.Errorf("%s catches %d of %d mutants, %.1f %%, after %.1f %%: test what survived, printed above", folder, got.caught, got.tried, got.points(), recorded[i].points()))
		}
	}
	fmt.Fprintf(stdout, "%d of %d mutants in %d packages were caught, %.1f %%, in %s\n", all.caught, all.tried, len(folders), all.points(), time.Since(began).Round(time.Second))
	if write {
		return writeScores(recorded)
	}
	return errors.Join(faults...)
}

// sampleOf tries a sample of a package's mutants, and prints those that survive.
func sampleOf(ctx context.Context, folder string, known equivalents, stdout io.Writer) (score, error) {
	began := time.Now()
	s := score{folder: folder}
	c, err := load(ctx, folder)
	if err != nil {
		return s, err
	}
	all := c.mutants()
	if err := known.stale(folder, all); err != nil {
		return s, err
	}
	mutants := choose(slices.DeleteFunc(all, known.has), sampleSize)
	t, err := c.prepare(ctx, mutants, atMostFor)
	if err != nil {
		return s, err
	}
	if t == nil {
		return s, fmt.Errorf("%s has no quick test; take it out of %s", folder, scoresFile)
	}
	defer t.end()
	for n, m := range mutants {
		caught, err := t.caught(ctx, n+1)
		if err != nil {
			return s, err
		}
		if s.tried++; caught {
			s.caught++
		} else {
			fmt.Fprintf(stdout, "  %s\n", m)
		}
	}
	fmt.Fprintf(stdout, "%s: %d of %d mutants were caught, %.1f %%, in %s\n", folder, s.caught, s.tried, s.points(), time.Since(began).Round(time.Second))
	return s, nil
}

// choose returns a sample of mutants that a change elsewhere in the package leaves as it is: those with the lowest hashes of their
// function and change.
func choose(all []mutant, size int) []mutant {
	hashes := map[string]int{}
	type hashed struct {
		mutant
		hash string
	}
	var list []hashed
	for _, m := range all {
		identity := m.path + "\n" + m.within + "\n" + m.what
		hashes[identity]++ // of two that are alike, the second has another hash
		list = append(list, hashed{m, fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%s\n%d", identity, hashes[identity])))})
	}
	slices.SortFunc(list, func(a, b hashed) int { return cmp.Compare(a.hash, b.hash) })
	var out []mutant
	for _, h := range list[:min(size, len(list))] {
		out = append(out, h.mutant)
	}
	return out
}

// readScores reads the recorded scores.
func readScores() (all []score, err error) {
	rows, err := readRows(scoresFile, 4)
	for _, row := range rows {
		tried, triedErr := strconv.Atoi(row[1])
		caught, caughtErr := strconv.Atoi(row[2])
		if err := errors.Join(triedErr, caughtErr); err != nil {
			return nil, fmt.Errorf("%s: the row of %s: %w; write numbers, or: make scores SCORES=write", scoresFile, row[0], err)
		}
		all = append(all, score{row[0], tried, caught})
	}
	return all, err
}

func writeScores(all []score) error {
	slices.SortFunc(all, func(a, b score) int { return cmp.Compare(a.folder, b.folder) })
	var out strings.Builder
	out.WriteString("package\ttried\tcaught\tscore\n")
	for _, s := range all {
		fmt.Fprintf(&out, "%s\t%d\t%d\t%.1f\n", s.folder, s.tried, s.caught, s.points())
	}
	return os.WriteFile(scoresFile, []byte(out.String()), 0o644)
}

// readRows reads a file of columns between tabs, without its first line; a file that is not there has none.
func readRows(path string, columns int) (rows [][]string, err error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		row := strings.Split(line, "\t")
		if len(row) != columns {
			return nil, fmt.Errorf("%s:%d: expected %d columns between tabs, got %d", path, i+1, columns, len(row))
		}
		if i > 0 {
			rows = append(rows, row)
		}
	}
	return rows, nil
}
