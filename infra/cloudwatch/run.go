package cloudwatch

import (
	"fmt"
	"math"

	"valkyrie/probes/journey"
)

// RunLines returns the line about a run, followed by a line per executed step with Detail Steps. link is the URL of the run's
// evidence; it may be empty.
func (d Deployment) RunLines(run journey.Run, detail Detail, link string) []byte {
	l := newLine(EventRun, run.Slot, d.dimensions(DimensionJourney, run.Journey), verdict(run.Outcome, run.DurationMS))
	l.putRun(run)
	l.put(FieldFailed, one(run.Outcome == journey.Failed), FieldBroken, one(run.Outcome == journey.Broken))
	l.put(FieldOutcome, run.Outcome, FieldDurationMS, run.DurationMS, FieldSteps, steps(run), FieldProblems, len(run.Problems),
		FieldTries, run.Tries, FieldStarvedMS, run.StarvedMS, FieldLateMS, run.Started.Sub(run.Slot).Milliseconds(), FieldEvidence, run.Evidence)
	culprit, ok := run.Culprit()
	if ok {
		l.put(FieldStep, culprit.Name)
	}
	if ok && run.Outcome == journey.Slow {
		l.put(FieldWhy, truncate(why(culprit)))
	}
	for field, text := range map[string]string{FieldError: run.Error, FieldLink: link, FieldChrome: run.Chrome} {
		if text != "" {
			l.put(field, truncate(text))
		}
	}
	if counts := counts(run); len(counts) > 0 {
		l.put(FieldCounts, counts)
	}
	lines := l.text()
	if detail == Steps {
		for _, s := range run.Steps {
			if s.Outcome != journey.NotRun && !s.Cleanup {
				lines = append(lines, d.stepLine(run, s)...)
			}
		}
	}
	return lines
}

func (d Deployment) stepLine(run journey.Run, s journey.StepResult) []byte {
	l := newLine(EventStep, run.Slot, d.dimensions(DimensionJourney, run.Journey, DimensionStep, s.Name), verdict(s.Outcome, s.DurationMS))
	l.putRun(run)
	l.put(FieldStep, s.Name, FieldOutcome, s.Outcome, FieldDurationMS, s.DurationMS, FieldSlowMS, s.SlowMS, FieldLimitMS, s.LimitMS)
	if s.Error != "" {
		l.put(FieldError, truncate(s.Error))
	}
	return l.text()
}

// putRun adds the fields that identify the run.
func (l line) putRun(run journey.Run) {
	l.put(FieldJourney, run.Journey, FieldRegion, run.Region, FieldSlot, run.Slot, FieldRun, run.ID)
}

// verdict returns the metrics of an outcome. A broken run has none, because it tests nothing. A failed one has no Duration,
// because failures such as a refused connection can be quick.
func verdict(o journey.Outcome, ms int64) map[string]float64 {
	switch {
	case o.Good():
		return map[string]float64{SuccessPercent: 100, Duration: float64(ms)}
	case o == journey.Failed:
		return map[string]float64{SuccessPercent: 0}
	}
	return map[string]float64{}
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// why returns the reason of a slow run in words: "took 6120 ms, its budget is 4000 ms: mostly waiting for the first byte".
func why(s journey.StepResult) string {
	text := fmt.Sprintf("took %d ms, its budget is %d ms", s.DurationMS, s.SlowMS)
	if s.Why != "" {
		text += ": " + s.Why
	}
	return text
}

// steps returns the fields of a run's steps for charts. It omits cleanup steps, which no customer waits for. Logs Insights has
// no step without a number: it does not keep the order of a list whose items it groups.
func steps(run journey.Run) []line {
	all := []line{}
	for i, s := range run.Steps {
		if s.Cleanup {
			continue
		}
		l := line{FieldNumber: i + 1, "name": s.Name, FieldOutcome: s.Outcome, FieldDurationMS: s.DurationMS, FieldLimitMS: s.LimitMS}
		if s.SlowMS > 0 {
			l[FieldSlowMS] = s.SlowMS
		}
		if s.SlowMS > 0 && s.Outcome != journey.NotRun {
			l[FieldPercent] = s.DurationMS * 100 / s.SlowMS
		}
		all = append(all, l)
	}
	return all
}

// counts returns a run's recorded numbers by name, without NaN and infinities, which JSON cannot encode.
func counts(run journey.Run) map[string]float64 {
	all := map[string]float64{}
	for _, c := range run.Counts {
		if !math.IsNaN(c.Value) && !math.IsInf(c.Value, 0) {
			all[c.Name] = c.Value
		}
	}
	return all
}
