package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/rogpeppe/go-internal/testscript"

	"valkyrie/infra/slowdown"
	"valkyrie/probes/journey"
)

// scriptRuns implements runs FILE JOURNEY:OUTCOME..., which checks a result of --format json: one line for each journey with
// one of its outcomes ("passed|slow"), the keys that scripts rely on, and the evidence files.
func scriptRuns(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: runs FILE JOURNEY:OUTCOME...")
	}
	lines := strings.SplitAfter(ts.ReadFile(args[0]), "\n")
	if last := len(lines) - 1; lines[last] != "" || last != len(args)-1 {
		ts.Fatalf("%d lines, want %d:\n%s", last, len(args)-1, ts.ReadFile(args[0]))
	}
	for i, want := range args[1:] {
		run, err := readRun(lines[i])
		ts.Check(err)
		name, outcomes, _ := strings.Cut(want, ":")
		if run.Journey != name || !slices.Contains(strings.Split(outcomes, "|"), string(run.Outcome)) {
			ts.Fatalf("got %s, want %s", run, want)
		}
		for _, e := range run.Evidence {
			if e.Path != "" {
				ts.Check(checkEvidence(e.Kind, ts.MkAbs(e.Path)))
			}
		}
	}
}

// The keys that every Run and step has, sorted.
var (
	runKeys  = []string{"chrome", "counts", "duration_ms", "error", "every_ms", "evidence", "first_error", "id", "journey", "outcome", "problems", "region", "site", "slot", "started", "starved_ms", "starved_p95_ms", "steps", "tries", "vitals"}
	stepKeys = []string{"duration_ms", "error", "limit_ms", "name", "outcome", "slow_ms", "started", "waterfall", "why"}
)

// readRun parses a Run, and checks the invariants of runs.
func readRun(line string) (journey.Run, error) {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal([]byte(line), &keys); err != nil {
		return journey.Run{}, fmt.Errorf("%w in: %s", err, line)
	}
	errs := []error{checkKeys("run", keys, runKeys)}
	var steps []map[string]json.RawMessage
	if err := json.Unmarshal(keys["steps"], &steps); err != nil {
		return journey.Run{}, fmt.Errorf("steps: %w in: %s", err, line)
	}
	for _, step := range steps {
		if string(step["cleanup"]) == "true" {
			delete(step, "cleanup")
		}
		errs = append(errs, checkKeys("step "+string(step["name"]), step, stepKeys))
	}
	var run journey.Run
	errs = append(errs, json.Unmarshal([]byte(line), &run), checkRun(run))
	if err := errors.Join(errs...); err != nil {
		return run, fmt.Errorf("%w\nin: %s", err, line)
	}
	return run, nil
}

func checkKeys(what string, object map[string]json.RawMessage, want []string) error {
	var got []string
	for key := range object {
		got = append(got, key)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		return fmt.Errorf("%s has the keys %v, want %v", what, got, want)
	}
	return nil
}

// checkRun checks that a Run is consistent.
func checkRun(run journey.Run) error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	id, err := uuid.Parse(run.ID)
	if err != nil || id.Version() != 7 {
		fault("id %s is not a UUIDv7", run.ID)
	}
	if made := time.Unix(id.Time().UnixTime()); made.Sub(run.Started).Abs() > time.Second {
		fault("the id was made at %v, the run started at %v", made, run.Started)
	}
	if !slices.Contains([]journey.Outcome{journey.Passed, journey.Slow, journey.Failed, journey.Broken}, run.Outcome) {
		fault("outcome %q", run.Outcome)
	}
	if run.Slot.After(run.Started) || run.Slot.Location() != time.UTC {
		fault("slot %v, started %v", run.Slot, run.Started)
	}
	if run.Outcome.Good() != (run.Error == "") || run.Outcome.Good() != (len(run.Evidence) == 0) && run.Chrome != "" {
		fault("outcome %s with error %q and %d items of evidence", run.Outcome, run.Error, len(run.Evidence))
	}
	return errors.Join(append(errs, checkSteps(run))...)
}

