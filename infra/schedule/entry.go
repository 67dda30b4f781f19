package schedule

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"valkyrie/infra/environ"
	"valkyrie/probes/journey"
)

// slotKeyword is the scheduler's keyword for the time at which a run is due.
const slotKeyword = "<aws.scheduler.scheduled-time>"

// required are the fields that every schedule must have besides its expression.
var required = []string{"Name", "GroupName", "RoleArn", "RetryPolicy", "DeadLetterConfig"}

// An Entry is one schedule, as a function of template.yaml has it under Events.
type Entry struct {
	Where               string // the beginning of its faults, such as "template.yaml:323: Probe: Events: PrintCard"
	Key                 string // under Events
	Type, Name          string
	Expression, Input   string
	Present             []string // its fields
	FirstLine, LastLine int      // of the text, from 1; 0: unknown
}

// Faults reports the faults of one schedule by itself.
func (e Entry) Faults() (faults []string) {
	if e.Type != "ScheduleV2" {
		faults = append(faults, fmt.Sprintf("%s: Type: expected ScheduleV2, got %v; correct it", e.Where, e.Type))
	}
	if err := CheckExpression(e.Expression); err != nil {
		faults = append(faults, fmt.Sprintf("%s: ScheduleExpression: %v", e.Where, err))
	}
	for _, key := range required {
		if !slices.Contains(e.Present, key) {
			faults = append(faults, fmt.Sprintf("%s: it lacks %s; add it, as in the other schedules", e.Where, key))
		}
	}
	return faults
}

// Journey returns the journey that the schedule runs, and the faults of its order to the probe. cadence is the template's default,
// such as "1 minute".
func (e Entry) Journey(cadence string) (name string, faults []string) {
	var in struct{ Journey, Slot, Every string }
	dec := json.NewDecoder(strings.NewReader(e.Input))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		return "", []string{fmt.Sprintf("%s: Input: expected {\"journey\", \"slot\", \"every\"}, which the probe parses, got %s: %v; correct it", e.Where, e.Input, err)}
	}
	if in.Slot != slotKeyword {
		faults = append(faults, fmt.Sprintf("%s: Input: slot: expected %q, which the scheduler replaces, got %q; correct it", e.Where, slotKeyword, in.Slot))
	}
	every, source := in.Every, "Input: every"
	if every == "" {
		every, source = cadence, "Input: no every, so the default Cadence"
	}
	got, err := environ.Cadence(every)
	switch want := Cadence(e.Expression); {
	case want == 0:
		faults = append(faults, fmt.Sprintf("%s: ScheduleExpression: expected rate(%s), which the event's every is, got %s; runs must come at a fixed interval", e.Where, every, e.Expression))
	case err != nil || got != want:
		faults = append(faults, fmt.Sprintf(`%s: %s: expected %q, as ScheduleExpression is %s, got %q; set "every":%[3]q in Input, or correct the schedule`, e.Where, source, Interval(want), e.Expression, every))
	}
	return in.Journey, faults
}

// Faults compares the probe's schedules with the journeys: one for each, by its name, at its interval. cadence is the template's default.
func Faults(entries []Entry, all []func() journey.Journey, cadence string) (faults []string) {
	own := map[string]time.Duration{}
	for _, create := range journey.Scheduled(all) {
		j := create()
		own[j.Name] = j.Every
	}
	scheduled, expressions := map[string]int{}, []string{}
	for _, e := range entries {
		name, wrong := e.Journey(cadence)
		faults = append(append(faults, e.Faults()...), wrong...)
		scheduled[name]++
		expressions = append(expressions, e.Expression)
		if every := own[name]; every > 0 && Cadence(e.Expression) != every {
			faults = append(faults, fmt.Sprintf("%s: ScheduleExpression: expected rate(%s), the Every of the journey %q in probes/, got %s; set both to the same", e.Where, Interval(every), name, e.Expression))
		}
		if e.Name != name {
			faults = append(faults, fmt.Sprintf("%s: Name: expected %q, the journey of its Input, got %q; set both to the same", e.Where, name, e.Name))
		}
		if _, known := own[name]; !known {
			faults = append(faults, fmt.Sprintf("%s: there is no journey %q in probes.All; there are: %s; remove its schedule, or list the journey", e.Where, name, strings.Join(journey.Names(all), ", ")))
		}
	}
	for _, name := range journey.Names(all) {
		if n := scheduled[name]; n != 1 {
			cure := "write one for it there"
			if n > 1 {
				cure = "remove the others there"
			}
			faults = append(faults, fmt.Sprintf("template.yaml: Probe: Events: the journey %q has %d schedules; expected 1: %s", name, n, cure))
		}
	}
	return append(faults, crowded(expressions)...)
}

// crowded reports journeys of one interval that begin in the same minutes, where others are free.
func crowded(expressions []string) (faults []string) {
	type start struct{ every, phase time.Duration }
	begins, of := map[start][]string{}, map[time.Duration]int{}
	for _, e := range expressions {
		if every, phase := Phase(e); every > 0 {
			begins[start{every, phase}] = append(begins[start{every, phase}], e)
			of[every]++
		}
	}
	for at, all := range begins {
		minutes := int(at.every / time.Minute)
		if most := (of[at.every] + minutes - 1) / minutes; len(all) > most {
			faults = append(faults, fmt.Sprintf("template.yaml: Probe: Events: %d journeys each %v begin at the same minute, by %s; others are free: give each a minute of its own", len(all), Interval(at.every), all[0]))
		}
	}
	return faults
}

// besidesSteps is the time of a run besides its steps: Chrome's start, the evidence and the store.
const besidesSteps = 20 * time.Second

// TimeFaults reports each scheduled journey whose steps may take longer than the probe's time, which field sets; then a run is cut off
// before a step has reached its limit.
func TimeFaults(all []func() journey.Journey, timeout time.Duration, field string) (faults []string) {
	for _, create := range journey.Scheduled(all) {
		j := create()
		if longest := j.LongestSteps() + besidesSteps; longest > timeout {
			faults = append(faults, fmt.Sprintf("%s: expected at least %v, as the steps of %s may take so long, got %v; raise it, or lower the limits of the steps", field, longest, j.Name, timeout))
		}
	}
	return faults
}
