package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"valkyrie/infra/environ"
	"valkyrie/probes/journey"
)

// An event is the payload of a schedule: {"journey": "print-card", "slot": "<aws.scheduler.scheduled-time>"}.
type event struct {
	Journey string `json:"journey"`
	Slot    string `json:"slot"`  // RFC 3339, as EventBridge Scheduler fills it in
	Every   string `json:"every"` // optional, of this schedule: "5 minutes"; see environ.Every
	Dry     bool   `json:"dry"`   // a person runs the journey once, as valkyrie run --lambda does: see cloud.DryRun; without a slot
}

// A task is a parsed event: the journey to run, and its slot.
type task struct {
	newJourney func() journey.Journey // nil: there is no journey with that name
	slot       time.Time
	every      time.Duration // interval of the schedule; 0: the deployment's default
	dry        bool          // neither stored nor judged
}

// maxSlotAhead is how far a slot may lie in the future. Runs are ordered by slot, so a stored run farther ahead would make
// all runs until its slot count as stale.
const maxSlotAhead = time.Minute

// readEvent parses a payload strictly, for one of all journeys. If the journey is known but the rest is wrong, it returns a
// task with the current time as its slot besides the error, so that a broken run can report that the journey is not watched.
func readEvent(payload []byte, now time.Time, all []func() journey.Journey) (task, error) {
	var e event
	dec := json.NewDecoder(bytes.NewReader(payload))
	dec.DisallowUnknownFields()
	err := dec.Decode(&e)
	if _, more := dec.Token(); err == nil && !errors.Is(more, io.EOF) {
		err = errors.New("expected one JSON document, got more text after it")
	}
	t := task{slot: now.UTC().Truncate(time.Second)}
	if e.Journey != "" {
		found, unknown := journey.Find(all, e.Journey)
		if unknown != nil {
			return t, fmt.Errorf("the event's journey: %w; list it in probes/probes.go, or correct its schedule in template.yaml", unknown)
		}
		t.newJourney = found[0]
	}
	switch {
	case err != nil:
		return t, fmt.Errorf(`the event is not {"journey": "...", "slot": "..."}: %w`, err)
	case e.Dry && e.Slot == "":
		t.dry = true
		return t, nil
	case e.Dry:
		return t, errors.New(`the event has "dry" and "slot"; expected one of them: a dry run has no slot`)
	case e.Journey == "":
		return t, errors.New(`the event names no journey; expected {"journey": "print-card", "slot": "<aws.scheduler.scheduled-time>"}`)
	}
	slot, err := time.Parse(time.RFC3339, e.Slot)
	switch {
	case err != nil:
		return t, fmt.Errorf(`the event's slot is %q; expected a time such as 2026-11-21T04:23:00Z, which the schedule's "<aws.scheduler.scheduled-time>" becomes`, e.Slot)
	case slot.After(now.Add(maxSlotAhead)):
		return t, fmt.Errorf("the event's slot %s lies in the future; it is %s", e.Slot, now.UTC().Format(time.RFC3339))
	}
	if e.Every != "" {
		if t.every, err = environ.Cadence(e.Every); err != nil {
			return t, fmt.Errorf("the event's every is %q; expected %w", e.Every, err)
		}
	}
	t.slot = slot.UTC()
	return t, nil
}