// checkSteps checks that the steps agree with the outcome: all are good up to the deciding one, and none ran after it.
func checkSteps(run journey.Run) error {
	var errs []error
	var sum int64
	over, worst := run.Outcome == journey.Broken && run.Chrome == "", journey.Passed
	if over {
		worst = journey.Broken
	}
	for _, s := range run.Steps {
		if s.SlowMS > s.LimitMS || s.DurationMS > s.LimitMS+5000 || s.LimitMS == 0 {
			errs = append(errs, fmt.Errorf("step %q took %d ms; slow %d, limit %d", s.Name, s.DurationMS, s.SlowMS, s.LimitMS))
		}
		if s.Cleanup {
			continue
		}
		sum += s.DurationMS
		if over != (s.Outcome == journey.NotRun) || over != s.Started.IsZero() || (s.Error == "") != (s.Outcome.Good() || over) {
			errs = append(errs, fmt.Errorf("step %q: %s, started %v, error %q", s.Name, s.Outcome, s.Started, s.Error))
		}
		if s.Outcome != journey.Passed && s.Outcome != journey.NotRun {
			worst, over = s.Outcome, !s.Outcome.Good()
		}
	}
	if sum != run.DurationMS || worst != run.Outcome {
		errs = append(errs, fmt.Errorf("the steps are %s in %d ms, the run is %s in %d ms", worst, sum, run.Outcome, run.DurationMS))
	}
	return errors.Join(errs...)
}

// checkEvidence checks that a file has the content of its kind, and that only its owner can read it.
func checkEvidence(kind, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Mode().Perm() != 0o600 {
		return fmt.Errorf("%s has the mode %v, want only its owner to read it", path, info.Mode())
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	switch kind {
	case "screenshot":
		return checkPicture(path, data, "png", leastSize(image.Pt(1000, 700), image.Pt(600, 400)))
	case "html":
		if !bytes.Contains(data, []byte("</html>")) || !bytes.Contains(data, []byte("Bingo")) {
			return fmt.Errorf("%s is not the page:\n%s", path, data)
		}
	case "url":
		if !bytes.HasPrefix(data, []byte("http://127.0.0.1:")) || bytes.Count(data, []byte("\n")) != 1 {
			return fmt.Errorf("%s is not an address: %q", path, data)
		}
	case "har":
		var har struct{ Log struct{ Version string } }
		if err := json.Unmarshal(data, &har); err != nil || har.Log.Version != "1.2" {
			return fmt.Errorf("%s is no HAR 1.2: version %q, %v", path, har.Log.Version, err)
		}
	case "film":
		return checkPicture(path, data, "jpeg", leastSize(image.Pt(320, 200), image.Pt(320, 90)))
	case "console":
	default:
		return fmt.Errorf("%s: unknown kind of evidence %q", path, kind)
	}
	return nil
}

// leastSize is the least size of a picture: on a machine so busy that Chrome takes none in time, the screenshot is the last frame
// of the screencast, and the film has only its captions.
func leastSize(usual, busy image.Point) image.Point {
	const tooBusy = 3
	if slowdown.Factor() > tooBusy {
		return busy
	}
	return usual
}

// checkPicture checks that a picture is large enough, and is not of one colour.
func checkPicture(path string, data []byte, want string, least image.Point) error {
	picture, format, err := image.Decode(bytes.NewReader(data))
	if err != nil || format != want {
		return fmt.Errorf("%s is a %s, want %s: %v", path, format, want, err)
	}
	size := picture.Bounds().Size()
	if size.X < least.X || size.Y < least.Y || size.X > 4000 || size.Y > 10000 {
		return fmt.Errorf("%s is %v large", path, size)
	}
	colours := map[string]bool{}
	for x := 0; x < size.X; x += 7 {
		for y := 0; y < size.Y; y += 7 {
			colours[fmt.Sprint(picture.At(x, y))] = true
		}
	}
	if len(colours) < 5 {
		return fmt.Errorf("%s has %d colours", path, len(colours))
	}
	return nil
}
